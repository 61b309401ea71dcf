// The Circuit tab's parts that are not figures: what became of the angles, and what was changed.
// Texts from the checkpoint enter through textContent only.

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

function grid(caption, head, rows, className) {
  const node = tableOf({ title: caption, table: { head, rows } });
  node.className = className;
  return node;
}

// One head's way from angles through values and shares to probabilities.
function wayTable(caption, unit, value, labels, { angles, values, head }) {
  const logits = logitsOf(values, head);
  const rows = values.map((z, k) => [
    `${unit}${k}`, plain(angles[k]), signed(z), ...labels.map((_, c) => signed(head.weight[c][k] * z)),
  ]);
  const line = (name, cells) => [name, '', '', ...cells];
  rows.push(
    line('bias', head.bias.map((b) => signed(b))),
    line('logit', logits.map((logit) => signed(logit))),
    line('probability', softmaxOf(logits).map(percent)),
  );
  const node = grid(`${caption}; under each label, shares of its logit`, ['', 'angle in rad', value, ...labels], rows, 'way');
  [...node.querySelectorAll('tbody tr')].slice(-3).forEach((row) => row.classList.add('total'));
  return node;
}

// Probability bars: thick ones now, and under them thin ones before, if anything was changed.
function shareBars(labels, now, before) {
  return make('div', 'shares', ...labels.map((label, c) => {
    const row = make('div', 'share', make('span', 'name', label), make('span', 'bars'), make('span', 'number', percent(now[c])));
    [[now, 'now'], [before, 'before']].filter(([shares]) => shares).forEach(([{ [c]: share }, name]) => {
      const bar = make('i', name);
      bar.style.width = `${100 * share}%`;
      row.children[1].append(bar);
    });
    if (before) row.title = `${percent(now[c])}, was ${percent(before[c])}`;
    row.classList.toggle('winner', now[c] === Math.max(...now));
    return row;
  }));
}

// A slider and a number field for each encoding angle; `onMove(feature, angle)` follows the hand.
function angleSliders(angles, onMove) {
  const range = { min: -Math.PI, max: Math.PI };
  const rows = angles.map((angle, k) => {
    const [input, number] = [make('input'), make('input')];
    Object.assign(input, { type: 'range', ...range, step: 0.001, value: angle, id: `angle-${k}` });
    Object.assign(number, { type: 'number', min: -3.142, max: 3.142, step: 0.01, id: `angle-${k}-number` });
    number.setAttribute('aria-label', `angle of q${k} in radians`);
    const label = make('label', '', `q${k}`);
    label.htmlFor = input.id;
    input.setAttribute('aria-label', `angle of q${k}`);
    input.addEventListener('input', () => onMove(k, Number(input.value)));
    number.addEventListener('input', () => {
      if (number.value === '') return;
      onMove(k, Math.min(Math.max(Number(number.value), range.min), range.max));
    });
    return { input, number, row: make('div', 'angle', label, input, number) };
  });
  return {
    node: make('div', 'angles', ...rows.map(({ row }) => row)),
    set(values) {
      rows.forEach(({ input, number }, k) => {
        if (Math.abs(Number(input.value) - values[k]) > 6e-4) input.value = values[k];
        if (number !== document.activeElement) number.value = values[k].toFixed(3);
        input.setAttribute('aria-valuetext', radians(values[k]));
      });
    },
  };
}

// Before and after, quantity by quantity.
function beforeAfter(labels, before, after) {
  const rows = [['label', labels[winnerOf(before.logits)], labels[winnerOf(after.logits)], '']];
  const add = (name, was, is, write) => rows.push([name, write(was), write(is), is === was ? '' : signed(is - was)]);
  labels.forEach((label, c) => {
    const [was, is] = [before, after].map(({ logits }) => softmaxOf(logits)[c]);
    rows.push([`probability of ${label}`, percent(was), percent(is), is === was ? '' : `${signed(100 * (is - was), 1)} points`]);
  });
  before.values.forEach((z, k) => add(`⟨Z⟩ of q${k}`, z, after.values[k], (v) => signed(v)));
  before.entropies.forEach((bits, k) => add(`entropy of q${k} in bits`, bits, after.entropies[k], (v) => plain(v)));
  return grid('Before and after', ['', "this text's own circuit", 'after your changes', 'difference'], rows, 'before-after');
}

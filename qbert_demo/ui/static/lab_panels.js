// The Circuit tab's parts that are not figures: what became of the angles, and what was changed.

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

// Probability bars, now and before: thin bars under each other.
function shareBars(labels, now, before) {
  return make('div', 'shares', ...labels.map((label, c) => {
    const row = make('div', 'share', make('span', 'name', label), make('span', 'bars'), make('span', 'number', percent(now[c])));
    [[now[c], 'now'], [before[c], 'before']].forEach(([share, name]) => {
      const bar = make('i', name);
      bar.style.width = `${100 * share}%`;
      row.children[1].append(bar);
    });
    row.classList.toggle('winner', now[c] === Math.max(...now));
    return row;
  }));
}

// A slider for each encoding angle; `onMove(feature, angle)` follows the finger.
function angleSliders(angles, onMove) {
  const rows = angles.map((angle, k) => {
    const input = make('input');
    Object.assign(input, { type: 'range', min: -Math.PI, max: Math.PI, step: 0.001, value: angle, id: `angle-${k}` });
    const label = make('label', '', `angle of q${k}`);
    label.htmlFor = input.id;
    const output = make('output');
    input.addEventListener('input', () => onMove(k, Number(input.value)));
    return { input, output, row: make('div', 'angle', label, input, output) };
  });
  return {
    node: make('div', 'angles', ...rows.map(({ row }) => row)),
    set(values) {
      rows.forEach(({ input, output }, k) => {
        if (Math.abs(Number(input.value) - values[k]) > 6e-4) input.value = values[k];
        output.textContent = radians(values[k]);
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

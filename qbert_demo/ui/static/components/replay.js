// A finished training, epoch by epoch, all in this page. See finetune/replay.py. props.value is the
// JSON text of its figures and of what stands in them after each epoch, or empty.

const BEAT_MS = 350;
const block = element.closest('.block') || element;
const root = make('section', 'lab replay');
root.innerHTML = MARKUP.replay;
element.replaceChildren(root);
const at = (name) => root.querySelector(`[data-is="${name}"]`);
const views = Object.fromEntries(['loss', 'accuracy', 'angles', 'values'].map((name) =>
  [name, makePlotlyView(at(name), at(name))]));
let own = null;
let step = 0;
let frameAsked = 0;

// What a head was like now; one that was stopped earlier stays as it was last.
const nowOf = (list) => list[Math.min(step, list.length - 1)];

// What moves lies over a figure, which is not drawn again for it.
function layOver(name, markup) {
  const { plot } = views[name];
  if (!plot.querySelector(':scope > .moving')) {
    plot.insertAdjacentHTML('beforeend', '<svg class="moving" aria-hidden="true"></svg>');
  }
  plot.lastElementChild.innerHTML = markup;
}

function tabulate(name, head, rows) {
  Object.assign(own.figures[name].figure.table, { head, rows });
  views[name].tabulate();
}

function markCurves(name) {
  const axes = views[name].plot._fullLayout;
  if (!axes) return;
  const epoch = own.epochs[step];
  const x = axes.xaxis._offset + axes.xaxis.l2p(epoch);
  const { _offset: top, _length: length } = axes.yaxis;
  const dots = own.figures[name].figure.data.filter((curve) => curve.x.includes(epoch)).map((curve) => {
    const y = top + axes.yaxis.l2p(curve.y[curve.x.indexOf(epoch)]);
    return `<circle cx="${x}" cy="${y}" r="4.5" fill="${curve.line.color}"/>`;
  });
  layOver(name, `<path class="line" d="M${x} ${top}v${length}"/>${dots.join('')}`);
}

// Anticlockwise from the right; the page's y points down.
function showAngles() {
  const { middles, radius, names } = own.dials;
  const [first, angles] = [own.dials.angles[0], nowOf(own.dials.angles)];
  const hands = angles.map((angle, i) =>
    `M${middles[i]}l${radius * Math.cos(angle)} ${-radius * Math.sin(angle)}`);
  layOver('angles', `<path class="hands" d="${hands.join('')}"/>`);
  tabulate(
    'angles', ['angle', 'rad', 'turned since the first epoch'],
    angles.map((angle, i) => [names[i], plain(angle, 3), signed(angle - first[i], 3)]),
  );
}

function showValues() {
  const { zeros, half } = own.bars;
  const values = nowOf(own.bars.values);
  const bars = values.flatMap((row, text) => row.map((z, k) => {
    const [x, y] = zeros[text][k];
    return `<path class="${z < 0 ? 'negative' : 'positive'}" d="M${x} ${y}h${z * half}"/>`
      + `<text x="${x + half + 6}" y="${y}">${signed(z)}</text>`;
  }));
  layOver('values', bars.join(''));
  tabulate(
    'values', ['qubit', ...values.map((_, text) => `text ${text + 1}`)],
    values[0].map((_, k) => [`q${k}`, ...values.map((row) => signed(row[k], 3))]),
  );
}

function confusionTable({ head, labels }) {
  const title = `Confusion matrix, ${head}`;
  const table = tableOf({ title, table: { head: ['true \\ predicted', ...labels], rows: labels.map((name) => [name, ...labels]) } });
  table.className = 'confusion';
  // Long names are cut by the style sheet; the pointer shows them whole.
  table.querySelectorAll('th, td:first-child').forEach((name) => { name.title = name.textContent; });
  table.style.setProperty('--head', `var(--${head})`);
  return scrollable(make('div', 'table-frame', table), title);
}

function showConfusions() {
  own.confusions.forEach(({ counts, most }, i) => {
    const cells = at('confusions').children[i].querySelectorAll('td:not(:first-child)');
    nowOf(counts).flat().forEach((count, j) => {
      cells[j].textContent = count;
      cells[j].style.setProperty('--share', count / most);
    });
  });
}

function goTo(target) {
  step = Math.min(Math.max(target, 0), own.epochs.length - 1);
  const scores = own.scores.map(({ head, shares, kept }) => {
    const share = shares[step];
    if (share === undefined) return `${head} had been stopped`;
    return `${head} ${(100 * share).toFixed(1)}\u00a0%${step === kept ? ' (kept)' : ''}`;
  });
  const [epoch, last] = [own.epochs[step], own.epochs.at(-1)].map((count) => Number(count.toFixed(2)));
  const words = `After epoch ${epoch} of ${last}; held-out accuracy: ${scores.join(', ')}`;
  at('said').textContent = words;
  at('slider').value = step + 1;
  at('slider').setAttribute('aria-valuetext', words);
  // The finger may move faster than the screen: only the last position of a frame counts.
  if (!frameAsked) frameAsked = requestAnimationFrame(showStep);
}

function showStep() {
  frameAsked = 0;
  if (!own) return;
  markCurves('loss');
  markCurves('accuracy');
  if (own.dials) showAngles();
  if (own.bars) showValues();
  showConfusions();
}

function show() {
  play(false);
  own = props.value ? JSON.parse(props.value) : null;
  block.classList.toggle('no-figure', !own);
  Object.entries(views).forEach(([name, view]) => {
    const panel = own?.figures[name];
    at(name).hidden = !panel;
    view.show(panel ?? null);
  });
  at('confusions').replaceChildren(...(own?.confusions ?? []).map(confusionTable));
  if (!own) return;
  at('slider').max = own.epochs.length;
  goTo(own.epochs.length - 1);
}

['loss', 'accuracy'].forEach((name) => {
  views[name].plot.addEventListener('drawn', () => own && markCurves(name));
});
const play = makePlayer(at('play'), block, BEAT_MS, () => step, () => own.epochs.length - 1, goTo);
at('slider').addEventListener('input', () => {
  play(false);
  goTo(Number(at('slider').value) - 1);
});
show();
watch('value', show);

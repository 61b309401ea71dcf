// The Circuit tab's instrument: one circuit, every state on the way, and everything that can be
// done to it, all in this page. See ui/circuit/lab.py. props.value is the JSON text of a circuit and
// its frames, or empty; `current()` on the node hands the circuit as it stands to the server's tools.
// The scripts beside this one are its parts and use what is declared here.

const block = element.closest('.block') || element;
const lab = make('section', 'lab');
lab.innerHTML = LAB_HTML;
element.replaceChildren(lab);
const at = (name) => lab.querySelector(`[data-is="${name}"]`);
const views = {};
let own = null;
let change = { ...UNCHANGED };
let now = null;
let before = null;
let step = 0;
let playing = 0;
let sliders = null;
let seriesTimer = 0;
let restTimer = 0;
let frameAsked = 0;
let turnAsked = 0;
let inTurn = [];

// Views that can be seen are filled first, the others when nothing has moved for a moment.
function addView(name, fill) {
  const node = at(name);
  const view = makePlotlyView(node, node, (trace, index) => name === 'drawing' && clicked(trace, index));
  const entry = { view, fill, figure: null, filled: '', seen: false, stale: true };
  new IntersectionObserver(([{ isIntersecting }]) => {
    entry.seen = isIntersecting;
    if (entry.seen && entry.stale && own) fillView(entry);
  }, { rootMargin: '100px' }).observe(node);
  views[name] = entry;
}

function fillView(entry) {
  entry.stale = false;
  entry.fill(entry.figure);
  // A gate on one qubit leaves most figures as they were.
  const filled = JSON.stringify([entry.figure.data, entry.figure.table]);
  if (filled !== entry.filled) entry.view.update();
  entry.filled = filled;
}

// One figure a frame, in turn, so that a hand that goes on moving waits for one and not for all.
function refreshViews(names) {
  names.forEach((name) => { views[name].stale = true; });
  clearTimeout(restTimer);
  restTimer = setTimeout(() => {
    if (!own) return;
    Object.values(views).filter(({ stale }) => stale).forEach(fillView);
    showFacts();
  }, 300);
  if (!turnAsked) fillNext();
}

function fillNext() {
  turnAsked = 0;
  if (!own) return;
  const waiting = inTurn.filter((name) => views[name].stale && views[name].seen);
  if (!waiting.length) return;
  const [name] = waiting;
  fillView(views[name]);
  inTurn = [...inTurn.filter((other) => other !== name), name];
  if (waiting.length > 1) turnAsked = requestAnimationFrame(fillNext);
  else inTurn = Object.keys(views);
}

function recompute() {
  now = examine(own, change);
  sliders.set(now.angles);
  showAnswer();
  showChanges();
  tellStep();
  refreshViews(Object.keys(views));
}

// The finger may move faster than the screen: only the last position of a frame counts.
function recomputeSoon() {
  if (frameAsked) return;
  frameAsked = requestAnimationFrame(() => {
    frameAsked = 0;
    recompute();
    clearTimeout(seriesTimer);
    seriesTimer = setTimeout(() => trigger('input'), 250);
  });
}

function edit(part) {
  change = { ...change, ...part };
  if (change.angles && change.angles.every((angle, k) => angle === own.angles[k])) change.angles = null;
  recomputeSoon();
}

function showAnswer() {
  const named = ({ logits }) => `${own.labels[winnerOf(logits)]} ${percent(softmaxOf(logits)[winnerOf(logits)])}`;
  const isChanged = changesInWords(own, change).length > 0;
  at('answer').textContent = isChanged ? `${named(now)}, was ${named(before)}` : named(now);
  const isBroken = change.noCnots || change.without !== null || change.layers !== 'trained';
  at('broken').textContent = isBroken ? ` (here from ${named(before)} to ${named(now)})` : '';
  const probabilities = [now, before].map(({ logits }) => softmaxOf(logits));
  at('now').replaceChildren(shareBars(own.labels, probabilities[0], isChanged ? probabilities[1] : null));
  const tables = [wayTable(own.title, 'q', '⟨Z⟩', own.labels, now)];
  if (own.control) tables.push(wayTable(own.control.title, 'unit ', 'value', own.labels, own.control));
  at('ways').replaceChildren(...tables.map((node) => make('div', 'table-frame', node)));
  [...at('ways').children].forEach((frame) => {
    frame.tabIndex = 0;
    frame.setAttribute('role', 'region');
    frame.setAttribute('aria-label', frame.querySelector('caption').textContent);
  });
}

function showChanges() {
  const parts = changesInWords(own, change);
  at('changed').hidden = !parts.length;
  at('unchanged').hidden = parts.length > 0;
  at('changes').textContent = `Changed: ${parts.join('; ')}.`;
  at('no-cnots').checked = change.noCnots;
  at(`layers-${change.layers}`).checked = true;
  at('seed').disabled = change.layers !== 'random';
  at('without').value = change.without === null ? '' : String(change.without);
  showTable();
}

function showTable() {
  if (at('compared').open) at('before-after').replaceChildren(beforeAfter(own.labels, before, now));
}

function allSeriesNow() {
  now.series ??= own.angles.map((_, j) => responseSeries(now.gates, own.n_qubits, now.angles, j));
  return now.series;
}

// Curves that take long are computed one angle at a time, so that the page goes on answering.
async function prepareSeries() {
  const mine = now;
  const series = await seriesInTurn(mine.gates, mine.angles, () => now === mine);
  if (!series) return;
  mine.series = series;
  refreshViews(['response']);
}

function reset() {
  change = { ...UNCHANGED };
  recomputeSoon();
}

function fillResponseNow(figure) {
  if (!now.series && curvesTakeLong(own)) {
    prepareSeries();
    return;
  }
  const degree = degreeOf(own);
  fillResponse(figure, allSeriesNow(), now.angles, now.values, own.cells);
  at('degree').textContent = degree === 1
    ? 'Each angle enters one rotation, so each curve is a + b·cos x + c·sin x, known exactly from three values.'
    : `Each angle enters ${degree} rotations (re-uploading), so each curve is a trigonometric polynomial of degree ${degree}, known exactly from ${2 * degree + 1} values.`;
}

function show() {
  play(false);
  block.classList.toggle('no-figure', !props.value);
  const steps = own ? own.gates.length : -1;
  own = props.value ? JSON.parse(props.value) : null;
  if (!own) return;
  markStale();
  change = { ...UNCHANGED };
  flips = { key: '', found: null };
  at('flip').disabled = true;
  if (own.gates.length !== steps) step = 0;
  before = examine(own, UNCHANGED);
  at('origin').textContent = `Each angle is tanh of a weighted sum of BERT's ${own.hidden} numbers, times a constant; π is half a turn.`;
  sliders = angleSliders(own.angles, (k, angle) => {
    edit({ angles: (change.angles || own.angles).map((old, j) => (j === k ? angle : old)) });
  });
  at('sliders').replaceChildren(sliders.node);
  at('without').replaceChildren(
    ...[['', 'no qubit'], ...own.angles.map((_, k) => [String(k), `q${k}`])].map(([value, text]) => {
      const option = make('option', '', text);
      option.value = value;
      return option;
    }),
  );
  Object.entries(views).forEach(([name, entry]) => {
    const { figure } = own.frames[name];
    entry.figure = figure;
    entry.stale = true;
    entry.view.show({ ...own.frames[name], above: '', show_table: true });
  });
  recompute();
}

addView('drawing', (figure) => fillDrawing(figure, now.gates, now.values));
const state = () => now.states[step];
addView('bloch', (figure) => fillBloch(figure, blochVectors(state(), own.n_qubits), own.spheres));
addView('paulis', (figure) => fillPaulis(figure, blochVectors(state(), own.n_qubits)));
addView('probabilities', (figure) => fillProbabilities(figure, probabilitiesOf(state()), own.n_qubits));
addView('entropies', (figure) => fillEntropies(figure, qubitEntropies(blochVectors(state(), own.n_qubits))));
addView('information', (figure) => {
  const entropies = qubitEntropies(blochVectors(state(), own.n_qubits));
  fillInformation(figure, mutualInformation(state(), own.n_qubits, entropies));
});
addView('response', fillResponseNow);
inTurn = Object.keys(views);

const on = (name, event, act) => at(name).addEventListener(event, act);
on('first', 'click', () => goTo(0));
on('previous', 'click', () => goTo(step - 1));
on('next', 'click', () => goTo(step + 1));
on('last', 'click', () => goTo(own.gates.length));
on('play', 'click', () => play(!playing));
on('slider', 'input', () => goTo(Number(at('slider').value)));
on('undo', 'click', reset);
on('flip', 'click', flip);
on('shots', 'input', showShots);
on('compared', 'toggle', showTable);
on('no-cnots', 'change', () => edit({ noCnots: at('no-cnots').checked }));
['trained', 'random', 'none'].forEach((layers) => on(`layers-${layers}`, 'change', () => edit({ layers })));
on('seed', 'input', () => edit({ seed: Math.max(0, Math.floor(Number(at('seed').value))) }));
on('without', 'change', () => edit({ without: at('without').value === '' ? null : Number(at('without').value) }));
lab.addEventListener('keydown', (event) => {
  const turn = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!turn || event.target.closest('input, select, textarea')) return;
  event.preventDefault();
  goTo(step + turn);
});

element.current = () => own && forServer(own, now, step);

// Save the drawing as it is seen, on the page's own background.
element.save = async (format) => {
  const Plotly = await plotly();
  const { plot } = views.drawing.view;
  const { width, height } = plot.layout;
  const layout = { ...plot.layout, paper_bgcolor: colourOf('--figure-paper') };
  const picture = { data: plot.data, layout, config: { displayModeBar: false } };
  const scale = format === 'png' ? 3 : 1;
  await Plotly.downloadImage(picture, { format, width, height, scale, filename: 'circuit' });
};

element.dataset.is = 'lab';
// What the drawing says beside itself stands below the part that stays in view.
at('legend').append(...at('drawing').querySelectorAll('.below, .values'));
show();
// Another text makes what the tools said of the last one old, as a change does.
watch('value', () => {
  show();
  trigger('input');
});

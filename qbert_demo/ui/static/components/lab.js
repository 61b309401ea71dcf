// The Circuit tab's instrument: one circuit, every state on the way, and everything that can be
// done to it, all in this page. See circuit/lab.py. props.value is the JSON text of a circuit and
// its frames, or empty; `current()` on the node hands the circuit as it stands to the server's tools.

const block = element.closest('.block') || element;
const lab = make('section', 'lab');
lab.innerHTML = MARKUP.lab;
element.replaceChildren(lab);
const at = (name) => lab.querySelector(`[data-is="${name}"]`);
const views = {};
let own = null;
let change = { ...UNCHANGED };
let now = null;
let before = null;
let step = 0;
let sliders = null;
let seriesTimer = 0;
let restTimer = 0;
let frameAsked = 0;

// A view that can be seen is filled at once, the others when nothing has moved for a moment.
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

function refreshViews(names) {
  names.forEach((name) => {
    views[name].stale = true;
    if (views[name].seen) fillView(views[name]);
  });
  clearTimeout(restTimer);
  restTimer = setTimeout(() => {
    Object.values(views).filter(({ stale }) => stale).forEach(fillView);
  }, 300);
}

function recompute() {
  now = examine(own, change);
  sliders.set(now.angles);
  showAnswer();
  showChanges();
  showStep();
  refreshViews(['drawing', 'response']);
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

function goTo(target) {
  step = Math.min(Math.max(target, 0), own.gates.length);
  if (step) keepInView(step - 1);
  showStep();
}

// Scroll a wide drawing so that this gate can be seen.
function keepInView(index) {
  const { plot } = views.drawing.view;
  const frame = plot.parentElement;
  const { data, layout, max_width: most } = views.drawing.figure;
  const x = (traceOf({ data }, 'gates').x[index] / layout.xaxis.range[1]) * Math.min(plot.clientWidth, most);
  if (x > frame.scrollLeft + 80 && x < frame.scrollLeft + frame.clientWidth - 60) return;
  frame.scrollTo({ left: x - frame.clientWidth / 2 });
}

function clicked(trace, index) {
  const { length } = own.gates;
  if (trace !== 'gates') return;
  if (index < length) goTo(index + 1);
  else if (index < length + own.n_qubits) goTo(length);
  else {
    const cnots = own.gates.flatMap((gate, i) => (gate.name === 'CNOT' ? [i] : []));
    goTo(cnots[index - length - own.n_qubits] + 1);
  }
}

function showStep() {
  const gate = now.gates[step - 1];
  const { length } = now.gates;
  const what = gate ? `${gateName(gate)}${gate.removed ? ' (taken out)' : ''}, ${gate.block}` : 'before the first gate, all qubits in |0⟩';
  at('step').textContent = `Step ${step} of ${length}: ${what}`;
  Object.assign(at('slider'), { max: length, value: step });
  at('slider').setAttribute('aria-valuetext', at('step').textContent);
  frameGate(views.drawing.view.plot, views.drawing.figure, now.gates, step);
  refreshViews(['bloch', 'paulis', 'probabilities', 'entropies', 'information']);
}

function showAnswer() {
  const label = own.labels[winnerOf(now.logits)];
  const share = softmaxOf(now.logits)[winnerOf(now.logits)];
  at('answer').textContent = `${changesInWords(own, change).length ? 'After your changes the' : 'The'} hybrid says ${label} (${percent(share)}).`;
  const tables = [wayTable(own.title, 'q', '⟨Z⟩', own.labels, now)];
  if (own.control) tables.push(wayTable(own.control.title, 'unit ', 'value', own.labels, own.control));
  at('ways').replaceChildren(...tables.map((node) =>
    scrollable(make('div', 'table-frame', node), node.caption.textContent)));
}

function showChanges() {
  const parts = changesInWords(own, change);
  at('changed').hidden = !parts.length;
  at('changes').textContent = `Changed: ${parts.join('; ')}.`;
  at('now').replaceChildren(
    make('p', 'verdict', at('answer').textContent),
    shareBars(own.labels, softmaxOf(now.logits), softmaxOf(before.logits)),
    make('p', 'hint', "Thick bars: now. Thin bars: this text's own circuit."),
  );
  const frame = at('before-after');
  frame.replaceChildren(beforeAfter(own.labels, before, now));
  at('no-cnots').checked = change.noCnots;
  at('identity').checked = change.identity;
  at('random').checked = change.seed !== null;
  at('seed').disabled = change.seed === null;
  at('without').value = change.without === null ? '' : String(change.without);
}

function allSeriesNow() {
  now.series ??= own.angles.map((_, j) => responseSeries(now.gates, own.n_qubits, now.angles, j));
  return now.series;
}

// Curves that take long are computed one angle at a time, so that the page goes on answering.
async function prepareSeries() {
  const mine = now;
  const series = [];
  for (let j = 0; j < own.n_qubits; j += 1) {
    await new Promise((done) => { setTimeout(done); });
    if (now !== mine) return;
    series.push(responseSeries(mine.gates, own.n_qubits, mine.angles, j));
  }
  mine.series = series;
  refreshViews(['response']);
}

function flip() {
  const found = smallestFlip(now.gates, own.n_qubits, now.head, now.angles, allSeriesNow());
  if (!found) {
    at('flip-words').textContent = 'No single angle between \u2212π and π changes the label; it takes two or more.';
    return;
  }
  const { feature, angle, change: by, label } = found;
  at('flip-words').textContent =
    `Turning q${feature}'s angle by ${signed(by, 3)} rad, from ${plain(now.angles[feature], 3)} to ${plain(angle, 3)}, `
    + `is the smallest change of one angle after which the hybrid says ${own.labels[label]}.`;
  edit({ angles: now.angles.map((old, k) => (k === feature ? angle : old)) });
}

function reset() {
  change = { ...UNCHANGED };
  at('flip-words').textContent = '';
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
  own = props.value ? JSON.parse(props.value) : null;
  if (!own) return;
  change = { ...UNCHANGED };
  at('flip-words').textContent = '';
  step = own.gates.length;
  before = examine(own, UNCHANGED);
  sliders = angleSliders(own.angles, (k, angle) => {
    edit({ angles: (change.angles || own.angles).map((old, j) => (j === k ? angle : old)) });
  });
  at('sliders').replaceChildren(sliders.node);
  at('without').replaceChildren(
    ...[['', 'none'], ...own.angles.map((_, k) => [String(k), `q${k}`])].map(([value, text]) =>
      Object.assign(make('option', '', text), { value })),
  );
  Object.entries(views).forEach(([name, entry]) => {
    const { figure } = own.frames[name];
    entry.figure = figure;
    entry.stale = true;
    entry.view.show(own.frames[name]);
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

const play = makePlayer(at('play'), block, 700, () => step, () => own.gates.length, goTo);
const on = (name, event, act) => at(name).addEventListener(event, act);
on('first', 'click', () => goTo(0));
on('previous', 'click', () => goTo(step - 1));
on('next', 'click', () => goTo(step + 1));
on('last', 'click', () => goTo(own.gates.length));
on('slider', 'input', () => goTo(Number(at('slider').value)));
on('reset', 'click', reset);
on('undo', 'click', reset);
on('flip', 'click', flip);
on('no-cnots', 'change', () => edit({ noCnots: at('no-cnots').checked }));
on('identity', 'change', () => edit({ identity: at('identity').checked }));
on('random', 'change', () => edit({ seed: at('random').checked ? Number(at('seed').value) : null }));
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
show();
// Another text makes what the tools said of the last one old, as a change does.
watch('value', () => {
  show();
  trigger('input');
});

// A training epoch by epoch, all in this page. See finetune/replay.py. props.value is the JSON text
// of its figures and of what stands in them after each epoch, or empty.

const BEAT_MS = 350;
const RACE_MS = 4000; // for all epochs, where the training itself is faster
const REST = 2;  // times as long as drawing took
const block = element.closest('.block') || element;
const root = document.createElement('section');
root.className = 'replay';
root.innerHTML = REPLAY_HTML;
element.replaceChildren(root);
const at = (name) => root.querySelector(`[data-is="${name}"]`);
const GROWING = ['loss', 'accuracy'];
const FRAMES = ['angles', 'values'];
const MORE = ['gradients', 'turns', 'courses'];
const views = Object.fromEntries([...GROWING, ...FRAMES, ...MORE].map((name) =>
  [name, makePlotlyView(at(name), at(name), () => {})]));
const prefersStill = matchMedia('(prefers-reduced-motion: reduce)');
let own = null;
let whole = {};  // The curves with all epochs that are known; figures have those that are drawn.
let drawn = 0;
let races = 0;  // Begun so far; only the last goes on.
let step = null;  // The epoch that is looked at, or nothing: for each head the one that is kept.
let playing = 0;
let frameAsked = 0;
let isUnsaved = false;

const scoreOf = (head) => own.scores.find((score) => score.head === head);

// The place of a head's epoch that is looked at; one that was stopped earlier stays as it was last.
function placeOf(head, length) {
  return step === null ? scoreOf(head).kept : Math.min(step, length - 1);
}

const written = (epoch) => Number(epoch.toFixed(2));
const share = (value) => `${(100 * value).toFixed(1)}\u00a0%`;

function spoken() {
  if (step === null) {
    const kept = own.scores.filter(({ kept }) => kept >= 0).map(({ head, epochs, shares, kept }) =>
      `${head} ${share(shares[kept])} after epoch ${written(epochs[kept])}`);
    return `Kept, with the best held-out accuracy: ${kept.join(', ')}`;
  }
  const scores = own.scores.map(({ head, shares, kept }) => {
    if (shares[step] === undefined) return own.ended ? `${head} had been stopped` : `${head} …`;
    return `${head} ${share(shares[step])}${step === kept ? ' (kept)' : ''}`;
  });
  const last = own.ended ? written(own.epochs.at(-1)) : own.planned;
  return `After epoch ${written(own.epochs[step])} of ${last}; held-out accuracy: ${scores.join(', ')}`;
}

function goTo(target) {
  step = target === null ? null : Math.min(Math.max(target, 0), own.epochs.length - 1);
  at('said').textContent = spoken();
  at('slider').value = (step ?? own.epochs.length - 1) + 1;
  at('slider').setAttribute('aria-valuetext', spoken());
  // The finger may move faster than the screen: only the last position of a frame counts.
  if (!frameAsked) frameAsked = requestAnimationFrame(showStep);
}

function tabulate(name, head, rows) {
  Object.assign(own.figures[name].figure.table, { head, rows });
  views[name].tabulate();
}

function mark(name) {
  const curves = own.figures[name].figure.data.filter(({ x }) => x.length);
  markCurves(views[name], curves, (head, n) => placeOf(head, n));
}

function showStep() {
  frameAsked = 0;
  if (!own) return;
  GROWING.forEach(mark);
  if (own.dials) {
    const { angles, names } = own.dials;
    const now = angles[placeOf('hybrid', angles.length)] ?? angles[0];
    showAngles(views.angles, own.dials, now);
    tabulate('angles', ['angle', 'rad', 'turned since the first epoch'],
      now.map((angle, i) => [names[i], plain(angle, 3), signed(angle - angles[0][i], 3)]));
    const { values } = own.bars;
    const rows = values[placeOf('hybrid', values.length)] ?? values[0];
    showValues(views.values, own.bars, rows);
    tabulate('values', ['qubit', ...rows.map((_, text) => `text ${text + 1}`)],
      rows[0].map((_, k) => [`q${k}`, ...rows.map((row) => signed(row[k], 3))]));
  }
  own.confusions.forEach((confusion, i) => {
    const { counts, head } = confusion;
    const { epochs, kept } = scoreOf(head);
    const place = Math.max(0, placeOf(head, counts.length));
    const caption = `after epoch ${written(epochs[place])}${place === kept ? ' (kept)' : ''}`;
    showConfusion(at('confusions').children[i], confusion, counts[place], caption);
  });
}

// Let the curves have so many epochs.
function cut(n) {
  drawn = Math.min(n, own.epochs.length);
  const last = own.epochs[drawn - 1];
  GROWING.forEach((name) => {
    own.figures[name].figure.data = whole[name].map((curve) => {
      const k = curve.x.filter((epoch) => epoch <= last).length;
      return { ...curve, x: curve.x.slice(0, k), y: curve.y.slice(0, k) };
    });
  });
  goTo(drawn - 1);
}

// Draw them; resolves when they stand there.
function drawTo(n) {
  cut(n);
  return Promise.all(GROWING.map(showFigure));
}

// Draw epoch after epoch until all stand there, also those that are told meanwhile. A device that
// is slow to draw skips some, and rests in between.
async function race() {
  races += 1;
  const mine = races;
  let before = performance.now();
  while (mine === races) {
    const beat = Math.min(BEAT_MS, RACE_MS / own.planned);
    const start = performance.now();
    if (drawn < own.epochs.length) {
      const isSeen = block.offsetParent && !prefersStill.matches;
      const beats = Math.max(1, Math.round((start - before) / beat));
      await drawTo(isSeen ? drawn + beats : own.epochs.length);
    } else if (own.ended) {
      await end(mine);
      return;
    }
    before = start;
    const rest = Math.max(beat, REST * (performance.now() - start));
    await new Promise((go) => setTimeout(go, rest));
  }
}

async function end(mine) {
  await drawTo(own.epochs.length);
  if (mine !== races) return;
  block.classList.remove('racing');
  root.classList.remove('live');
  isUnsaved = true;
  goTo(null);
}

function play(on) {
  clearInterval(playing);
  playing = 0;
  if (on) {
    if (step === null || step === own.epochs.length - 1) goTo(0);
    playing = setInterval(() => (step < own.epochs.length - 1 && block.offsetParent ? goTo(step + 1) : play(false)), BEAT_MS);
  }
  at('play').textContent = on ? 'Pause' : 'Play';
}

function showFigure(name) {
  const panel = own?.figures[name];
  at(name).hidden = !panel;
  return views[name].show(panel ? { above: '', show_table: true, ...panel } : null);
}

function show() {
  play(false);
  const isNew = !own || own.ended;
  own = props.value ? JSON.parse(props.value) : null;
  block.classList.toggle('no-figure', !own);
  block.classList.toggle('racing', Boolean(own?.ended));
  root.classList.add('live');
  isUnsaved = false;
  if (!own) {
    races += 1;
    return;
  }
  whole = Object.fromEntries(GROWING.map((name) => [name, own.figures[name].figure.data]));
  at('slider').max = own.epochs.length;
  at('more').hidden = !own.ended;
  if (isNew) {
    document.querySelector('#training-form > button.open')?.click();
    drawn = 0;
  }
  if (at('confusions').children.length !== own.confusions.length || isNew) {
    at('confusions').replaceChildren(...own.confusions.map(confusionTable));
  }
  if (isNew || own.ended || at('angles').hidden) FRAMES.forEach(showFigure);
  if (own.ended && at('more').open) MORE.forEach(showFigure);
  if (isNew) race();
}

GROWING.forEach((name) => {
  views[name].plot.addEventListener('drawn', () => own && mark(name));
});
at('play').addEventListener('click', () => play(!playing));
at('kept').addEventListener('click', () => {
  play(false);
  goTo(null);
});
at('skip').addEventListener('click', () => drawTo(own.epochs.length));
at('slider').addEventListener('input', () => {
  play(false);
  goTo(Number(at('slider').value) - 1);
});
at('more').addEventListener('toggle', () => at('more').open && MORE.forEach(showFigure));
document.addEventListener('heads-saved', () => { isUnsaved = false; });
window.addEventListener('beforeunload', (event) => isUnsaved && event.preventDefault());
show();
watch('value', show);

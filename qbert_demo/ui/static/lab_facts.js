// The Circuit tab's two facts about a whole circuit: the smallest turn of one angle that gives
// another label, and how many shots make the answer steady. Both are found when nothing moves.

const SHOTS_BEFORE_ROUNDING = 100;
let flips = { key: '', found: null };
let counted = {};

// Series of every angle, computed one by one where they take long; null if `isStill` ends.
async function seriesInTurn(gates, angles, isStill) {
  const series = [];
  const isLong = curvesTakeLong(own);
  for (let j = 0; j < own.n_qubits; j += 1) {
    if (isLong) await new Promise((done) => { setTimeout(done); });
    if (!isStill()) return null;
    series.push(responseSeries(gates, own.n_qubits, angles, j));
  }
  return series;
}

// The smallest flip of the text's own angles, whatever they were turned to since.
async function showFlip() {
  const key = JSON.stringify({ ...change, angles: null });
  if (flips.key === key) return;
  const mine = own;
  flips = { key, found: null };
  at('flip').disabled = true;
  at('flip-words').textContent = 'Looking for the smallest turn that flips the label …';
  const { gates, head, angles } = examine(own, { ...change, angles: null });
  const series = await seriesInTurn(gates, angles, () => own === mine && flips.key === key);
  if (!series) return;
  flips.found = smallestFlip(gates, own.n_qubits, head, angles, series);
  at('flip').disabled = !flips.found;
  at('flip-words').textContent = flips.found
    ? flipInWords(flips.found, angles)
    : 'No single angle between \u2212π and π changes the label; it takes two or more.';
}

function flipInWords({ feature, angle, change: by, label }, angles) {
  return `Smallest turn that flips the label: q${feature} by ${signed(by, 3)} rad, from `
    + `${plain(angles[feature], 3)} to ${plain(angle, 3)}; then ${own.labels[label]}.`;
}

function flip() {
  const { feature, angle } = flips.found;
  edit({ angles: own.angles.map((old, k) => (k === feature ? angle : old)) });
}

function showShots() {
  const { runs, enough, most } = own.shots;
  const shots = Math.floor(Number(at('shots').value));
  if (!(shots >= 1 && shots <= most)) {
    counted = {};
    at('shots-words').textContent = `Type a whole number from 1 to ${most.toLocaleString('en')}.`;
    return;
  }
  if (counted.of === now && counted.shots === shots) return;
  counted = { of: now, shots };
  const last = now.states[now.gates.length];
  const sampler = shotSampler(probabilitiesOf(last), now.head, own.n_qubits, runs);
  const steady = steadyShots(sampler, enough, most);
  const label = own.labels[sampler.winner];
  const needed = steady ? `about ${rounded(steady)} shots are` : `more than ${most.toLocaleString('en')} shots would be`;
  at('shots-words').textContent =
    `${percent(sampler.share(shots))} of runs say ${label}; ${needed} needed for ${percent(enough)}.`;
}

function rounded(shots) {
  const unit = shots < SHOTS_BEFORE_ROUNDING ? 1 : 10 ** (Math.floor(Math.log10(shots)) - 1);
  return (unit * Math.round(shots / unit)).toLocaleString('en');
}

function showFacts() {
  showFlip();
  showShots();
}

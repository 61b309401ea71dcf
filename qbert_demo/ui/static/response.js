// How the answer depends on each encoding angle, all others fixed, without asking the server.
// Needs statevector.js. `head` is {weight: [[one per qubit] per label], bias: [one per label]}.
// One angle x in `degree` gates makes every <Z> a trigonometric polynomial of that degree,
// {constant, cos: [...], sin: [...]} with degrees from 1 (Schuld et al., arXiv:2008.08605).

// The gates with these encoding angles filled in; gates without one are shared.
function encode(gates, angles) {
  return gates.map((gate) =>
    gate.feature === null ? gate : { ...gate, angles: [angles[gate.feature]] });
}

// <Z> of each qubit for these encoding angles.
function valuesOf(gates, n, angles) {
  return expectationsZ(runCircuit(encode(gates, angles), n), n);
}

function logitsOf(values, head) {
  return head.weight.map((row, label) =>
    row.reduce((sum, weight, k) => sum + weight * values[k], head.bias[label]));
}

function softmaxOf(logits) {
  const top = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - top));
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

// Index of the largest logit, the first of equals.
function winnerOf(logits) {
  return logits.indexOf(Math.max(...logits));
}

// <Z> of each qubit at each x of one encoding angle; the gates before its first run once.
function valuesAlong(gates, n, angles, feature, points) {
  const encoded = encode(gates, angles);
  const first = encoded.findIndex((gate) => gate.feature === feature);
  const before = runCircuit(encoded, n, Math.max(first, 0));
  return points.map((x) => {
    const state = copyState(before);
    encoded.slice(Math.max(first, 0)).forEach((gate) =>
      applyGate(state, n, gate.feature === feature ? { ...gate, angles: [x] } : gate));
    return expectationsZ(state, n);
  });
}

// Each qubit's <Z> as a function of one encoding angle, by discrete Fourier transform.
function responseSeries(gates, n, angles, feature) {
  const degree = gates.filter((gate) => gate.feature === feature && !gate.removed).length;
  const count = 2 * degree + 1;
  const points = Array.from({ length: count }, (_, j) => (2 * Math.PI * j) / count);
  const values = valuesAlong(gates, n, angles, feature, points);
  const degrees = Array.from({ length: degree }, (_, d) => d + 1);
  const series = Array.from({ length: n }, (_, k) => {
    const overlap = (wave) =>
      points.reduce((sum, x, j) => sum + wave(x) * values[j][k], 0) * (2 / count);
    return {
      constant: overlap(() => 0.5),
      cos: degrees.map((d) => overlap((x) => Math.cos(d * x))),
      sin: degrees.map((d) => overlap((x) => Math.sin(d * x))),
    };
  });
  return { degree, series };
}

function seriesAt({ constant, cos, sin }, x) {
  const c = Math.cos(x);
  const s = Math.sin(x);
  let value = constant;
  let [cd, sd] = [c, s];
  for (let d = 0; d < cos.length; d += 1) {
    value += cos[d] * cd + sin[d] * sd;
    [cd, sd] = [cd * c - sd * s, sd * c + cd * s];
  }
  return value;
}

function derivativeOf({ cos, sin }) {
  return {
    constant: 0,
    cos: sin.map((value, d) => (d + 1) * value),
    sin: cos.map((value, d) => -(d + 1) * value),
  };
}

// The logit of `label` less that of `other`, as a series of the same angle.
function marginSeries(series, head, label, other) {
  const weights = head.weight[label].map((weight, k) => weight - head.weight[other][k]);
  const mixed = (part) => weights.reduce((sum, weight, k) => sum + weight * part(series[k]), 0);
  return {
    constant: mixed((one) => one.constant) + head.bias[label] - head.bias[other],
    cos: series[0].cos.map((_, d) => mixed((one) => one.cos[d])),
    sin: series[0].sin.map((_, d) => mixed((one) => one.sin[d])),
  };
}

// Where the series changes its sign between neighbours of these ascending points, to 1e-12.
function signChanges(one, points) {
  const roots = [];
  const isPositive = points.map((x) => seriesAt(one, x) > 0);
  for (let j = 1; j < points.length; j += 1) {
    if (isPositive[j - 1] === isPositive[j]) continue;
    let [low, high] = [points[j - 1], points[j]];
    while (high - low > 1e-12) {
      const middle = (low + high) / 2;
      if (seriesAt(one, middle) > 0 === isPositive[j]) high = middle;
      else low = middle;
    }
    roots.push((low + high) / 2);
  }
  return roots;
}

// Zeros of a series in [-pi, pi]. Degree 1 is A + B cos x + C sin x = 0. For higher ones the
// extrema join the grid, so that two crossings close to each other are not stepped over.
function rootsOf(one, present) {
  const degree = one.cos.length;
  if (degree === 0) return [];
  if (degree === 1) {
    const size = Math.hypot(one.cos[0], one.sin[0]);
    if (Math.abs(one.constant) >= size) return [];
    const middle = Math.atan2(one.sin[0], one.cos[0]);
    const a = one.constant;
    const half = Math.atan2(Math.sqrt((size - a) * (size + a)), -a);
    return [middle - half, middle + half].map((x) => Math.atan2(Math.sin(x), Math.cos(x)));
  }
  const count = 64 * degree;
  const grid = Array.from({ length: count + 1 }, (_, j) => Math.PI * ((2 * j) / count - 1));
  const extrema = signChanges(derivativeOf(one), grid);
  return signChanges(one, [...grid, ...extrema, present].sort((a, b) => a - b));
}

// The smallest change of one encoding angle, within [-pi, pi], that gives another label:
// {feature, angle, change, label}, or null. The angle lies a hair beyond the crossing.
function smallestFlip(gates, n, head, angles, allSeries) {
  const hair = 1e-9;
  const labelFor = (changed) => winnerOf(logitsOf(valuesOf(gates, n, changed), head));
  const label = labelFor(angles);
  const others = head.bias.map((_, other) => other).filter((other) => other !== label);
  const candidates = allSeries.flatMap(({ series }, feature) =>
    others
      .flatMap((other) => rootsOf(marginSeries(series, head, label, other), angles[feature]))
      .flatMap((root) => [root - hair, root + hair])
      .map((x) => {
        const angle = Math.min(Math.max(x, -Math.PI), Math.PI);
        return { feature, angle, change: angle - angles[feature] };
      }));
  candidates.sort((a, b) => Math.abs(a.change) - Math.abs(b.change));
  for (const { feature, angle, change } of candidates) {
    const reached = labelFor(angles.map((old, k) => (k === feature ? angle : old)));
    if (reached !== label) return { feature, angle, change, label: reached };
  }
  return null;
}

// Angles uniform in [0, 2 pi) from a seeded generator (mulberry32).
function randomAngles(count, seed) {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * 2 * Math.PI;
  });
}

// Exact state vectors of a circuit in the browser, and what can be read off them.
// A gate is {name, wires, angles, feature, removed}, a state {re: Float64Array, im: Float64Array}.
// Angles are radians; wire 0 is the most significant bit; entropies are in bits. See trace.py.

// A rotation by `angle` about the axis (x, y, z): cos(angle/2) - i sin(angle/2) (xX + yY + zZ).
function rotationMatrix(angle, [x, y, z]) {
  const c = Math.cos(angle / 2);
  const s = Math.sin(angle / 2);
  return { re: [[c, -s * y], [s * y, c]], im: [[-s * z, -s * x], [-s * x, s * z]] };
}

// Rot(phi, theta, omega) is RZ(omega) RY(theta) RZ(phi).
function rotMatrix([phi, theta, omega]) {
  const c = Math.cos(theta / 2);
  const s = Math.sin(theta / 2);
  const half = (phi + omega) / 2;
  const off = (phi - omega) / 2;
  const re = [
    [c * Math.cos(half), -s * Math.cos(off)],
    [s * Math.cos(off), c * Math.cos(half)],
  ];
  const im = [
    [-c * Math.sin(half), -s * Math.sin(off)],
    [-s * Math.sin(off), c * Math.sin(half)],
  ];
  return { re, im };
}

// Rows of {re, im}, 2x2, or 4x4 with the control first; the same for a removed gate.
function gateMatrix(gate) {
  const zeros = (size) => Array.from({ length: size }, () => new Array(size).fill(0));
  switch (gate.name) {
    case 'RX': return rotationMatrix(gate.angles[0], [1, 0, 0]);
    case 'RY': return rotationMatrix(gate.angles[0], [0, 1, 0]);
    case 'RZ': return rotationMatrix(gate.angles[0], [0, 0, 1]);
    case 'Rot': return rotMatrix(gate.angles);
    case 'Hadamard':
      return { re: [[Math.SQRT1_2, Math.SQRT1_2], [Math.SQRT1_2, -Math.SQRT1_2]], im: zeros(2) };
    case 'CNOT':
      return { re: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], im: zeros(4) };
    default: throw new Error(`No gate is called '${gate.name}'.`);
  }
}

function zeroState(n) {
  const state = { re: new Float64Array(2 ** n), im: new Float64Array(2 ** n) };
  state.re[0] = 1;
  return state;
}

function copyState(state) {
  return { re: state.re.slice(), im: state.im.slice() };
}

// How far apart the two basis states are that differ in this wire only.
function strideOf(wire, n) {
  return 1 << (n - 1 - wire);
}

function applyCnot({ re, im }, control, target) {
  for (let i = 0; i < re.length; i += 1) {
    if (!(i & control) || i & target) continue;
    const j = i | target;
    [re[i], re[j]] = [re[j], re[i]];
    [im[i], im[j]] = [im[j], im[i]];
  }
}

function applyMatrix({ re, im }, stride, matrix) {
  const [[r00, r01], [r10, r11]] = matrix.re;
  const [[i00, i01], [i10, i11]] = matrix.im;
  for (let start = 0; start < re.length; start += 2 * stride) {
    for (let i = start; i < start + stride; i += 1) {
      const j = i + stride;
      const a = re[i];
      const b = im[i];
      const c = re[j];
      const d = im[j];
      re[i] = r00 * a - i00 * b + r01 * c - i01 * d;
      im[i] = r00 * b + i00 * a + r01 * d + i01 * c;
      re[j] = r10 * a - i10 * b + r11 * c - i11 * d;
      im[j] = r10 * b + i10 * a + r11 * d + i11 * c;
    }
  }
}

// Change the state in place; a removed gate leaves it as it is.
function applyGate(state, n, gate) {
  if (gate.removed) return;
  const [first, second] = gate.wires.map((wire) => strideOf(wire, n));
  if (gate.name === 'CNOT') applyCnot(state, first, second);
  else applyMatrix(state, first, gateMatrix(gate));
}

// The state after the first `upTo` gates.
function runCircuit(gates, n, upTo = gates.length) {
  const state = zeroState(n);
  for (let step = 0; step < upTo; step += 1) applyGate(state, n, gates[step]);
  return state;
}

// The state before the first gate and after each one.
function allStates(gates, n) {
  const states = [zeroState(n)];
  gates.forEach((gate, step) => {
    const next = copyState(states[step]);
    applyGate(next, n, gate);
    states.push(next);
  });
  return states;
}

function probabilitiesOf({ re, im }) {
  return re.map((value, i) => value * value + im[i] * im[i]);
}

// <X>, <Y>, <Z> of each qubit.
function blochVectors({ re, im }, n) {
  return Array.from({ length: n }, (_, wire) => {
    const stride = strideOf(wire, n);
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = 0; i < re.length; i += 1) {
      if (i & stride) continue;
      const j = i | stride;
      x += 2 * (re[i] * re[j] + im[i] * im[j]);
      y += 2 * (re[i] * im[j] - im[i] * re[j]);
      z += re[i] * re[i] + im[i] * im[i] - re[j] * re[j] - im[j] * im[j];
    }
    return [x, y, z];
  });
}

function expectationsZ(state, n) {
  const probabilities = probabilitiesOf(state);
  return Array.from({ length: n }, (_, wire) => {
    const stride = strideOf(wire, n);
    return probabilities.reduce((sum, p, i) => (i & stride ? sum - p : sum + p), 0);
  });
}

function entropyOf(eigenvalues) {
  const bits = eigenvalues.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
  return Math.max(bits, 0);
}

// A qubit's eigenvalues are (1 +- r) / 2, r being the length of its Bloch vector.
function qubitEntropies(bloch) {
  return bloch.map((vector) => {
    const r = Math.min(Math.hypot(...vector), 1);
    return entropyOf([(1 + r) / 2, (1 - r) / 2]);
  });
}

// Meyer and Wallach's measure of a state: 0 if no qubit is entangled, at most 1.
function entanglingOf(bloch) {
  const purity = (vector) => vector.reduce((sum, value) => sum + value * value, 0);
  return 1 - bloch.reduce((sum, vector) => sum + purity(vector), 0) / bloch.length;
}

// Density matrix of two qubits: 16 real and 16 imaginary parts, row by row.
function pairDensity(state, n, pair) {
  const [a, b] = pair.map((wire) => strideOf(wire, n));
  const offsets = [0, b, a, a | b];
  const re = new Float64Array(16);
  const im = new Float64Array(16);
  for (let i = 0; i < state.re.length; i += 1) {
    if (i & (a | b)) continue;
    for (let p = 0; p < 4; p += 1) {
      const x = state.re[i | offsets[p]];
      const y = state.im[i | offsets[p]];
      for (let q = p; q < 4; q += 1) {
        const u = state.re[i | offsets[q]];
        const v = state.im[i | offsets[q]];
        re[4 * p + q] += x * u + y * v;
        im[4 * p + q] += y * u - x * v;
      }
    }
  }
  for (let p = 1; p < 4; p += 1) {
    for (let q = 0; q < p; q += 1) {
      re[4 * p + q] = re[4 * q + p];
      im[4 * p + q] = -im[4 * q + p];
    }
  }
  return { re, im };
}

// One Jacobi rotation: the entry (p, q) of a 4x4 Hermitian matrix becomes zero.
function rotateAway({ re, im }, p, q) {
  const size = Math.hypot(re[4 * p + q], im[4 * p + q]);
  if (size < 1e-200) return;
  const cosPhase = re[4 * p + q] / size;
  const sinPhase = im[4 * p + q] / size;
  const tau = (re[5 * q] - re[5 * p]) / (2 * size);
  const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(tau, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  re[5 * p] -= t * size;
  re[5 * q] += t * size;
  re[4 * p + q] = im[4 * p + q] = re[4 * q + p] = im[4 * q + p] = 0;
  for (let k = 0; k < 4; k += 1) {
    if (k === p || k === q) continue;
    const kp = 4 * k + p;
    const kq = 4 * k + q;
    const [a, b, u, v] = [re[kp], im[kp], re[kq], im[kq]];
    re[kp] = c * a - s * (cosPhase * u + sinPhase * v);
    im[kp] = c * b - s * (cosPhase * v - sinPhase * u);
    re[kq] = s * (cosPhase * a - sinPhase * b) + c * u;
    im[kq] = s * (cosPhase * b + sinPhase * a) + c * v;
    re[4 * p + k] = re[kp];
    im[4 * p + k] = -im[kp];
    re[4 * q + k] = re[kq];
    im[4 * q + k] = -im[kq];
  }
}

// Eigenvalues of a 4x4 Hermitian matrix by cyclic Jacobi, which converges quadratically.
function hermitianEigenvalues(matrix) {
  const pairs = [[0, 1], [2, 3], [0, 2], [1, 3], [0, 3], [1, 2]];
  const isDiagonal = () =>
    pairs.every(([p, q]) => Math.hypot(matrix.re[4 * p + q], matrix.im[4 * p + q]) < 1e-15);
  for (let sweep = 0; sweep < 30 && !isDiagonal(); sweep += 1) {
    pairs.forEach(([p, q]) => rotateAway(matrix, p, q));
  }
  return [0, 5, 10, 15].map((k) => matrix.re[k]);
}

// Mutual information of every pair of qubits, n x n with a zero diagonal.
function mutualInformation(state, n, entropies) {
  const mutual = Array.from({ length: n }, () => new Array(n).fill(0));
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const joint = entropyOf(hermitianEigenvalues(pairDensity(state, n, [i, j])));
      mutual[i][j] = mutual[j][i] = Math.max(entropies[i] + entropies[j] - joint, 0);
    }
  }
  return mutual;
}

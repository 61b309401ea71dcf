// What can be done to a circuit in the Circuit tab, and what is then known about it. `own` is the
// circuit of the text as the server sent it; it is never changed.

// `layers` are the trained ones, random ones of this seed, or none.
const UNCHANGED = { angles: null, noCnots: false, without: null, layers: 'trained', seed: 0 };

// The gates after a visitor's changes; those taken out stay in their places, marked.
function changedGates(own, change) {
  const gates = own.gates.map((gate) => {
    const removed = (change.noCnots && gate.name === 'CNOT')
      || (change.layers === 'none' && gate.block.startsWith('layer'))
      || (change.without !== null && gate.wires.includes(change.without));
    return { ...gate, removed };
  });
  if (change.layers === 'random') {
    const trained = gates.filter((gate) => gate.feature === null && gate.angles.length);
    const drawn = randomAngles(trained.reduce((sum, gate) => sum + gate.angles.length, 0), change.seed);
    trained.forEach((gate) => {
      gate.angles = gate.angles.map(() => drawn.shift());
      gate.origins = gate.origins.map(() => `random, seed ${change.seed}`);
    });
  }
  return encode(gates, change.angles || own.angles);
}

// Everything there is to know about the circuit after these changes, with every state on the way.
function examine(own, change) {
  const gates = changedGates(own, change);
  const states = allStates(gates, own.n_qubits);
  const last = states[gates.length];
  const values = expectationsZ(last, own.n_qubits);
  const weight = own.head.weight.map((row) => row.map((w, k) => (k === change.without ? 0 : w)));
  const head = { weight, bias: own.head.bias };
  const entropies = qubitEntropies(blochVectors(last, own.n_qubits));
  const angles = change.angles || own.angles;
  return { gates, angles, states, values, head, logits: logitsOf(values, head), entropies };
}

// The changes in words, one a part; empty for the text's own circuit.
function changesInWords(own, change) {
  const parts = [];
  if (change.angles) {
    const turned = own.angles.flatMap((angle, k) => (angle === change.angles[k] ? [] : [`q${k}`]));
    parts.push(`the angle of ${turned.join(', ')}`);
  }
  if (change.noCnots) parts.push('no CNOTs');
  if (change.without !== null) parts.push(`q${change.without} taken out`);
  if (change.layers === 'random') parts.push(`random weights (seed ${change.seed})`);
  if (change.layers === 'none') parts.push('no trained layers');
  return parts;
}

// How many rotations carry the same angle.
const degreeOf = (own) => own.gates.filter((gate) => gate.feature === 0).length;

// Whether the curves of all angles take so long that they must be computed one by one.
function curvesTakeLong(own) {
  const runs = own.n_qubits * (2 * degreeOf(own) + 1);
  return runs * own.gates.length * 2 ** own.n_qubits > 3e6;
}

// What the page shows after `step` gates, as the server wants it for its tools.
function forServer(own, now, step) {
  const bloch = blochVectors(now.states[step], own.n_qubits);
  const entropies = qubitEntropies(bloch);
  return {
    n_qubits: own.n_qubits,
    gates: now.gates.filter((gate) => !gate.removed).map(({ name, wires, angles }) => ({ name, wires, angles })),
    step: now.gates.slice(0, step).filter((gate) => !gate.removed).length,
    head: now.head,
    labels: own.labels,
    shown: {
      bloch,
      probabilities: [...probabilitiesOf(now.states[step])],
      entropies: [...entropies],
      mutual_information: mutualInformation(now.states[step], own.n_qubits, entropies),
      expectation_values: [...now.values],
    },
  };
}

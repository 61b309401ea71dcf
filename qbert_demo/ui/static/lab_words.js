// Numbers and gates in words, as figures/theme.py and figures/circuit.py write them.

const MINUS = '\u2212';

function signed(value, digits = 2) {
  const text = value.toFixed(digits);
  if (Number(text) === 0) return (0).toFixed(digits);
  return value < 0 ? MINUS + text.slice(1) : `+${text}`;
}

function plain(value, digits = 2) {
  return signed(value, digits).replace('+', '');
}

function percent(share) {
  const value = 100 * share;
  if (value < 0.1) return '<0.1\u00a0%';
  if (value > 99.9) return '>99.9\u00a0%';
  return `${value.toFixed(value >= 1 && value < 99 ? 0 : 1)}\u00a0%`;
}

function radians(angle, digits = 2) {
  return `${plain(angle, digits)} rad = ${plain(angle / Math.PI)} π`;
}

function complex(re, im) {
  if (Math.abs(im) < 0.005) return plain(re);
  const turn = `${plain(im)}i`;
  if (Math.abs(re) < 0.005) return turn;
  return plain(re) + (im < 0 ? turn : `+${turn}`);
}

// A gate in a few words: "CNOT q0 → q1".
function gateName(gate) {
  return `${gate.name} ${gate.wires.map((wire) => `q${wire}`).join(' → ')}`;
}

// What stands in a gate's box.
function gateLabel(gate) {
  if (gate.removed) return '';
  if (!gate.angles.length) return gate.name === 'Hadamard' ? 'H' : gate.name;
  return `<b>${gate.name}</b><br>${gate.angles.map((angle) => plain(angle)).join('  ')}`;
}

// What hovering over a gate tells: name, wires, angles and their origin, matrix, part.
function describeGate(gate) {
  const lines = [`<b>${gate.name}</b> on q${gate.wires[0]}`];
  if (gate.name === 'CNOT') {
    lines[0] = `<b>CNOT</b> control q${gate.wires[0]}, target q${gate.wires[1]}`;
  }
  const names = gate.angles.length === 3 ? ['φ', 'θ', 'ω'] : ['angle'];
  gate.angles.forEach((angle, i) => {
    lines.push(`${names[i]} = ${radians(angle, 3)}, ${gate.origins[i]}`);
  });
  if (gate.removed) return [...lines, 'taken out', gate.block].join('<br>');
  const { re, im } = gateMatrix(gate);
  const rows = re.map((row, i) => row.map((x, j) => complex(x, im[i][j])));
  const widest = Math.max(...rows.flat().map((text) => text.length));
  const shown = rows.map((row) => row.map((text) => text.padStart(widest, '\u00a0')).join('\u00a0\u00a0'));
  lines.push('matrix');
  lines.push(...shown.map((row) => `<span style="font-family:monospace">${row}</span>`));
  return [...lines, gate.block].join('<br>');
}

const bits = (before, after) => `${plain(before)} to ${plain(after)} bit`;

// What a gate has done, with numbers: "Rot turns q3 by ...", "CNOT ties q1 to q3: ...".
function stepInWords(own, now, step) {
  if (!step) return 'before the first gate every qubit is in |0⟩ and knows nothing of the sentence.';
  const gate = now.gates[step - 1];
  if (gate.removed) return `${gateName(gate)} is taken out, so nothing happens.`;
  const [before, after] = [step - 1, step].map((at) => blochVectors(now.states[at], own.n_qubits));
  const entropies = [before, after].map(qubitEntropies);
  if (gate.name === 'CNOT') return cnotInWords(gate.wires, ...entropies);
  const [k] = gate.wires;
  const act = gate.name === 'Hadamard' ? `puts q${k} between |0⟩ and |1⟩` : `turns q${k} by ${turnInWords(own, gate)}`;
  const tied = entropies[1].some((entropy) => entropy > 0.005)
    ? `its entropy stays ${plain(entropies[1][k])} bit` : 'nothing is entangled yet';
  return `${gate.name} ${act}: ⟨Z⟩ ${signed(before[k][2])} to ${signed(after[k][2])}; ${tied}.`;
}

function turnInWords(own, { feature, angles, origins }) {
  if (feature === null) {
    const kind = origins[0].startsWith('random') ? 'random' : 'trained';
    return angles.length === 3 ? `its three ${kind} angles` : `its ${kind} angle, ${plain(angles[0])} rad`;
  }
  const angle = `${plain(angles[0])} rad`;
  if (angles[0] !== own.angles[feature]) return `${angle}, the angle you set`;
  return `${angle} (π × tanh of a weighted sum of BERT's ${own.hidden} numbers)`;
}

// How much all qubits are entangled now and at the end, and what is usual at the end.
function entangledInWords(own, now, step) {
  const [here, end] = [step, now.gates.length]
    .map((at) => plain(Math.max(entanglingOf(blochVectors(now.states[at], own.n_qubits)), 0)));
  const words = `Entanglement of all qubits (Meyer and Wallach; 0 = none, 1 = as much as possible): ${here} now, ${end} after the last gate.`;
  if (!own.usual) return words;
  const { mean, random, low, high } = own.usual;
  return `${words} There the judged texts have ${plain(mean)} on average, and with random angles in the trained gates ${plain(random)} (${plain(low)} to ${plain(high)}).`;
}

function cnotInWords([control, target], before, after) {
  const changes = [control, target].map((k) => after[k] - before[k]);
  const most = Math.abs(changes[0]) > Math.abs(changes[1]) ? changes[0] : changes[1];
  if (Math.abs(most) < 0.005) {
    return `CNOT flips q${target} where q${control} is 1; entropies stay, q${target}'s at ${plain(after[target])} bit.`;
  }
  const act = most > 0 ? `ties q${control} to q${target}` : `loosens q${target} from q${control}`;
  const [one, other] = [control, target].map((k) => `q${k} ${plain(before[k])} to ${plain(after[k])}`);
  return `CNOT ${act}: entropy of ${one} and ${other} bit.`;
}

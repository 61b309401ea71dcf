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

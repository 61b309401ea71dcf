// Fills the frames of the Circuit tab (figures/states.py, figures/response.py) with values.

const traceOf = (figure, name) => figure.data.find((trace) => trace.name === name);
const ketOf = (index, n) => index.toString(2).padStart(n, '0');
const digits3 = (value) => plain(value, 3);

function table(head, rows) {
  return { head, rows };
}

// The drawing: angles, hover texts, measured values, and what is taken out.
function fillDrawing(figure, gates, values) {
  const n = values.length;
  const points = traceOf(figure, 'gates');
  const labels = traceOf(figure, 'labels');
  const boxed = gates.filter((gate) => gate.name !== 'CNOT');
  const cnots = gates.filter((gate) => gate.name === 'CNOT');
  labels.text = [...boxed.map(gateLabel), ...values.map((z) => `⟨Z⟩<br>${signed(z)}`)];
  points.hovertext = [
    ...gates.map(describeGate),
    ...values.map((z, k) => `<b>⟨Z⟩</b> measured on q${k}: ${signed(z, 4)}`),
    ...cnots.map(describeGate),
  ];
  const out = gates.flatMap((gate, i) => (gate.removed ? gatePlaces(points, gates, i) : []));
  let crosses = traceOf(figure, 'taken out');
  if (!crosses) {
    const marker = { symbol: 'x', size: 16, color: 'var(--problem)' };
    crosses = { type: 'scatter', name: 'taken out', mode: 'markers', hoverinfo: 'skip', marker };
    figure.data.splice(figure.data.length - 1, 0, crosses);
  }
  crosses.x = out.map(({ x }) => x);
  crosses.y = out.map(({ y }) => y);
  figure.table.rows = gates.map((gate, i) => [
    String(i + 1), gate.name, gate.wires.map((wire) => `q${wire}`).join(' → '),
    gate.angles.map((angle) => plain(angle, 4)).join(', '), gate.origins.join(', '), gate.block,
  ]);
}

// Where a gate is drawn: its first wire, and a CNOT's target too.
function gatePlaces(points, gates, index) {
  const at = (i) => ({ x: points.x[i], y: points.y[i] });
  if (gates[index].name !== 'CNOT') return [at(index)];
  const before = gates.slice(0, index).filter((gate) => gate.name === 'CNOT').length;
  const cnots = gates.filter((gate) => gate.name === 'CNOT').length;
  return [at(index), at(points.x.length - cnots + before)];
}

// Frame the gate just done. The frames lie over the drawing, which is not drawn again for them.
function frameGate(plot, figure, gates, step) {
  plot.querySelectorAll('.just-done').forEach((node) => node.remove());
  if (!step) return;
  const isBox = gates[step - 1].name !== 'CNOT';
  const points = traceOf(figure, 'gates');
  gatePlaces(points, gates, step - 1).forEach(({ x, y }) => {
    const node = document.createElement('span');
    node.className = isBox ? 'just-done box' : 'just-done';
    if (isBox) node.style.width = `calc(${(100 * points.customdata[step - 1]) / figure.layout.xaxis.range[1]}% + 6px)`;
    node.style.left = `${(100 * x) / figure.layout.xaxis.range[1]}%`;
    node.style.top = `${figure.rows.top + y * figure.rows.pitch}px`;
    plot.append(node);
  });
}

function fillBloch(figure, bloch, { projection, middles, radius }) {
  const [arrows, tips, lengths] = ['arrows', 'tips', 'lengths'].map((name) => traceOf(figure, name));
  const ends = bloch.map((vector, k) => {
    const [right, up] = projection.map((row) => row.reduce((sum, a, i) => sum + a * vector[i], 0));
    return [middles[k][0] + radius * right, middles[k][1] - radius * up];
  });
  const size = bloch.map((vector) => Math.hypot(...vector));
  arrows.x = ends.flatMap(([x], k) => [middles[k][0], x, null]);
  arrows.y = ends.flatMap(([, y], k) => [middles[k][1], y, null]);
  arrows.hoverinfo = 'skip';
  tips.x = ends.map(([x]) => x);
  tips.y = ends.map(([, y]) => y);
  tips.text = bloch.map((vector, k) => `q${k}: (${vector.map(digits3).join(', ')}), length ${digits3(size[k])}`);
  lengths.text = size.map((length) => `length ${plain(length)}`);
  figure.table = table(
    ['qubit', '⟨X⟩', '⟨Y⟩', '⟨Z⟩', 'length'],
    bloch.map((vector, k) => [`q${k}`, ...vector.map((v) => signed(v, 4)), plain(size[k], 4)]),
  );
}

function fillPaulis(figure, bloch) {
  ['X', 'Y', 'Z'].forEach((name, i) => {
    const values = bloch.map((vector) => vector[i]);
    const bars = traceOf(figure, name);
    bars.x = values;
    bars.marker.color = values.map((value) => (value < 0 ? '#CC79A7' : '#009E73'));
    traceOf(figure, `${name} written`).text = values.map((value) => ` ${signed(value)}`);
  });
  figure.table = table(
    ['qubit', '⟨X⟩', '⟨Y⟩', '⟨Z⟩'],
    bloch.map((vector, k) => [`q${k}`, ...vector.map((v) => signed(v, 4))]),
  );
}

function fillEntropies(figure, entropies) {
  traceOf(figure, 'entropy').x = entropies;
  traceOf(figure, 'entropy written').text = entropies.map((bits) => ` ${digits3(bits)}`);
  figure.table = table(
    ['qubit', 'entropy in bits'], entropies.map((bits, k) => [`q${k}`, plain(bits, 4)]),
  );
}

// The smallest of a few round ends that holds the largest value.
const scaleEnd = (values) => [0.05, 0.1, 0.2, 0.5, 1].find((end) => Math.max(...values) <= end * 1.001) || 1;

// All basis states in order, or the most probable first where not all of them are shown.
function fillProbabilities(figure, probabilities, n) {
  const bars = traceOf(figure, 'probabilities');
  const room = bars.x.length;
  let shown = [...probabilities.keys()];
  if (room < shown.length) {
    shown = shown.sort((a, b) => probabilities[b] - probabilities[a] || a - b).slice(0, room);
  }
  const kets = shown.map((index) => ketOf(index, n));
  const end = scaleEnd(shown.map((index) => probabilities[index]));
  const axis = figure.layout.yaxis;
  axis.range = [0, end];
  axis.tickvals = [0, 0.25, 0.5, 0.75, 1].map((share) => share * end);
  bars.y = shown.map((index) => probabilities[index]);
  bars.customdata = kets;
  figure.layout.xaxis.ticktext = kets;
  figure.table = table(
    ['basis state', 'probability'],
    shown.map((index, i) => [`|${kets[i]}⟩`, plain(probabilities[index], 4)]),
  );
}

function fillInformation(figure, information) {
  const heat = traceOf(figure, 'information');
  const n = information.length;
  // Colour goes with the root, on which small values differ too.
  heat.z = information.map((row, i) => row.map((bits, j) => (i === j ? null : Math.sqrt(bits))));
  heat.customdata = information;
  heat.text = information.map((row, i) => row.map((bits, j) => (i === j ? '' : plain(bits))));
  const pairs = [];
  for (let i = 0; i < n; i += 1) for (let j = i + 1; j < n; j += 1) pairs.push([i, j]);
  figure.table = table(
    ['pair', 'mutual information in bits'],
    pairs.map(([i, j]) => [`q${i} and q${j}`, plain(information[i][j], 4)]),
  );
}

// Curves of every <Z_k> over every angle, and where this text stands on them.
function fillResponse(figure, allSeries, angles, values, { cells, width, height }) {
  const curves = traceOf(figure, 'curves');
  const points = traceOf(figure, 'points');
  const x = [];
  const y = [];
  const place = (k, j, angle, value) => [
    cells[k][j][0] + ((angle + Math.PI) / (2 * Math.PI)) * width,
    cells[k][j][1] - ((value + 1) / 2) * height,
  ];
  const ends = [];
  values.forEach((value, k) => {
    allSeries.forEach(({ degree, series }, j) => {
      const n = 24 * Math.max(1, degree);
      for (let i = 0; i <= n; i += 1) {
        const angle = -Math.PI + (2 * Math.PI * i) / n;
        const [u, v] = place(k, j, angle, seriesAt(series[k], angle));
        x.push(u);
        y.push(v);
      }
      x.push(null);
      y.push(null);
      ends.push(place(k, j, angles[j], value));
    });
  });
  Object.assign(curves, { x, y });
  points.x = ends.map(([u]) => u);
  points.y = ends.map(([, v]) => v);
  points.text = values.flatMap((value, k) =>
    angles.map((angle, j) => `⟨Z⟩ of q${k} = ${signed(value, 3)}<br>at q${j}'s angle ${plain(angle, 3)} rad`));
  figure.table = table(
    ['measured', 'angle of', 'lowest ⟨Z⟩', 'highest ⟨Z⟩'],
    () => values.flatMap((_, k) => allSeries.map(({ degree, series }, j) => {
      const n = 360 * Math.max(1, degree);
      const all = Array.from({ length: n }, (_unused, i) => seriesAt(series[k], (2 * Math.PI * i) / n));
      return [`q${k}`, `q${j}`, signed(Math.min(...all), 3), signed(Math.max(...all), 3)];
    })),
  );
}

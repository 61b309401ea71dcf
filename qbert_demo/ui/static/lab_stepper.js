// Stepping through the Circuit tab's circuit: buttons, keys, gates that are clicked, and playing.

const PLAY_MS = 700;

function goTo(target) {
  step = Math.min(Math.max(target, 0), own.gates.length);
  keepInView(Math.max(step - 1, 0));
  tellStep();
  refreshViews(['bloch', 'paulis', 'probabilities', 'entropies', 'information']);
}

// Scroll a drawing that is larger than its frame so that this gate can be seen.
function keepInView(index) {
  const { plot } = views.drawing.view;
  const frame = plot.parentElement;
  const { data, layout, max_width: most, rows } = views.drawing.figure;
  const gates = traceOf({ data }, 'gates');
  const x = (gates.x[index] / layout.xaxis.range[1]) * Math.min(plot.clientWidth, most);
  const y = rows.top + gates.y[index] * rows.pitch;
  const hidden = (at, from, size, edge) => at < from + edge || at > from + size - edge;
  if (hidden(x, frame.scrollLeft, frame.clientWidth, 70)) frame.scrollLeft = x - frame.clientWidth / 2;
  if (hidden(y, frame.scrollTop, frame.clientHeight, 25)) frame.scrollTop = y - frame.clientHeight / 2;
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

function tellStep() {
  const gate = now.gates[step - 1];
  const { length } = now.gates;
  const where = gate ? `Step ${step} of ${length}, ${gate.block}:` : `Step 0 of ${length}:`;
  at('step').replaceChildren(make('b', '', where), ' ', stepInWords(own, now, step));
  at('entangled').textContent = entangledInWords(own, now, step);
  at('when').textContent = gate ? `The qubits after step ${step}` : 'The qubits before the first gate';
  Object.assign(at('slider'), { max: length, value: step });
  at('slider').setAttribute('aria-valuetext', at('step').textContent);
  frameGate(views.drawing.view.plot, views.drawing.figure, now.gates, step);
}

// While it plays, a screen reader is not made to read every step, only the last.
function play(on) {
  clearInterval(playing);
  playing = 0;
  at('step').setAttribute('aria-live', on ? 'off' : 'polite');
  if (on) {
    if (step === own.gates.length) goTo(0);
    playing = setInterval(() => {
      if (!block.offsetParent) play(false);
      else {
        if (step + 1 >= own.gates.length) play(false);
        goTo(step + 1);
      }
    }, PLAY_MS);
  }
  at('play').textContent = on ? 'Pause' : 'Play';
}

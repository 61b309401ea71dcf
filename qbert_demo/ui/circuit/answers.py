"""Answers of the Circuit tab's tools: shots and noise, two texts, code, and the proof.

Each takes the circuit as the visitor left it in the browser, and none keeps anything.
"""

import html
import json
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

import numpy as np

from qbert_demo.circuit.export import to_pennylane, to_qasm2, to_qasm3, to_quirk
from qbert_demo.circuit.noise import MAX_NOISY_QUBITS, Noise, noisy_probabilities
from qbert_demo.circuit.received import Received, read_circuit
from qbert_demo.circuit.shots import MAX_SHOTS, Measurement, measure
from qbert_demo.circuit.trace import states_of
from qbert_demo.config import MAX_SEED
from qbert_demo.errors import InputError, QBertError
from qbert_demo.figures.measurement import measured_values
from qbert_demo.figures.theme import percent, signed
from qbert_demo.ranges import as_whole, whole
from qbert_demo.results import Array, GateReading, TextPair
from qbert_demo.service import Explorer
from qbert_demo.service.plain_json import circuit_json
from qbert_demo.ui.parts.events import Told
from qbert_demo.ui.parts.file_link import File
from qbert_demo.ui.parts.plotly_view import Panel
from qbert_demo.ui.parts.words import error_html, shown

FORMATS: dict[str, tuple[Callable[[Sequence[GateReading], int], str], str]] = {
    "PennyLane": (to_pennylane, "circuit.py"),
    "OpenQASM 3": (to_qasm3, "circuit.qasm"),
    "OpenQASM 2": (to_qasm2, "circuit.qasm"),
    "JSON": (lambda gates, n: json.dumps(circuit_json(gates, n), indent=1), "circuit.json"),
}

STANDARD_ERROR = (
    "± is the standard error: in about two of three runs the measured mean lies no further from "
    "the true one. Ten times as accurate takes a hundred times as many shots."
)


def measured(
    text: str,
    exact: bool,
    shots: float | None,
    seed: float | None,
    depolarizing: float,
    damping: float,
    flip: float,
) -> Told:
    """Measure the circuit as a machine would.

    Args:
        text: The circuit, as the page sends it.
        exact: Whether to take infinitely many shots.
        shots: How many otherwise.
        seed: Of the random draws.
        depolarizing: See `Noise`.
        damping: Likewise.
        flip: Likewise.

    Returns:
        The words and the figure.
    """
    try:
        circuit = read_circuit(text)
        noise = _noise(circuit, depolarizing, damping, flip)
        ideal = np.abs(_final(circuit)) ** 2
        real = noisy_probabilities(circuit.gates, circuit.n_qubits, noise) if noise else ideal
        weight, bias = circuit.output_weight, circuit.output_bias
        count = None if exact else whole("Shots", as_whole(shots), 1, MAX_SHOTS)
        start = whole("The seed", as_whole(seed), 0, MAX_SEED)
        perfect = measure(ideal, weight, bias, None, start)
        found = measure(real, weight, bias, count, start)
    except QBertError as error:
        return Told(error_html(str(error)))
    figure = measured_values(perfect.exact, found.estimates, found.errors)
    below = f'<p class="hint">{STANDARD_ERROR}</p>' if count else ""
    return Told(_measured_words(circuit, perfect, found), Panel(figure, below=below))


def _noise(circuit: Received, depolarizing: Any, damping: Any, flip: Any) -> Noise | None:
    try:
        noise = Noise(depolarizing, damping, flip)
    except ValueError as error:
        raise InputError(f"{error} Move the slider.") from error
    if noise == Noise():
        return None
    if circuit.n_qubits > MAX_NOISY_QUBITS:
        raise InputError(
            f"Noise is computed for up to {MAX_NOISY_QUBITS} qubits; this circuit has "
            f"{circuit.n_qubits}. Set all three noises to 0."
        )
    return noise


def _final(circuit: Received) -> Array:
    """Final amplitudes; without a gate, the start."""
    start = np.eye(1, 2**circuit.n_qubits)[0]
    return states_of(circuit.gates, circuit.n_qubits)[-1] if circuit.gates else start


def _measured_words(circuit: Received, perfect: Measurement, found: Measurement) -> str:
    label, ideal = (html.escape(circuit.labels[m.label]) for m in (found, perfect))
    steady = int(np.argmax(circuit.output_weight @ found.exact + circuit.output_bias))
    lines = [f"This run says {label}; without noise and with infinitely many shots it is {ideal}."]
    if found.shots is not None:
        shares = ", ".join(
            f"{html.escape(name)} in {percent(share)}"
            for name, share in zip(circuit.labels, found.shares, strict=True)
        )
        lines.append(f"Of {found.runs:,} runs with {found.shots:,} shots each: {shares}.")
    enough = (
        f"About {found.stable_shots:,} shots are"
        if found.stable_shots
        else f"More than {MAX_SHOTS:,} shots would be"
    )
    lines.append(
        f"{enough} needed for 95\N{NO-BREAK SPACE}% of runs to say "
        f"{html.escape(circuit.labels[steady])}, which is what infinitely many shots say here."
    )
    return "".join(f"<p>{line}</p>" for line in lines)


def compared(explorer: Explorer, task: str, one: str, other: str) -> str:
    """Compare two texts inside BERT and inside the circuit; words and a table in HTML."""
    try:
        pair = explorer.compare_texts(task, one, other)
    except QBertError as error:
        return error_html(str(error))
    return _pair_words(pair)


def _pair_words(pair: TextPair) -> str:
    fidelity = f"{pair.fidelity:.4f}" if pair.fidelity >= 1e-4 else "less than 0.0001"
    rows = "".join(
        f'<tr><td class="text">{shown(text[:300])}</td><td>{html.escape(p.label)}</td>'
        f"<td>{html.escape(percent(p.confidence))}</td></tr>"
        for text, p in zip(pair.texts, pair.predictions, strict=True)
    )
    return (
        f"<p>Fidelity of the two final states: <b>{fidelity}</b>. "
        f"Cosine of the two BERT embeddings: <b>{signed(pair.cosine, 4)}</b>.</p>"
        '<p class="hint">Fidelity |⟨ψ₁|ψ₂⟩|² is 1 where the circuit cannot tell the texts apart '
        "and 0 where one measurement could always tell them apart. Trained layers turn both states "
        "alike, so without re-uploading it depends on the encoding angles alone. The cosine "
        "compares what the encoder made of the texts before the few angles were left.</p>"
        '<div class="table-frame"><table><caption>What the hybrid says</caption><thead><tr>'
        '<th scope="col">text</th><th scope="col">label</th><th scope="col">probability</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def exported(text: str, name: str) -> Told:
    """Write the circuit in another program's language.

    Args:
        text: The circuit, as the page sends it.
        name: A key of `FORMATS`.

    Returns:
        The words above (a link to Quirk, or what is wrong), and the `File`.
    """
    try:
        circuit = read_circuit(text)
        if name not in FORMATS:
            raise InputError(f"Choose one of {', '.join(FORMATS)}.")
        if not circuit.gates:
            raise InputError("No gate is left to write down. Put something back first.")
    except QBertError as error:
        return Told(error_html(str(error)))
    write, file_name = FORMATS[name]
    code = write(circuit.gates, circuit.n_qubits)
    link = html.escape(to_quirk(circuit.gates, circuit.n_qubits), quote=True)
    words = (
        f'<p><a class="download" href="{link}" target="_blank" rel="noopener noreferrer">'
        "Open in Quirk</a> (another site; only the angles go there, not your text)</p>"
    )
    return Told(words, File(file_name, code.encode()))


def proved(text: str) -> str:
    """Recompute what the page shows with PennyLane; words and a table of differences in HTML."""
    from qbert_demo.circuit.pennylane_bridge import recompute  # noqa: PLC0415  (loads slowly)

    try:
        circuit = read_circuit(text)
    except QBertError as error:
        return error_html(str(error))
    reference = recompute(circuit.gates, circuit.n_qubits, circuit.step)
    rows = []
    for name, values in circuit.shown.items():
        apart = float(np.abs(values - np.ravel(getattr(reference, name))).max())
        rows.append((name.replace("_", " "), values.size, apart))
    worst = max(apart for _, _, apart in rows)
    cells = "".join(f"<tr><td>{n}</td><td>{size}</td><td>{a:.1e}</td></tr>" for n, size, a in rows)
    return (
        f"<p>PennyLane {metadata.version('pennylane')}, device default.qubit: the largest "
        f"difference in {sum(size for _, size, _ in rows):,} values is <b>{worst:.1e}</b>.</p>"
        '<p class="hint">Your browser computed the values in double precision; PennyLane ran the '
        "same gates here on the server. Entropies differ most, because a logarithm near 0 "
        "magnifies rounding.</p>"
        '<div class="table-frame"><table><caption>Largest differences</caption><thead><tr>'
        '<th scope="col">quantity</th><th scope="col">values</th>'
        f'<th scope="col">largest difference</th></tr></thead><tbody>{cells}</tbody></table></div>'
    )

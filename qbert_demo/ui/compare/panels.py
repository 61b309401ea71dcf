"""Panels of the Compare tab: what the models say, the circuit, and what its qubits said."""

import html
import math

from qbert_demo.figures.circuit import circuit_figure
from qbert_demo.figures.prediction import compared_bars, contribution_bars, expectation_bars
from qbert_demo.figures.theme import plain, signed
from qbert_demo.results import CircuitReading, Comparison, Prediction
from qbert_demo.ui.parts.markup import table_html
from qbert_demo.ui.parts.plotly_view import Panel
from qbert_demo.ui.parts.words import count, milliseconds


def compared_panel(comparison: Comparison, limits: str) -> Panel:
    """Lay out what the models say, label by label, and what they cannot say.

    Args:
        comparison: What they say.
        limits: What they cannot; may be empty.
    """
    below = f'<p class="hint">{html.escape(limits)}</p>' if limits else ""
    return Panel(compared_bars(comparison), below=below, show_table=False)


def sizes_html(comparison: Comparison) -> str:
    """Tabulate each model's size, time and origin, the head's time apart from the encoder's."""
    rows = "".join(map(_size_row, comparison.predictions.values()))
    columns = ("model", "head's time", "encoder's", "in head", "in circuit", "trained", "all")
    note = (
        "Compare heads by the head's time: the encoder is the same for all, and its time differs "
        "more from one text to the next than the heads' do. Columns after the times count "
        "parameters."
    )
    table = table_html("Size and speed", (*columns, "weights"), rows)
    return f'{table}<p class="hint">{note}</p>'


def _size_row(prediction: Prediction) -> str:
    card, timing = prediction.card, prediction.timing
    times = (timing.circuit + timing.head, timing.encoder)
    angles = f"{card.in_circuit} stored, {card.live_in_circuit} live" if card.in_circuit else "0"
    counts = (count(card.in_head), angles, count(card.trained), count(card.parameters))
    cells = (*(f"{milliseconds(t)} ms" for t in times), *counts, card.source)
    written = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row" class="{card.head}">{html.escape(card.title)}</th>{written}</tr>'


def circuit_panel(circuit: CircuitReading) -> Panel:
    """Lay out the drawing of the circuit and the key to its colours."""
    return Panel(circuit_figure(circuit), below=circuit_key(circuit))


def circuit_key(circuit: CircuitReading) -> str:
    """Say what the colours of a drawn circuit mean."""
    key = (
        '<span class="data-gate">angle from the text</span> '
        '<span class="trained-gate">trained angle</span>'
    )
    if any(gate.name == "Rot" for gate in circuit.gates):
        key += " <span>Rot turns by three angles: φ, θ, ω</span>"
    return f'<p class="key">{key}</p>'


def expectation_panel(circuit: CircuitReading) -> Panel:
    """Lay out the qubits' expectation values with one line on what they are."""
    words = "+1: the qubit is surely measured 0; \N{MINUS SIGN}1: surely 1; 0: a coin toss."
    return Panel(expectation_bars(circuit), below=f'<p class="hint">{words}</p>')


def contribution_panel(prediction: Prediction, circuit: CircuitReading) -> Panel:
    """Lay out what puts the winner ahead of the runner-up, and their sum in figures."""
    lead = circuit.lead(prediction.winner, prediction.runner_up)
    shares = lead.shares.tolist()
    terms = "".join(f" {_term(share)}" for share in shares[1:])
    other = html.escape(prediction.labels[prediction.runner_up])
    words = (
        f"{plain(shares[0])}{terms}, bias {signed(lead.bias)}, each rounded: the logit of "
        f"“{html.escape(prediction.label)}” is {plain(lead.total)} above that of “{other}”, so it "
        f"is {odds(lead.total)} as probable. The scale reaches as far as the trained weights can."
    )
    return Panel(contribution_bars(prediction, circuit), below=f'<p class="hint">{words}</p>')


def odds(lead: float) -> str:
    """Write the odds that a difference of logits stands for, such as ``12 times``."""
    times = math.exp(lead)
    return f"{times:,.{0 if times >= 10 else 1}f} times"


def _term(value: float) -> str:
    text = signed(value)
    return f"+ {text}" if text[0] not in "+\N{MINUS SIGN}" else f"{text[0]} {text[1:]}"

"""Panels of the Compare tab: each model's card, the circuit, and what its qubits said."""

import html

from qbert_demo.figures.circuit import circuit_figure
from qbert_demo.figures.prediction import contribution_bars, expectation_bars, probability_bars
from qbert_demo.figures.theme import percent, plain, signed
from qbert_demo.results import CircuitReading, Prediction
from qbert_demo.ui.parts.plotly_view import Panel
from qbert_demo.ui.parts.words import count, milliseconds


def card_panel(prediction: Prediction) -> Panel:
    """Lay out a model's card: its answer, all its probabilities, then time, size and source."""
    card = prediction.card
    above = (
        f"<h2>{html.escape(card.title)}</h2>"
        f'<p class="answer"><span class="label">{html.escape(prediction.label)}</span> '
        f'<span class="confidence">{html.escape(percent(prediction.confidence))}</span></p>'
    )
    facts = (
        ("Time", _time(prediction)),
        ("Parameters", _parameters(prediction)),
        ("Weights", html.escape(card.source)),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return Panel(
        probability_bars(prediction), above, f'<dl class="facts">{rows}</dl>', show_table=False
    )


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
    """Lay out the qubits' shares of the winning logit and their sum in figures."""
    winner = prediction.winner
    shares = circuit.contributions[winner].tolist()
    bias = float(circuit.output_bias[winner])
    terms = "".join(f" {_term(share)}" for share in shares[1:])
    words = (
        f"{plain(shares[0])}{terms}, bias {signed(bias)}: together {plain(sum(shares) + bias)}, "
        f"the logit of “{html.escape(prediction.label)}”. The last layer is linear, "
        "so nothing is left out."
    )
    return Panel(contribution_bars(prediction, circuit), below=f'<p class="hint">{words}</p>')


def _term(value: float) -> str:
    text = signed(value)
    return f"+ {text}" if text[0] not in "+\N{MINUS SIGN}" else f"{text[0]} {text[1:]}"


def _time(prediction: Prediction) -> str:
    timing = prediction.timing
    parts = [f"encoder {milliseconds(timing.encoder)}"]
    if prediction.circuit is not None:
        parts.append(f"circuit {milliseconds(timing.circuit)}")
    parts.append(f"head {milliseconds(timing.head)}")
    return f"{milliseconds(timing.total)} ms = {' + '.join(parts)}"


def _parameters(prediction: Prediction) -> str:
    card = prediction.card
    words = f"{count(card.parameters)}, {count(card.trained)} of them trained; "
    words += f"{count(card.in_head)} in the head"
    if not card.in_circuit:
        return words
    return f"{words}; in the circuit {card.in_circuit} stored, {card.live_in_circuit} live"

"""The Circuit tab's instrument: a component that holds one circuit and answers in the browser.

The server sends a circuit once, with frames for its figures; stepping, turning angles, taking
parts away and finite shots are computed by the page (static/statevector.js, response.js, shots.js)
and ask nobody.
"""

import json
from typing import Any

import gradio as gr

from qbert_demo.circuit.shots import MAX_SHOTS, RUNS, STABLE_SHARE
from qbert_demo.figures import Figure
from qbert_demo.figures import response as curves
from qbert_demo.figures.circuit import circuit_figure
from qbert_demo.figures.states import (
    PROJECTION,
    RADIUS,
    bloch_frame,
    entropy_frame,
    information_frame,
    pauli_frame,
    probability_frame,
    sphere_middle,
)
from qbert_demo.results import AngleFacts, CircuitReading, Prediction, Range, Squeeze
from qbert_demo.ui.compare.panels import circuit_key
from qbert_demo.ui.parts.plotly_view import drawing
from qbert_demo.ui.parts.static import STATIC

PAUSE_MS = 350
"""Milliseconds without a keystroke that count as a pause."""
HINTS = {
    "bloch": "The shorter the arrow, the more its qubit is entangled with the others.",
    "paulis": "Means of many measurements along each axis: \N{PLUS-MINUS SIGN}1 is certain, 0 a "
    "coin toss.",
    "entropies": "0 bit: the qubit stands alone; 1 bit: as entangled as a qubit can be.",
    "probabilities": "How often measuring all qubits at once gives each string of 0s and 1s.",
    "information": "How much two qubits tell of each other: 0 is nothing, 2 bits a perfectly "
    "entangled pair. Colour goes with the root.",
    "response": "One row a measured qubit, one column a turned angle; the dot is this text. A flat "
    "curve is an angle that the qubit does not see.",
}


class CircuitLab(gr.HTML):
    """Shows what `lab_json` describes, or nothing for ``None``.

    Its event ``input`` says that there is another circuit, by the visitor's hand or a new text;
    ``submit``, that the visitor paused while typing a sentence.
    """

    def __init__(self, value: str | None = None, **kwargs: Any) -> None:
        """Create the instrument.

        Args:
            value: What `lab_json` returned.
            **kwargs: What ``gr.HTML`` takes.
        """
        html = json.dumps((STATIC / "lab.html").read_text("utf-8"))
        scripts = (
            "statevector.js",
            "response.js",
            "shots.js",
            "lab_circuit.js",
            "lab_words.js",
            "lab_views.js",
            "lab_panels.js",
            "lab_stepper.js",
            "lab_facts.js",
            "lab_asking.js",
            "lab.js",
        )
        constants = f"const LAB_HTML = {html};\nconst LAB_PAUSE_MS = {PAUSE_MS};\n"
        super().__init__(
            value=value,
            html_template="",
            js_on_load=drawing(*scripts, before=constants),
            apply_default_css=False,
            **kwargs,
        )


def lab_json(
    text: str,
    hybrid: Prediction,
    circuit: CircuitReading,
    control: Prediction | None,
    judged: AngleFacts | None = None,
) -> str:
    """Write a circuit with the frames of its figures for the page.

    Args:
        text: The sentence as it stands in its box.
        hybrid: The answer of the model with the circuit.
        circuit: What its circuit did.
        control: The answer of the model with a classical layer in the circuit's place, if any.
        judged: What is known of the circuit over a judged split, if anything is.
    """
    n = circuit.n_qubits
    beside = None
    if control is not None and control.squeeze is not None:
        beside = {"title": control.card.title, **_squeeze(control.squeeze)}
    figures = {
        "drawing": circuit_figure(circuit),
        "bloch": bloch_frame(n),
        "paulis": pauli_frame(n),
        "entropies": entropy_frame(n),
        "probabilities": probability_frame(n),
        "information": information_frame(n),
        "response": curves.response_frame(n),
    }
    return json.dumps(
        {
            "text": text,
            "hidden": len(hybrid.embedding),
            "shots": {"runs": RUNS, "enough": STABLE_SHARE, "most": MAX_SHOTS},
            "n_qubits": n,
            "title": hybrid.card.title,
            "labels": hybrid.labels,
            "usual": judged and {"mean": judged.entangling, **_usual(judged.random)},
            "gates": [vars(gate) for gate in circuit.gates],
            **_squeeze(circuit),
            "control": beside,
            "frames": {name: _frame(name, figure, circuit) for name, figure in figures.items()},
            "spheres": {
                "projection": PROJECTION,
                "middles": [sphere_middle(k) for k in range(n)],
                "radius": RADIUS,
            },
            "cells": {
                "cells": [[curves.cell(k, j) for j in range(n)] for k in range(n)],
                "width": curves.WIDTH,
                "height": curves.HEIGHT,
            },
        },
        separators=(",", ":"),
        allow_nan=False,
    )


def _usual(random: Range) -> dict[str, float]:
    return {"random": random.middle, "low": random.low, "high": random.high}


def _squeeze(squeeze: Squeeze) -> dict[str, Any]:
    return {
        "angles": squeeze.angles.tolist(),
        "values": squeeze.values.tolist(),
        "head": {
            "weight": squeeze.output_weight.tolist(),
            "bias": squeeze.output_bias.tolist(),
        },
    }


def _frame(name: str, figure: Figure, circuit: CircuitReading) -> dict[str, Any]:
    below = circuit_key(circuit) if name == "drawing" else f'<p class="hint">{HINTS[name]}</p>'
    return {"figure": json.loads(figure.as_json()), "below": below}

"""What the Circuit tab's instrument is sent: one circuit, which then answers in the browser.

The server sends a circuit once, with frames for its figures; stepping, turning angles and taking
parts away are computed by the page (static/components/lab.js) and ask nobody.
"""

import json
from typing import Any

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
from qbert_demo.results import CircuitReading, Prediction, Squeeze
from qbert_demo.ui.compare.panels import circuit_key
from qbert_demo.ui.parts.markup import hint_html
from qbert_demo.ui.parts.plotly_view import Panel

HINTS = {
    "bloch": "A qubit's state as an arrow: on the sphere when it is on its own, shorter the more "
    "it is entangled with the others, a mere dot when only the whole is definite.",
    "paulis": "The mean of many measurements along each axis: +1 and \N{MINUS SIGN}1 are certain, "
    "0 is a coin toss. Together they are the Bloch vector.",
    "entropies": "How much of a qubit's state is stored in its ties to the rest: 0 bits stands "
    "alone, 1 bit is as entangled as a qubit can be.",
    "probabilities": "How often measuring all qubits at once would give each string of 0s and 1s.",
    "information": "How much two qubits tell about each other, between 0 (nothing) and 2 bits "
    "(a perfectly entangled pair).",
    "response": "One row a measured qubit, one column a turned angle; the dot is this text. A flat "
    "curve is an angle that the qubit does not see.",
}


def lab_json(hybrid: Prediction, circuit: CircuitReading, control: Prediction | None) -> str:
    """Write a circuit with the frames of its figures for the page.

    Args:
        hybrid: The answer of the model with the circuit.
        circuit: What its circuit did.
        control: The answer of the model with a classical layer in the circuit's place, if any.
    """
    n = circuit.n_qubits
    beside = None
    if control is not None and control.squeeze is not None:
        beside = {"title": control.card.title, **_squeeze(control.squeeze)}
    figures = {
        "bloch": bloch_frame(n),
        "paulis": pauli_frame(n),
        "entropies": entropy_frame(n),
        "probabilities": probability_frame(n),
        "information": information_frame(n),
        "response": curves.response_frame(n),
    }
    panels = {
        "drawing": Panel(circuit_figure(circuit), below=circuit_key(circuit)),
        **{name: Panel(figure, below=hint_html(HINTS[name])) for name, figure in figures.items()},
    }
    return json.dumps(
        {
            "n_qubits": n,
            "title": hybrid.card.title,
            "labels": hybrid.labels,
            "gates": [vars(gate) for gate in circuit.gates],
            **_squeeze(circuit),
            "control": beside,
            "frames": {name: panel.as_dict() for name, panel in panels.items()},
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


def _squeeze(squeeze: Squeeze) -> dict[str, Any]:
    return {
        "angles": squeeze.angles.tolist(),
        "values": squeeze.values.tolist(),
        "head": {
            "weight": squeeze.output_weight.tolist(),
            "bias": squeeze.output_bias.tolist(),
        },
    }

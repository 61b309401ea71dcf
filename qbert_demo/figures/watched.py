"""What a circuit does as it learns: its angles, and what it makes of a few held-out texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.theme import SMALL, SUBDUED, plain
from qbert_demo.figures.training import HEIGHT, curve, learning_layout, passes
from qbert_demo.results import Epoch

QUBIT_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999")
"""Okabe and Ito's; further qubits begin again with other dashes."""
DASHES = ("solid", "dash", "dot")
PANELS_HEIGHT = 400
WHOLE, COLUMNS, ROWS = [0, 1], ([0, 0.47], [0.53, 1]), ([0.58, 1], [0, 0.42])
"""Shares of the room that a small panel takes: alone, beside another, and above another."""


def angle_curves(
    epochs: Sequence[Epoch], n_epochs: int, weight_shape: tuple[int, int, int]
) -> Figure:
    """Draw how far each of the circuit's trained angles has turned since the first point.

    All curves of a qubit are one trace with gaps: a large circuit has too many to draw apart.

    Args:
        epochs: Of the hybrid.
        n_epochs: Epochs that are planned.
        weight_shape: Layers, wires and angles of a wire in a layer; one colour a wire.
    """
    n_layers, n_qubits, n_rotations = weight_shape
    n_angles = n_layers * n_qubits * n_rotations
    angles = np.array([e.angles for e in epochs]).reshape(-1, n_angles)
    turned = angles - angles[:1]
    numbers = np.arange(n_angles).reshape(weight_shape)
    data = [_turns(k, epochs, turned, numbers[:, k].flatten().tolist()) for k in range(n_qubits)]
    reach = max(0.1, 1.1 * float(np.abs(turned).max(initial=0)))
    layout = learning_layout(n_epochs, "turned since the first point, rad", [-reach, reach])
    rows = tuple((passes(e), *(plain(float(a), 3) for a in e.angles)) for e in epochs)
    columns = ("epoch", *(f"angle {i} in rad" for i in range(n_angles)))
    return Figure(
        "The circuit's angles as they learn, one colour a qubit", data, layout, Table(columns, rows)
    )


def _turns(
    qubit: int, epochs: Sequence[Epoch], turned: NDArray[np.float64], mine: Sequence[int]
) -> Trace:
    """The curves of one qubit's angles, a gap after each."""
    gap: list[float | None] = [None]
    trace = curve(f"q{qubit}", epochs, [], *_qubit_style(qubit), width=1.2)
    return trace | {
        "mode": "lines+markers" if len(epochs) < 3 else "lines",
        "x": (trace["x"] + gap) * len(mine),
        "y": [y for i in mine for y in (*turned[:, i].tolist(), None)],
        "customdata": [i for i in mine for _ in range(len(epochs) + 1)],
        "hovertemplate": f"angle %{{customdata}}, q{qubit}, epoch %{{x:.3~g}}: "
        "%{y:.4f}<extra></extra>",
    }


def value_curves(epochs: Sequence[Epoch], n_epochs: int) -> Figure:
    """Draw every qubit's expectation value for each of the followed texts, in [-1, 1].

    Each text has a small panel of its own; a qubit has the same colour in all of them.

    Args:
        epochs: Of the hybrid.
        n_epochs: Epochs that are planned.
    """
    n_texts, n_qubits = epochs[0].values.shape if epochs else (1, 0)
    layout = learning_layout(n_epochs, "⟨Z⟩", [-1.05, 1.05])
    layout["height"] = HEIGHT if n_texts <= 2 else PANELS_HEIGHT
    layout["margin"]["t"] = 52
    layout["legend"]["y"] = 1 + 20 / (layout["height"] - 94)
    layout["annotations"] = []
    across, upright = layout["xaxis"], layout["yaxis"]
    data = []
    for i in range(n_texts):
        n = "" if i == 0 else str(i + 1)
        layout |= {
            f"xaxis{n}": across
            | {"domain": COLUMNS[i % 2] if n_texts > 1 else WHOLE, "anchor": f"y{n}", "nticks": 5}
            | ({"title": None} if i + 2 < n_texts else {}),
            f"yaxis{n}": upright
            | {"domain": ROWS[i // 2] if n_texts > 2 else WHOLE, "anchor": f"x{n}"}
            | {"tickvals": [-1, 0, 1]}
            | ({"title": None, "showticklabels": False} if i % 2 else {}),
        }
        if epochs:
            layout["annotations"].append(_above(f"text {i + 1}", f"x{n}", f"y{n}"))
        data += [
            curve(f"q{k}", epochs, [float(e.values[i, k]) for e in epochs], *_qubit_style(k))
            | {"xaxis": f"x{n}", "yaxis": f"y{n}", "legendgroup": f"q{k}", "showlegend": i == 0}
            for k in range(n_qubits)
        ]
    cells = tuple((passes(e), *(plain(float(z), 3) for z in e.values.flatten())) for e in epochs)
    columns = [f"⟨Z⟩ of q{k}, text {i + 1}" for i in range(n_texts) for k in range(n_qubits)]
    title = "⟨Z⟩ of each qubit for a few held-out texts"
    return Figure(title, data, layout, Table(("epoch", *columns), cells))


def _qubit_style(k: int) -> tuple[str, str]:
    n = len(QUBIT_COLOURS)
    return QUBIT_COLOURS[k % n], DASHES[k // n % len(DASHES)]


def _above(text: str, x: str, y: str) -> dict[str, Any]:
    """A caption at the upper left of a small panel."""
    return {
        "text": text,
        "xref": f"{x} domain",
        "yref": f"{y} domain",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": SMALL, "color": SUBDUED},
    }

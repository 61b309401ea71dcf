"""How heads learn: curves over epochs, one colour a head, drawn from the epochs told so far.

Loss and accuracy share the epochs' axis over all heads; solid lines are the training rows, dashed
ones the held-out rows.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.theme import (
    GRID,
    HEAD_COLOURS,
    INK,
    PAPER,
    SMALL,
    SUBDUED,
    TINY,
    base_layout,
    plain,
    quiet_axis,
)
from qbert_demo.results import Epoch

HEIGHT = 270
QUBIT_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999")
"""Okabe and Ito's; further qubits begin again with other dashes."""
DASHES = ("solid", "dash", "dot")

Histories = Mapping[str, Sequence[Epoch]]


def loss_curves(histories: Histories, n_epochs: int) -> Figure:
    """Draw every head's loss on the training rows (solid) and the held-out rows (dashed).

    Args:
        histories: Epochs by head.
        n_epochs: Epochs that are planned, for an axis that does not move.
    """
    data = []
    for head, epochs in histories.items():
        data += [
            _curve(f"{head}, training", epochs, [e.loss for e in epochs], HEAD_COLOURS[head]),
            _curve(
                f"{head}, held out",
                epochs,
                [e.held_out_loss for e in epochs],
                HEAD_COLOURS[head],
                "dash",
            ),
        ]
    top = max((max(e.loss, e.held_out_loss) for es in histories.values() for e in es), default=1)
    layout = _layout(n_epochs, "loss", [0, 1.05 * top])
    columns = [name for h in histories for name in (f"{h} training", f"{h} held out")]
    rows = _rows(histories, lambda e: (plain(e.loss, 4), plain(e.held_out_loss, 4)))
    return Figure(
        "Loss: solid on training rows, dashed on held-out rows",
        data,
        layout,
        Table(("epoch", *columns), rows),
    )


def accuracy_curves(histories: Histories, n_epochs: int) -> Figure:
    """Draw the share of held-out rows that each head labels rightly, on the scale [0, 1]."""
    data = [
        _curve(head, epochs, [e.accuracy for e in epochs], HEAD_COLOURS[head])
        for head, epochs in histories.items()
    ]
    layout = _layout(n_epochs, "held-out accuracy", [0, 1.02])
    rows = _rows(histories, lambda e: (plain(e.accuracy, 4),))
    return Figure("Held-out accuracy", data, layout, Table(("epoch", *histories), rows))


def gradient_curves(histories: Histories, n_epochs: int) -> Figure:
    """Draw the mean gradient norm of circuit (dotted) and classical parameters, log scale."""
    parts = {head: tuple(es[0].gradients) if es else () for head, es in histories.items()}
    data = []
    for head, epochs in histories.items():
        for part in parts[head]:
            dash = "dot" if part == "circuit" else "solid"
            norms = [e.gradients[part] for e in epochs]
            data.append(_curve(f"{head}, {part}", epochs, norms, HEAD_COLOURS[head], dash))
    layout = _layout(n_epochs, "gradient norm", None)
    layout["yaxis"] |= {"type": "log", "exponentformat": "power", "autorange": True}
    columns = [
        f"{h} {part}" for h, es in histories.items() for part in (es[0].gradients if es else ())
    ]
    rows = _rows(histories, lambda e: tuple(f"{norm:.3g}" for norm in e.gradients.values()))
    return Figure(
        "Gradient norms, on a logarithmic scale", data, layout, Table(("epoch", *columns), rows)
    )


def angle_curves(epochs: Sequence[Epoch], n_epochs: int, n_qubits: int) -> Figure:
    """Draw how far each of the circuit's trained angles has turned since the first epoch.

    Args:
        epochs: Of the hybrid.
        n_epochs: Epochs that are planned.
        n_qubits: Wires; one colour each.
    """
    angles = np.array([e.angles for e in epochs]) if epochs else np.zeros((0, 0))
    turned = angles - angles[:1]
    per_qubit = max(1, _per_qubit(turned.shape[1], n_qubits))
    data = [
        _curve(f"angle {i}, q{k}", epochs, turned[:, i].tolist(), *_qubit_style(k), width=1.2)
        | {"name": f"q{k}", "legendgroup": f"q{k}", "showlegend": i == k * per_qubit}
        for i in range(turned.shape[1])
        for k in [i // per_qubit % n_qubits]
    ]
    reach = max(0.1, 1.1 * float(np.abs(turned).max(initial=0)))
    layout = _layout(n_epochs, "turned since epoch 1, rad", [-reach, reach])
    rows = tuple((str(e.epoch), *(plain(float(a), 3) for a in e.angles)) for e in epochs)
    columns = ("epoch", *(f"angle {i} in rad" for i in range(turned.shape[1])))
    return Figure(
        "The circuit's angles as they learn, one colour a qubit", data, layout, Table(columns, rows)
    )


def value_curves(epochs: Sequence[Epoch], n_epochs: int, text: int) -> Figure:
    """Draw one held-out text's expectation value of every qubit over the epochs, in [-1, 1].

    Args:
        epochs: Of the hybrid.
        n_epochs: Epochs that are planned.
        text: Which of the followed texts, from 0.
    """
    values = np.array([e.values[text] for e in epochs]) if epochs else np.zeros((0, 0))
    data = [
        _curve(f"q{k}", epochs, values[:, k].tolist(), *_qubit_style(k))
        for k in range(values.shape[1])
    ]
    layout = _layout(n_epochs, "⟨Z⟩", [-1.05, 1.05])
    rows = tuple((str(e.epoch), *(plain(float(z), 3) for z in e.values[text])) for e in epochs)
    columns = ("epoch", *(f"⟨Z⟩ of q{k}" for k in range(values.shape[1])))
    return Figure(f"⟨Z⟩ of held-out text {text + 1}", data, layout, Table(columns, rows))


def confusion_matrix(
    head: str, truth: Sequence[int], predicted: Sequence[int], labels: Sequence[str]
) -> Figure:
    """Draw how often each class (rows) was given each label (columns).

    Args:
        head: ``classical``, ``hybrid`` or ``control``.
        truth: Index of each held-out text's class.
        predicted: Index of the label it was given.
        labels: Names of the classes.
    """
    n = len(labels)
    counts = np.zeros((n, n), int)
    np.add.at(counts, (np.asarray(truth, int), np.asarray(predicted, int)), 1)
    side = max(120, 44 * n)
    names = [escape(label if len(label) <= 14 else f"{label[:13]}…") for label in labels]
    room = 20 + 7 * max(map(len, names))
    axis = quiet_axis(tickvals=list(range(n)), ticktext=names)
    layout = base_layout(
        side + room + 24,
        margin={"l": room, "r": 8, "t": 4, "b": room + 20},
        xaxis={**axis, "range": [-0.5, n - 0.5], "title": _title("predicted"), "tickangle": -45},
        yaxis={**axis, "range": [n - 0.5, -0.5], "title": _title("true")},
    )
    heat = {
        "type": "heatmap",
        "name": "confusion",
        "z": counts.tolist(),
        "text": counts.tolist(),
        "texttemplate": "%{text}",
        "textfont": {"size": TINY, "color": INK},
        "colorscale": [[0, PAPER], [1, HEAD_COLOURS[head]]],
        "zmin": 0,
        "zmax": 1.6 * max(1, int(counts.max())),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "true %{y}, predicted %{x}: %{z}<extra></extra>",
    }
    rows = tuple((name, *map(str, row)) for name, row in zip(labels, counts.tolist(), strict=True))
    return Figure(
        f"Confusion matrix, {head}",
        [heat],
        layout,
        Table(("true", *labels), rows),
        max_width=side + room + 60,
    )


def _per_qubit(n_angles: int, n_qubits: int) -> int:
    """Angles of one qubit in one layer: weights are ordered by layer, qubit, rotation."""
    return 3 if n_angles % (3 * n_qubits) == 0 and n_angles >= 3 * n_qubits else 1


def _qubit_style(k: int) -> tuple[str, str]:
    n = len(QUBIT_COLOURS)
    return QUBIT_COLOURS[k % n], DASHES[k // n % len(DASHES)]


def _curve(
    name: str,
    epochs: Sequence[Epoch],
    values: list[float],
    colour: str,
    dash: str = "solid",
    width: float = 2,
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(values) < 3 else "lines",
        "name": name,
        "x": [e.epoch for e in epochs],
        "y": values,
        "line": {"color": colour, "dash": dash, "width": width},
        "hovertemplate": f"{name}, epoch %{{x}}: %{{y:.4f}}<extra></extra>",
    }


def _layout(n_epochs: int, title: str, scale: list[float] | None) -> dict[str, Any]:
    axis = {
        "showgrid": True,
        "gridcolor": GRID,
        "tickfont": {"size": SMALL, "color": SUBDUED},
    }
    upright: dict[str, Any] = quiet_axis(**axis, title=_title(title), nticks=6)
    if scale:
        upright["range"] = scale
    return base_layout(
        HEIGHT,
        margin={"l": 58, "r": 8, "t": 34, "b": 42},
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "font": {"size": SMALL, "color": SUBDUED},
            "itemclick": False,
            "itemdoubleclick": False,
        },
        xaxis=quiet_axis(**axis, title=_title("epoch"), range=[0.5, n_epochs + 0.5], nticks=8),
        yaxis=upright,
        hovermode="closest",
    )


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": SMALL, "color": SUBDUED}, "standoff": 6}


def _rows(
    histories: Histories, write: Callable[[Epoch], tuple[str, ...]]
) -> tuple[tuple[str, ...], ...]:
    """One row an epoch with every head's cells; a head that is behind has empty ones."""
    longest = max((len(epochs) for epochs in histories.values()), default=0)
    rows = []
    for i in range(longest):
        cells = [str(i + 1)]
        for epochs in histories.values():
            width = len(write(epochs[0])) if epochs else 0
            cells += write(epochs[i]) if i < len(epochs) else [""] * width
        rows.append(tuple(cells))
    return tuple(rows)

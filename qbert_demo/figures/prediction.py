"""What a model answers: its probabilities, and how the qubits of a hybrid led to them.

Bars lie on their side, one row a label or a qubit, with the value written at the right. The rows
of `expectation_bars` and `contribution_bars` have the pitch of the wires in
`qbert_demo.figures.circuit`, so that side by side each wire runs into its own bars.
"""

import numpy as np

from qbert_demo.figures.circuit import ROW, TOP
from qbert_demo.figures.figure import Figure, Layout, Table, Trace
from qbert_demo.figures.theme import (
    HEAD_COLOURS,
    HEAD_FAINT,
    HEAD_PATTERNS,
    INK,
    NEGATIVE,
    POSITIVE,
    TINY,
    TINY_LETTER,
    axis_labels,
    base_layout,
    literal,
    percent,
    quiet_axis,
    signed,
    value_axis,
)
from qbert_demo.results import Array, CircuitReading, Comparison, Prediction

AXIS_ROOM = 44
"""Pixels below the rows for tick labels and the axis title."""
MODEL_ROW = 21
"""Pixels for a model's bar."""
GROUP_GAP = 10
"""Pixels between the bars of two labels."""
VALUE_ROOM = 64
"""Pixels at the right for the written values."""
NAMED_ROOM = 114
"""Pixels at the right for values with a model's name."""
PATTERN = {"fillmode": "overlay", "size": 8, "solidity": 0.18}
WIDEST = 960
"""Pixels that the bars of a comparison are wide at most."""
EVEN = 0.05
"""Probabilities closer than this count as equal."""
LABEL_LENGTH = 18
"""Characters of a row label that are shown, so that bars have room on a phone."""


def compared_bars(comparison: Comparison) -> Figure:
    """Draw the models' probabilities label by label on the fixed scale [0, 1], a bar a model.

    Where the models are furthest apart, by `EVEN` or more, the difference is written and drawn.
    """
    predictions = list(comparison.predictions.values())
    labels, count = predictions[0].labels, len(predictions)
    shares = np.array([p.probabilities for p in predictions])
    rows = _grouped(len(labels), count)
    names, room = axis_labels(labels, LABEL_LENGTH)
    data, shapes = [], []
    for y, prediction in zip(rows.T, predictions, strict=True):
        data += _model_bars(prediction, y.tolist())
    apart = np.ptp(shares, axis=0)
    widest = max(range(len(labels)), key=lambda k: (round(float(apart[k]), 9), shares[:, k].max()))
    if apart[widest] >= EVEN:
        words = f"{100 * apart[widest]:.0f} points apart"
        names[widest] += f'<br><span style="font-size:{TINY}px">{words}</span>'
        room = max(room, TINY_LETTER * len(words))
        least = int(shares[:, widest].argmin())
        shapes = _gap(shares[:, widest], float(rows[widest, least]))
    height = len(labels) * (count * MODEL_ROW + GROUP_GAP)
    layout = base_layout(
        height + AXIS_ROOM,
        margin={"l": int(12 + room), "r": NAMED_ROOM, "t": 0, "b": AXIS_ROOM},
        xaxis=value_axis(0, 1, [0, 0.25, 0.5, 0.75, 1], "probability"),
        yaxis=quiet_axis(
            range=[height, 0],
            tickvals=rows.mean(1).tolist(),
            ticktext=names,
            ticks="outside",
            ticklen=6,
            tickcolor="rgba(0,0,0,0)",
        ),
        barmode="overlay",
        shapes=shapes,
    )
    return Figure(
        title="Probability of each label",
        data=data,
        layout=layout,
        max_width=WIDEST,
        table=Table(
            ("label", *(p.card.head for p in predictions)),
            tuple(
                (label, *(f"{share:.4f}" for share in shares[:, k]))
                for k, label in enumerate(labels)
            ),
        ),
    )


def _grouped(n_labels: int, n_models: int) -> Array:
    """Distance of each bar's middle from the top in pixels, shape ``(n_labels, n_models)``."""
    tops = float(n_models * MODEL_ROW + GROUP_GAP) * np.arange(n_labels)[:, None]
    middles = (GROUP_GAP + MODEL_ROW) / 2 + MODEL_ROW * np.arange(n_models)
    return np.array(tops + middles, np.float64)


def _model_bars(prediction: Prediction, rows: list[float]) -> list[Trace]:
    """Draw a model's bars, that of its label in full colour, and write value and name."""
    head, values = prediction.card.head, prediction.probabilities.tolist()
    colours = [HEAD_FAINT[head]] * len(values)
    colours[prediction.winner] = HEAD_COLOURS[head]
    bars = _bars(values, colours, prediction.labels, ".3f")
    pattern = {"shape": HEAD_PATTERNS[head], **PATTERN}
    bars |= {"name": head, "y": rows, "width": MODEL_ROW - 4}
    bars["marker"]["pattern"] = pattern
    bars["hovertemplate"] = f"{head}, {bars['hovertemplate']}"
    written = _written(1, [f"{percent(value)} {head}" for value in values])
    return [bars, {**written, "name": head, "y": rows}]


def _gap(shares: Array, y: float) -> list[dict[str, object]]:
    """Draw the difference between the shortest and the longest bar in the row of the shortest."""
    low, high = float(shares.min()), float(shares.max())
    line = {"type": "line", "line": {"color": INK, "width": 1}}
    tick = MODEL_ROW / 2 - 3
    return [
        {**line, "x0": low, "x1": high, "y0": y, "y1": y},
        {**line, "x0": high, "x1": high, "y0": y - tick, "y1": y + tick},
    ]


def expectation_bars(circuit: CircuitReading) -> Figure:
    """Draw one bar per qubit for its Pauli-Z expectation value in [-1, 1]."""
    qubits = _qubits(circuit)
    values = circuit.expectation_values.tolist()
    written = [signed(value) for value in values]
    layout = _row_layout(qubits, ROW, TOP)
    layout["xaxis"] = value_axis(-1, 1, [-1, -0.5, 0, 0.5, 1], "⟨Z⟩")
    return Figure(
        title="Expectation values ⟨Z⟩",
        data=[_bars(values, _by_sign(values), qubits, "+.4f"), _written(1, written)],
        layout=layout,
        table=Table(
            ("qubit", "⟨Z⟩"),
            tuple((name, signed(value, 4)) for name, value in zip(qubits, values, strict=True)),
        ),
    )


def contribution_bars(prediction: Prediction, circuit: CircuitReading) -> Figure:
    """Draw how far each qubit and the bias put the winner's logit ahead of the runner-up's.

    The last layer is linear, so the difference of two logits is the sum over qubits of the
    difference of their weights times <Z>, plus that of the biases. The scale holds the largest sum
    that the weights allow, so bars of two texts can be compared.
    """
    lead = circuit.lead(prediction.winner, prediction.runner_up)
    rows = (*_qubits(circuit), "bias", "sum")
    values = [*lead.shares.tolist(), lead.bias, lead.total]
    reach = 1.05 * max(circuit.largest_lead, 0.1)
    label, other = prediction.label, prediction.labels[prediction.runner_up]
    layout = _row_layout(rows, ROW, TOP)
    layout["xaxis"] = {
        **value_axis(-reach, reach, [], "lead of the winner"),
        "tickvals": None,
        "nticks": 5,
    }
    layout["shapes"] = [_rule(len(rows) - 1.5)]
    colours = [*_by_sign(values[:-1]), HEAD_COLOURS[prediction.card.head]]
    bars = _bars(values, colours, rows, "+.4f")
    bars["customdata"] = [
        *(
            f"weight {signed(w, 3)} × ⟨Z⟩ {signed(z, 3)}"
            for w, z in zip(lead.weights, circuit.expectation_values, strict=True)
        ),
        "bias",
        f"logit of {literal(label)} minus that of {literal(other)}",
    ]
    bars["hovertemplate"] = "%{y}: %{x:+.4f}<br>%{customdata}<extra></extra>"
    return Figure(
        title="What each qubit adds",
        data=[bars, _written(reach, [signed(value) for value in values])],
        layout=layout,
        table=Table(
            ("part", f"logit of {label} minus that of {other}"),
            tuple((name, signed(value, 4)) for name, value in zip(rows, values, strict=True)),
        ),
    )


def _qubits(circuit: CircuitReading) -> tuple[str, ...]:
    return tuple(f"q{k}" for k in range(circuit.n_qubits))


def _by_sign(values: list[float]) -> list[str]:
    return [POSITIVE if value >= 0 else NEGATIVE for value in values]


def _bars(values: list[float], colours: list[str], rows: tuple[str, ...], digits: str) -> Trace:
    return {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": list(range(len(values))),
        "marker": {"color": colours, "line": {"width": 0}},
        "width": 0.5,
        "customdata": [literal(row) for row in rows],
        "hovertemplate": f"%{{customdata}}: %{{x:{digits}}}<extra></extra>",
    }


def _written(x: float, texts: list[str]) -> Trace:
    """Write the values in one column at the right edge, where no bar can cover them."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [x] * len(texts),
        "y": list(range(len(texts))),
        "text": [f" {text}" for text in texts],
        "textposition": "middle right",
        "textfont": {"color": INK},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _row_layout(rows: tuple[str, ...], pitch: int, top: int) -> Layout:
    names, room = axis_labels(rows, LABEL_LENGTH)
    return base_layout(
        top + pitch * len(rows) + AXIS_ROOM,
        margin={"l": int(18 + room), "r": VALUE_ROOM, "t": top, "b": AXIS_ROOM},
        yaxis=quiet_axis(
            range=[len(rows) - 0.5, -0.5],
            tickvals=list(range(len(rows))),
            ticktext=names,
            ticks="outside",
            ticklen=6,
            tickcolor="rgba(0,0,0,0)",
        ),
        bargap=0,
    )


def _rule(y: float) -> dict[str, object]:
    """Draw the line above a sum."""
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": y,
        "y1": y,
        "line": {"color": INK, "width": 1},
    }

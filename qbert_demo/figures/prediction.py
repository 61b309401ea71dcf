"""What a model answers: its probabilities, and how the qubits of a hybrid led to them.

Bars lie on their side, one row a label or a qubit, with the value written at the right. The rows
of `expectation_bars` and `contribution_bars` have the pitch of the wires in
`qbert_demo.figures.circuit`, so that side by side each wire runs into its own bars.
"""

from qbert_demo.figures.circuit import ROW, TOP
from qbert_demo.figures.figure import Figure, Layout, Table, Trace
from qbert_demo.figures.theme import (
    HEAD_COLOURS,
    HEAD_FAINT,
    INK,
    NEGATIVE,
    POSITIVE,
    axis_labels,
    base_layout,
    literal,
    percent,
    quiet_axis,
    signed,
    value_axis,
)
from qbert_demo.results import CircuitReading, Prediction

AXIS_ROOM = 44
"""Pixels below the rows for tick labels and the axis title."""
BAR_ROW = 34
VALUE_ROOM = 64
"""Pixels at the right for the written values."""
LABEL_LENGTH = 18
"""Characters of a row label that are shown, so that bars have room on a phone."""


def probability_bars(prediction: Prediction) -> Figure:
    """Draw one bar for each label's probability on the fixed scale [0, 1]."""
    labels, head = prediction.labels, prediction.card.head
    colours = [HEAD_FAINT[head]] * len(labels)
    colours[prediction.winner] = HEAD_COLOURS[head]
    values = prediction.probabilities.tolist()
    written = [percent(value) for value in values]
    layout = _row_layout(labels, BAR_ROW, 4)
    layout["xaxis"] = value_axis(0, 1, [0, 0.25, 0.5, 0.75, 1], "probability")
    return Figure(
        title=f"Probability of each label, {prediction.card.title}",
        data=[_bars(values, colours, labels, ".3f"), _written(1, written)],
        layout=layout,
        table=Table(
            ("label", "probability"),
            tuple((name, f"{value:.4f}") for name, value in zip(labels, values, strict=True)),
        ),
    )


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
    """Draw each qubit's exact share of the winning logit, the bias, and their sum.

    The last layer is linear, so weight times <Z>, summed over qubits, plus the bias is the logit.
    """
    label = prediction.label
    shares = circuit.contributions[prediction.winner].tolist()
    bias = float(circuit.output_bias[prediction.winner])
    rows = (*_qubits(circuit), "bias", "sum")
    values = [*shares, bias, sum(shares) + bias]
    written = [signed(value) for value in values]
    reach = 1.15 * max(*map(abs, values), 0.1)
    layout = _row_layout(rows, ROW, TOP)
    layout["xaxis"] = {
        **value_axis(-reach, reach, [], "share of the logit"),
        "tickvals": None,
        "nticks": 5,
    }
    layout["shapes"] = [_rule(len(rows) - 1.5)]
    colours = [*_by_sign(values[:-1]), HEAD_COLOURS[prediction.card.head]]
    bars = _bars(values, colours, rows, "+.4f")
    bars["customdata"] = [
        *_products(circuit, prediction.winner),
        "bias",
        f"logit of {literal(label)}",
    ]
    bars["hovertemplate"] = "%{y}: %{x:+.4f}<br>%{customdata}<extra></extra>"
    return Figure(
        title=f"What each qubit adds to “{label}”",
        data=[bars, _written(reach, written)],
        layout=layout,
        table=Table(
            ("part", f"share of the logit of {label}"),
            tuple((name, signed(value, 4)) for name, value in zip(rows, values, strict=True)),
        ),
    )


def _qubits(circuit: CircuitReading) -> tuple[str, ...]:
    return tuple(f"q{k}" for k in range(circuit.n_qubits))


def _by_sign(values: list[float]) -> list[str]:
    return [POSITIVE if value >= 0 else NEGATIVE for value in values]


def _products(circuit: CircuitReading, winner: int) -> list[str]:
    pairs = zip(circuit.output_weight[winner], circuit.expectation_values, strict=True)
    return [f"weight {signed(w, 3)} × ⟨Z⟩ {signed(z, 3)}" for w, z in pairs]


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

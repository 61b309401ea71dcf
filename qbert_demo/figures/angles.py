"""Which angles of a hybrid live, how much it entangles, and its encoding as a kernel."""

from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.rows import HEAD_ROOM, interval_bar, row_names, rows_layout
from qbert_demo.figures.theme import (
    CIRCUIT,
    HEAD_COLOURS,
    INK,
    NEGATIVE,
    PAPER,
    POSITIVE,
    SMALL,
    SUBDUED,
    TINY,
    TRAINED_TINT,
    axis_labels,
    base_layout,
    multiple_of_pi,
    plain,
    quiet_axis,
    signed,
    value_axis,
)
from qbert_demo.results import AngleFacts, Range

CELL, CELL_HEIGHT = 44, 40
"""Pixels of a cell of a grid, at least."""
LABEL_LENGTH = 12
"""Characters of a label that are shown."""
PALE = 1.6
"""End of the scale of colours, so that words stay readable on the strongest."""
TITLE = {"font": {"size": SMALL, "color": SUBDUED}, "standoff": 6}


def spread_bars(facts: AngleFacts) -> Figure:
    """Draw how far each encoding angle spreads over the texts."""
    spread = list(facts.spread)
    bars: Trace = {
        "type": "bar",
        "orientation": "h",
        "x": spread,
        "y": list(range(len(spread))),
        "width": 0.36,
        "marker": {"color": CIRCUIT},
        "hovertemplate": "%{x:.3f} rad<extra></extra>",
    }
    names = [f"<b>x{k}</b>  on qubit {k}: {plain(s, 3)} rad" for k, s in enumerate(spread)]
    layout = rows_layout(len(spread), HEAD_ROOM)
    top = 1.1 * max(*spread, 0.1)
    layout["xaxis"] = value_axis(0, top, [], "standard deviation in radians")
    layout["xaxis"] |= {"tickvals": None, "nticks": 5}
    cells = tuple((f"x{k}", plain(s, 4)) for k, s in enumerate(spread))
    return Figure(
        "Spread of each encoding angle over the texts",
        [bars, row_names(names, 0)],
        layout,
        Table(("angle", "standard deviation in radians"), cells),
    )


def correlation_cells(facts: AngleFacts, labels: Sequence[str]) -> Figure:
    """Draw how each encoding angle goes with each label; of two labels, with the second."""
    first = 1 if len(labels) == 2 else 0
    values = np.array(facts.correlation)[:, first:]
    names, widest = axis_labels(labels[first:], LABEL_LENGTH)
    n, columns = values.shape
    tilt = -45 if columns > 2 else 0
    room = int(14 + 0.75 * widest) if tilt else 22
    layout = base_layout(
        CELL_HEIGHT * n + room + 30,
        margin={"l": 44, "r": 8, "t": 4, "b": room + 26},
        xaxis=quiet_axis(
            tickvals=list(range(columns)),
            ticktext=names,
            tickangle=tilt,
            title={**TITLE, "text": "label"},
        ),
        yaxis=quiet_axis(
            tickvals=list(range(n)),
            ticktext=[f"x{k}" for k in range(n)],
            range=[n - 0.5, -0.5],
            title={**TITLE, "text": "angle"},
        ),
    )
    heat: Trace = {
        "type": "heatmap",
        "z": values.tolist(),
        "text": [[signed(v) for v in row] for row in values],
        "texttemplate": "%{text}",
        "textfont": {"size": SMALL, "color": INK},
        "colorscale": [[0, NEGATIVE], [0.5, PAPER], [1, POSITIVE]],
        "zmin": -PALE,
        "zmax": PALE,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y} with %{x}: %{text}<extra></extra>",
    }
    cells = tuple((f"x{k}", *(signed(v, 3) for v in row)) for k, row in enumerate(values))
    return Figure(
        "Correlation of each angle with a label's logit, from −1 to +1",
        [heat],
        layout,
        Table(("angle", *labels[first:]), cells),
        min_width=CELL * columns + 52,
        max_width=110 * columns + 160,
    )


def weight_grid(facts: AngleFacts) -> Figure:
    """Draw every trained angle, a row a qubit, and cross out those that cannot change anything."""
    weights, live = np.array(facts.weights), np.array(facts.live)
    layers, n, places = weights.shape
    columns = [f"{layer + 1}.{j + 1}" for layer in range(layers) for j in range(places)]
    values = weights.transpose(1, 0, 2).reshape(n, -1)
    alive = live.transpose(1, 0, 2).reshape(n, -1)
    layout = base_layout(
        CELL_HEIGHT * n + 56,
        margin={"l": 44, "r": 8, "t": 4, "b": 52},
        xaxis=quiet_axis(
            tickvals=list(range(len(columns))),
            ticktext=columns,
            title={**TITLE, "text": "layer . angle of the gate"},
        ),
        yaxis=quiet_axis(
            tickvals=list(range(n)),
            ticktext=[f"q{k}" for k in range(n)],
            range=[n - 0.5, -0.5],
            title={**TITLE, "text": "qubit"},
        ),
    )
    layout["shapes"] = [
        {
            "type": "line",
            **dict(zip(("x0", "y0", "x1", "y1"), ends, strict=True)),
            "line": {"color": INK, "width": 1.5},
        }
        for k, column in zip(*np.nonzero(~alive), strict=True)
        for ends in _cross(int(column), int(k))
    ]
    words = [
        [f"{multiple_of_pi(v)}{'' if a else ', dead'}" for v, a in zip(*row, strict=True)]
        for row in zip(values, alive, strict=True)
    ]
    heat: Trace = {
        "type": "heatmap",
        "z": alive.astype(int).tolist(),
        "text": [["" if w.endswith("dead") else w for w in row] for row in words],
        "customdata": words,
        "texttemplate": "%{text}",
        "textfont": {"size": TINY, "color": INK},
        "colorscale": [[0, PAPER], [1, TRAINED_TINT]],
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "%{y}, %{x}: %{customdata}<extra></extra>",
    }
    cells = tuple((f"q{k}", *row) for k, row in enumerate(words))
    return Figure(
        "Trained angles; those crossed out cannot change what is measured",
        [heat],
        layout,
        Table(("qubit", *columns), cells),
        min_width=CELL * len(columns) + 52,
        max_width=90 * len(columns) + 52,
    )


def entangling_marks(facts: AngleFacts) -> Figure:
    """Draw how much the circuit entangles, trained and with random trained angles."""
    value = facts.entangling
    trained = Range(value, value, value)
    rows = (("as trained", trained), (f"random angles, median of {facts.seeds}", facts.random))
    return _marks(
        "Entanglement of the final state, mean over the texts",
        "Meyer and Wallach's measure",
        rows,
        (CIRCUIT, SUBDUED),
    )


def kernel_marks(facts: AngleFacts) -> Figure:
    """Draw how well the circuit's kernel and an RBF kernel fit the labels."""
    kernel = facts.kernel
    rows = (
        ("the circuit's states", kernel.circuit),
        ("RBF, median width", kernel.rbf),
        ("RBF, best of several widths", kernel.tuned),
    )
    return _marks(
        f"How well kernels fit the labels, {kernel.seeds} samples of {kernel.rows} texts",
        "centred alignment with the labels",
        rows,
        (CIRCUIT, HEAD_COLOURS["classical"], HEAD_COLOURS["classical"]),
    )


def _marks(
    title: str, axis: str, rows: Sequence[tuple[str, Range]], colours: Sequence[str]
) -> Figure:
    """Medians with the range over seeds, on an axis from 0 to 1."""
    names = [f"<b>{name}</b>  {_words(r)}" for name, r in rows]
    points: Trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [r.middle for _, r in rows],
        "y": list(range(len(rows))),
        "marker": {
            "color": list(colours),
            "size": 11,
            "symbol": ["diamond", *["circle"] * (len(rows) - 1)],
        },
        "customdata": names,
        "hovertemplate": "%{customdata}<extra></extra>",
        "cliponaxis": False,
    }
    bars = [
        interval_bar(r.low, r.high, k, colour, 3)
        for k, ((_, r), colour) in enumerate(zip(rows, colours, strict=True))
    ]
    layout = rows_layout(len(rows), HEAD_ROOM)
    start = min(0.0, *(r.low for _, r in rows))
    layout["xaxis"] = value_axis(start, 1, [0, 0.25, 0.5, 0.75, 1], axis)
    cells = tuple((name, plain(r.middle, 4), plain(r.low, 4), plain(r.high, 4)) for name, r in rows)
    table = Table(("", "median", "least", "most"), cells)
    return Figure(title, [*bars, points, row_names(names, start)], layout, table)


def _words(values: Range) -> str:
    if values.low == values.high:
        return plain(values.middle, 3)
    return f"{plain(values.middle, 3)} ({plain(values.low, 3)} to {plain(values.high, 3)})"


def _cross(x: int, y: int) -> tuple[tuple[float, float, float, float], ...]:
    """Two strokes through a cell."""
    half = 0.42
    left, right, top, bottom = x - half, x + half, y - half, y + half
    return (left, top, right, bottom), (left, bottom, right, top)

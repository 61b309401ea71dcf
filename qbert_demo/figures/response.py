"""A frame of small multiples: each <Z_k> as a function of each encoding angle.

The curves and the present points are computed in the browser, which fills the traces ``curves``
and ``points``. Positions are pixels from the upper left corner.
"""

from typing import Any

from qbert_demo.figures.figure import Figure, Rows, Table, Trace
from qbert_demo.figures.theme import (
    CIRCUIT,
    GRID,
    HEAT,
    INK,
    SMALL,
    SUBDUED,
    TINY,
    base_layout,
    quiet_axis,
)

WIDTH, HEIGHT = 92, 58
"""Pixels of one small plot."""
GAP = 14
LEFT, TOP, BOTTOM = 66, 24, 40


def cell(k: int, j: int) -> tuple[int, int]:
    """Lower left corner (angle -pi, value -1) of the plot of <Z_k> over angle ``j``, in pixels."""
    return LEFT + j * (WIDTH + GAP), TOP + (k + 1) * HEIGHT + k * GAP


def response_frame(n_qubits: int) -> Figure:
    """Draw n x n empty plots, one row a measured qubit and one column an encoding angle."""
    width = LEFT + n_qubits * (WIDTH + GAP)
    height = TOP + n_qubits * (HEIGHT + GAP) + BOTTOM
    corners = [cell(k, j) for k in range(n_qubits) for j in range(n_qubits)]
    floor = cell(n_qubits - 1, 0)[1]
    notes = [
        _note(x + WIDTH / 2, TOP - 12, f"angle of q{j}", INK, SMALL)
        for j, x in enumerate(cell(0, j)[0] for j in range(n_qubits))
    ]
    for j in range(n_qubits):
        x = cell(0, j)[0]
        notes += [
            _note(x + share * WIDTH, floor + 10, text, SUBDUED, TINY)
            for share, text in ((0, "\N{MINUS SIGN}π"), (0.5, "0"), (1, "π"))
        ]
    for k in range(n_qubits):
        y = cell(k, 0)[1]
        notes += [
            _note(LEFT - 12, y - share * HEIGHT, text, SUBDUED, TINY)
            for share, text in ((0, "\N{MINUS SIGN}1"), (0.5, "0"), (1, "1"))
        ]
    notes.append(
        _note(LEFT + (width - LEFT - GAP) / 2, height - 8, "angle in radians", SUBDUED, SMALL)
    )
    return Figure(
        "Each ⟨Z⟩ as one angle turns and the others stay",
        [
            _grid(corners),
            _curves(),
            _points(),
        ],
        base_layout(
            height,
            xaxis=quiet_axis(range=[0, width], showticklabels=False),
            yaxis=quiet_axis(range=[height, 0], showticklabels=False),
            hovermode="closest",
            annotations=notes,
        ),
        Table((), ()),
        min_width=width,
        max_width=width,
        rows=Rows(tuple(f"⟨Z⟩ q{k}" for k in range(n_qubits)), TOP + HEIGHT // 2, HEIGHT + GAP),
    )


def _grid(corners: list[tuple[int, int]]) -> Trace:
    """Frame every plot and mark its zero."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for x, y in corners:
        right, top, middle = x + WIDTH, y - HEIGHT, y - HEIGHT / 2
        xs += [x, right, right, x, x, None, x, right, None]
        ys += [y, y, top, top, y, None, middle, middle, None]
    return {
        "type": "scatter",
        "name": "grid",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": GRID, "width": 1, "simplify": False},
        "hoverinfo": "skip",
    }


def _curves() -> Trace:
    return {
        "type": "scatter",
        "name": "curves",
        "mode": "lines",
        "x": [],
        "y": [],
        "line": {"color": HEAT, "width": 2, "simplify": False},
        "hoverinfo": "skip",
    }


def _points() -> Trace:
    return {
        "type": "scatter",
        "name": "points",
        "mode": "markers",
        "x": [],
        "y": [],
        "text": [],
        "marker": {"color": CIRCUIT, "size": 8},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _note(x: float, y: float, text: str, colour: str, size: int) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "y": y,
        "showarrow": False,
        "font": {"size": size, "color": colour},
    }

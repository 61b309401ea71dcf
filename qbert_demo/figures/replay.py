"""Frames that the replay over epochs fills in the browser: dials, and room for small bars.

What moves lies over the frames, which are not drawn again for it. Positions are pixels from the
upper left corner.
"""

import math
from collections.abc import Sequence
from typing import Any

from qbert_demo.figures.figure import Figure, Layout, Rows, Table, Trace
from qbert_demo.figures.theme import (
    GRID,
    HEAD_FAINT,
    INK,
    SMALL,
    SUBDUED,
    TINY,
    TRAINED_TINT,
    base_layout,
    quiet_axis,
)

LEFT = 40
RADIUS = 14
DIAL = 38
"""Pixels from one dial to the next."""
LAYER_GAP = 14
DIALS_TOP = 46
BAR_ROW = 30
BARS_TOP = 26
AXIS_ROOM = 24
HALF = 46
"""Pixels of a bar for the value 1."""
BAR_PITCH = 2 * HALF + 62
"""Pixels from one text's bars to the next's, the written values between them."""
ROTATIONS = {1: ("",), 3: ("φ", "θ", "ω")}
"""Angles of a trained gate: of RX, and of Rot."""


def dial_middles(shape: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Middle of each trained angle's dial, in the order of a circuit's flat weights.

    Args:
        shape: Layers, qubits, and angles of a gate, 1 or 3.
    """
    n_layers, n_qubits, n_rotations = shape
    return [
        (_column(layer, j, n_rotations), DIALS_TOP + DIAL // 2 + k * DIAL)
        for layer in range(n_layers)
        for k in range(n_qubits)
        for j in range(n_rotations)
    ]


def dial_names(shape: tuple[int, int, int]) -> list[str]:
    """Name of each trained angle, in the same order."""
    n_layers, n_qubits, n_rotations = shape
    return [
        f"layer {layer + 1}, q{k} {name}".rstrip()
        for layer in range(n_layers)
        for k in range(n_qubits)
        for name in ROTATIONS[n_rotations]
    ]


def angle_dials(shape: tuple[int, int, int], first: Sequence[float]) -> Figure:
    """Draw a dial for each trained angle, anticlockwise from the right.

    Args:
        shape: Layers, qubits, and angles of a gate, 1 or 3.
        first: The angles after the first epoch in radians, flat; they are drawn faintly.
    """
    n_layers, n_qubits, n_rotations = shape
    middles = dial_middles(shape)
    width = _column(n_layers - 1, n_rotations - 1, n_rotations) + DIAL
    height = DIALS_TOP + n_qubits * DIAL + 8
    notes = []
    for layer in range(n_layers):
        columns = [_column(layer, j, n_rotations) for j in range(n_rotations)]
        notes.append(_note(sum(columns) / n_rotations, 12, f"layer {layer + 1}", INK, SMALL))
        notes += [
            _note(x, 32, name, SUBDUED, TINY)
            for x, name in zip(columns, ROTATIONS[n_rotations], strict=True)
        ]
    dials: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": "dials",
        "x": [x for x, _ in middles],
        "y": [y for _, y in middles],
        "marker": {
            "size": 2 * RADIUS,
            "color": TRAINED_TINT,
            "line": {"color": SUBDUED, "width": 1},
        },
        "hoverinfo": "skip",
    }
    xs: list[float | None] = []
    ys: list[float | None] = []
    for (x, y), angle in zip(middles, first, strict=True):
        xs += [x, x + RADIUS * math.cos(angle), None]
        ys += [y, y - RADIUS * math.sin(angle), None]
    return Figure(
        "The circuit's trained angles",
        [dials, _lines("first hands", HEAD_FAINT["hybrid"], 1.5, xs, ys)],
        _pixels(width, height, notes),
        Table((), ()),
        min_width=width,
        max_width=width,
        rows=Rows(tuple(f"q{k}" for k in range(n_qubits)), DIALS_TOP + DIAL // 2, DIAL),
    )


def bar_zeros(n_texts: int, n_qubits: int) -> list[list[tuple[int, int]]]:
    """Where the bar of each text (outer) and qubit (inner) is zero."""
    return [
        [(_zero(text), BARS_TOP + BAR_ROW // 2 + k * BAR_ROW) for k in range(n_qubits)]
        for text in range(n_texts)
    ]


def value_bars(n_texts: int, n_qubits: int) -> Figure:
    """Draw room for a bar for each text's expectation value of each qubit, in [-1, 1]."""
    width = LEFT + n_texts * BAR_PITCH
    floor = BARS_TOP + n_qubits * BAR_ROW
    height = floor + AXIS_ROOM
    notes = []
    xs: list[float | None] = []
    ys: list[float | None] = []
    for text in range(n_texts):
        zero = _zero(text)
        notes.append(_note(zero, 12, f"text {text + 1}", INK, SMALL))
        for value, mark in ((-1, "\N{MINUS SIGN}1"), (0, "0"), (1, "1")):
            x = zero + value * HALF
            notes.append(_note(x, floor + 11, mark, SUBDUED, TINY))
            xs += [x, x, None]
            ys += [BARS_TOP, floor, None]
    return Figure(
        "⟨Z⟩ of the first held-out texts",
        [_lines("grid", GRID, 1, xs, ys)],
        _pixels(width, height, notes),
        Table((), ()),
        min_width=width,
        max_width=width,
        rows=Rows(tuple(f"q{k}" for k in range(n_qubits)), BARS_TOP + BAR_ROW // 2, BAR_ROW),
    )


def _column(layer: int, rotation: int, n_rotations: int) -> int:
    return LEFT + DIAL // 2 + (layer * n_rotations + rotation) * DIAL + layer * LAYER_GAP


def _zero(text: int) -> int:
    return LEFT + HALF + text * BAR_PITCH


def _pixels(width: int, height: int, notes: list[dict[str, Any]]) -> Layout:
    return base_layout(
        height,
        xaxis=quiet_axis(range=[0, width], showticklabels=False),
        yaxis=quiet_axis(range=[height, 0], showticklabels=False),
        annotations=notes,
    )


def _lines(
    name: str, colour: str, width: float, xs: list[float | None], ys: list[float | None]
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": xs,
        "y": ys,
        "line": {"color": colour, "width": width, "simplify": False},
        "hoverinfo": "skip",
    }


def _note(x: float, y: float, text: str, colour: str, size: int) -> dict[str, Any]:
    font = {"size": size, "color": colour}
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": font}

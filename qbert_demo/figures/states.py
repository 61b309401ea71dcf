"""Frames for the state of the qubits at one step, which the page fills in as a visitor steps.

The values are computed in the browser, so a frame holds everything but them: what stands still
(spheres, axes, scales, titles) and empty traces, named after what the page puts there.
"""

import math

from qbert_demo.figures.figure import Figure, Layout, Table, Trace
from qbert_demo.figures.theme import (
    GRID,
    HEAT,
    INK,
    PAPER,
    SMALL,
    SUBDUED,
    TINY,
    base_layout,
    quiet_axis,
    value_axis,
)

MOST_STATES = 32
"""Basis states shown where all of them would be more than 64."""
ALL_STATES_UP_TO = 6
"""Qubits up to which every basis state is shown."""
PROJECTION = ((-0.4226, 0.9063, 0.0), (-0.3100, -0.1446, 0.9397))
"""Screen coordinates of the x, y and z axes: right, then up; seen from 25 degrees beside x and
20 degrees above the equator."""
CELL = 90
"""Pixels across one sphere's place."""
CELL_HEIGHT = 132
RADIUS = 32
"""Pixels from a sphere's middle to its rim."""
PER_ROW = 4
ROW = 34
NOT_YET = "\N{NO-BREAK SPACE}"
"""Stands where the page will write: Plotly never shows a text that was empty at first."""
AXIS_ROOM = 44
LABELS = 34
"""Pixels left of the bars, where the qubits' names stand."""


def bloch_frame(n_qubits: int) -> Figure:
    """Draw one empty Bloch sphere a qubit; the page adds ``arrows``, ``tips`` and ``lengths``."""
    columns = min(n_qubits, PER_ROW)
    rows = math.ceil(n_qubits / PER_ROW)
    width, height = columns * CELL, rows * CELL_HEIGHT
    middles = [sphere_middle(k) for k in range(n_qubits)]
    circle = [(math.cos(t), math.sin(t)) for t in (2 * math.pi * i / 48 for i in range(49))]
    equator = [_project(x, y, 0) for x, y in circle]
    axes = [(_project(*[a * s for a in axis]) for s in (-1, 1)) for axis in _AXES]
    ends = [(-0.74, -0.52), (1.22, -0.18), (0, 1.2), (0, -1.24)]
    lines = [list(axis) for axis in axes]
    return Figure(
        title="Bloch vectors",
        data=[
            _outline("spheres", [circle], middles, SUBDUED, 1.2),
            _outline("equators", [equator, *lines], middles, GRID, 1),
            _writing(
                "axes",
                [(u + x * RADIUS, v - y * RADIUS) for u, v in middles for x, y in ends],
                ["x", "y", "|0⟩", "|1⟩"] * n_qubits,
                SUBDUED,
            ),
            _writing(
                "qubits",
                [(u - RADIUS, v - RADIUS - 8) for u, v in middles],
                [f"q{k}" for k in range(n_qubits)],
                INK,
            ),
            _empty("arrows", "lines", line={"color": HEAT, "width": 3}),
            _empty("tips", "markers", marker={"color": HEAT, "size": 9}),
            _writing(
                "lengths",
                [(u, v + RADIUS + 26) for u, v in middles],
                [NOT_YET] * n_qubits,
                INK,
            ),
        ],
        layout=base_layout(
            height,
            xaxis=quiet_axis(range=[0, width], showticklabels=False),
            yaxis=quiet_axis(range=[height, 0], showticklabels=False),
            hovermode="closest",
        ),
        table=Table((), ()),
        min_width=width,
        max_width=width,
    )


def sphere_middle(k: int) -> tuple[float, float]:
    """Middle of qubit ``k``'s sphere in pixels from the figure's upper left corner."""
    return (k % PER_ROW + 0.5) * CELL, (k // PER_ROW) * CELL_HEIGHT + 24 + RADIUS


def pauli_frame(n_qubits: int) -> Figure:
    """Draw three scales a qubit for <X>, <Y> and <Z>; the page adds one bar trace for each."""
    data: list[Trace] = []
    layout = _rows(n_qubits)
    width = 1 / 3
    for i, name in enumerate("XYZ"):
        suffix = str(i + 1) if i else ""
        data += [
            _bars(name, n_qubits, f"x{suffix}"),
            _beside(f"{name} written", n_qubits, f"x{suffix}"),
        ]
        axis = value_axis(-1, 1, [-1, 0, 1], f"⟨{name}⟩")
        layout[f"xaxis{suffix}"] = {**axis, "domain": [i * width, (i + 0.56) * width]}
    return Figure("Expectation values ⟨X⟩, ⟨Y⟩, ⟨Z⟩", data, layout, Table((), ()))


def entropy_frame(n_qubits: int) -> Figure:
    """Draw a scale in bits a qubit for its entanglement entropy with the rest."""
    layout = _rows(n_qubits, right=46)
    layout["xaxis"] = value_axis(0, 1, [0, 0.25, 0.5, 0.75, 1], "entropy in bits")
    return Figure(
        "Entanglement entropy",
        [_bars("entropy", n_qubits, "x"), _beside("entropy written", n_qubits, "x")],
        layout,
        Table((), ()),
    )


def probability_frame(n_qubits: int) -> Figure:
    """Draw a scale for the basis states: all, or beyond 6 qubits the 32 largest.

    It is [0, 1] until the page shortens it to what the largest needs.
    """
    shown = 2**n_qubits if n_qubits <= ALL_STATES_UP_TO else MOST_STATES
    room = 26 + 7 * n_qubits
    layout = base_layout(
        170 + room,
        margin={"l": 58, "r": 6, "t": 14, "b": room},
        xaxis=quiet_axis(
            range=[-0.6, shown - 0.4],
            tickvals=list(range(shown)),
            ticktext=[""] * shown,
            tickangle=-90,
            tickfont={"size": TINY, "color": INK, "family": "ui-monospace, monospace"},
            title={
                "text": f"basis state, q0 to q{n_qubits - 1} from left to right"
                if n_qubits > 1
                else "basis state",
                "font": {"size": SMALL, "color": SUBDUED},
                "standoff": 4,
            },
        ),
        yaxis=value_axis(0, 1, [0, 0.25, 0.5, 0.75, 1], "probability"),
        bargap=0.25,
    )
    title = "Probabilities of the basis states"
    if n_qubits > ALL_STATES_UP_TO:
        title += f", the {shown} largest of {2**n_qubits:,}"
    bars = {
        "type": "bar",
        "name": "probabilities",
        "x": list(range(shown)),
        "y": [0] * shown,
        "marker": {"color": HEAT},
        "customdata": [""] * shown,
        "hovertemplate": "|%{customdata}⟩: %{y:.4f}<extra></extra>",
    }
    return Figure(title, [bars], layout, Table((), ()), min_width=max(300, 64 + 13 * shown))


def information_frame(n_qubits: int) -> Figure:
    """Draw an empty heat map of each pair's mutual information, [0, 2] bits.

    The page fills in roots, so that a pair with little to tell is seen too.
    """
    side = max(120, min(240, 52 * n_qubits)) if n_qubits < 7 else 25 * n_qubits
    names = [f"q{k}" for k in range(n_qubits)]
    axis = quiet_axis(tickvals=list(range(n_qubits)), ticktext=names)
    layout = base_layout(
        side + 30,
        margin={"l": LABELS, "r": 64, "t": 4, "b": 26},
        xaxis={**axis, "range": [-0.5, n_qubits - 0.5]},
        yaxis={**axis, "range": [n_qubits - 0.5, -0.5]},
    )
    heat = {
        "type": "heatmap",
        "name": "information",
        "x": list(range(n_qubits)),
        "y": list(range(n_qubits)),
        "z": [],
        "zmin": 0,
        "zmax": math.sqrt(2),
        "xgap": 2,
        "ygap": 2,
        "colorscale": [[0, PAPER], [1, HEAT]],
        "colorbar": {
            "title": {"text": "bits", "font": {"size": SMALL}},
            "thickness": 12,
            "tickvals": [math.sqrt(bits) for bits in _BITS],
            "ticktext": [f"{bits:g}" for bits in _BITS],
            "outlinewidth": 0,
        },
        "hovertemplate": "q%{y} and q%{x}: %{customdata:.4f} bits<extra></extra>",
    }
    if n_qubits < 7:
        heat |= {"texttemplate": "%{text}", "textfont": {"size": TINY, "color": INK}}
    return Figure(
        "Mutual information of each pair",
        [heat],
        layout,
        Table((), ()),
        max_width=side + LABELS + 64,
    )


_BITS = (0, 0.1, 0.5, 1, 2)
_AXES = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def _project(x: float, y: float, z: float) -> tuple[float, float]:
    right, up = (sum(a * b for a, b in zip(row, (x, y, z), strict=True)) for row in PROJECTION)
    return right, up


def _outline(
    name: str,
    lines: list[list[tuple[float, float]]],
    middles: list[tuple[float, float]],
    colour: str,
    width: float,
) -> Trace:
    """Repeat lines of the unit sphere around every middle, a gap after each."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for u, v in middles:
        for line in lines:
            xs += [*(round(u + RADIUS * x, 2) for x, _ in line), None]
            ys += [*(round(v - RADIUS * y, 2) for _, y in line), None]
    line_style = {"color": colour, "width": width}
    return {**_empty(name, "lines", line=line_style), "x": xs, "y": ys, "hoverinfo": "skip"}


def _empty(name: str, mode: str, **style: object) -> Trace:
    return {
        "type": "scatter",
        "name": name,
        "mode": mode,
        "x": [],
        "y": [],
        "hovertemplate": "%{text}<extra></extra>",
        **style,
    }


def _writing(name: str, places: list[tuple[float, float]], texts: list[str], colour: str) -> Trace:
    return {
        **_empty(name, "text", textfont={"size": TINY, "color": colour}),
        "x": [round(x, 2) for x, _ in places],
        "y": [round(y, 2) for _, y in places],
        "text": texts,
        "hoverinfo": "skip",
    }


def _rows(n_qubits: int, right: int = 0) -> Layout:
    return base_layout(
        ROW * n_qubits + AXIS_ROOM + 4,
        margin={"l": LABELS, "r": right, "t": 4, "b": AXIS_ROOM},
        yaxis=quiet_axis(
            range=[n_qubits - 0.5, -0.5],
            tickvals=list(range(n_qubits)),
            ticktext=[f"q{k}" for k in range(n_qubits)],
        ),
        bargap=0,
    )


def _bars(name: str, n_qubits: int, axis: str) -> Trace:
    return {
        "type": "bar",
        "name": name,
        "orientation": "h",
        "xaxis": axis,
        "x": [0] * n_qubits,
        "y": list(range(n_qubits)),
        "marker": {"color": [HEAT] * n_qubits, "line": {"width": 0}},
        "width": 0.5,
        "hovertemplate": "q%{y}: %{x:.4f}<extra></extra>",
    }


def _beside(name: str, n_qubits: int, axis: str) -> Trace:
    """Write values in one column at a scale's right end, where no bar can cover them."""
    return {
        **_writing(name, [(1, k) for k in range(n_qubits)], [NOT_YET] * n_qubits, INK),
        "xaxis": axis,
        "textposition": "middle right",
        "cliponaxis": False,
    }

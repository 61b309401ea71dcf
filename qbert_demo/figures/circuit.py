"""The circuit of one text, drawn from its gates: wires from top to bottom, time to the right.

Many gates share few traces, because Plotly redraws one trace of a hundred boxes much faster than
a hundred traces. Horizontal positions are pixels at the natural size, vertical ones are wires.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from qbert_demo.figures.figure import Figure, Rows, Table, Trace
from qbert_demo.figures.placement import BARRIER, Block, Placement, place
from qbert_demo.figures.theme import (
    DATA_TINT,
    INK,
    PAPER,
    SMALL,
    SUBDUED,
    TINY,
    TRAINED_TINT,
    base_layout,
    multiple_of_pi,
    plain,
    quiet_axis,
    signed,
)
from qbert_demo.results import CircuitReading, GateReading

ROW = 46
"""Pixels from one wire to the next."""
TOP = 26
"""Pixels above the first row, where the blocks' names stand."""
BOTTOM = 10
HALF = 17 / ROW
"""Half the height of a gate's box, in wires."""
LEFT = 38
"""Pixels left of the first gate, where the wires' labels stand."""
MEASUREMENT = 50
STRETCH = 1.6
"""How far the drawing may grow beyond its natural width."""
ROTATIONS = ("φ", "θ", "ω")

Point = tuple[float | None, float | None]


def circuit_figure(circuit: CircuitReading) -> Figure:
    """Draw every gate with its angles, the barriers between blocks, and the measurements."""
    placement = place(circuit.gates, circuit.n_qubits, LEFT)
    measured = placement.end + BARRIER + MEASUREMENT / 2
    width = int(measured + MEASUREMENT / 2 + 6)
    height = TOP + ROW * circuit.n_qubits + BOTTOM
    layout = base_layout(
        height,
        margin={"l": 0, "r": 0, "t": TOP, "b": BOTTOM},
        xaxis=quiet_axis(range=[0, width], showticklabels=False),
        yaxis=quiet_axis(range=[circuit.n_qubits - 0.5, -0.5], showticklabels=False),
        hovermode="closest",
        hoverdistance=60,
        annotations=[_block_name(block) for block in placement.blocks],
    )
    return Figure(
        title="The circuit for this text, angles in radians",
        data=[
            *_wiring(circuit, placement, measured),
            *_boxes(circuit, placement, measured),
            *_cnots(placement),
            _writing(circuit, placement, measured),
            _hover(circuit, placement, measured),
        ],
        layout=layout,
        table=_table(circuit),
        min_width=width,
        max_width=int(STRETCH * width),
        rows=Rows(tuple(f"q{k}" for k in range(circuit.n_qubits)), TOP + ROW // 2, ROW),
    )


def describe(gate: GateReading) -> str:
    """Tell a gate's name, wires, angles (radians and multiples of pi) and their origin in HTML."""
    if gate.name == "CNOT":
        control, target = gate.wires
        return f"<b>CNOT</b> control q{control}, target q{target}<br>{gate.block}"
    lines = [f"<b>{gate.name}</b> on q{gate.wires[0]}"]
    names = ROTATIONS if len(gate.angles) == 3 else ("angle",)
    for name, angle, origin in zip(names, gate.angles, gate.origins, strict=False):
        lines.append(f"{name} = {plain(angle, 3)} rad = {multiple_of_pi(angle)}, {origin}")
    return "<br>".join([*lines, gate.block])


def _wiring(circuit: CircuitReading, placement: Placement, end: float) -> list[Trace]:
    wires = [((LEFT - 10, k), (end, k)) for k in range(circuit.n_qubits)]
    bottom = circuit.n_qubits - 0.5
    barriers = [
        ((block.end + BARRIER / 2, -0.5), (block.end + BARRIER / 2, bottom))
        for block in placement.blocks
    ]
    return [
        _line("wires", wires, SUBDUED, 1.2),
        _line("barriers", barriers, SUBDUED, 1, dash="dot"),
    ]


def _boxes(circuit: CircuitReading, placement: Placement, end: float) -> list[Trace]:
    """Draw boxes: one trace each for data gates, trained gates, and the rest."""
    groups: dict[str, list[tuple[float, float, float]]] = {"data": [], "trained": [], "fixed": []}
    for placed in placement.gates:
        if placed.gate.name != "CNOT":
            box = (placed.x, placed.gate.wires[0], placed.width / 2)
            groups[_kind(placed.gate)].append(box)
    groups["fixed"] += [(end, k, MEASUREMENT / 2) for k in range(circuit.n_qubits)]
    tints = {"data": DATA_TINT, "trained": TRAINED_TINT, "fixed": PAPER}
    return [_rectangles(kind, boxes, tints[kind]) for kind, boxes in groups.items() if boxes]


def _kind(gate: GateReading) -> str:
    if not gate.origins:
        return "fixed"
    return "trained" if gate.feature is None else "data"


def _cnots(placement: Placement) -> list[Trace]:
    cnots = [placed for placed in placement.gates if placed.gate.name == "CNOT"]
    if not cnots:
        return []
    links = [((p.x, p.gate.wires[0]), (p.x, p.gate.wires[1])) for p in cnots]
    ends = {
        "type": "scatter",
        "name": "CNOT ends",
        "mode": "markers",
        "x": [p.x for p in cnots for _ in p.gate.wires],
        "y": [wire for p in cnots for wire in p.gate.wires],
        "marker": {
            "symbol": ["circle", "circle-cross"] * len(cnots),
            "size": [9, 18] * len(cnots),
            "color": [INK, PAPER] * len(cnots),
            "line": {"color": INK, "width": 1.5},
            "opacity": 1,
        },
        "hoverinfo": "skip",
    }
    return [_line("CNOT links", links, INK, 1.5), ends]


def _writing(circuit: CircuitReading, placement: Placement, end: float) -> Trace:
    boxed = [placed for placed in placement.gates if placed.gate.name != "CNOT"]
    texts = [_label(placed.gate) for placed in boxed]
    texts += [f"⟨Z⟩<br>{signed(z)}" for z in circuit.expectation_values.tolist()]
    return {
        "type": "scatter",
        "name": "labels",
        "mode": "text",
        "x": [placed.x for placed in boxed] + [end] * circuit.n_qubits,
        "y": [placed.gate.wires[0] for placed in boxed] + list(range(circuit.n_qubits)),
        "text": texts,
        "textposition": "middle center",
        "textfont": {"size": TINY, "color": INK},
        "hoverinfo": "skip",
    }


def _label(gate: GateReading) -> str:
    if not gate.angles:
        return "H" if gate.name == "Hadamard" else gate.name
    return f"<b>{gate.name}</b><br>{'  '.join(plain(angle) for angle in gate.angles)}"


def _hover(circuit: CircuitReading, placement: Placement, end: float) -> Trace:
    """Lay unseen points over the gates, in order of time, then over measurements and targets.

    The gates' widths in pixels go along, for what frames a gate.
    """
    gates = placement.gates
    targets = [placed for placed in gates if placed.gate.name == "CNOT"]
    wires = range(circuit.n_qubits)
    return {
        "type": "scatter",
        "name": "gates",
        "mode": "markers",
        "x": [*(p.x for p in gates), *(end for _ in wires), *(p.x for p in targets)],
        "y": [*(p.gate.wires[0] for p in gates), *wires, *(p.gate.wires[1] for p in targets)],
        "hovertext": [
            *(describe(p.gate) for p in gates),
            *(
                f"<b>⟨Z⟩</b> measured on q{k}: {signed(z, 4)}"
                for k, z in enumerate(circuit.expectation_values.tolist())
            ),
            *(describe(p.gate) for p in targets),
        ],
        "customdata": [p.width for p in gates],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"size": 28, "opacity": 0},
    }


def _line(
    name: str, segments: Iterable[Sequence[Point]], colour: str, width: float, dash: str = "solid"
) -> Trace:
    points = list(_broken(segments))
    return {
        "type": "scatter",
        "name": name,
        "mode": "lines",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "line": {"color": colour, "width": width, "dash": dash, "simplify": False},
        "hoverinfo": "skip",
    }


def _rectangles(name: str, boxes: Sequence[tuple[float, float, float]], fill: str) -> Trace:
    corners = [
        (
            (x - half, y - HALF),
            (x + half, y - HALF),
            (x + half, y + HALF),
            (x - half, y + HALF),
            (x - half, y - HALF),
        )
        for x, y, half in boxes
    ]
    return {**_line(name, corners, SUBDUED, 1), "fill": "toself", "fillcolor": fill}


def _broken(segments: Iterable[Sequence[Point]]) -> Iterator[Point]:
    """Join segments into one trace, a gap after each."""
    for segment in segments:
        yield from segment
        yield None, None


def _block_name(block: Block) -> dict[str, Any]:
    return {
        "text": block.name,
        "x": (block.start + block.end) / 2,
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": SMALL, "color": SUBDUED},
    }


def _table(circuit: CircuitReading) -> Table:
    return Table(
        ("step", "gate", "wires", "angles in rad", "from", "part"),
        tuple(
            (
                str(step),
                gate.name,
                " → ".join(f"q{wire}" for wire in gate.wires),
                ", ".join(plain(angle, 4) for angle in gate.angles),
                ", ".join(gate.origins),
                gate.block,
            )
            for step, gate in enumerate(circuit.gates, 1)
        ),
    )

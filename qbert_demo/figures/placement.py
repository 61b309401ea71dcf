"""Where each gate of a drawn circuit stands.

Gates are packed to the left as far as their wires are free, inside their own block, so a block
never reaches into the next. Horizontal positions are pixels of the drawing at its natural size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from qbert_demo.results import GateReading, pack

GAP = 6
"""Pixels between two columns of gates."""
BARRIER = 18
"""Pixels between two blocks, where the barrier stands."""
WIDTHS = {"Rot": 106, "RX": 48, "RY": 48, "RZ": 48, "Hadamard": 32, "CNOT": 22}
"""Pixels across each gate, wide enough for its angles."""


@dataclass(frozen=True)
class Placed:
    """A gate and the middle and width of the place it is drawn at, in pixels."""

    gate: GateReading
    x: float
    width: int


@dataclass(frozen=True)
class Block:
    """A named part of the circuit and the stretch it covers, in pixels."""

    name: str
    start: float
    end: float


@dataclass(frozen=True)
class Placement:
    """All gates in order of time, the blocks, and where the last one ends."""

    gates: tuple[Placed, ...]
    blocks: tuple[Block, ...]
    end: float


def place(gates: Sequence[GateReading], n_qubits: int, start: float) -> Placement:
    """Place the gates from ``start`` to the right.

    Args:
        gates: In order of time; those of one block follow each other.
        n_qubits: Number of wires.
        start: Left end of the first block, in pixels.
    """
    placed: list[Placed] = []
    blocks: list[Block] = []
    x = start
    for name, members in groupby(gates, key=lambda gate: gate.block):
        block = list(members)
        columns = pack([gate.wires for gate in block], n_qubits)
        middles, end = _middles(block, columns, x)
        placed += [
            Placed(gate, middles[column], WIDTHS[gate.name])
            for gate, column in zip(block, columns, strict=True)
        ]
        blocks.append(Block(name, x, end))
        x = end + BARRIER
    return Placement(tuple(placed), tuple(blocks), blocks[-1].end if blocks else start)


def _middles(
    gates: Sequence[GateReading], columns: Sequence[int], start: float
) -> tuple[list[float], float]:
    """Return the middle of each column and the end of the last, in pixels."""
    widths = [0] * (max(columns) + 1)
    for gate, column in zip(gates, columns, strict=True):
        widths[column] = max(widths[column], WIDTHS[gate.name])
    middles, x = [], start
    for width in widths:
        middles.append(x + width / 2)
        x += width + GAP
    return middles, x - GAP

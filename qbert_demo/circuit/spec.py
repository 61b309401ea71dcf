"""The circuit's one description: a list of gates, each knowing where its angles come from.

The simulator, the drawing, the exports and the PennyLane QNode are all made from
`CircuitSpec.gates`, so they cannot disagree.

Conventions: angles are radians; wire 0 is the most significant bit, as in PennyLane.
Sources: PennyLane's ``AngleEmbedding``, ``StronglyEntanglingLayers`` (after Schuld et al.,
arXiv:1804.00633) and ``BasicEntanglerLayers``; the bricks are those of Mari et al.
(arXiv:1912.08278).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from qbert_demo.ranges import check_fields
from qbert_demo.results import GateReading

Encoding = Literal["rx", "ry", "rz", "h_ry"]
Ansatz = Literal["strongly_entangling", "basic", "brick"]

ROTATIONS: dict[Ansatz, str] = {"strongly_entangling": "Rot", "basic": "RX", "brick": "RY"}
"""The trained gate that each ansatz has on every wire, by its name in PennyLane."""

HADAMARD_FIRST: tuple[Encoding, ...] = ("rz", "h_ry")
"""Encodings that put a Hadamard before each rotation."""

MAX_QUBITS = 12
MAX_LAYERS = 8


@dataclass(frozen=True)
class Data:
    """The angle is encoding angle ``k`` of the text."""

    k: int

    def __str__(self) -> str:
        """Name it as the drawing does."""
        return f"feature {self.k}"


@dataclass(frozen=True)
class Weight:
    """The angle is the trained weight ``(l, k, j)``: layer, qubit, and which of its rotations."""

    l: int  # noqa: E741  (the field's name for a layer)
    k: int
    j: int

    def __str__(self) -> str:
        """Name it as the drawing does."""
        return f"weight ({self.l}, {self.k}, {self.j})"


@dataclass(frozen=True)
class Gate:
    """One gate: PennyLane's operator name, its wires (control first), its angles' sources."""

    name: str
    wires: tuple[int, ...]
    sources: tuple[Data | Weight, ...] = ()
    block: str = ""


@dataclass(frozen=True)
class CircuitSpec:
    """A variational circuit that turns ``n_qubits`` angles into ``n_qubits`` <Z> values.

    Args:
        n_qubits: Number of wires, 1 to 12.
        n_layers: Number of trained layers, 1 to 8.
        encoding: Rotation that carries the data: ``rx``, ``ry``, ``rz`` (after a Hadamard,
            since RZ alone leaves |0> where it is), or ``h_ry`` (RY after a Hadamard).
        ansatz: ``strongly_entangling`` (Rot on each wire, then a CNOT ring whose reach grows
            with the layer), ``basic`` (RX on each wire, then a CNOT ring), or ``brick`` (CNOTs on
            even pairs of neighbours, then on odd ones, then RY on each wire).
        reupload: Whether the data are encoded again before every layer
            (Pérez-Salinas et al., arXiv:1907.02085).

    Raises:
        ValueError: If a size or a name is out of range.
    """

    n_qubits: int
    n_layers: int
    encoding: Encoding = "ry"
    ansatz: Ansatz = "strongly_entangling"
    reupload: bool = False

    def __post_init__(self) -> None:
        """Check every field; the messages name the rule and the value."""
        check_fields(self, {"n_qubits": (1, MAX_QUBITS), "n_layers": (1, MAX_LAYERS)}, ValueError)
        for name, word, known in (
            ("encoding", self.encoding, get_args(Encoding)),
            ("ansatz", self.ansatz, get_args(Ansatz)),
        ):
            if word not in known:
                raise ValueError(f"{name} must be one of {', '.join(known)}, not {word!r}.")
        if type(self.reupload) is not bool:
            raise ValueError(f"reupload must be true or false, not {self.reupload!r}.")

    @property
    def weight_shape(self) -> tuple[int, int, int]:
        """``(n_layers, n_qubits, 3)``, or ``(n_layers, n_qubits, 1)`` where the gate is no Rot."""
        return self.n_layers, self.n_qubits, 3 if self.rotation == "Rot" else 1

    @property
    def rotation(self) -> str:
        """The trained gate on every wire of a layer: ``Rot``, ``RX`` or ``RY``."""
        return ROTATIONS[self.ansatz]

    @property
    def entangles_first(self) -> bool:
        """Whether a layer's CNOTs come before its rotations."""
        return self.ansatz == "brick"

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate in order of time."""
        return tuple(self._gates())

    def ring(self, layer: int) -> tuple[tuple[int, int], ...]:
        """Control and target of each CNOT of a layer, as PennyLane's templates place them.

        A brick layer's are no ring: they join even pairs of neighbours, then odd ones.

        Args:
            layer: Index of the layer, from 0.
        """
        n = self.n_qubits
        if n == 1:
            return ()
        if self.ansatz == "brick":
            return tuple((k, k + 1) for first in (0, 1) for k in range(first, n - 1, 2))
        if self.ansatz == "basic":
            return ((0, 1),) if n == 2 else tuple((k, (k + 1) % n) for k in range(n))
        reach = layer % (n - 1) + 1
        return tuple((k, (k + reach) % n) for k in range(n))

    def read(self, angles: Any, weights: Any) -> tuple[GateReading, ...]:
        """Fill in the gates' angles.

        Args:
            angles: Encoding angles of one text in radians, shape ``(n_qubits,)``.
            weights: Trained angles in radians, shape ``weight_shape``.
        """

        def value(source: Data | Weight) -> float:
            if isinstance(source, Data):
                return float(angles[source.k])
            return float(weights[source.l][source.k][source.j])

        return tuple(
            GateReading(
                gate.name,
                gate.wires,
                tuple(value(source) for source in gate.sources),
                tuple(str(source) for source in gate.sources),
                gate.block,
                next((s.k for s in gate.sources if isinstance(s, Data)), None),
            )
            for gate in self.gates
        )

    def _gates(self) -> Iterator[Gate]:
        for layer in range(self.n_layers):
            if layer == 0 or self.reupload:
                yield from self._encode(f"encoding {layer + 1}" if self.reupload else "encoding")
            yield from self._layer(layer)

    def _encode(self, block: str) -> Iterator[Gate]:
        for k in range(self.n_qubits):
            if self.encoding in HADAMARD_FIRST:
                yield Gate("Hadamard", (k,), (), block)
            yield Gate(self.encoding[-2:].upper(), (k,), (Data(k),), block)

    def _layer(self, layer: int) -> Iterator[Gate]:
        block = f"layer {layer + 1}"
        rotations = [
            Gate(
                self.rotation,
                (k,),
                tuple(Weight(layer, k, j) for j in range(self.weight_shape[2])),
                block,
            )
            for k in range(self.n_qubits)
        ]
        cnots = [Gate("CNOT", wires, (), block) for wires in self.ring(layer)]
        yield from cnots + rotations if self.entangles_first else rotations + cnots

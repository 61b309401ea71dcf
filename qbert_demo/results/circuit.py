"""What a circuit did to one text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PAULI = {
    "RX": np.array([[0, 1], [1, 0]], complex),
    "RY": np.array([[0, -1j], [1j, 0]]),
    "RZ": np.diag([1, -1]).astype(complex),
}
_FIXED = {
    "Hadamard": np.array([[1, 1], [1, -1]], complex) / math.sqrt(2),
    "CNOT": np.eye(4, dtype=complex)[[0, 1, 3, 2]],
}


@dataclass(frozen=True)
class GateReading:
    """One gate of a circuit with its angles filled in.

    Attributes:
        name: PennyLane's operator name: ``RX``, ``RY``, ``RZ``, ``Hadamard``, ``Rot``, ``CNOT``.
        wires: The wires it acts on, control first.
        angles: Its angles in radians: none, one, or three for ``Rot`` (phi, theta, omega).
        origins: Where each angle comes from, such as ``feature 2`` or ``weight (0, 2, 1)``.
        block: The part of the circuit it belongs to: ``encoding`` or ``layer 1``, counted from 1.
            With re-uploading there is one encoding a layer: ``encoding 1``, ``encoding 2``, ...
        feature: Which encoding angle it carries; ``None`` for every other gate.
    """

    name: str
    wires: tuple[int, ...]
    angles: tuple[float, ...]
    origins: tuple[str, ...]
    block: str
    feature: int | None = None

    def matrix(self) -> NDArray[np.complex128]:
        """Its matrix, shape ``(2, 2)``, or ``(4, 4)`` with the control first.

        ``Rot(phi, theta, omega)`` is ``RZ(omega) RY(theta) RZ(phi)``, as in PennyLane.

        Raises:
            ValueError: If its name is unknown.
        """
        if self.name == "Rot":
            phi, theta, omega = self.angles
            return _rotation("RZ", omega) @ _rotation("RY", theta) @ _rotation("RZ", phi)
        if self.name in _PAULI:
            return _rotation(self.name, self.angles[0])
        if self.name in _FIXED:
            return _FIXED[self.name]
        raise ValueError(f"No gate is called {self.name!r}.")


def pack(gates: Sequence[Sequence[int]], n_wires: int, *, apart: bool = False) -> list[int]:
    """Find the column of each gate of a drawing, as far left as its wires are free.

    Args:
        gates: The wires of each, in order of time.
        n_wires: Number of wires.
        apart: Whether a gate of several wires has its column for itself; else it takes up the
            wires that it crosses as well.
    """
    free = [0] * n_wires
    columns: list[int] = []
    closed: set[int] = set()
    for wires in gates:
        taken = wires if apart else range(min(wires), max(wires) + 1)
        column = max(free[wire] for wire in taken)
        if apart and len(wires) > 1:
            column = max(columns, default=-1) + 1
            closed.add(column)
        else:
            while column in closed:
                column += 1
        for wire in taken:
            free[wire] = column + 1
        columns.append(column)
    return columns


@dataclass(frozen=True)
class Squeeze:
    """What went through the few values between a head's two linear layers, for one text.

    Attributes:
        angles: What the first layer made of the text, in radians, shape ``(n,)``.
        values: What the middle made of the angles, in [-1, 1], shape ``(n,)``.
        output_weight: The last linear layer, shape ``(n_labels, n)``.
        output_bias: Its bias, shape ``(n_labels,)``.
    """

    angles: Array
    values: Array
    output_weight: Array
    output_bias: Array

    @property
    def contributions(self) -> Array:
        """Exact share of each value in each logit, shape ``(n_labels, n)``.

        The last layer is linear, so ``contributions.sum(1) + output_bias`` is the logits.
        """
        return self.output_weight * self.values

    def lead(self, winner: int, other: int) -> "Lead":
        """What puts the logit of one label ahead of another's.

        Args:
            winner: Index of the one label.
            other: Index of the other.
        """
        weights = self.output_weight[winner] - self.output_weight[other]
        bias = float(self.output_bias[winner] - self.output_bias[other])
        return Lead(weights, weights * self.values, bias)

    @property
    def largest_lead(self) -> float:
        """The most that any label's logit can be ahead of another's, whatever the text."""
        weights = self.output_weight[:, None] - self.output_weight
        biases = self.output_bias[:, None] - self.output_bias
        return float((np.abs(weights).sum(2) + np.abs(biases)).max())


@dataclass(frozen=True)
class Lead:
    """The difference of two logits, by its parts.

    Attributes:
        weights: Difference of the last layer's rows, shape ``(n,)``.
        shares: ``weights`` times the values, shape ``(n,)``.
        bias: Difference of the biases.
    """

    weights: Array
    shares: Array
    bias: float

    @property
    def total(self) -> float:
        """Shares and bias together, which is the difference of the logits."""
        return float(self.shares.sum()) + self.bias


@dataclass(frozen=True)
class CircuitReading(Squeeze):
    """What the circuit of a hybrid model did to one text; ``values`` are its <Z_k>.

    Attributes:
        gates: Every gate in order of time.
    """

    gates: tuple[GateReading, ...]

    @property
    def n_qubits(self) -> int:
        """Number of wires."""
        return len(self.angles)

    @property
    def expectation_values(self) -> Array:
        """<Z_k> in [-1, 1], shape ``(n_qubits,)``."""
        return self.values


def _rotation(name: str, angle: float) -> NDArray[np.complex128]:
    turn = math.cos(angle / 2) * np.eye(2) - 1j * math.sin(angle / 2) * _PAULI[name]
    return turn.astype(np.complex128)

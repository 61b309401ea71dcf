"""The circuit gate by gate in plain real operators: slower, but any program can be made of it.

`torch.export`, `torch.jit.trace` and ONNX know neither complex numbers nor our own gradient, so a
model that is being exported runs its circuit here. An amplitude is its real and its imaginary part.
"""

import math
from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from qbert_demo.circuit.spec import Data, Gate

_Halves = tuple[Tensor, Tensor, Tensor, Tensor]
"""Where a wire is 0, then where it is 1: real and imaginary part, ``(batch, before, after)``."""


class GateList(Protocol):
    """A circuit or what is left of one: as much of a `CircuitSpec` as is needed to run it."""

    @property
    def n_qubits(self) -> int:
        """Number of wires."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate in order of time."""


def plain_expectations(angles: Tensor, weights: Tensor, circuit: GateList) -> Tensor:
    """Do what `qbert_demo.circuit.expectations` does, for any list of gates.

    Args:
        angles: Encoding angles in radians, shape ``(batch, n_qubits)``, in float32 or float64.
        weights: Trained angles in radians, indexed as ``spec.weight_shape``, of the same type.
        circuit: The circuit that both belong to.

    Returns:
        Expectation values in [-1, 1], shape ``(batch, n_qubits)``.
    """
    return probabilities(angles, weights, circuit) @ signs(circuit.n_qubits).to(angles)


def signs(n_qubits: int) -> Tensor:
    """Z of each qubit in each basis state, +1 or -1, shape ``(2**n, n)``."""
    basis = torch.arange(2**n_qubits)
    return torch.stack([1 - 2 * (basis >> (n_qubits - 1 - k) & 1) for k in range(n_qubits)], 1)


def probabilities(angles: Tensor, weights: Tensor, circuit: GateList) -> Tensor:
    """Probability of each basis state, shape ``(batch, 2**n_qubits)``; arguments as above."""
    real, imaginary = _run(angles, weights, circuit)
    return real.square() + imaginary.square()


def amplitudes(angles: Tensor, weights: Tensor, circuit: GateList) -> Tensor:
    """Complex amplitudes of the final state, shape and arguments as of `probabilities`."""
    return torch.complex(*_run(angles, weights, circuit))


def _run(angles: Tensor, weights: Tensor, circuit: GateList) -> tuple[Tensor, Tensor]:
    n = circuit.n_qubits
    basis = torch.arange(2**n, device=angles.device)
    real = torch.nn.functional.pad(torch.ones_like(angles[:, :1]), (0, 2**n - 1))
    imaginary = torch.zeros_like(real)
    for gate in circuit.gates:
        shape = (-1, 2 ** gate.wires[0], 2, 2 ** (n - 1 - gate.wires[0]))
        if gate.name == "CNOT":
            control, target = (n - 1 - wire for wire in gate.wires)
            moved = basis ^ ((basis >> control & 1) << target)
            real, imaginary = real[:, moved], imaginary[:, moved]
            continue
        halves = (*real.view(shape).unbind(2), *imaginary.view(shape).unbind(2))
        halves = halves[0], halves[2], halves[1], halves[3]
        if gate.name == "Hadamard":
            halves = _hadamard(*halves)
        for name, source in zip(_PARTS.get(gate.name, (gate.name,)), gate.sources, strict=False):
            if isinstance(source, Data):
                half_angle = angles[:, source.k, None, None] / 2
            else:
                half_angle = weights[source.l, source.k, source.j] / 2
            halves = _TURNS[name](half_angle.cos(), half_angle.sin(), *halves)
        real = torch.stack((halves[0], halves[2]), 2).flatten(1)
        imaginary = torch.stack((halves[1], halves[3]), 2).flatten(1)
    return real, imaginary


def _hadamard(a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> _Halves:
    root = math.sqrt(0.5)
    return root * (a + c), root * (b + d), root * (a - c), root * (b - d)


def _rx(cos: Tensor, sin: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> _Halves:
    return cos * a + sin * d, cos * b - sin * c, cos * c + sin * b, cos * d - sin * a


def _ry(cos: Tensor, sin: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> _Halves:
    return cos * a - sin * c, cos * b - sin * d, sin * a + cos * c, sin * b + cos * d


def _rz(cos: Tensor, sin: Tensor, a: Tensor, b: Tensor, c: Tensor, d: Tensor) -> _Halves:
    return cos * a + sin * b, cos * b - sin * a, cos * c - sin * d, cos * d + sin * c


_TURNS: dict[str, Callable[..., _Halves]] = {"RX": _rx, "RY": _ry, "RZ": _rz}
_PARTS = {"Rot": ("RZ", "RY", "RZ"), "Hadamard": ()}
"""Gates that are not one turn, by the turns that they are."""

"""The circuit on an imperfect machine: basis-state probabilities under gate and readout noise.

The density matrix is kept as its 4**n Pauli coordinates ``Tr(P rho)``, real numbers on which every
gate and every channel is a real matrix (its Pauli transfer matrix). A gate and the channels that
follow it are one such matrix, 4x4 for one wire and 16x16 for a CNOT.

Conventions: angles are radians; wire 0 is the most significant bit; channels are PennyLane's
``DepolarizingChannel`` and ``AmplitudeDamping`` (Nielsen and Chuang, section 8.3).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from qbert_demo.ranges import check_fields
from qbert_demo.results import Array, GateReading

MAX_NOISY_QUBITS = 8

_PAULIS = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_PAULI_PAIRS = np.array([np.kron(first, second) for first in _PAULIS for second in _PAULIS])


@dataclass(frozen=True)
class Noise:
    """How imperfect the machine is; all zeros is a perfect one.

    Args:
        depolarizing: Probability of a random Pauli X, Y or Z (a third each) on every wire of a
            gate after it has acted.
        amplitude_damping: Probability that such a wire then falls from |1> to |0>.
        readout_flip: Probability that a measured bit is read as the other one.

    Raises:
        ValueError: If one of them is not a number in [0, 1].
    """

    depolarizing: float = 0.0
    amplitude_damping: float = 0.0
    readout_flip: float = 0.0

    def __post_init__(self) -> None:
        """Check every probability; the message names the rule and the value."""
        check_fields(self, {field.name: (0.0, 1.0) for field in fields(self)}, ValueError)


def noisy_probabilities(gates: Sequence[GateReading], n_qubits: int, noise: Noise) -> Array:
    """Run the gates on |0...0>, each followed by the channels on every wire it touched.

    Args:
        gates: In order of time, with their angles; ``Rot`` is one gate.
        n_qubits: Number of wires, 1 to `MAX_NOISY_QUBITS`.
        noise: The channels' probabilities.

    Returns:
        Probability of reading each basis state, shape ``(2**n_qubits,)``.

    Raises:
        ValueError: If there are too many wires or a gate's name is unknown.
    """
    if not 1 <= n_qubits <= MAX_NOISY_QUBITS:
        raise ValueError(
            f"Noise is simulated for 1 to {MAX_NOISY_QUBITS} qubits, not {n_qubits}; "
            "larger circuits run without it."
        )
    state = np.zeros((4,) * n_qubits)
    state[np.ix_(*[[0, 3]] * n_qubits)] = 1
    channel = _channel(noise)
    for gate in gates:
        state = _apply(gate, channel, state)
    kept = 1 - 2 * noise.readout_flip
    read = np.array([[1, kept], [1, -kept]]) / 2
    diagonal = state[np.ix_(*[[0, 3]] * n_qubits)]
    for _ in range(n_qubits):
        diagonal = np.tensordot(diagonal, read, axes=(0, 1))
    return np.maximum(diagonal.reshape(-1), 0)


def _channel(noise: Noise) -> Array:
    """Depolarizing shrinks X, Y and Z; damping shrinks them and pulls Z towards |0>."""
    shrink = 1 - 4 * noise.depolarizing / 3
    left = 1 - noise.amplitude_damping
    channel = np.diag([1, shrink * math.sqrt(left), shrink * math.sqrt(left), shrink * left])
    channel[3, 0] = noise.amplitude_damping
    return channel


def _apply(gate: GateReading, channel: Array, state: Array) -> Array:
    k = len(gate.wires)
    transfer = _transfer(gate.matrix())
    transfer = channel @ transfer if k == 1 else np.kron(channel, channel) @ transfer
    front = np.moveaxis(state, gate.wires, range(k))
    moved = (transfer @ front.reshape(4**k, -1)).reshape(front.shape)
    return np.moveaxis(moved, range(k), gate.wires)


def _transfer(unitary: NDArray[np.complex128]) -> Array:
    """``R[i, j] = Tr(P_i U P_j U†) / dim``, shape ``(4, 4)`` or ``(16, 16)``."""
    paulis = _PAULIS if len(unitary) == 2 else _PAULI_PAIRS
    turned = unitary @ paulis @ unitary.conj().T
    flat = paulis.transpose(0, 2, 1).reshape(len(paulis), -1)
    return (flat @ turned.reshape(len(paulis), -1).T).real / len(unitary)

"""Every intermediate state of a circuit, and what can be read off each.

Plain NumPy in double precision: one text is traced at a time. Entropies and mutual
information are computed only where they can change. A gate on one wire leaves them as they
are, and a CNOT changes only those of its two wires and of the pairs that hold exactly one of them.

Conventions: angles are radians; wire 0 is the most significant bit; entropies are in bits.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qbert_demo.results import Array, GateReading

States = NDArray[np.complex128]


@dataclass(frozen=True)
class Trace:
    """A circuit seen after each of its T gates.

    Attributes:
        states: Amplitudes, shape ``(T, 2**n_qubits)``.
        bloch: <X>, <Y>, <Z> of each qubit, shape ``(T, n_qubits, 3)``.
        probabilities: Of each basis state, shape ``(T, 2**n_qubits)``.
        entropies: Of each qubit against the rest, in [0, 1] bit, shape ``(T, n_qubits)``.
        mutual_information: Of each pair of qubits, in [0, 2] bits, with zeros on the diagonal;
            shape ``(T, n_qubits, n_qubits)``.
    """

    states: States
    bloch: Array
    probabilities: Array
    entropies: Array
    mutual_information: Array


def trace(gates: Sequence[GateReading], n_qubits: int) -> Trace:
    """Apply the gates to |0...0> one after the other.

    Args:
        gates: In order of time, with their angles.
        n_qubits: Number of wires.

    Raises:
        ValueError: If a gate's name is unknown.
    """
    states = states_of(gates, n_qubits)
    bloch = _bloch(states, n_qubits)
    entropies = _qubit_entropies(bloch)
    mutual = _mutual_information(gates, states, entropies)
    return Trace(states, bloch, np.abs(states) ** 2, entropies, mutual)


def states_of(gates: Sequence[GateReading], n_qubits: int) -> States:
    """Amplitudes after each of the T gates, starting from |0...0>; shape ``(T, 2**n_qubits)``."""
    states = np.empty((len(gates), 2**n_qubits), complex)
    state = np.zeros(2**n_qubits, complex)
    state[0] = 1
    for step, gate in enumerate(gates):
        state = states[step] = _apply(gate, state, n_qubits)
    return states


def entangling(states: States, n_qubits: int) -> Array:
    """Meyer and Wallach's measure of each state (quant-ph/0108104), 0 where no qubit is entangled.

    It is twice the mean of 1 - tr(rho_k^2) over the qubits, at most 1.

    Args:
        states: Amplitudes, shape ``(T, 2**n_qubits)``.
        n_qubits: Number of wires.

    Returns:
        Shape ``(T,)``.
    """
    return 1 - np.square(_bloch(states, n_qubits)).sum(-1).mean(-1)


def _apply(gate: GateReading, state: States, n_qubits: int) -> States:
    k = len(gate.wires)
    tensor = state.reshape((2,) * n_qubits)
    front = np.moveaxis(tensor, gate.wires, range(k))
    moved = (gate.matrix() @ front.reshape(2**k, -1)).reshape(front.shape)
    return np.moveaxis(moved, range(k), gate.wires).reshape(-1)


def _bloch(states: States, n_qubits: int) -> Array:
    bloch = np.empty((len(states), n_qubits, 3))
    for k in range(n_qubits):
        halves = states.reshape(len(states), 2**k, 2, -1)
        zero, one = halves[:, :, 0], halves[:, :, 1]
        coherence = np.einsum("tab,tab->t", zero.conj(), one)
        bloch[:, k, 0], bloch[:, k, 1] = 2 * coherence.real, 2 * coherence.imag
        bloch[:, k, 2] = (np.abs(zero) ** 2 - np.abs(one) ** 2).sum((1, 2))
    return bloch


def _qubit_entropies(bloch: Array) -> Array:
    """A qubit's eigenvalues are (1 +- r) / 2, r being the length of its Bloch vector."""
    length = np.minimum(np.linalg.norm(bloch, axis=-1), 1)
    return _entropy(np.stack([(1 + length) / 2, (1 - length) / 2], -1))


def _mutual_information(gates: Sequence[GateReading], states: States, entropies: Array) -> Array:
    n_steps, n = entropies.shape
    mutual = np.zeros((n_steps, n, n))
    tensor = states.reshape(n_steps, *(2,) * n)
    entanglers = [(t, set(gate.wires)) for t, gate in enumerate(gates) if len(gate.wires) == 2]
    for i, j in itertools.combinations(range(n), 2):
        steps = [t for t, wires in entanglers if len(wires & {i, j}) == 1]
        front = np.moveaxis(tensor[steps], (i + 1, j + 1), (1, 2))
        rows = front.reshape(len(steps), 4, 2 ** (n - 2))
        joint = _entropy(np.linalg.eigvalsh(rows @ rows.conj().transpose(0, 2, 1)))
        last = np.searchsorted(steps, np.arange(n_steps), side="right")
        shared = entropies[:, i] + entropies[:, j] - np.concatenate([[0], joint])[last]
        mutual[:, i, j] = mutual[:, j, i] = np.maximum(shared, 0)
    return mutual


def _entropy(eigenvalues: NDArray[np.floating]) -> Array:
    safe = np.clip(eigenvalues, 1e-300, None)
    return np.maximum(-(eigenvalues * np.log2(safe)).sum(-1), 0)

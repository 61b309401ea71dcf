import itertools
from collections.abc import Sequence

import numpy as np
import pennylane as qml
import pytest

from qbert_demo.circuit.noise import MAX_NOISY_QUBITS, Noise, noisy_probabilities
from qbert_demo.circuit.spec import Ansatz, CircuitSpec, Encoding
from qbert_demo.circuit.trace import trace
from qbert_demo.results import Array, GateReading
from tests.circuit.test_trace import random_gates

NOISES = [
    Noise(0.1),
    Noise(amplitude_damping=0.2),
    Noise(readout_flip=0.3),
    Noise(0.03, 0.07, 0.05),
    Noise(1, 1, 1),
]


def pennylane(gates: Sequence[GateReading], n_qubits: int, noise: Noise) -> Array:
    """PennyLane's density matrix, one channel object a wire, and a bit flip before reading."""

    @qml.qnode(qml.device("default.mixed", wires=n_qubits))
    def circuit() -> object:
        for gate in gates:
            getattr(qml, gate.name)(*gate.angles, wires=gate.wires)
            for wire in gate.wires:
                qml.DepolarizingChannel(noise.depolarizing, wires=wire)
                qml.AmplitudeDamping(noise.amplitude_damping, wires=wire)
        for wire in range(n_qubits):
            qml.BitFlip(noise.readout_flip, wires=wire)
        return qml.probs(wires=range(n_qubits))

    return np.asarray(circuit())


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("ansatz", ["strongly_entangling", "basic", "brick"])
@pytest.mark.parametrize("encoding", ["rx", "ry", "rz", "h_ry"])
@pytest.mark.parametrize("n_qubits", [1, 2, 3, 4])
def test_every_kind_of_circuit_is_pennylanes(
    n_qubits: int, encoding: Encoding, ansatz: Ansatz, reupload: bool
) -> None:
    gates = random_gates(CircuitSpec(n_qubits, 2, encoding, ansatz, reupload), seed=n_qubits)
    for noise in NOISES:
        ours = noisy_probabilities(gates, n_qubits, noise)
        np.testing.assert_allclose(ours, pennylane(gates, n_qubits, noise), atol=1e-10)


@pytest.mark.parametrize(("n_qubits", "n_layers"), [(1, 8), (5, 3), (8, 2)])
def test_a_perfect_machine_has_the_traced_probabilities(n_qubits: int, n_layers: int) -> None:
    gates = random_gates(CircuitSpec(n_qubits, n_layers))
    expected = trace(gates, n_qubits).probabilities[-1]
    ours = noisy_probabilities(gates, n_qubits, Noise())
    np.testing.assert_allclose(ours, expected, atol=1e-13)
    assert ours.min() >= 0


def test_no_gates_leave_only_the_readout() -> None:
    expected = np.prod(list(itertools.product((0.9, 0.1), repeat=3)), axis=1)
    ours = noisy_probabilities((), 3, Noise(0.5, 0.5, 0.1))
    np.testing.assert_allclose(ours, expected, atol=1e-14)


@pytest.mark.parametrize("name", ["depolarizing", "amplitude_damping", "readout_flip"])
@pytest.mark.parametrize("value", [-0.1, 1.01, float("nan"), float("inf"), True, "0.1", None])
def test_what_is_no_probability_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a number from 0 to 1, not {value!r}"):
        Noise(**{name: value})


@pytest.mark.parametrize("n_qubits", [0, MAX_NOISY_QUBITS + 1])
def test_too_many_qubits_are_refused(n_qubits: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 8 qubits, not {n_qubits}"):
        noisy_probabilities((), n_qubits, Noise())

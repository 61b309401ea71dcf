from collections.abc import Sequence
from typing import Any

import numpy as np
import pennylane as qml
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import trace
from qbert_demo.results import GateReading

SPECS = [
    CircuitSpec(1, 2),
    CircuitSpec(2, 2, encoding="rz", ansatz="basic"),
    CircuitSpec(4, 2, encoding="h_ry", ansatz="brick"),
    CircuitSpec(4, 2, reupload=True),
    CircuitSpec(5, 3, encoding="rx"),
]


def random_gates(spec: CircuitSpec, seed: int = 0) -> tuple[GateReading, ...]:
    random = np.random.default_rng(seed)
    return spec.read(random.uniform(-3, 3, spec.n_qubits), random.uniform(0, 6, spec.weight_shape))


def measured_after(gates: Sequence[GateReading], *measurements: Any) -> list[Any]:
    """What PennyLane measures once these gates have acted."""
    operators = [getattr(qml, gate.name)(*gate.angles, wires=gate.wires) for gate in gates]
    script = qml.tape.QuantumScript(operators, measurements)
    (result,) = qml.execute([script], qml.device("default.qubit"))
    return list(result) if len(measurements) > 1 else [result]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_quantity_after_every_gate_is_pennylanes(spec: CircuitSpec) -> None:
    gates, n = random_gates(spec), spec.n_qubits
    seen = trace(gates, n)
    for step in range(len(gates)):
        done = gates[: step + 1]
        paulis = [p(k) for k in range(n) for p in (qml.PauliX, qml.PauliY, qml.PauliZ)]
        expvals = measured_after(done, *[qml.expval(p) for p in paulis])
        np.testing.assert_allclose(seen.bloch[step].ravel(), expvals, atol=1e-10)
        (probabilities,) = measured_after(done, qml.probs(wires=range(n)))
        np.testing.assert_allclose(seen.probabilities[step], probabilities, atol=1e-10)
        if n == 1:
            continue
        entropies = measured_after(done, *[qml.vn_entropy(k, log_base=2) for k in range(n)])
        np.testing.assert_allclose(seen.entropies[step], entropies, atol=1e-6)
        pairs = [(i, j) for i in range(n) for j in range(i)]
        if n > 2:
            mutual = measured_after(done, *[qml.mutual_info(i, j, log_base=2) for i, j in pairs])
            ours = [seen.mutual_information[step, i, j] for i, j in pairs]
            np.testing.assert_allclose(ours, mutual, atol=1e-6)


def test_two_qubits_share_twice_their_entropy() -> None:
    seen = trace(random_gates(CircuitSpec(2, 2)), 2)
    shared = seen.mutual_information[:, 0, 1]
    np.testing.assert_allclose(shared, 2 * seen.entropies[:, 0], atol=1e-9)
    assert shared[-1] > 0.01


def test_a_bell_pair_is_one_bit_each_and_two_together() -> None:
    gates = (
        GateReading("Hadamard", (0,), (), (), ""),
        GateReading("CNOT", (0, 1), (), (), ""),
    )
    seen = trace(gates, 2)
    np.testing.assert_allclose(seen.bloch[-1], 0, atol=1e-12)
    np.testing.assert_allclose(seen.entropies, [[0, 0], [1, 1]], atol=1e-12)
    np.testing.assert_allclose(seen.mutual_information[-1], [[0, 2], [2, 0]], atol=1e-12)
    np.testing.assert_allclose(seen.probabilities[-1], [0.5, 0, 0, 0.5], atol=1e-12)


def test_an_unknown_gate_is_refused() -> None:
    with pytest.raises(ValueError, match="Toffoli"):
        GateReading("Toffoli", (0, 1, 2), (), (), "").matrix()

"""The circuit on PennyLane's devices."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from qbert_demo.circuit import CircuitSpec, expectations
from qbert_demo.circuit.pennylane_bridge import qnode, recompute
from qbert_demo.circuit.trace import trace
from tests.circuit.test_trace import random_gates


@pytest.mark.parametrize("device", ["default.qubit", "lightning.qubit", "default.mixed"])
def test_every_device_gives_our_values(device: str) -> None:
    spec = CircuitSpec(3, 2, "rz", reupload=True)
    angles, weights = torch.rand(3, dtype=torch.float64), torch.rand(2, 3, 3, dtype=torch.float64)
    values = [float(value) for value in qnode(spec, device)(angles, weights)]
    expected = expectations(angles[None], weights, spec)[0].tolist()
    assert values == pytest.approx(expected, abs=1e-6)


def test_the_simulator_does_not_wait_for_pennylane() -> None:
    code = "import sys, qbert_demo.circuit; print('pennylane' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"


@pytest.mark.parametrize(
    "spec",
    [
        CircuitSpec(1, 2, "rx"),
        CircuitSpec(2, 2, "rz", "basic"),
        CircuitSpec(4, 4, "h_ry", "brick"),
        CircuitSpec(4, 2, reupload=True),
        CircuitSpec(6, 1),
    ],
    ids=str,
)
def test_a_recomputation_is_our_trace_after_every_gate(spec: CircuitSpec) -> None:
    gates, n = random_gates(spec), spec.n_qubits
    seen = trace(gates, n)
    for step in range(1, len(gates) + 1):
        reference = recompute(gates, n, step)
        np.testing.assert_allclose(reference.bloch, seen.bloch[step - 1], atol=1e-10)
        np.testing.assert_allclose(
            reference.probabilities, seen.probabilities[step - 1], atol=1e-10
        )
        np.testing.assert_allclose(reference.entropies, seen.entropies[step - 1], atol=1e-6)
        mutual = seen.mutual_information[step - 1]
        np.testing.assert_allclose(reference.mutual_information, mutual, atol=1e-6)
        np.testing.assert_allclose(reference.expectation_values, seen.bloch[-1, :, 2], atol=1e-10)


def test_before_the_first_gate_every_qubit_is_0_and_apart() -> None:
    gates = random_gates(CircuitSpec(3, 1))
    reference = recompute(gates, 3, 0)
    np.testing.assert_array_equal(reference.bloch, [[0, 0, 1]] * 3)
    np.testing.assert_array_equal(reference.probabilities, np.eye(8)[0])
    np.testing.assert_allclose(reference.entropies, 0, atol=1e-12)
    np.testing.assert_allclose(reference.mutual_information, 0, atol=1e-12)
    expected = trace(gates, 3).bloch[-1, :, 2]
    np.testing.assert_allclose(reference.expectation_values, expected, atol=1e-10)


@pytest.mark.parametrize("step", [-1, 10])
def test_a_step_that_is_not_there_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match=f"from 0 to 9, not {step}"):
        recompute(random_gates(CircuitSpec(3, 1)), 3, step)

"""The circuit on PennyLane's devices."""

import subprocess
import sys

import pytest
import torch

from qbert_demo.circuit import CircuitSpec, expectations
from qbert_demo.circuit.pennylane_bridge import qnode


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

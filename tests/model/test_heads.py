import math

import pytest
import torch

from qbert_demo.circuit import CircuitSpec
from qbert_demo.circuit.pennylane_bridge import qnode
from qbert_demo.model.heads import BottleneckHead, CircuitHead, LinearHead

HIDDEN = 384


def count(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("n_labels", [2, 4, 20])
@pytest.mark.parametrize("n_layers", [1, 2, 8])
@pytest.mark.parametrize("n_qubits", [1, 2, 4, 8, 12])
def test_control_is_within_ten_percent_of_the_hybrid(
    n_qubits: int, n_layers: int, n_labels: int
) -> None:
    spec = CircuitSpec(n_qubits, n_layers)
    hybrid = count(CircuitHead(HIDDEN, n_labels, 0.1, spec))
    control = count(BottleneckHead(HIDDEN, n_labels, 0.1, spec))
    assert abs(control - hybrid) <= 0.1 * hybrid


def test_circuit_head_is_reduction_then_pennylane_circuit_then_linear() -> None:
    torch.manual_seed(0)
    spec = CircuitSpec(3, 2)
    head = CircuitHead(HIDDEN, 2, 0.0, spec).double().eval()
    pooled = torch.randn(2, HIDDEN, dtype=torch.float64)
    out = head(pooled)
    angles = math.pi * torch.tanh(pooled @ head.reduction.weight.T + head.reduction.bias)
    circuit = qnode(spec)
    values = torch.stack([torch.stack(list(circuit(row, head.middle.weights))) for row in angles])
    torch.testing.assert_close(out.angles, angles)
    torch.testing.assert_close(out.values, values, atol=1e-10, rtol=0)
    torch.testing.assert_close(out.logits, values @ head.output.weight.T + head.output.bias)


def test_linear_head_has_no_squeeze() -> None:
    out = LinearHead(HIDDEN, 3, 0.1)(torch.zeros(5, HIDDEN))
    assert out.logits.shape == (5, 3)
    assert out.angles is None
    assert out.values is None


def test_bottleneck_stays_in_the_range_of_expectation_values() -> None:
    head = BottleneckHead(HIDDEN, 2, 0.0, CircuitSpec(4, 2)).eval()
    values = head(100 * torch.randn(64, HIDDEN)).values
    assert values.shape == (64, 4)
    assert values.abs().max() <= 1

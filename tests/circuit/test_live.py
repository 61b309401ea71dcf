"""Live and dead angles against the gradients of the circuit itself."""

import itertools
from typing import get_args

import pytest
import torch

from qbert_demo.circuit import CircuitSpec, expectations, live_angles
from qbert_demo.circuit.spec import Ansatz, Encoding

DRAWS = 6


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("ansatz", get_args(Ansatz))
@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_an_angle_is_live_where_it_has_a_gradient(
    encoding: Encoding, ansatz: Ansatz, reupload: bool
) -> None:
    for n_qubits, n_layers in itertools.product([1, 2, 3, 4, 6], [1, 2, 3, 5]):
        spec = CircuitSpec(n_qubits, n_layers, encoding, ansatz, reupload)
        generator = torch.Generator().manual_seed(n_qubits)
        largest = torch.zeros(spec.weight_shape, dtype=torch.float64)
        for _ in range(DRAWS):
            angles, weights, readout = (
                2 * torch.randn(*shape, generator=generator, dtype=torch.float64)
                for shape in ((3, n_qubits), spec.weight_shape, (n_qubits,))
            )
            values = expectations(angles, weights.requires_grad_(), spec)
            (grad,) = torch.autograd.grad((values @ readout).sum(), weights)
            largest = torch.maximum(largest, grad.abs())
        assert ((largest > 1e-9).numpy() == live_angles(spec)).all(), spec


@pytest.mark.parametrize(
    ("spec", "live"),
    [
        (CircuitSpec(4, 2), 20),
        (CircuitSpec(12, 8), 276),
        (CircuitSpec(4, 2, ansatz="basic"), 8),
        (CircuitSpec(4, 4, "h_ry", "brick"), 16),
    ],
    ids=str,
)
def test_the_last_rotations_about_z_are_dead(spec: CircuitSpec, live: int) -> None:
    found = live_angles(spec)
    assert found.sum() == live
    assert found[:-1].all()
    assert found[-1, :, :2].all()

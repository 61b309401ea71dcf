"""Values and gradients of the simulator against PennyLane's ``default.qubit``."""

import pytest
import torch
from torch import Tensor

from qbert_demo.circuit import CircuitSpec, expectations
from qbert_demo.circuit.pennylane_bridge import qnode
from qbert_demo.circuit.spec import Ansatz, Encoding

Answer = tuple[Tensor, Tensor, Tensor]


def draw(spec: CircuitSpec, batch: int) -> Answer:
    """Angles, weights and an incoming gradient, all in float64."""
    generator = torch.Generator().manual_seed(batch + 10 * spec.n_qubits + 100 * spec.n_layers)

    def normal(*shape: int) -> Tensor:
        return 2 * torch.randn(shape, generator=generator, dtype=torch.float64)

    return normal(batch, spec.n_qubits), normal(*spec.weight_shape), normal(batch, spec.n_qubits)


def ours(spec: CircuitSpec, angles: Tensor, weights: Tensor, grad: Tensor) -> Answer:
    angles, weights = angles.clone().requires_grad_(), weights.clone().requires_grad_()
    values = expectations(angles, weights, spec)
    of_angles, of_weights = torch.autograd.grad(values, (angles, weights), grad)
    return values.detach(), of_angles, of_weights


def pennylane(spec: CircuitSpec, angles: Tensor, weights: Tensor, grad: Tensor) -> Answer:
    angles, weights = angles.clone().requires_grad_(), weights.clone().requires_grad_()
    node = qnode(spec, interface="torch", diff_method="backprop")
    values = torch.stack(node(angles, weights), dim=-1)
    of_angles, of_weights = torch.autograd.grad(values, (angles, weights), grad)
    return values.detach(), of_angles, of_weights


def assert_same(actual: Answer, expected: Answer, tolerance: float) -> None:
    names = ("values", "angle gradients", "weight gradients")
    for name, mine, reference in zip(names, actual, expected, strict=True):
        assert mine.shape == reference.shape, name
        assert (mine.double() - reference).abs().max() < tolerance, name


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("ansatz", ["strongly_entangling", "basic", "brick"])
@pytest.mark.parametrize("encoding", ["rx", "ry", "rz", "h_ry"])
@pytest.mark.parametrize("n_layers", [1, 3])
@pytest.mark.parametrize("n_qubits", [1, 2, 5])
def test_every_kind_of_small_circuit(
    n_qubits: int, n_layers: int, encoding: Encoding, ansatz: Ansatz, reupload: bool
) -> None:
    spec = CircuitSpec(n_qubits, n_layers, encoding, ansatz, reupload)
    drawn = draw(spec, batch=3)
    assert_same(ours(spec, *drawn), pennylane(spec, *drawn), tolerance=1e-10)


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("ansatz", ["strongly_entangling", "basic", "brick"])
@pytest.mark.parametrize("n_qubits", [3, 4, 6, 7, 9, 11])
def test_every_way_to_cut_the_wires(n_qubits: int, ansatz: Ansatz, reupload: bool) -> None:
    spec = CircuitSpec(n_qubits, 2, "ry", ansatz, reupload)
    drawn = draw(spec, batch=2)
    assert_same(ours(spec, *drawn), pennylane(spec, *drawn), tolerance=1e-10)


@pytest.mark.parametrize("reupload", [False, True])
def test_the_deepest_circuit(reupload: bool) -> None:
    spec = CircuitSpec(4, 8, reupload=reupload)
    drawn = draw(spec, batch=2)
    assert_same(ours(spec, *drawn), pennylane(spec, *drawn), tolerance=1e-10)


def test_the_widest_circuit() -> None:
    spec = CircuitSpec(12, 2)
    drawn = draw(spec, batch=2)
    assert_same(ours(spec, *drawn), pennylane(spec, *drawn), tolerance=1e-10)


@pytest.mark.parametrize("batch", [1, 2, 40])
@pytest.mark.parametrize("n_qubits", [2, 6])
def test_every_batch_size(n_qubits: int, batch: int) -> None:
    spec = CircuitSpec(n_qubits, 2)
    drawn = draw(spec, batch)
    assert_same(ours(spec, *drawn), pennylane(spec, *drawn), tolerance=1e-10)


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("n_qubits", [1, 4, 8])
def test_single_precision(n_qubits: int, reupload: bool) -> None:
    spec = CircuitSpec(n_qubits, 2, reupload=reupload)
    drawn = draw(spec, batch=3)
    actual = ours(spec, *(tensor.float() for tensor in drawn))
    assert actual[0].dtype == torch.float32
    assert_same(actual, pennylane(spec, *drawn), tolerance=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("n_qubits", [3, 9])
def test_cuda(n_qubits: int, reupload: bool) -> None:
    spec = CircuitSpec(n_qubits, 2, reupload=reupload)
    drawn = draw(spec, batch=3)
    actual = ours(spec, *(tensor.cuda() for tensor in drawn))
    assert_same(
        (actual[0].cpu(), actual[1].cpu(), actual[2].cpu()),
        pennylane(spec, *drawn),
        tolerance=1e-10,
    )

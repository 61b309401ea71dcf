"""The adjoint gradient by itself: finite differences, chunks, empty batches, memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor

from qbert_demo.circuit import CircuitSpec, expectations, simulator

GROWTH = """
import torch
from pathlib import Path
from qbert_demo.circuit import CircuitLayer, CircuitSpec

torch.set_num_threads(1)
layer = CircuitLayer(CircuitSpec(n_qubits=12, n_layers={n_layers}, reupload={reupload}))

def step(batch):
    layer(torch.rand(batch, 12, requires_grad=True)).sum().backward()

def megabytes(entry):
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(entry)) / 1024

step(1)
before = megabytes("VmRSS")
step(256)
print(megabytes("VmHWM") - before)
"""


def draw(spec: CircuitSpec, batch: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(5)
    angles = torch.randn(batch, spec.n_qubits, generator=generator, dtype=torch.float64)
    weights = torch.randn(spec.weight_shape, generator=generator, dtype=torch.float64)
    return angles.requires_grad_(), weights.requires_grad_()


@pytest.mark.parametrize(
    "spec",
    [
        CircuitSpec(1, 2),
        CircuitSpec(3, 2, reupload=True),
        CircuitSpec(4, 2, "rz", "basic", reupload=True),
        CircuitSpec(3, 2, "h_ry", "brick", reupload=True),
        CircuitSpec(6, 2, "rx"),
    ],
    ids=str,
)
def test_gradcheck(spec: CircuitSpec) -> None:
    angles, weights = draw(spec, batch=2)
    assert torch.autograd.gradcheck(lambda a, w: expectations(a, w, spec), (angles, weights))


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("n_qubits", [2, 7])
def test_a_batch_in_chunks_is_the_batch_as_a_whole(
    n_qubits: int, reupload: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = CircuitSpec(n_qubits, 3, reupload=reupload)
    angles, weights = draw(spec, batch=7)
    grad = torch.randn(7, n_qubits, dtype=torch.float64)
    whole = expectations(angles, weights, spec)
    of_whole = torch.autograd.grad(whole, (angles, weights), grad)
    three_texts = 3 * spec.n_layers * 2**n_qubits * 16
    monkeypatch.setattr(simulator, "CPU_CHUNK_BYTES", three_texts)
    chunked = expectations(angles, weights, spec)
    torch.testing.assert_close(chunked, whole, atol=1e-14, rtol=0)
    for mine, expected in zip(
        torch.autograd.grad(chunked, (angles, weights), grad), of_whole, strict=True
    ):
        torch.testing.assert_close(mine, expected, atol=1e-13, rtol=0)
    torch.testing.assert_close(expectations(angles.detach(), weights.detach(), spec), whole)


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("n_qubits", [2, 9])
def test_an_empty_batch_gives_no_values_and_no_gradient(n_qubits: int, reupload: bool) -> None:
    spec = CircuitSpec(n_qubits, 2, reupload=reupload)
    angles, weights = draw(spec, batch=0)
    values = expectations(angles, weights, spec)
    assert values.shape == (0, n_qubits)
    of_angles, of_weights = torch.autograd.grad(values.sum(), (angles, weights))
    assert of_angles.shape == (0, n_qubits)
    assert of_weights.abs().max() == 0


def test_only_one_of_the_two_may_want_a_gradient() -> None:
    spec = CircuitSpec(3, 2)
    angles, weights = draw(spec, batch=2)
    both = torch.autograd.grad(expectations(angles, weights, spec).sum(), (angles, weights))
    (of_angles,) = torch.autograd.grad(
        expectations(angles, weights.detach(), spec).sum(), (angles,)
    )
    (of_weights,) = torch.autograd.grad(
        expectations(angles.detach(), weights, spec).sum(), (weights,)
    )
    torch.testing.assert_close((of_angles, of_weights), both)


def test_columns_and_strides_of_any_kind_are_read_right() -> None:
    spec = CircuitSpec(4, 2)
    angles, weights = draw(spec, batch=6)
    strided = angles.detach().T.contiguous().T[::2]
    expected = expectations(angles.detach()[::2].contiguous(), weights, spec)
    torch.testing.assert_close(expectations(strided, weights, spec), expected)


def test_a_second_derivative_is_refused_rather_than_wrong() -> None:
    spec = CircuitSpec(2, 2)
    angles, weights = draw(spec, batch=1)
    (first,) = torch.autograd.grad(
        expectations(angles, weights, spec).square().sum(), angles, create_graph=True
    )
    with pytest.raises(RuntimeError, match="once_differentiable"):
        first.sum().backward()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize(("n_layers", "reupload"), [(2, False), (8, True)])
def test_twelve_qubits_and_256_texts_add_under_60_megabytes(n_layers: int, reupload: bool) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", GROWTH.format(n_layers=n_layers, reupload=reupload)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert 1 < float(answer.stdout) < 60

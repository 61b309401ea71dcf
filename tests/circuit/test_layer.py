"""`CircuitLayer` as a part of a model: kept matrices, precision, copies, errors."""

import copy
import math
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import pytest
import torch
from torch import Tensor

from qbert_demo.circuit import CircuitLayer, CircuitSpec, expectations
from qbert_demo.circuit.program import Program

SPEC = CircuitSpec(n_qubits=4, n_layers=2)


@pytest.fixture
def layer() -> CircuitLayer:
    torch.manual_seed(0)
    return CircuitLayer(SPEC)


@pytest.fixture
def angles() -> Tensor:
    return torch.linspace(-3, 3, 12).view(3, 4)


def fresh(layer: CircuitLayer, angles: Tensor) -> Tensor:
    """What a layer that keeps nothing would say."""
    return expectations(angles, layer.weights.detach().clone(), layer.spec)


def optimizer_step(layer: CircuitLayer) -> None:
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    layer(torch.ones(2, 4)).sum().backward()
    optimizer.step()


def load(layer: CircuitLayer) -> None:
    layer.load_state_dict({"weights": torch.full(SPEC.weight_shape, 0.3)})


def replace_data(layer: CircuitLayer) -> None:
    layer.weights.data = layer.weights.data + 0.1


def write_into_data(layer: CircuitLayer) -> None:
    layer.weights.data[1, 2, 1] += 0.1


def replace_parameter(layer: CircuitLayer) -> None:
    layer.weights = torch.nn.Parameter(torch.full(SPEC.weight_shape, 0.7))


@pytest.mark.parametrize(
    "change", [optimizer_step, load, replace_data, write_into_data, replace_parameter]
)
def test_a_changed_weight_is_always_seen(
    layer: CircuitLayer, angles: Tensor, change: Callable[[CircuitLayer], None]
) -> None:
    before = layer(angles)
    change(layer)
    after = layer(angles)
    assert (after - before).abs().max() > 0.01
    torch.testing.assert_close(after, fresh(layer, angles), atol=1e-6, rtol=0)


def test_matrices_are_made_once_while_the_weights_stand_still(
    layer: CircuitLayer, angles: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Mock(wraps=Program.of)
    monkeypatch.setattr(Program, "of", make)
    for _ in range(3):
        layer(angles)
    assert make.call_count == 1
    write_into_data(layer)
    layer(angles)
    assert make.call_count == 2


def test_a_first_call_in_inference_mode_does_not_spoil_training() -> None:
    layer = CircuitLayer(CircuitSpec(n_qubits=7, n_layers=1, encoding="rz"))
    angles = torch.rand(2, 7)
    with torch.inference_mode():
        expected = layer(angles)
    values = layer(angles)
    values.sum().backward()
    torch.testing.assert_close(values, expected)
    assert layer.weights.grad is not None
    assert layer.weights.grad.abs().max() > 0


def test_threads_share_a_layer(layer: CircuitLayer) -> None:
    batches = [torch.rand(5, 4) for _ in range(40)]
    expected = [fresh(layer, batch) for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        for mine, reference in zip(pool.map(layer, batches), expected, strict=True):
            torch.testing.assert_close(mine, reference)


def pickled(layer: CircuitLayer) -> CircuitLayer:
    return pickle.loads(pickle.dumps(layer))  # noqa: S301  (our own bytes)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
def test_a_copy_answers_alike_and_stands_alone(
    layer: CircuitLayer, angles: Tensor, duplicate: Callable[[CircuitLayer], CircuitLayer]
) -> None:
    expected = layer(angles)
    twin = duplicate(layer)
    torch.testing.assert_close(twin(angles), expected)
    write_into_data(twin)
    assert (twin(angles) - expected).abs().max() > 0.01
    torch.testing.assert_close(layer(angles), expected)


def test_the_weights_are_all_there_is_to_save(layer: CircuitLayer, angles: Tensor) -> None:
    unused = len(pickle.dumps(layer))
    layer(angles)
    assert set(layer.state_dict()) == {"weights"}
    assert layer.weights.shape == SPEC.weight_shape
    assert len(pickle.dumps(layer)) == unused


def test_first_weights_follow_the_seed_and_fill_the_circle() -> None:
    spec = CircuitSpec(n_qubits=12, n_layers=8)
    torch.manual_seed(3)
    first = CircuitLayer(spec).weights
    torch.manual_seed(3)
    assert torch.equal(CircuitLayer(spec).weights, first)
    assert 0 <= first.min() < 0.2
    assert 2 * math.pi - 0.2 < first.max() < 2 * math.pi


def test_bfloat16_autocast_computes_in_single_precision(
    layer: CircuitLayer, angles: Tensor
) -> None:
    rounded = angles.bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        values = layer(rounded)
        values.sum().backward()
    of_weights = layer.weights.grad.clone()
    layer.weights.grad = None
    plain = rounded.detach().float().requires_grad_()
    expected = layer(plain)
    expected.sum().backward()
    assert values.dtype == torch.float32
    torch.testing.assert_close(values, expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(of_weights, layer.weights.grad, atol=1e-6, rtol=0)
    torch.testing.assert_close(rounded.grad, plain.grad.bfloat16())


def test_double_precision_follows_the_module_or_the_angles(
    layer: CircuitLayer, angles: Tensor
) -> None:
    assert layer(angles.double()).dtype == torch.float64
    assert layer(angles).dtype == torch.float32
    torch.testing.assert_close(layer.double()(angles), fresh(layer, angles.double()))


@pytest.mark.parametrize("shape", [(3, 1), (3, 5), (4,), (1, 2, 4)])
def test_angles_of_another_width_are_refused(layer: CircuitLayer, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"4 qubits.*\(batch, 4\)") as error:
        layer(torch.zeros(shape))
    assert str(shape) in str(error.value)


def test_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 4, 3\), not \(2, 4, 1\)"):
        expectations(torch.zeros(1, 4), torch.zeros(2, 4, 1), SPEC)

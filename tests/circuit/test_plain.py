"""The circuit in plain operators, as exported models run it."""

from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from qbert_demo.circuit import CircuitLayer, CircuitSpec, expectations
from qbert_demo.circuit.plain import plain_expectations

Program = Callable[[Tensor], Tensor]
EXAMPLE = torch.linspace(-3, 3, 8).view(2, 4)
BATCH = ({0: torch.export.Dim("batch")},)


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("ansatz", ["strongly_entangling", "basic", "brick"])
@pytest.mark.parametrize("encoding", ["rx", "ry", "rz", "h_ry"])
@pytest.mark.parametrize(("n_qubits", "n_layers"), [(1, 2), (2, 1), (3, 3), (6, 2)])
def test_the_values_are_the_simulators(
    n_qubits: int, n_layers: int, encoding: str, ansatz: str, reupload: bool
) -> None:
    spec = CircuitSpec(n_qubits, n_layers, encoding, ansatz, reupload)
    torch.manual_seed(0)
    angles = 3 * torch.randn(5, n_qubits, dtype=torch.float64)
    weights = 3 * torch.randn(spec.weight_shape, dtype=torch.float64)
    expected = expectations(angles, weights, spec)
    torch.testing.assert_close(
        plain_expectations(angles, weights, spec), expected, atol=1e-12, rtol=0
    )


def exported(layer: nn.Module) -> Program:
    return torch.export.export(layer, (EXAMPLE,), dynamic_shapes=BATCH).module()


def traced(layer: nn.Module) -> Program:
    return torch.jit.trace(layer, EXAMPLE)


def in_onnx_runtime(layer: nn.Module) -> Program:
    program = torch.onnx.export(layer, (EXAMPLE,), dynamo=True, dynamic_shapes=BATCH, verbose=False)
    model = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(angles: Tensor) -> Tensor:
        return torch.from_numpy(session.run(None, {name: angles.numpy()})[0])

    return run


@pytest.mark.parametrize("way", [exported, traced, in_onnx_runtime])
@pytest.mark.parametrize("spec", [CircuitSpec(4, 2), CircuitSpec(4, 2, "rz", "basic", True)])
@torch.no_grad()
def test_an_exported_layer_answers_alike_for_other_batches(
    spec: CircuitSpec, way: Callable[[nn.Module], Program]
) -> None:
    torch.manual_seed(1)
    layer = CircuitLayer(spec).eval()
    program = way(layer)
    for n in (1, 7):
        angles = 3 * torch.randn(n, 4)
        np.testing.assert_allclose(program(angles).numpy(), layer(angles).numpy(), atol=1e-5)

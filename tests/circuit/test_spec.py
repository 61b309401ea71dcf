"""The gate list against PennyLane's own templates, and what a spec refuses."""

from typing import Any

import pennylane as qml
import pytest
import torch

from qbert_demo.circuit import CircuitSpec
from qbert_demo.circuit.spec import Ansatz, Encoding

Written = list[tuple[str, tuple[int, ...], tuple[float, ...]]]


def written(operators: list[Any]) -> Written:
    return [
        (op.name, tuple(op.wires), tuple(round(float(p), 6) for p in op.parameters))
        for op in operators
    ]


def read(spec: CircuitSpec, angles: torch.Tensor, weights: torch.Tensor) -> dict[str, Written]:
    """Our gates by block."""
    blocks: dict[str, Written] = {}
    for gate in spec.read(angles, weights):
        rounded = tuple(round(angle, 6) for angle in gate.angles)
        blocks.setdefault(gate.block, []).append((gate.name, gate.wires, rounded))
    return blocks


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("ansatz", ["strongly_entangling", "basic"])
@pytest.mark.parametrize("n_qubits", [1, 2, 3, 4, 6])
def test_layers_are_pennylanes_templates(n_qubits: int, ansatz: Ansatz, reupload: bool) -> None:
    spec = CircuitSpec(n_qubits, 7, ansatz=ansatz, reupload=reupload)
    weights = torch.rand(spec.weight_shape, dtype=torch.float64)
    blocks = read(spec, torch.rand(n_qubits), weights)
    if ansatz == "basic":
        template = qml.BasicEntanglerLayers(weights[..., 0], wires=range(n_qubits))
    else:
        template = qml.StronglyEntanglingLayers(weights, wires=range(n_qubits))
    ours = [gate for layer in range(1, 8) for gate in blocks[f"layer {layer}"]]
    assert ours == written(template.decomposition())


@pytest.mark.parametrize("reupload", [False, True])
def test_bricks_join_even_pairs_then_odd_ones_before_the_rotations(reupload: bool) -> None:
    spec = CircuitSpec(5, 2, "h_ry", "brick", reupload)
    weights = torch.rand(spec.weight_shape, dtype=torch.float64)
    blocks = read(spec, torch.rand(5), weights)
    for layer, angles in enumerate(weights[..., 0].tolist()):
        with qml.queuing.AnnotatedQueue() as queue:
            for pair in ([0, 1], [2, 3], [1, 2], [3, 4]):
                qml.CNOT(pair)
            for wire, angle in enumerate(angles):
                qml.RY(angle, wire)
        assert blocks[f"layer {layer + 1}"] == written(queue.queue)


@pytest.mark.parametrize("reupload", [False, True])
@pytest.mark.parametrize("encoding", ["rx", "ry", "rz", "h_ry"])
def test_the_encoding_is_pennylanes_template(encoding: Encoding, reupload: bool) -> None:
    spec = CircuitSpec(3, 2, encoding, reupload=reupload)
    angles = torch.rand(3, dtype=torch.float64)
    blocks = read(spec, angles, torch.rand(spec.weight_shape))
    expected = written(
        qml.AngleEmbedding(angles, wires=range(3), rotation=encoding[-1].upper()).decomposition()
    )
    if encoding in ("rz", "h_ry"):
        expected = [gate for turn in expected for gate in (("Hadamard", turn[1], ()), turn)]
    names = ["encoding 1", "encoding 2"] if reupload else ["encoding"]
    assert [block for block in blocks if block.startswith("encoding")] == names
    for name in names:
        assert blocks[name] == expected


def test_blocks_follow_each_other_in_time() -> None:
    def order(spec: CircuitSpec) -> list[str]:
        return list(dict.fromkeys(gate.block for gate in spec.gates))

    assert order(CircuitSpec(2, 2)) == ["encoding", "layer 1", "layer 2"]
    assert order(CircuitSpec(2, 2, reupload=True)) == [
        "encoding 1",
        "layer 1",
        "encoding 2",
        "layer 2",
    ]


def test_every_angle_names_where_it_comes_from() -> None:
    readings = CircuitSpec(2, 1).read([0.1, 0.2], [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]])
    assert [(r.name, r.angles, r.origins) for r in readings[:3]] == [
        ("RY", (0.1,), ("feature 0",)),
        ("RY", (0.2,), ("feature 1",)),
        ("Rot", (1.0, 2.0, 3.0), ("weight (0, 0, 0)", "weight (0, 0, 1)", "weight (0, 0, 2)")),
    ]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_qubits": 0}, "n_qubits must be a whole number from 1 to 12, not 0"),
        ({"n_qubits": 13}, "n_qubits must be a whole number from 1 to 12, not 13"),
        ({"n_qubits": 4.0}, "n_qubits must be a whole number from 1 to 12, not 4.0"),
        ({"n_qubits": True}, "n_qubits must be a whole number from 1 to 12, not True"),
        ({"n_layers": 0}, "n_layers must be a whole number from 1 to 8, not 0"),
        ({"n_layers": 9}, "n_layers must be a whole number from 1 to 8, not 9"),
        ({"encoding": "amplitude"}, "encoding must be one of rx, ry, rz, h_ry, not 'amplitude'"),
        ({"ansatz": "qaoa"}, "ansatz must be one of strongly_entangling, basic, brick, not 'qaoa'"),
        ({"reupload": 1}, "reupload must be true or false, not 1"),
    ],
)
def test_a_spec_out_of_range_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CircuitSpec(**{"n_qubits": 2, "n_layers": 1, **wrong})

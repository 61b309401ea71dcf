import math
from pathlib import Path

import pytest
import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.circuit import CircuitSpec
from qbert_demo.circuit.pennylane_bridge import qnode
from qbert_demo.figures.theme import HEAD_COLOURS
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.heads import (
    HEADS,
    PAIR,
    BottleneckHead,
    CircuitHead,
    Head,
    LinearHead,
    SqueezeHead,
    head_of,
)
from qbert_demo.model.prediction import predict
from qbert_demo.service import Explorer
from qbert_demo.training.fine_tune import fine_tune
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.training.trained_head import write_head
from qbert_demo.ui.parts.theme import head_styles
from tests.training.test_fine_tune import MATERIAL

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


@pytest.mark.parametrize("kind", ["circuit", "bottleneck"])
def test_angles_reach_as_far_as_the_config_says(kind: str) -> None:
    torch.manual_seed(0)
    half = QBertForSequenceClassification.build(QBertConfig(head=kind, angle_scale=math.pi / 2))
    pooled = 1000 * torch.randn(20, HIDDEN)
    assert half.classify(pooled).angles.abs().max().item() == pytest.approx(math.pi / 2)
    usual = QBertForSequenceClassification.build(QBertConfig(head=kind))
    assert usual.classify(pooled).angles.abs().max().item() == pytest.approx(math.pi)
    with pytest.raises(Exception, match="angle_scale must be a number from 0.01 to 6.28"):
        QBertConfig(angle_scale=0)


@pytest.mark.parametrize(
    ("spec", "depth"),
    [(CircuitSpec(4, 2), 1), (CircuitSpec(3, 2), 1), (CircuitSpec(4, 4, "h_ry", "brick"), 1)],
    ids=str,
)
def test_the_control_is_sized_after_the_live_angles(spec: CircuitSpec, depth: int) -> None:
    middle = BottleneckHead(HIDDEN, 2, 0.0, spec).middle
    assert sum(isinstance(layer, torch.nn.Linear) for layer in middle.children()) == depth


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


class Cosine(torch.nn.Module):
    def forward(self, angles: torch.Tensor) -> torch.Tensor:
        return angles.cos()


class CosineHead(SqueezeHead):
    def __init__(self, hidden: int, n_labels: int, dropout: float, spec: CircuitSpec) -> None:
        super().__init__(hidden, spec.n_qubits, n_labels, dropout, Cosine())


def test_a_head_is_known_by_each_of_its_names_and_has_a_colour() -> None:
    assert [(head.name, head.kind) for head in HEADS.values()] == [
        ("classical", "linear"),
        ("hybrid", "circuit"),
        ("control", "bottleneck"),
    ]
    assert PAIR == ("classical", "hybrid")
    for name, head in HEADS.items():
        assert head_of(head.kind) is head
        assert head.name == name
        assert head.has_circuit == (name == "hybrid")
        assert f"--{name}: {HEAD_COLOURS[name]};" in head_styles()
    with pytest.raises(ValueError, match="one of linear, circuit, bottleneck, not 'mine'"):
        head_of("mine")


def test_another_head_takes_an_entry_and_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(HEADS, "cosine", Head("cosine", "cos", "Cosines", "cosines", CosineHead))
    recipe = FrozenRecipe(("cosine", "hybrid"), n_qubits=3, epochs=3)
    report = fine_tune(MATERIAL, recipe).heads["cosine"]
    assert len(report.history) == 3
    assert report.history[-1].loss < report.history[0].loss
    folder = tmp_path / "sst2-cosine"
    write_head(report, MATERIAL, recipe, folder)
    assert "# A cosine head" in (folder / "README.md").read_text()
    assert "trained, cosines;" in (folder / "README.md").read_text()
    loaded = open_checkpoint(folder, Trust.OURS)
    assert isinstance(loaded.model.classifier, CosineHead)
    tokens = loaded.tokenize(MATERIAL.held_out.texts[:1])[0]
    answer = predict(loaded, "cosine", tokens)
    assert answer.card.title == "Cosines"
    assert answer.winner == report.predicted[0]
    assert Explorer(tmp_path).tasks[0].heads == ("cosine",)
    assert Explorer(tmp_path).heads("sst2", everything=False) == ()


def test_a_config_names_a_head_of_the_table() -> None:
    for head in HEADS.values():
        model = QBertForSequenceClassification.build(QBertConfig(head=head.kind))
        assert type(model.classifier) is head.module
    with pytest.raises(Exception, match="head must be one of .*, not 'magic'"):
        QBertConfig(head="magic")

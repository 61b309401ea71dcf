"""R-Drop: what it adds is the divergence of two readings, and nothing where they cannot differ."""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from transformers import TrainingArguments
from transformers.modeling_outputs import SequenceClassifierOutput

from qbert_demo.training.loop import HeadAndAdapterTrainer


class TinyModel(nn.Module):
    """A dropout, a linear layer, and the cross-entropy."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(6, 3)

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> SequenceClassifierOutput:
        logits = self.classifier(self.dropout(features))
        return SequenceClassifierOutput(nn.functional.cross_entropy(logits, labels), logits)


def loss_of(tmp_path: Path, model: nn.Module, consistency: float) -> tuple[Any, Any]:
    arguments = TrainingArguments(str(tmp_path), use_cpu=True, report_to="none")
    trainer = HeadAndAdapterTrainer(
        model=model, args=arguments, head_learning_rate=0.1, consistency=consistency
    )
    torch.manual_seed(0)
    rows = {"features": torch.randn(5, 6), "labels": torch.tensor([0, 1, 2, 0, 1])}
    return trainer.compute_loss(model, rows, return_outputs=True)


def test_two_readings_add_their_symmetric_divergence(tmp_path: Path) -> None:
    model = TinyModel(0.5).train()
    loss, outputs = loss_of(tmp_path, model, consistency=0.7)
    p, q = outputs.logits.softmax(-1).chunk(2)
    apart = ((p - q) * (p / q).log()).sum(-1).mean() / 2
    assert apart > 0.01
    labels = torch.tensor([0, 1, 2, 0, 1] * 2)
    expected = nn.functional.cross_entropy(outputs.logits, labels) + 0.7 * apart
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize(("dropout", "training"), [(0.0, True), (0.5, False)])
def test_without_dropout_there_is_nothing_to_add(
    tmp_path: Path, dropout: float, training: bool
) -> None:
    model = TinyModel(dropout).train(training)
    with_it, _ = loss_of(tmp_path, model, consistency=0.7)
    without, _ = loss_of(tmp_path, model, consistency=0.0)
    torch.testing.assert_close(with_it, without)

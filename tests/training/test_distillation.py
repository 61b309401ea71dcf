"""The loss on a teacher's logits against a worked example, and the mean over the last steps."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from transformers import TrainingArguments

from qbert_demo.errors import InputError
from qbert_demo.training.distillation import SOFT, Averaging, soft_loss
from qbert_demo.training.loop import HeadAndAdapterTrainer, make_trainer
from qbert_demo.training.recipe import Recipe
from tests.training.test_loop import TinyModel


def test_the_loss_is_that_of_a_worked_example() -> None:
    # At T = 2, logits ln 9 and 0 become chances 3/4 and 1/4; equal logits stay at 1/2.
    teacher = torch.tensor([[math.log(9), 0.0], [1.0, 1.0]])
    learnt = torch.tensor([[0.0, 0.0], [0.0, math.log(9)]])
    first = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    second = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    loss = soft_loss(learnt, teacher, 2.0)
    assert float(loss) == pytest.approx(4 * (first + second) / 2, rel=1e-6)


def test_a_teacher_weighs_in_and_the_true_labels_have_the_rest(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = TinyModel(0.0).train()
    rows = {"features": torch.randn(5, 6), "labels": torch.tensor([0, 1, 2, 0, 1])}
    teacher = torch.randn(5, 3)
    arguments = TrainingArguments(str(tmp_path), use_cpu=True, report_to="none")
    trainer = HeadAndAdapterTrainer(
        model=model, args=arguments, head_learning_rate=0.1, consistency=1.0, teacher=(0.8, 3.0)
    )
    loss = trainer.compute_loss(model, rows | {SOFT: teacher})
    logits = model(**rows).logits
    hard = nn.functional.cross_entropy(logits, rows["labels"])
    torch.testing.assert_close(loss, 0.8 * soft_loss(logits, teacher, 3.0) + 0.2 * hard)


def test_the_last_epoch_s_weights_are_averaged_and_survive_a_saved_state() -> None:
    model = nn.Linear(1, 1, bias=False)
    averaging = Averaging(epochs=1)
    arguments = SimpleNamespace(num_train_epochs=2)

    def step(k: int, counted: Averaging) -> None:
        model.weight.data.fill_(float(k))
        state: Any = SimpleNamespace(global_step=k, max_steps=8)
        counted.on_step_end(arguments, state, None, model=model)

    for k in range(1, 7):
        step(k, averaging)
    other = Averaging(epochs=1)
    other.restore(averaging.tensors())
    for k in (7, 8):
        step(k, other)
    other.on_train_end(arguments, None, None, model=model)
    assert other.count == 4
    assert model.weight.item() == pytest.approx((5 + 6 + 7 + 8) / 4)


def test_without_averaging_the_last_weights_stay() -> None:
    model = nn.Linear(1, 1)
    before = model.weight.item()
    averaging = Averaging(epochs=0)
    state: Any = SimpleNamespace(global_step=8, max_steps=8)
    averaging.on_step_end(SimpleNamespace(num_train_epochs=2), state, None, model=model)
    averaging.on_train_end(None, None, None, model=model)
    assert model.weight.item() == before
    assert averaging.tensors() == {}


def test_stopping_early_and_averaging_do_not_go_together() -> None:
    nothing: Any = None
    with pytest.raises(InputError, match="averages no last epochs"):
        make_trainer(
            *(nothing,) * 4, Recipe(patience=2, averaged_epochs=1), nothing, "cpu", bf16=False
        )

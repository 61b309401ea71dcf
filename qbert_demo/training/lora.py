"""Train heads end to end: each learns together with low-rank updates of an encoder of its own.

The engine is `transformers.Trainer`, as for the shipped checkpoints. The heads of a race learn one
after another, from the same batches in the same order. At every look at the held-out rows the
updates are rounded as a checkpoint stores them and merged into a copy of the encoder, so that what
is told of a head is what its checkpoint will answer. Whenever a head gets better, its report is
told: a step may take longer than a stop may, and a run that is cut off keeps what it has learnt.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import TrainerCallback

from qbert_demo.config import MAX_LENGTH
from qbert_demo.data.choice import Material
from qbert_demo.evaluation.metrics import accuracy, macro_f1
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Epoch, HeadReport, QuickReport
from qbert_demo.training.frozen import Features, Runner, look_at
from qbert_demo.training.judging import TIMED_TEXTS
from qbert_demo.training.loop import as_dataset, trained_tensors
from qbert_demo.training.quick import fresh_classifier
from qbert_demo.training.racing import (
    as_stored,
    backbone_tokenizer,
    learn,
    shuffled,
    starting_model,
)
from qbert_demo.training.recipe import LoraRecipe


def train_end_to_end(
    material: Material,
    recipe: LoraRecipe,
    *,
    moved: Callable[[int, int], None] = lambda done, total: None,
    passed: Callable[[Epoch], None] = lambda epoch: None,
    improved: Callable[[QuickReport], None] = lambda report: None,
    stopped: Callable[[], bool] = lambda: False,
) -> QuickReport:
    """Train every head of the recipe together with an encoder.

    Args:
        material: Rows to learn from and to judge on.
        recipe: The settings.
        moved: Called after every step with steps done and steps in all, over all heads.
        passed: Called after every look at the held-out rows.
        improved: Called with the report so far when a look was a head's best.
        stopped: Whether to end early with the best weights so far; asked after every step.

    Returns:
        Reports of the heads that the held-out rows were read with at least once.

    Raises:
        BackboneError: If the encoder cannot be had.
    """
    start = time.perf_counter()
    base = fresh_classifier()
    tokenizer = backbone_tokenizer(base)
    rows = as_dataset(material.train, tokenizer, MAX_LENGTH)
    reports: dict[str, HeadReport] = {}

    def so_far() -> QuickReport:
        return QuickReport(dict(reports), {"train": time.perf_counter() - start})

    for k, name in enumerate(recipe.heads):
        if stopped():
            break

        def advance(done: int, total: int, before: int = k) -> None:
            moved(before * total + done, len(recipe.heads) * total)

        def keep(report: HeadReport) -> None:
            reports[report.head] = report
            improved(so_far())

        course = Course(name, material, recipe, base, advance, passed, keep, stopped)
        model = starting_model(material, recipe, name)
        order = shuffled(rows, recipe)
        learn(model, rows, tokenizer, recipe, order, course, course.hear)
        if course.runner.history:
            reports[name] = course.report()
    return so_far()


class Course(TrainerCallback):
    """What one head goes through: looks at the held-out rows, and the best weights so far.

    Attributes:
        name: Of the head.
        runner: Its history.
    """

    def __init__(
        self,
        name: str,
        material: Material,
        recipe: LoraRecipe,
        base: LoadedModel,
        moved: Callable[[int, int], None],
        passed: Callable[[Epoch], None],
        improved: Callable[[HeadReport], None],
        stopped: Callable[[], bool],
    ) -> None:
        """Begin; ``base`` is the encoder without updates, the others as for `train_end_to_end`."""
        self.name = name
        self._material, self._recipe, self._base = material, recipe, base
        self._moved, self._passed = moved, passed
        self._improved, self._stopped = improved, stopped
        self._ids = [t.ids for t in base.tokenize(material.held_out.texts)]
        self._truth = torch.tensor(material.held_out.labels)
        self._heard: list[tuple[float, dict[str, float], int]] = []
        self._start = time.perf_counter()
        self._milliseconds = 0.0
        self._sizes = 0, 0
        self._best: tuple[NDArray[np.int64], dict[str, NDArray[Any]]]
        self.runner = Runner(nn.Identity())

    def hear(self, loss: float, gradients: dict[str, float], n: int) -> None:
        """Take note of a step: its mean loss, its gradients' norms by part, and its rows."""
        self._heard.append((loss, gradients, n))

    def on_step_end(
        self, args: Any, state: Any, control: Any, model: nn.Module | None = None, **_: Any
    ) -> None:
        """Tell how far it is, and look at the held-out rows when it is time."""
        assert model is not None
        done, total, epochs = state.global_step, state.max_steps, self._recipe.epochs
        self._moved(done, total)
        looks = self._recipe.looks() * epochs
        if done * looks // total > (done - 1) * looks // total:
            self._look(model, done * epochs / total)
        control.should_training_stop |= self._stopped()

    def _look(self, model: nn.Module, epoch: float) -> None:
        tensors = trained_tensors(model)
        judge = as_stored(self._base, tensors, self._material, self._recipe, self.name)
        if not self.runner.history:
            self._measure(model, judge)
        kept = Features(judge.embed(self._ids), self._truth)
        rows = sum(n for _, _, n in self._heard)
        told, predicted = look_at(
            judge.model.classifier,
            kept,
            self.name,
            epoch,
            self._recipe,
            sum(loss * n for loss, _, n in self._heard) / rows,
            {
                part: sum(norms[part] for _, norms, _ in self._heard) / len(self._heard)
                for part in self._heard[0][1]
            },
        )
        self._heard = []
        is_best = self.runner.add(told)
        self.runner.seconds = time.perf_counter() - self._start
        self._passed(told)
        if is_best:
            self._best = predicted, {name: t.numpy().copy() for name, t in tensors.items()}
            self._improved(self.report())

    def _measure(self, model: nn.Module, judge: LoadedModel) -> None:
        """Note what does not change as the head learns."""
        self._milliseconds = median(
            judge.answer(ids).timing.total for ids in self._ids[:TIMED_TEXTS]
        )
        self._sizes = (
            sum(p.numel() for p in model.parameters() if p.requires_grad),
            sum(p.numel() for p in judge.model.parameters()),
        )

    def report(self) -> HeadReport:
        """The head with its best weights; there must have been a look."""
        predicted, tensors = self._best
        truth = self._truth.numpy()
        return HeadReport(
            self.name,
            accuracy(predicted, truth),
            macro_f1(predicted, truth, len(self._material.labels)),
            predicted,
            self.runner.best + 1,
            tuple(self.runner.history),
            *self._sizes,
            self.runner.seconds,
            self._milliseconds,
            tensors,
        )

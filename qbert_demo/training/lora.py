"""Train heads end to end: each learns together with low-rank updates of an encoder of its own.

The engine is `transformers.Trainer`, as for the shipped checkpoints. The heads of a race learn one
after another, from the same batches in the same order. At every look at the held-out rows the
updates are rounded as a checkpoint stores them and merged into a copy of the encoder: what is told
of a head is what its checkpoint will answer, and a run that is stopped has nothing left to compute.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import (
    AutoTokenizer,
    DataCollatorWithPadding,
    PreTrainedTokenizerBase,
    PrinterCallback,
    TrainerCallback,
    set_seed,
)
from transformers.trainer_pt_utils import LengthGroupedSampler

from qbert_demo.data.subset import Material
from qbert_demo.model import QBertForSequenceClassification, find_backbone
from qbert_demo.model.inference import Classifier
from qbert_demo.results import Epoch, HeadReport, QuickReport
from qbert_demo.training.frozen import LOSSES, Features, Runner, circuit_parameters, look_at
from qbert_demo.training.loop import (
    HeadAndAdapterTrainer,
    add_adapters,
    as_dataset,
    make_arguments,
    trained_tensors,
)
from qbert_demo.training.metrics import accuracy, macro_f1
from qbert_demo.training.provenance import has_bf16
from qbert_demo.training.quick import MAX_LENGTH, TIMED_TEXTS, fresh_classifier, race_config
from qbert_demo.training.recipe import LoraRecipe


class Halted(Exception):
    """A run is to end now, in the middle of a step."""


def train_end_to_end(
    material: Material,
    recipe: LoraRecipe,
    *,
    moved: Callable[[int, int], None] = lambda done, total: None,
    passed: Callable[[Epoch], None] = lambda epoch: None,
    stopped: Callable[[], bool] = lambda: False,
) -> QuickReport:
    """Train every head of the recipe together with an encoder.

    Args:
        material: Rows to learn from and to judge on.
        recipe: The settings.
        moved: Called after every step with steps done and steps in all, over all heads.
        passed: Called after every look at the held-out rows.
        stopped: Whether to end early with the best weights so far; asked between any two layers
            of the encoder, forwards and backwards.

    Returns:
        Reports of the heads that the held-out rows were read with at least once.

    Raises:
        BackboneError: If the encoder cannot be had.
    """
    start = time.perf_counter()
    base = fresh_classifier()
    stop_between_layers(base.model, stopped)
    tokenizer = backbone_tokenizer(base)
    rows = as_dataset(material.train, tokenizer, MAX_LENGTH)
    courses: list[Course] = []
    try:
        for k, name in enumerate(recipe.heads):

            def advance(done: int, total: int, before: int = k) -> None:
                moved(before * total + done, len(recipe.heads) * total)

            courses.append(Course(name, material, recipe, base, advance, passed))
            model = starting_model(material, recipe, name)
            stop_between_layers(model, stopped)
            order = LengthGroupedSampler(
                recipe.batch_size,
                lengths=rows["length"],
                generator=torch.Generator().manual_seed(recipe.seed),
            )
            learn(model, rows, tokenizer, recipe, order, courses[-1], courses[-1].hear)
    except Halted:
        pass
    reports = {course.name: course.report() for course in courses if course.runner.history}
    return QuickReport(reports, {"train": time.perf_counter() - start})


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
        base: Classifier,
        moved: Callable[[int, int], None],
        passed: Callable[[Epoch], None],
    ) -> None:
        """Begin; ``base`` is the encoder without updates, the others as for `train_end_to_end`."""
        self.name = name
        self._material, self._recipe, self._base = material, recipe, base
        self._moved, self._passed = moved, passed
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
        if self.runner.add(told):
            self._best = predicted, {name: t.numpy().copy() for name, t in tensors.items()}
        self.runner.seconds = time.perf_counter() - self._start
        self._passed(told)

    def _measure(self, model: nn.Module, judge: Classifier) -> None:
        """Note what does not change as the head learns, so that a stop need not."""
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


class RacingTrainer(HeadAndAdapterTrainer):
    """A `Trainer` whose rows come in a given order, and that tells loss and gradients a step."""

    def __init__(
        self,
        *args: Any,
        order: Iterable[int],
        loss: str,
        heard: Callable[[float, dict[str, float], int], None],
        **kwargs: Any,
    ) -> None:
        """Take `HeadAndAdapterTrainer`'s arguments.

        Args:
            args: Passed on.
            order: Indices of the rows, of an epoch at a time.
            loss: See `LoraRecipe`.
            heard: See `Course.hear`.
            kwargs: Passed on.
        """
        self._order, self._loss, self._heard = order, LOSSES[loss], heard
        super().__init__(*args, **kwargs)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self._order

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The recipe's loss."""
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = self._loss(outputs.logits.float(), labels)
        return (loss, outputs) if return_outputs else loss

    def training_step(
        self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> Tensor:
        """Run the step, and tell it before the gradients are clipped."""
        n = len(inputs["labels"])
        loss = super().training_step(model, inputs, num_items_in_batch)
        parts: dict[str, list[Tensor]] = {}
        circuit = {id(p) for p in circuit_parameters(model)}
        for name, parameter in self._trained().items():
            if parameter.grad is not None:
                inside = "circuit" if id(parameter) in circuit else "classical"
                part = inside if name.startswith("classifier.") else "adapters"
                parts.setdefault(part, []).append(parameter.grad)
        norms = {part: float(nn.utils.get_total_norm(grads)) for part, grads in parts.items()}
        self._heard(float(loss), norms, n)
        return loss


def learn(
    model: QBertForSequenceClassification,
    rows: Dataset,
    tokenizer: PreTrainedTokenizerBase,
    recipe: LoraRecipe,
    order: Iterable[int],
    watcher: TrainerCallback,
    heard: Callable[[float, dict[str, float], int], None] = lambda loss, gradients, n: None,
) -> None:
    """Train a model on this machine's processor.

    Args:
        model: From `starting_model`; its weights change.
        rows: From `as_dataset`.
        tokenizer: The backbone's.
        recipe: The settings.
        order: Indices of the rows, of an epoch at a time.
        watcher: Told of every step, and may end it.
        heard: See `Course.hear`.
    """
    with tempfile.TemporaryDirectory(prefix="qbert-") as folder:
        quiet = {"save_strategy": "no", "logging_strategy": "no", "disable_tqdm": True}
        trainer = RacingTrainer(
            model=model,
            args=make_arguments(recipe.engine(), Path(folder), "cpu", has_bf16("cpu"), **quiet),
            train_dataset=rows,
            data_collator=DataCollatorWithPadding(tokenizer),
            callbacks=[watcher],
            head_learning_rate=recipe.head_learning_rate,
            order=order,
            loss=recipe.loss,
            heard=heard,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()


def starting_model(
    material: Material, recipe: LoraRecipe, name: str
) -> QBertForSequenceClassification:
    """A model before its first step: the seed alone decides head and updates."""
    set_seed(recipe.seed)
    model = QBertForSequenceClassification.build(race_config(material, recipe, name))
    set_seed(recipe.seed)
    add_adapters(model)
    return model


def as_stored(
    base: Classifier,
    tensors: dict[str, Tensor],
    material: Material,
    recipe: LoraRecipe,
    name: str,
) -> Classifier:
    """A classifier as its checkpoint would be loaded, from `trained_tensors`."""
    config = race_config(material, recipe, name)
    return base.with_head(config, {n: t.float() for n, t in tensors.items()}, "in training")


def backbone_tokenizer(classifier: Classifier) -> PreTrainedTokenizerBase:
    """The tokenizer that a classifier's encoder came with."""
    return AutoTokenizer.from_pretrained(find_backbone(classifier.model.config.source()).folder)


def stop_between_layers(model: QBertForSequenceClassification, stopped: Callable[[], bool]) -> None:
    """Raise `Halted` between two layers of the encoder, forwards or backwards, if it is time.

    A whole step may take seconds, but a stop has to be answered within one.
    """

    def check(*_: Any) -> None:
        if stopped():
            raise Halted

    def after(_: nn.Module, __: Any, output: Tensor | Sequence[Tensor]) -> None:
        check()
        hidden = output if isinstance(output, Tensor) else output[0]
        if hidden.requires_grad:
            hidden.register_hook(check)

    for layer in model.bert.encoder.layer:
        layer.register_forward_hook(after)

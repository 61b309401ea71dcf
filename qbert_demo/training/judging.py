"""Reports of heads on a frozen encoder, most of which is found out before they are wanted.

A run that is stopped has a fraction of a second left, and little of that on a busy machine. So
nothing is timed afterwards, and weights that have been judged are not judged again.
"""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import torch

from qbert_demo.data.choice import Material
from qbert_demo.evaluation.metrics import accuracy, macro_f1
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import HeadReport
from qbert_demo.training.frozen import Features, Runner, first_head
from qbert_demo.training.recipe import FrozenRecipe

TIMED_TEXTS = 7


class Judge:
    """Judges the heads of a race on the held-out rows."""

    def __init__(
        self,
        classifier: LoadedModel,
        material: Material,
        held_out: Features,
        recipe: FrozenRecipe,
    ) -> None:
        """Time a text with every head, which does not change as a head learns.

        Args:
            classifier: Has the encoder; its head is replaced by those that are judged.
            material: The rows.
            held_out: Those to judge on, embedded.
            recipe: The settings.
        """
        self._model = classifier.model
        self._held_out, self._n_labels = held_out, len(material.labels)
        self._reports: dict[str, HeadReport] = {}
        ids = [t.ids for t in classifier.tokenize(material.held_out.texts[:TIMED_TEXTS])]
        hidden = held_out.vectors.shape[1]
        self._milliseconds: dict[str, float] = {}
        for name in recipe.heads:
            self._model.classifier = first_head(name, hidden, self._n_labels, recipe).eval()
            self._milliseconds[name] = _milliseconds(classifier, ids)

    def report(self, name: str, runner: Runner) -> HeadReport:
        """How a head has done so far, with its best weights."""
        known = self._reports.get(name)
        if known is None or known.best_epoch != runner.best + 1:
            known = self._judge(name, runner)
        report = replace(known, history=tuple(runner.history), seconds=runner.seconds)
        self._reports[name] = report
        return report

    def _judge(self, name: str, runner: Runner) -> HeadReport:
        self._model.classifier = runner.head
        with torch.inference_mode():
            predicted = runner.head(self._held_out.vectors).logits.argmax(1).numpy()
        truth = self._held_out.labels.numpy()
        return HeadReport(
            name,
            accuracy(predicted, truth),
            macro_f1(predicted, truth, self._n_labels),
            predicted,
            runner.best + 1,
            tuple(runner.history),
            sum(p.numel() for p in runner.head.parameters()),
            sum(p.numel() for p in self._model.parameters()),
            runner.seconds,
            self._milliseconds[name],
            {name: tensor.numpy() for name, tensor in self._model.tensors().items()},
        )


def _milliseconds(classifier: LoadedModel, ids: Sequence[list[int]]) -> float:
    return median(classifier.answer(row).timing.total for row in ids)

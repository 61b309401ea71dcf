"""What becomes of a head as it learns: its curve, and the report of its best weights so far.

A run that is stopped has a fraction of a second left, and little of that on a busy machine. So
the best weights are judged when they are met, and nothing is found out afterwards.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from qbert_demo.evaluation.metrics import accuracy, confusion, macro_f1
from qbert_demo.model.heads import angles_of
from qbert_demo.results import Epoch, HeadReport
from qbert_demo.training.learner import LOSSES, Learner, Step, Stored, trained_parts

WATCHED = 4
"""Held-out texts whose expectation values are followed."""


class HeadRun:
    """A head's way through a run.

    Attributes:
        history: What was told at every look at the held-out rows.
        seconds: Time spent on this head alone.
        report: How it has done so far, with its best weights; ``None`` before the first look.
    """

    def __init__(self, learner: Learner, loss: str) -> None:
        """Begin, with the name of the loss that ``learner`` is told by."""
        self.history: list[Epoch] = []
        self.seconds = 0.0
        self._name, self._cost, self._loss = learner.name, learner.cost, LOSSES[loss]
        self._truth = learner.held_out_labels
        self._best: HeadReport | None = None

    @torch.no_grad()
    def look(self, stored: Stored, passes: float = 0.0, steps: Sequence[Step] = ()) -> bool:
        """Judge the head on the held-out rows.

        The best weights are those with the best accuracy, and among equals with the lowest loss.

        Args:
            stored: The head as it is now.
            passes: Over the training rows, done so far.
            steps: Those since the last look; with none, the head is kept without an entry in its
                history.

        Returns:
            Whether these are the best weights so far.
        """
        output = stored.head(stored.vectors)
        predicted, truth = output.logits.argmax(1).numpy(), self._truth.numpy()
        n_labels = output.logits.shape[1]
        if steps:
            rows = sum(step.rows for step in steps)
            parts = steps[0].gradients
            angles = trained_parts(stored.head).get("circuit")
            values = output.values[:WATCHED] if output.values is not None else torch.zeros(0, 0)
            epoch = Epoch(
                self._name,
                passes,
                sum(step.loss * step.rows for step in steps) / rows,
                float(self._loss(output.logits, self._truth)),
                float((predicted == truth).mean()),
                {part: sum(s.gradients[part] for s in steps) / len(steps) for part in parts},
                angles[0].double().flatten().numpy() if angles else np.zeros(0),
                values.double().numpy(),
                confusion(predicted, truth, n_labels),
            )
            self.history.append(epoch)
            if self._best is not None and _merit(epoch) <= _merit(self._best.history[-1]):
                return False
        self._best = HeadReport(
            self._name,
            accuracy(predicted, truth),
            macro_f1(predicted, truth, n_labels),
            predicted,
            len(self.history),
            tuple(self.history),
            sum(tensor.numel() for tensor in stored.tensors.values()),
            angles_of(stored.head).dead,
            self._cost.parameters,
            self.seconds,
            self._cost.milliseconds,
            {name: tensor.numpy().copy() for name, tensor in stored.tensors.items()},
        )
        return True

    def report(self) -> HeadReport | None:
        """How the head has done so far, with its best weights; ``None`` before the first look."""
        if self._best is None:
            return None
        return replace(self._best, history=tuple(self.history), seconds=self.seconds)


def _merit(epoch: Epoch) -> tuple[float, float]:
    return epoch.accuracy, -epoch.held_out_loss

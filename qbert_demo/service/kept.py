"""Visitors' trainings in memory: rows, settings and results of all of them, within a limit.

Whoever has a training holds it; here it is only counted, and emptied when there is no room.
"""

import sys
from threading import Lock
from typing import Protocol
from weakref import WeakValueDictionary

from qbert_demo.data.choice import Material
from qbert_demo.results import QuickReport
from qbert_demo.training.fine_tune import TrainingRun


class Training(Protocol):
    """What a visitor has of a training.

    Attributes:
        order: Rows and settings.
        foretold: Those of another one, whose time was told.
        report: What was learnt.
        is_running: Whether somebody follows it now.
        was_dropped: Whether it was emptied to make room.
    """

    order: TrainingRun | None
    foretold: TrainingRun | None
    report: QuickReport | None
    is_running: bool
    was_dropped: bool


class Kept:
    """The trainings that visitors have, the oldest first."""

    def __init__(self, limit: int) -> None:
        """Start without any.

        Args:
            limit: Most bytes of all together, but for those that run.
        """
        self._limit = limit
        self._lock = Lock()
        self._trainings: WeakValueDictionary[int, Training] = WeakValueDictionary()
        self._count = 0

    @property
    def size(self) -> int:
        """Bytes of all."""
        with self._lock:
            return sum(map(_size, self._trainings.values()))

    def keep(self, training: Training) -> None:
        """Count a training from now on, and drop the oldest that nobody follows if need be."""
        with self._lock:
            kept = list(self._trainings.values())
            if not any(old is training for old in kept):
                self._trainings[self._count] = training
                self._count += 1
                kept.append(training)
            total = sum(map(_size, kept))
            for old in kept:
                if total <= self._limit:
                    return
                if not old.is_running:
                    total -= _size(old)
                    old.order = old.foretold = old.report = None
                    old.was_dropped = True


def _size(training: Training) -> int:
    orders = [order for order in (training.order, training.foretold) if order]
    rows = sum(_rows_size(order.material) for order in orders)
    return rows + (_report_size(training.report) if training.report else 0)


def _rows_size(material: Material) -> int:
    texts = (*material.train.texts, *material.held_out.texts)
    return sum(map(sys.getsizeof, texts))


def _report_size(report: QuickReport) -> int:
    arrays = [
        array
        for head in report.heads.values()
        for array in (
            head.predicted,
            *head.tensors.values(),
            *(a for e in head.history for a in (e.angles, e.values, e.confusion)),
        )
    ]
    return sum(array.nbytes + sys.getsizeof(array) for array in arrays)

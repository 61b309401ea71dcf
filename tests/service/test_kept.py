"""What visitors' trainings may take of the memory, and when it is given back."""

import gc
import sys
from dataclasses import dataclass

import pytest

from qbert_demo.results import QuickReport
from qbert_demo.service.kept import Kept
from qbert_demo.service.training import FrozenRecipe, Material, Rows, TrainingRun

TEXT = "x" * 100_000
ROOM = 5 * sys.getsizeof(TEXT)


@dataclass
class Training:
    order: TrainingRun | None
    foretold: TrainingRun | None = None
    report: QuickReport | None = None
    is_running: bool = False
    was_dropped: bool = False


def training(is_running: bool = False) -> Training:
    """One of two texts."""
    rows = Rows((TEXT,), (0,), "here", ("a", "b"))
    return Training(TrainingRun(Material(rows, rows), FrozenRecipe()), is_running=is_running)


@pytest.mark.parametrize("is_running", [False, True])
def test_the_oldest_that_nobody_follows_gives_way(is_running: bool) -> None:
    kept = Kept(ROOM)
    first, second, third = training(is_running), training(), training()
    for one in (first, second, third, third):
        kept.keep(one)
    assert first.was_dropped == (first.order is None) == (not is_running)
    assert second.was_dropped == (second.order is None) == is_running
    assert not third.was_dropped
    assert kept.size <= ROOM


def test_what_its_owner_gave_up_is_counted_no_more() -> None:
    kept = Kept(ROOM)
    for _ in range(10):
        one = training()
        kept.keep(one)
        assert kept.size == 2 * sys.getsizeof(TEXT)
        assert not one.was_dropped
        del one
        gc.collect()
    assert kept.size == 0

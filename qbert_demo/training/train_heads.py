"""The loop that trains the heads of a run, on a frozen encoder or end to end.

All heads see the same batches in the same order. Whenever a head gets better the reports so far
are told, so that a run that is cut off keeps what it has learnt. Nothing here is random but what
the seed decides: the same seed and settings give the same curves on the same machine.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

import torch
from torch import Tensor

from qbert_demo.results import Epoch, QuickReport
from qbert_demo.training.learner import Learner, Step
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from qbert_demo.training.run_report import HeadRun

KEPT_SECONDS = 1.0
"""After so long, reports are told even if no head got better."""
SORTED_BATCHES = 50
"""At most so many batches are put in order of length together, and at most a quarter of all."""


@dataclass(frozen=True)
class Listener:
    """Who is told of a run.

    Attributes:
        embedded: Called with texts embedded and texts in all, on a frozen encoder.
        moved: Called after every step with steps done and steps in all, over all heads; not on a
            frozen encoder, where steps are too short.
        improved: Called with the reports so far when a head got better, and after any look at
            least `KEPT_SECONDS` later.
        passed: Called after every look of every head at the held-out rows, after ``improved``.
        stopped: Whether to end early with the best weights so far; asked before every batch.
    """

    embedded: Callable[[int, int], None] = lambda done, total: None
    moved: Callable[[int, int], None] = lambda done, total: None
    improved: Callable[[QuickReport], None] = lambda report: None
    passed: Callable[[Epoch], None] = lambda epoch: None
    stopped: Callable[[], bool] = lambda: False


NOBODY = Listener()


@torch.random.fork_rng(devices=[])
def train_heads(
    learners: Iterable[Learner],
    recipe: FrozenRecipe | LoraRecipe,
    listener: Listener = NOBODY,
    stages: dict[str, float] | None = None,
) -> QuickReport:
    """Train heads on the same batches.

    On a frozen encoder they take turns, a pass each; end to end one follows another, each made
    when its turn comes.

    Args:
        learners: The heads.
        recipe: The settings.
        listener: Who is told.
        stages: Seconds of what came before, by name.

    Returns:
        Reports of all heads that were looked at; on a frozen encoder of all, of one that was
        stopped in its first pass as it was then.
    """
    start, due = time.perf_counter(), 0.0
    take_turns = isinstance(recipe, FrozenRecipe)
    learners = list(learners) if take_turns else learners
    runs: dict[str, HeadRun] = {}

    def so_far() -> QuickReport:
        reports = {name: report for name, run in runs.items() if (report := run.report())}
        return QuickReport(reports, (stages or {}) | {"train": time.perf_counter() - start})

    def courses() -> Iterator[Iterator[tuple[HeadRun, bool]]]:
        for k, learner in enumerate(learners):
            run = runs[learner.name] = HeadRun(learner, recipe.loss)
            yield _course(learner, run, recipe, listener, k)

    turns = courses()
    if take_turns:
        side_by_side = list(turns)
        turns = (islice(course, 1) for _ in range(recipe.epochs) for course in side_by_side)
    for run, is_best in chain.from_iterable(turns):
        if is_best or time.perf_counter() >= due:
            listener.improved(so_far())
            due = time.perf_counter() + KEPT_SECONDS
        listener.passed(run.history[-1])
    if take_turns:
        for learner in learners:
            if not runs[learner.name].history:
                runs[learner.name].look(learner.stored())
    return so_far()


def one_pass(lengths: Tensor, size: int, order: torch.Generator) -> list[Tensor]:
    """Divide all rows into batches of rows of like lengths.

    Args:
        lengths: Tokens of each row, shape ``(n,)``.
        size: Rows of a batch; the last one may have fewer.
        order: Which rows are where; where all are of one length, it alone decides.

    Returns:
        Numbers of the rows of each batch.
    """
    together = size * max(1, min(len(lengths) // (4 * size), SORTED_BATCHES))
    return [
        batch
        for rows in torch.randperm(len(lengths), generator=order).split(together)
        for batch in rows[lengths[rows].argsort(descending=True, stable=True)].split(size)
    ]


def _course(
    learner: Learner,
    run: HeadRun,
    recipe: FrozenRecipe | LoraRecipe,
    listener: Listener,
    before: int,
) -> Iterator[tuple[HeadRun, bool]]:
    """Train one head after ``before`` others; stands still after every look at it.

    Yields:
        Its run, and whether its weights are the best so far.
    """
    order = torch.Generator().manual_seed(recipe.seed)
    passes = (one_pass(learner.lengths, recipe.batch_size, order) for _ in range(recipe.epochs))
    total = recipe.epochs * math.ceil(len(learner.labels) / recipe.batch_size)
    looks = recipe.epochs * recipe.looks()
    steps: list[Step] = []
    start = time.perf_counter()
    for done, rows in enumerate(chain.from_iterable(passes), 1):
        if listener.stopped():
            return
        steps.append(learner.learn(rows))
        if isinstance(recipe, LoraRecipe):
            listener.moved(before * total + done, len(recipe.heads) * total)
        if done * looks // total > (done - 1) * looks // total:
            is_best = run.look(learner.stored(), done * recipe.epochs / total, steps)
            steps = []
            run.seconds += time.perf_counter() - start
            yield run, is_best
            start = time.perf_counter()

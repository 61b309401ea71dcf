"""A visitor's training: what a run is made of, how large it may be, and its process's targets.

The fine-tuning tab and ``train --frozen-encoder`` call the same `fine_tune`. What it tells and
returns is plain and picklable, so that it can run in another process.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from qbert_demo.data.choice import Material
from qbert_demo.errors import InputError
from qbert_demo.results import Estimate, QuickReport
from qbert_demo.training.estimate import estimate
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from qbert_demo.training.train_frozen import frozen_learners
from qbert_demo.training.train_heads import NOBODY, Listener, train_heads
from qbert_demo.training.train_lora import lora_learners
from qbert_demo.training.trained_head import fresh_classifier

MAX_SECONDS = 300
"""Of a run on a frozen encoder."""
MAX_LORA_SECONDS = 900
MAX_LORA_ROWS = 1000
MAX_LORA_HELD_OUT_ROWS = 500

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class TrainingRun:
    """What a training needs: rows, settings, and where vectors of these rows may be kept."""

    material: Material
    recipe: FrozenRecipe | LoraRecipe
    store: Path | None = None

    def seconds(self) -> float:
        """The longest that it may take.

        Raises:
            InputError: If it has more rows than may be trained on or held out end to end.
        """
        if isinstance(self.recipe, FrozenRecipe):
            return MAX_SECONDS
        for rows, most, name in (
            (self.material.train, MAX_LORA_ROWS, "rows to train on"),
            (self.material.held_out, MAX_LORA_HELD_OUT_ROWS, "rows held out"),
        ):
            if len(rows) > most:
                raise InputError(
                    f"End to end, at most {most:,} {name} are accepted, not {len(rows):,}. "
                    "Take fewer, or let the heads alone learn."
                )
        return MAX_LORA_SECONDS


def fine_tune(
    material: Material,
    recipe: FrozenRecipe | LoraRecipe,
    listener: Listener = NOBODY,
    store: Path | None = None,
) -> QuickReport:
    """Train every head of the recipe, on a frozen encoder or end to end.

    Args:
        material: Rows to learn from and to judge on.
        recipe: The settings.
        listener: Who is told of it.
        store: See `frozen_learners`.

    Returns:
        See `train_heads`.

    Raises:
        BackboneError: If the encoder cannot be had.
    """
    start = time.perf_counter()
    base = fresh_classifier()
    if isinstance(recipe, LoraRecipe):
        return train_heads(lora_learners(base, material, recipe, listener), recipe, listener)
    learners = frozen_learners(base, material, recipe, listener, store)
    return train_heads(learners, recipe, listener, {"embed": time.perf_counter() - start})


def train_run(run: TrainingRun, send: Send, stopped: Callable[[], bool]) -> QuickReport | None:
    """Train in a process of its own.

    Tells every ``epoch`` and the ``best`` report so far; on a frozen encoder ``embedded`` (texts
    done, texts in all), and end to end ``moved`` (steps done, steps in all).

    Returns:
        What was learnt, or ``None`` if it was stopped before there was anything.
    """
    torch.set_num_threads(1)
    listener = Listener(
        embedded=lambda *done: send({"embedded": done, "replaces": "embedded"}),
        moved=lambda *done: send({"moved": done, "replaces": "moved"}),
        improved=lambda report: send({"best": report, "replaces": "best"}),
        passed=lambda epoch: send({"epoch": epoch}),
        stopped=stopped,
    )
    report = fine_tune(run.material, run.recipe, listener, run.store)
    return report if report.heads else None


def measure_run(run: TrainingRun, send: Send, stopped: Callable[[], bool]) -> Estimate:
    """Say how long a training end to end will take, from a process of its own."""
    torch.set_num_threads(1)
    if isinstance(run.recipe, FrozenRecipe):
        raise InputError("Heads alone take seconds; only a training end to end is measured first.")
    return estimate(run.material, run.recipe)

"""How long it takes to train what is shipped, from the speed at which it was trained."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qbert_demo.checkpoints.card import FACTS
from qbert_demo.model.heads import HEADS
from qbert_demo.training.recipe import RECIPES, Recipe

CORES = 2
"""Of the machine that the shipped checkpoints were trained on, one after the other."""


class Cost(NamedTuple):
    """Hours and steps of the tasks whose speed is known, where that was, and the other tasks."""

    hours: float
    steps: int
    devices: tuple[str, ...]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        """Tell it in a sentence or two."""
        if not self.steps:
            return f"How long training takes is not known: {', '.join(self.unknown)}."
        words = (
            f"Training takes about {self.hours:.1f} hours on {CORES} cores: {self.steps:,} steps, "
            f"each as long as those of the checkpoints here ({' and '.join(self.devices)})."
        )
        if self.unknown:
            words += f" Not in it, for nothing was measured: {', '.join(self.unknown)}."
        return words


def cost_of_training(tasks: Sequence[str], folder: Path) -> Cost:
    """Foretell the training of every head of some tasks.

    Args:
        tasks: Their keys.
        folder: Where the checkpoints ``<task>-<head>`` are whose ``training.json`` tells their
            steps and seconds; those of a GPU do not count.
    """
    hours, steps, devices, unknown = 0.0, 0, set[str](), list[str]()
    for task in tasks:
        paths = [folder / f"{task}-{head}" / FACTS for head in HEADS]
        known = [json.loads(path.read_text("utf-8")) for path in paths if path.is_file()]
        known = [facts for facts in known if "CPU" in facts["device"]]
        if not known:
            unknown.append(task)
            continue
        planned = len(HEADS) * max(_steps(RECIPES[task], facts) for facts in known)
        seconds = sum(facts["seconds"] for facts in known) / sum(facts["steps"] for facts in known)
        hours, steps = hours + planned * seconds / 3600, steps + planned
        devices |= {facts["device"] for facts in known}
    return Cost(hours, steps, tuple(sorted(devices)), tuple(unknown))


def _steps(recipe: Recipe, facts: dict[str, Any]) -> int:
    return math.ceil(math.ceil(facts["data"]["train_rows"] / recipe.batch_size) * recipe.epochs)

"""A visitor's training as a process of its own is given it, and how large it may be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from qbert_demo.data.choice import Material
from qbert_demo.errors import InputError
from qbert_demo.results import Epoch, Estimate, QuickReport
from qbert_demo.training.estimate import estimate
from qbert_demo.training.lora import train_end_to_end
from qbert_demo.training.quick import train_quickly
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe

MAX_SECONDS = 300
"""Of a run on a frozen encoder."""
MAX_LORA_SECONDS = 900
MAX_LORA_ROWS = 1000
MAX_LORA_HELD_OUT_ROWS = 500

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Order:
    """What a training process needs: rows and settings."""

    material: Material
    recipe: FrozenRecipe | LoraRecipe

    def seconds(self) -> float:
        """The longest that it may run.

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


def train_order(order: Order, send: Send, stopped: Callable[[], bool]) -> QuickReport | None:
    """Train in a process of its own.

    Tells every ``epoch`` and the ``best`` report so far; on a frozen encoder ``embedded`` (texts
    done, texts in all), and end to end ``moved`` (steps done, steps in all).

    Returns:
        What was learnt, or ``None`` if it was stopped before there was anything.
    """
    torch.set_num_threads(1)

    def passed(epoch: Epoch) -> None:
        send({"epoch": epoch})

    def told(name: str) -> Callable[[int, int], None]:
        return lambda done, total: send({name: (done, total), "replaces": name})

    def improved(report: QuickReport) -> None:
        send({"best": report, "replaces": "best"})

    material, recipe = order.material, order.recipe
    if isinstance(recipe, FrozenRecipe):
        return train_quickly(
            material,
            recipe,
            embedded=told("embedded"),
            passed=passed,
            improved=improved,
            stopped=stopped,
        )
    report = train_end_to_end(
        material,
        recipe,
        moved=told("moved"),
        passed=passed,
        improved=improved,
        stopped=stopped,
    )
    return report if report.heads else None


def measure_order(order: Order, send: Send, stopped: Callable[[], bool]) -> Estimate:
    """Say how long a training end to end will take, from a process of its own."""
    torch.set_num_threads(1)
    if isinstance(order.recipe, FrozenRecipe):
        raise InputError("Heads alone take seconds; only a training end to end is measured first.")
    return estimate(order.material, order.recipe)

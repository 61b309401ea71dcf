"""How long a run end to end will take here: a few of its own steps, made before it starts."""

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from datasets import Dataset
from transformers import TrainerCallback

from qbert_demo.config import MAX_LENGTH
from qbert_demo.data.choice import Material
from qbert_demo.model.heads import HEADS
from qbert_demo.results import Estimate
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

SAMPLED = 3
"""Batches that stand for all: of those sorted by size, the middle of each third."""
PATIENCE = 4.0
"""Seconds after which no further step is begun."""
LOOKED_AT = 32
"""Held-out rows that stand for all."""


def estimate(material: Material, recipe: LoraRecipe) -> Estimate:
    """Measure steps and looks of a run, and add up how long all of them will take.

    Args:
        material: Its rows.
        recipe: Its settings.

    Raises:
        BackboneError: If the encoder cannot be had.
    """
    start = time.perf_counter()
    base = fresh_classifier()
    tokenizer = backbone_tokenizer(base)
    rows = as_dataset(material.train, tokenizer, MAX_LENGTH)
    name = max(recipe.heads, key=lambda head: HEADS[head].has_circuit)
    model = starting_model(material, recipe, name)
    watch = _Watch()
    chosen = _representative(rows, recipe)
    once = replace(recipe, epochs=1)
    learn(model, rows.select(chosen), tokenizer, once, range(len(chosen)), watch)
    trained = time.perf_counter()

    judge = as_stored(base, trained_tensors(model), material, recipe, name)
    merged = time.perf_counter()
    ids = sorted((t.ids for t in base.tokenize(material.held_out.texts)), key=len)
    few = [ids[k] for k in _middles(len(ids), LOOKED_AT)]
    judge.embed(few)
    looked = time.perf_counter()

    pace = Pace(
        setup=trained - start - sum(watch.seconds),
        step=sum(watch.seconds) / len(watch.seconds),
        look=merged - trained + (looked - merged) * len(ids) / len(few),
    )
    return Estimate(
        pace.seconds(len(rows), recipe),
        len(recipe.heads),
        recipe.epochs,
        len(rows),
        float(np.mean(rows["length"])),
    )


@dataclass(frozen=True)
class Pace:
    """Seconds that the parts of a run take.

    Attributes:
        setup: Before a head's first step.
        step: A step.
        look: A look at all held-out rows.
    """

    setup: float
    step: float
    look: float

    def seconds(self, n_rows: int, recipe: LoraRecipe) -> float:
        """What a run over so many training rows takes at this pace."""
        steps = math.ceil(n_rows / recipe.batch_size)
        looks = min(recipe.looks(), steps)
        epoch = steps * self.step + looks * self.look
        return len(recipe.heads) * (self.setup + recipe.epochs * epoch)


class _Watch(TrainerCallback):
    """Takes the time of every step, and ends a training that takes too long.

    Attributes:
        seconds: Of each step.
    """

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._start = 0.0

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._start = time.perf_counter()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.seconds.append(time.perf_counter() - self._start)
        control.should_training_stop = sum(self.seconds) > PATIENCE


def _representative(rows: Dataset, recipe: LoraRecipe) -> list[int]:
    """Indices of a few whole batches of the run's first pass, one of middle size first."""
    order, lengths, n = list(shuffled(rows, recipe)), rows["length"], recipe.batch_size
    batches = [order[k : k + n] for k in range(0, max(1, len(order) - n + 1), n)]
    batches.sort(key=lambda batch: max(lengths[i] for i in batch))
    places = _middles(len(batches), SAMPLED)
    places.sort(key=lambda place: abs(place - len(batches) // 2))
    return [i for place in places for i in batches[place]]


def _middles(n: int, parts: int) -> list[int]:
    """The middle position of each of so many equal parts of ``n``; all of them if there are few."""
    parts = min(n, parts)
    return [(2 * k + 1) * n // (2 * parts) for k in range(parts)]

"""How long a run end to end will take here: a few of its own steps, made before it starts."""

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from qbert_demo.data.choice import Material
from qbert_demo.model.heads import HEADS
from qbert_demo.results import Estimate
from qbert_demo.training.recipe import LoraRecipe
from qbert_demo.training.train_heads import one_pass
from qbert_demo.training.train_lora import LoraLearner
from qbert_demo.training.trained_head import fresh_classifier

SAMPLED = 3
"""Batches that stand for all: of those sorted by size, the middle of each third."""
PATIENCE = 4.0
"""Seconds after which no further step is begun."""
LOOKED_AT = 32
"""Held-out rows that stand for all."""


@torch.random.fork_rng(devices=[])
def estimate(material: Material, recipe: LoraRecipe) -> Estimate:
    """Measure steps and looks of a run, and add up how long all of them will take.

    Args:
        material: Its rows.
        recipe: Its settings.

    Raises:
        BackboneError: If the encoder cannot be had.
    """
    start = time.perf_counter()
    name = max(recipe.heads, key=lambda head: HEADS[head].has_circuit)
    learner = LoraLearner(name, fresh_classifier(), material, recipe)
    times = [time.perf_counter()]
    for rows in representative(learner.lengths, recipe):
        if times[-1] - times[0] < PATIENCE:
            learner.learn(rows)
            times.append(time.perf_counter())

    merged, _ = learner.merged()
    looked = time.perf_counter()
    ids = sorted(learner.held_out_ids, key=len)
    few = [ids[k] for k in _middles(len(ids), LOOKED_AT)]
    merged.embed(few)
    end = time.perf_counter()

    pace = Pace(
        setup=times[0] - start,
        step=(times[-1] - times[0]) / (len(times) - 1),
        look=looked - times[-1] + (end - looked) * len(ids) / len(few),
    )
    n_rows, tokens = len(learner.lengths), float(learner.lengths.double().mean())
    seconds = pace.seconds(n_rows, recipe)
    return Estimate(seconds, len(recipe.heads), recipe.epochs, n_rows, tokens)


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


def representative(lengths: Tensor, recipe: LoraRecipe) -> list[Tensor]:
    """A few whole batches of the run's first pass, one of middle size first.

    Args:
        lengths: Tokens of each training row.
        recipe: The run's settings.
    """
    order = torch.Generator().manual_seed(recipe.seed)
    batches = one_pass(lengths, recipe.batch_size, order)
    whole = [batch for batch in batches if len(batch) == recipe.batch_size] or batches
    whole.sort(key=lambda batch: int(lengths[batch].max()))
    places = _middles(len(whole), SAMPLED)
    places.sort(key=lambda place: abs(place - len(whole) // 2))
    return [whole[place] for place in places]


def _middles(n: int, parts: int) -> list[int]:
    """The middle position of each of so many equal parts of ``n``; all of them if there are few."""
    parts = min(n, parts)
    return [(2 * k + 1) * n // (2 * parts) for k in range(parts)]

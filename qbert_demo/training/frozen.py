"""Train heads on a frozen encoder: texts are embedded once, then the heads race on one machine.

All heads see the same batches in the same order. Features are standardized and made small while a
head learns, so that its angles start near 0, where a circuit can be trained; this is undone in the
first layer of the copies that are kept, which take the encoder's vectors as they are. Nothing here
is random but what the seed decides: the same seed and settings give the same curves on the same
machine.
"""

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from qbert_demo.circuit import CircuitLayer
from qbert_demo.evaluation.metrics import confusion
from qbert_demo.model.heads import HEADS, LinearHead, SqueezeHead
from qbert_demo.results import Epoch
from qbert_demo.training.recipe import FrozenRecipe, RaceRecipe

SPREAD = 0.05
"""Standard deviation of each feature while a head learns; with 1, a circuit learns nothing."""
STILL = 1e-4
"""A feature that varies by less than this share of a typical entry is not made to vary more."""
WATCHED = 4
"""Held-out texts whose expectation values are followed."""


class Features(NamedTuple):
    """Embedded rows: float32 vectors ``(n, hidden)`` and the index of each label ``(n,)``."""

    vectors: Tensor
    labels: Tensor


@dataclass
class Runner:
    """A head in training, or afterwards.

    Attributes:
        head: The module with its best weights so far, which takes vectors as the encoder makes
            them.
        history: One entry an epoch.
        best: Index of the entry that the weights are from.
        seconds: Time spent on this head alone.
    """

    head: nn.Module
    history: list[Epoch] = field(default_factory=list)
    best: int = -1
    seconds: float = 0.0

    def add(self, epoch: Epoch) -> bool:
        """Go on with the history; returns whether this is the best entry so far."""
        self.history.append(epoch)
        best = self.history[self.best] if self.best >= 0 else None
        if best and (epoch.accuracy, -epoch.held_out_loss) <= (best.accuracy, -best.held_out_loss):
            return False
        self.best = len(self.history) - 1
        return True


def race(
    train: Features,
    held_out: Features,
    n_labels: int,
    recipe: FrozenRecipe,
    report: Callable[[Epoch], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    looked: Callable[[dict[str, Runner]], None] = lambda _: None,
) -> dict[str, Runner]:
    """Train every head of the recipe on the same batches.

    The weights kept are those of the epoch with the best held-out accuracy, and among equals with
    the lowest held-out loss.

    Args:
        train: Rows to learn from.
        held_out: Rows to watch and to choose by.
        n_labels: Number of classes.
        recipe: The settings.
        report: Called after every epoch of every head.
        stopped: Asked before every batch; once true, the race ends with what there is.
        looked: Called before ``report`` with all heads as they are by then.

    Returns:
        By head; a race stopped within its first epoch has the weights it had then.
    """
    mean = train.vectors.mean(0)
    unit = _units(train.vectors)
    seen = Features((train.vectors - mean) / unit, train.labels)
    kept = Features((held_out.vectors - mean) / unit, held_out.labels)
    learning = {name: first_head(name, mean.numel(), n_labels, recipe) for name in recipe.heads}
    runners = {name: Runner(_raw(head, mean, unit)) for name, head in learning.items()}
    optimizers = {name: make_optimizer(head, recipe) for name, head in learning.items()}
    order = torch.Generator().manual_seed(recipe.seed)
    for _ in range(recipe.epochs):
        batches = torch.randperm(len(seen.labels), generator=order).split(recipe.batch_size)
        for name, runner in runners.items():
            start, head = time.perf_counter(), learning[name]
            done = learn_once(head, optimizers[name], seen, batches, recipe, stopped)
            if done is None:
                if not runner.history:
                    runner.head = _raw(head, mean, unit)
                return runners
            epoch, _ = look_at(head, kept, name, len(runner.history) + 1, recipe, *done)
            if runner.add(epoch):
                runner.head = _raw(head, mean, unit)
            runner.seconds += time.perf_counter() - start
            looked(runners)
            report(epoch)
    return runners


def _units(vectors: Tensor) -> Tensor:
    """What each feature is divided by, shape ``(hidden,)``; 1 where it is the same in all rows."""
    spread = vectors.std(0)
    still = spread <= STILL * vectors.square().mean().sqrt()
    return torch.where(still, 1.0, spread / SPREAD)


def first_head(name: str, hidden: int, n_labels: int, recipe: RaceRecipe) -> nn.Module:
    """A head before its first step, for vectors of width ``hidden``: the seed alone decides it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return HEADS[name].module(hidden, n_labels, 0.0, recipe.spec())


def make_optimizer(head: nn.Module, recipe: FrozenRecipe) -> torch.optim.Optimizer:
    """AdamW with a rate of its own for a circuit's angles; only matrices are decayed."""
    circuit = circuit_parameters(head)
    others = [p for p in head.parameters() if all(p is not q for q in circuit)]
    groups: list[dict[str, Any]] = [
        {"params": [p for p in others if p.ndim == 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in others if p.ndim != 2]},
        {"params": circuit, "lr": recipe.circuit_learning_rate},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]],
        lr=recipe.learning_rate,
        weight_decay=0.0,
        fused=True,
    )


def circuit_parameters(head: nn.Module) -> list[nn.Parameter]:
    """The angles of a head's circuit; none without one."""
    return [p for m in head.modules() if isinstance(m, CircuitLayer) for p in m.parameters()]


def learn_once(
    head: nn.Module,
    optimizer: torch.optim.Optimizer,
    seen: Features,
    batches: Sequence[Tensor],
    recipe: FrozenRecipe,
    stopped: Callable[[], bool],
) -> tuple[float, dict[str, float]] | None:
    """Learn once from every batch.

    Args:
        head: What learns.
        optimizer: Of its parameters.
        seen: The training rows.
        batches: Row numbers of each batch.
        recipe: For its loss.
        stopped: Asked before every batch.

    Returns:
        Mean loss, and mean gradient norms by part, or ``None`` if stopped.
    """
    circuit = circuit_parameters(head)
    parts = {"circuit": circuit} if circuit else {}
    parts["classical"] = [p for p in head.parameters() if all(p is not q for q in circuit)]
    total = 0.0
    norms = dict.fromkeys(parts, 0.0)
    for batch in batches:
        if stopped():
            return None
        loss = LOSSES[recipe.loss](head(seen.vectors[batch]).logits, seen.labels[batch])
        optimizer.zero_grad()
        loss.backward()
        for name, parameters in parts.items():
            norms[name] += float(
                nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
            )
        optimizer.step()
        total += float(loss.detach()) * len(batch)
    return total / len(seen.labels), {name: norm / len(batches) for name, norm in norms.items()}


@torch.no_grad()
def look_at(
    head: nn.Module,
    kept: Features,
    name: str,
    epoch: float,
    recipe: RaceRecipe,
    loss: float,
    gradients: dict[str, float],
) -> tuple[Epoch, NDArray[np.int64]]:
    """Judge a head on the held-out rows.

    Args:
        head: What is learning.
        kept: The held-out rows, as the encoder embeds them now.
        name: Of the head.
        epoch: Passes done.
        recipe: For its loss.
        loss: Mean on the training rows since the last look.
        gradients: Mean norms since then, by part.

    Returns:
        What is told of it, and the index of the label that each row was given.
    """
    output = head(kept.vectors)
    values = output.values[:WATCHED] if output.values is not None else torch.zeros(0, 0)
    circuit = circuit_parameters(head)
    predicted = output.logits.argmax(1)
    told = Epoch(
        name,
        epoch,
        loss,
        float(LOSSES[recipe.loss](output.logits, kept.labels)),
        float((predicted == kept.labels).float().mean()),
        gradients,
        circuit[0].detach().double().flatten().numpy().copy() if circuit else np.zeros(0),
        values.double().numpy(),
        confusion(predicted.numpy(), kept.labels.numpy(), output.logits.shape[1]),
    )
    return told, predicted.numpy()


def _raw(head: nn.Module, mean: Tensor, unit: Tensor) -> nn.Module:
    """A copy of a head whose first layer takes vectors as the encoder makes them."""
    head = deepcopy(head).eval()
    first = head.reduction if isinstance(head, SqueezeHead) else cast(LinearHead, head).output
    with torch.no_grad():
        first.weight.div_(unit)
        first.bias.sub_(first.weight @ mean)
    return head


def _squared_error(logits: Tensor, labels: Tensor) -> Tensor:
    return nn.functional.mse_loss(
        logits.softmax(-1), nn.functional.one_hot(labels, logits.shape[1]).float()
    )


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": nn.functional.cross_entropy,
    "mse": _squared_error,
}

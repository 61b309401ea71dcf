"""A head in training: what is learnt of one batch, and by which rates.

Whatever learns, on a frozen encoder or end to end, is a `Learner`; `train_heads` drives it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from qbert_demo.circuit import CircuitLayer
from qbert_demo.evaluation.cost import head_milliseconds
from qbert_demo.model.heads import build_head
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.training.recipe import RaceRecipe

TIMED_TEXTS = 7
Parts = dict[str, list[nn.Parameter]]


class Step(NamedTuple):
    """Mean loss of a batch, norms of its gradients by part (live angles alone), and its rows."""

    loss: float
    gradients: dict[str, float]
    rows: int


class Stored(NamedTuple):
    """A head as its checkpoint will have it.

    Attributes:
        head: Takes vectors as its encoder makes them.
        vectors: The held-out rows as its encoder embeds them, shape ``(n, hidden)``.
        tensors: What was trained, by name as in a checkpoint.
    """

    head: nn.Module
    vectors: Tensor
    tensors: dict[str, Tensor]


class Cost(NamedTuple):
    """Milliseconds that one text takes in the head, and parameters in all, the encoder's too."""

    milliseconds: float
    parameters: int


class Learner(ABC):
    """A head in training.

    Attributes:
        name: Of the head.
        labels: Index of each training row's label, shape ``(n,)``.
        held_out_labels: The same of the held-out rows.
        lengths: Tokens of each training row, shape ``(n,)``; 0 where rows are not padded.
        cost: What it costs to use the head.
        optimizer: Of all that is trained.
        schedule: Of its rates, if they change.
        max_norm: Gradients that are longer, taken together, are shortened to this.
    """

    def __init__(
        self,
        name: str,
        module: nn.Module,
        labels: Tensor,
        held_out_labels: Tensor,
        recipe: RaceRecipe,
        rates: Mapping[str, float],
        cost: Cost,
        betas: tuple[float, float] = (0.9, 0.999),
    ) -> None:
        """Begin; ``rates`` are the learning rates by part of what is trained in ``module``."""
        self.name, self.cost = name, cost
        self.labels, self.held_out_labels = labels, held_out_labels
        self.lengths = torch.zeros(len(labels), dtype=torch.long)
        self.schedule: LRScheduler | None = None
        self.max_norm = math.inf
        self._parts = trained_parts(module)
        circuits = (m for m in module.modules() if isinstance(m, CircuitLayer))
        self._live = {id(circuit.weights): circuit.live for circuit in circuits}
        self._loss = LOSSES[recipe.loss]
        self.optimizer = _adamw(self._parts, rates, recipe.weight_decay, betas)

    @abstractmethod
    def logits(self, rows: Tensor) -> Tensor:
        """Logits of training rows by number, in float32, shape ``(len(rows), n_labels)``."""

    @abstractmethod
    def stored(self) -> Stored:
        """The head as it is now, with tensors that may change when it learns on."""

    def learn(self, rows: Tensor) -> Step:
        """Take one step on the training rows of these numbers."""
        loss = self._loss(self.logits(rows), self.labels[rows])
        self.optimizer.zero_grad()
        loss.backward()
        norms = {
            part: float(nn.utils.get_total_norm([self._gradient(p) for p in found]))
            for part, found in self._parts.items()
        }
        if self.max_norm < math.inf:
            norm = torch.tensor(math.hypot(*norms.values()))
            trained = [p for found in self._parts.values() for p in found]
            nn.utils.clip_grads_with_norm_(trained, self.max_norm, norm)
        self.optimizer.step()
        if self.schedule:
            self.schedule.step()
        return Step(float(loss.detach()), norms, len(rows))

    def _gradient(self, parameter: nn.Parameter) -> Tensor:
        """A parameter's gradient without the angles that can have none."""
        grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        return grad[self._live[id(parameter)]] if id(parameter) in self._live else grad


def first_head(name: str, hidden: int, n_labels: int, recipe: RaceRecipe) -> nn.Module:
    """A head before its first step, for vectors of width ``hidden``: the seed alone decides it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return build_head(name, hidden, n_labels, 0.0, recipe.spec(), recipe.angle_scale)


def trained_parts(module: nn.Module) -> Parts:
    """The parameters that are trained: ``circuit``, ``classical`` and ``adapters``, if any."""
    circuits = (m for m in module.modules() if isinstance(m, CircuitLayer))
    angles = {id(p) for circuit in circuits for p in circuit.parameters()}
    parts: Parts = {"circuit": [], "classical": [], "adapters": []}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            inside = "circuit" if id(parameter) in angles else "classical"
            parts["adapters" if ".lora_" in name else inside].append(parameter)
    return {part: found for part, found in parts.items() if found}


def cost_of(base: LoadedModel, head: nn.Module, ids: Sequence[list[int]]) -> Cost:
    """Time some texts with a head on an encoder; neither time nor size changes as a head learns.

    Args:
        base: Has the encoder; its head is replaced by this one.
        head: For that encoder's vectors.
        ids: Token ids of texts; the median of the first few counts.
    """
    base.model.classifier = head
    milliseconds = head_milliseconds(base, ids[:TIMED_TEXTS])
    return Cost(milliseconds, sum(p.numel() for p in base.model.parameters()))


def _adamw(
    parts: Parts, rates: Mapping[str, float], decay: float, betas: tuple[float, float]
) -> Optimizer:
    """AdamW with a rate for each part; only matrices are decayed, which a circuit has none of."""
    groups: list[dict[str, Any]] = [
        {
            "params": [p for p in parameters if (p.ndim == 2) == is_matrix],
            "lr": rates[part],
            "weight_decay": decay if is_matrix else 0.0,
        }
        for part, parameters in parts.items()
        for is_matrix in (True, False)
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], betas=betas, fused=True)


def _squared_error(logits: Tensor, labels: Tensor) -> Tensor:
    one_hot = nn.functional.one_hot(labels, logits.shape[1]).float()
    return nn.functional.mse_loss(logits.softmax(-1), one_hot)


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cross_entropy": nn.functional.cross_entropy,
    "mse": _squared_error,
}
"""By the names that `qbert_demo.training.recipe.LOSSES` allows."""

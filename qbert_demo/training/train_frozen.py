"""Heads that learn on a frozen encoder, from texts that are embedded once.

Features are standardized and made small while a head learns, so that its angles start near 0,
where a circuit can be trained; this is undone in the first layer of the copies that are kept,
which take the encoder's vectors as they are.
"""

from copy import deepcopy
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from qbert_demo.data.choice import Material
from qbert_demo.data.rows import Rows
from qbert_demo.model.heads import LinearHead, SqueezeHead
from qbert_demo.model.loaded import LoadedModel, Progress
from qbert_demo.model.precision import has_bf16
from qbert_demo.training.feature_store import stored
from qbert_demo.training.learner import Cost, Learner, Stored, cost_of, first_head
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.training.train_heads import Listener

SPREAD = 0.05
"""Standard deviation of each feature while a head learns; with 1, a circuit learns nothing."""
STILL = 1e-4
"""A feature that varies by less than this share of a typical entry is not made to vary more."""


class Features(NamedTuple):
    """Embedded rows: float32 vectors ``(n, hidden)`` and the index of each label ``(n,)``."""

    vectors: Tensor
    labels: Tensor


class FrozenLearner(Learner):
    """A head that learns alone."""

    def __init__(
        self,
        name: str,
        head: nn.Module,
        train: Features,
        held_out: Features,
        recipe: FrozenRecipe,
        cost: Cost,
    ) -> None:
        """Begin with a head that takes the standardized vectors of ``train``."""
        rates = {"classical": recipe.learning_rate, "circuit": recipe.circuit_learning_rate}
        super().__init__(name, head, train.labels, held_out.labels, recipe, rates, cost)
        self._head, self._held_out = head, held_out.vectors
        self._mean, self._unit = train.vectors.mean(0), _units(train.vectors)
        self._seen = (train.vectors - self._mean) / self._unit

    def logits(self, rows: Tensor) -> Tensor:
        """See `Learner`."""
        return self._head(self._seen[rows]).logits

    @torch.no_grad()
    def stored(self) -> Stored:
        """A copy of the head whose first layer takes vectors as the encoder makes them."""
        head = deepcopy(self._head).eval()
        first = head.reduction if isinstance(head, SqueezeHead) else cast(LinearHead, head).output
        first.weight.div_(self._unit)
        first.bias.sub_(first.weight @ self._mean)
        tensors = {f"classifier.{name}": tensor for name, tensor in head.state_dict().items()}
        return Stored(head, self._held_out, tensors)


def frozen_learners(
    base: LoadedModel,
    material: Material,
    recipe: FrozenRecipe,
    listener: Listener,
    store: Path | None = None,
) -> list[Learner]:
    """Embed all rows, those to learn from in bfloat16 where that is fast, and make the heads.

    Args:
        base: Has the encoder; its head is replaced.
        material: The rows.
        recipe: The settings.
        listener: Told of texts embedded.
        store: Folder of vectors that were made before, see `feature_store`.
    """
    n, total = len(material.train), len(material.train) + len(material.held_out)
    with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16("cpu")):
        train = _embedded(
            base, material.train, lambda done, _: listener.embedded(done, total), store, "fast"
        )
    held_out = _embedded(
        base, material.held_out, lambda done, _: listener.embedded(n + done, total), store, "exact"
    )
    listener.embedded(total, total)
    ids = [t.ids for t in base.tokenize(material.held_out.texts)]
    hidden, n_labels = train.vectors.shape[1], len(material.labels)
    heads = {name: first_head(name, hidden, n_labels, recipe) for name in recipe.heads}
    return [
        FrozenLearner(name, head, train, held_out, recipe, cost_of(base, head, ids))
        for name, head in heads.items()
    ]


def _embedded(
    base: LoadedModel, rows: Rows, progress: Progress, store: Path | None, precision: str
) -> Features:
    def embed() -> Tensor:
        return base.embed([t.ids for t in base.tokenize(rows.texts)], progress=progress).clone()

    return Features(stored(store, rows.texts, precision, embed), torch.tensor(rows.labels))


def _units(vectors: Tensor) -> Tensor:
    """What each feature is divided by, shape ``(hidden,)``; 1 where it is the same in all rows."""
    spread = vectors.std(0)
    still = spread <= STILL * vectors.square().mean().sqrt()
    return torch.where(still, 1.0, spread / SPREAD)

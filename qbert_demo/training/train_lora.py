"""Heads that learn end to end: each together with low-rank updates of an encoder of its own.

At every look at the held-out rows the updates are rounded as a checkpoint stores them and merged
into a copy of the encoder, so that what is told of a head is what its checkpoint will answer.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from transformers import get_linear_schedule_with_warmup

from qbert_demo.data.choice import Material
from qbert_demo.model.loaded import LoadedModel, pad
from qbert_demo.model.precision import has_bf16
from qbert_demo.training.adapters import add_adapters, attend_fast, trained_tensors
from qbert_demo.training.learner import Learner, Stored, cost_of, first_head
from qbert_demo.training.recipe import LoraRecipe
from qbert_demo.training.train_heads import Listener
from qbert_demo.training.trained_head import head_config

WARMUP = 0.06
"""Share of the steps over which the rates rise; they then fall to zero linearly."""
LONGEST_GRADIENT = 1.0
BETAS = (0.9, 0.98)


class LoraLearner(Learner):
    """A head that learns together with low-rank updates.

    Attributes:
        held_out_ids: Token ids of the held-out rows.
    """

    def __init__(
        self, name: str, base: LoadedModel, material: Material, recipe: LoraRecipe
    ) -> None:
        """Begin; the seed alone decides head and updates, and what is dropped as they learn.

        Args:
            name: Of the head.
            base: The encoder without updates; its head is replaced.
            material: The rows.
            recipe: The settings.
        """
        self._base, self._config = base, head_config(material, recipe, name)
        self._ids = [t.ids for t in base.tokenize(material.train.texts)]
        self.held_out_ids = [t.ids for t in base.tokenize(material.held_out.texts)]
        head = first_head(name, base.model.bert.config.hidden_size, len(material.labels), recipe)
        cost = cost_of(base, head, self.held_out_ids)
        first = {f"classifier.{key}": tensor for key, tensor in head.state_dict().items()}
        self._model = base.model.with_head(self._config, first).train()
        torch.manual_seed(recipe.seed)
        add_adapters(self._model)
        attend_fast(self._model, "cpu")
        rates = {
            "adapters": recipe.learning_rate,
            "classical": recipe.head_learning_rate,
            "circuit": recipe.head_learning_rate,
        }
        super().__init__(
            name,
            self._model,
            torch.tensor(material.train.labels),
            torch.tensor(material.held_out.labels),
            recipe,
            rates,
            cost,
            BETAS,
        )
        self.lengths = torch.tensor([len(row) for row in self._ids])
        steps = recipe.epochs * math.ceil(len(self._ids) / recipe.batch_size)
        self.schedule = get_linear_schedule_with_warmup(
            self.optimizer, math.ceil(WARMUP * steps), steps
        )
        self.max_norm = LONGEST_GRADIENT

    def logits(self, rows: Tensor) -> Tensor:
        """See `Learner`; in bfloat16 where that is fast."""
        ids, mask = pad([self._ids[row] for row in rows.tolist()])
        with torch.autocast("cpu", torch.bfloat16, enabled=has_bf16("cpu")):
            return self._model(ids, mask).logits.float()

    def stored(self) -> Stored:
        """See `Learner`; the held-out rows are embedded anew."""
        merged, tensors = self.merged()
        return Stored(merged.model.classifier, merged.embed(self.held_out_ids), tensors)

    def merged(self) -> tuple[LoadedModel, dict[str, Tensor]]:
        """The classifier as its checkpoint would be loaded, and what the checkpoint would hold."""
        tensors = trained_tensors(self._model)
        rounded = {name: tensor.float() for name, tensor in tensors.items()}
        return self._base.with_head(self._config, rounded, "in training"), tensors


def lora_learners(
    base: LoadedModel, material: Material, recipe: LoraRecipe, listener: Listener
) -> Iterator[Learner]:
    """Make one head after another, each when it is asked for, until the listener stops the run."""
    for name in recipe.heads:
        if listener.stopped():
            return
        yield LoraLearner(name, base, material, recipe)

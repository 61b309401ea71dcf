"""The engine of a race end to end: `Trainer` on rows in a given order, telling every step."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import (
    AutoTokenizer,
    DataCollatorWithPadding,
    PreTrainedTokenizerBase,
    PrinterCallback,
    TrainerCallback,
    set_seed,
)
from transformers.trainer_pt_utils import LengthGroupedSampler

from qbert_demo.data.choice import Material
from qbert_demo.model import QBertForSequenceClassification, find_backbone
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.training.frozen import LOSSES, circuit_parameters
from qbert_demo.training.loop import HeadAndAdapterTrainer, add_adapters, make_arguments
from qbert_demo.training.provenance import has_bf16
from qbert_demo.training.quick import race_config
from qbert_demo.training.recipe import LoraRecipe


class RacingTrainer(HeadAndAdapterTrainer):
    """A `Trainer` whose rows come in a given order, and that tells loss and gradients a step."""

    def __init__(
        self,
        *args: Any,
        order: Iterable[int],
        loss: str,
        heard: Callable[[float, dict[str, float], int], None],
        **kwargs: Any,
    ) -> None:
        """Take `HeadAndAdapterTrainer`'s arguments.

        Args:
            args: Passed on.
            order: Indices of the rows, of an epoch at a time.
            loss: See `LoraRecipe`.
            heard: See `qbert_demo.training.lora.Course.hear`.
            kwargs: Passed on.
        """
        self._order, self._loss, self._heard = order, LOSSES[loss], heard
        super().__init__(*args, **kwargs)

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self._order

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The recipe's loss."""
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = self._loss(outputs.logits.float(), labels)
        return (loss, outputs) if return_outputs else loss

    def training_step(
        self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> Tensor:
        """Run the step, and tell it before the gradients are clipped."""
        n = len(inputs["labels"])
        loss = super().training_step(model, inputs, num_items_in_batch)
        parts: dict[str, list[Tensor]] = {"circuit": [], "classical": [], "adapters": []}
        circuit = {id(p) for p in circuit_parameters(model)}
        for name, parameter in self._trained().items():
            if parameter.grad is not None:
                inside = "circuit" if id(parameter) in circuit else "classical"
                part = inside if name.startswith("classifier.") else "adapters"
                parts[part].append(parameter.grad)
        norms = {
            part: float(nn.utils.get_total_norm(grads)) for part, grads in parts.items() if grads
        }
        self._heard(float(loss), norms, n)
        return loss


def learn(
    model: QBertForSequenceClassification,
    rows: Dataset,
    tokenizer: PreTrainedTokenizerBase,
    recipe: LoraRecipe,
    order: Iterable[int],
    watcher: TrainerCallback,
    heard: Callable[[float, dict[str, float], int], None] = lambda loss, gradients, n: None,
) -> None:
    """Train a model on this machine's processor.

    Args:
        model: From `starting_model`; its weights change.
        rows: From `as_dataset`.
        tokenizer: The backbone's.
        recipe: The settings.
        order: Indices of the rows, of an epoch at a time.
        watcher: Told of every step, and may end it.
        heard: See `qbert_demo.training.lora.Course.hear`.
    """
    nowhere = Path(tempfile.gettempdir())  # nothing is written, but the folder must be there
    quiet = {"save_strategy": "no", "logging_strategy": "no", "disable_tqdm": True}
    trainer = RacingTrainer(
        model=model,
        args=make_arguments(recipe.engine(), nowhere, "cpu", has_bf16("cpu"), **quiet),
        train_dataset=rows,
        data_collator=DataCollatorWithPadding(tokenizer),
        callbacks=[watcher],
        head_learning_rate=recipe.head_learning_rate,
        order=order,
        loss=recipe.loss,
        heard=heard,
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()


def shuffled(rows: Dataset, recipe: LoraRecipe) -> LengthGroupedSampler:
    """Indices of the rows, of like lengths side by side, as the seed has them."""
    return LengthGroupedSampler(
        recipe.batch_size,
        lengths=rows["length"],
        generator=torch.Generator().manual_seed(recipe.seed),
    )


def starting_model(
    material: Material, recipe: LoraRecipe, name: str
) -> QBertForSequenceClassification:
    """A model before its first step: the seed alone decides head and updates."""
    set_seed(recipe.seed)
    model = QBertForSequenceClassification.build(race_config(material, recipe, name))
    set_seed(recipe.seed)
    add_adapters(model)
    return model


def as_stored(
    base: LoadedModel,
    tensors: dict[str, Tensor],
    material: Material,
    recipe: LoraRecipe,
    name: str,
) -> LoadedModel:
    """A classifier as its checkpoint would be loaded, from `trained_tensors`."""
    config = race_config(material, recipe, name)
    return base.with_head(config, {n: t.float() for n, t in tensors.items()}, "in training")


def backbone_tokenizer(classifier: LoadedModel) -> PreTrainedTokenizerBase:
    """The tokenizer that a classifier's encoder came with."""
    return AutoTokenizer.from_pretrained(find_backbone(classifier.model.config.source()).path)

"""`transformers.Trainer`, keeping only what is trained.

The encoder stands still under low-rank updates, so a resumable state is a few megabytes of
updates, head and optimizer instead of the whole model. It is read back without unpickling.
"""

import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
)

from qbert_demo.data.rows import Rows
from qbert_demo.errors import InputError
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.loaded import LONG_STEP
from qbert_demo.training.adapters import attend_fast
from qbert_demo.training.distillation import SOFT, Averaging, mixed_loss, soft_loss
from qbert_demo.training.recipe import Recipe

STATE = "trained.safetensors"
LONG = 128
"""Where more than so many tokens may be read, batches are padded as `LONG_STEP` says.

Over 60 steps of up to 256 tokens, memory grows to 3.1 GB instead of 5.4.
"""
SECONDS = "seconds"
"""In the metadata of a state: how long it took to get there."""


def as_dataset(
    rows: Rows,
    tokenizer: PreTrainedTokenizerBase,
    max_length: int,
    teacher_logits: Tensor | None = None,
) -> Dataset:
    """Tokenized rows with their lengths, for batches of like lengths, and a teacher's logits."""
    encoded = tokenizer(list(rows.texts), truncation=True, max_length=max_length)
    ids = encoded["input_ids"]
    columns = {"input_ids": ids, "length": [len(row) for row in ids], "labels": list(rows.labels)}
    if teacher_logits is not None:
        columns[SOFT] = teacher_logits.tolist()
    return Dataset.from_dict(columns)


def make_trainer(
    model: QBertForSequenceClassification,
    tokenizer: PreTrainedTokenizerBase,
    rows: Rows,
    held_out: Rows | None,
    recipe: Recipe,
    run_dir: Path,
    device: str,
    bf16: bool,
    teacher_logits: Tensor | None = None,
) -> "HeadAndAdapterTrainer":
    """Set up a run.

    Args:
        model: With its adapters in place.
        tokenizer: The backbone's.
        rows: What is trained on.
        held_out: What is watched and stopped on, or ``None``.
        recipe: The settings.
        run_dir: Where the resumable states go.
        device: ``cpu`` or ``cuda``.
        bf16: Whether matrix products run in bfloat16.
        teacher_logits: What a teacher says of the rows, shape ``(rows, n_labels)``, if the heads
            are to learn from one.

    Raises:
        InputError: If the recipe stops early and averages, which do not go together.
    """
    if recipe.patience and recipe.averaged_epochs:
        raise InputError("A training that stops early averages no last epochs: set one of both 0.")
    attend_fast(model, device, recipe.attention_dropout)
    changes = _schedule(recipe, len(rows), held_out is not None)
    max_length = min(recipe.trained_length or recipe.max_length, recipe.max_length)
    # Held-out rows of about the same length are read together, which pads little.
    watched = as_dataset(held_out, tokenizer, max_length).sort("length") if held_out else None
    stop = EarlyStoppingCallback(recipe.patience) if held_out and recipe.patience else None
    return HeadAndAdapterTrainer(
        model=model,
        args=make_arguments(recipe, run_dir, device, bf16, **changes),
        train_dataset=as_dataset(rows, tokenizer, max_length, teacher_logits),
        eval_dataset=watched,
        data_collator=DataCollatorWithPadding(
            tokenizer, pad_to_multiple_of=LONG_STEP if max_length > LONG else None
        ),
        compute_metrics=_held_out_scores if held_out else None,
        callbacks=[stop] if stop else None,
        head_learning_rate=recipe.head_learning_rate,
        consistency=recipe.consistency,
        averaging=Averaging(recipe.averaged_epochs),
        teacher=(recipe.teacher_weight, recipe.teacher_temperature),
    )


def make_arguments(
    recipe: Recipe, run_dir: Path, device: str, bf16: bool, **changes: Any
) -> TrainingArguments:
    """What `Trainer` is told of a recipe; ``changes`` are further fields of its arguments."""
    settings: dict[str, Any] = dict(
        output_dir=str(run_dir),
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        warmup_steps=recipe.warmup,
        label_smoothing_factor=recipe.label_smoothing,
        per_device_eval_batch_size=16,
        train_sampling_strategy="group_by_length",
        seed=recipe.seed,
        use_cpu=device == "cpu",
        bf16=bf16,
        logging_steps=50,
        disable_tqdm=not sys.stderr.isatty(),
        report_to="none",
        # Of 1, transformers drops the last state at the end where an earlier one scored better.
        save_total_limit=2,
        dataloader_pin_memory=device != "cpu",
        label_names=["labels"],
        ddp_find_unused_parameters=False,
    )
    arguments = TrainingArguments(**(settings | changes))
    arguments.per_device_train_batch_size = max(1, recipe.batch_size // arguments.world_size)
    return arguments


class HeadAndAdapterTrainer(Trainer):
    """A `Trainer` with a head rate of its own, R-Drop, a teacher, and small safetensors states."""

    def __init__(
        self,
        *args: Any,
        head_learning_rate: float,
        consistency: float = 0.0,
        averaging: Averaging | None = None,
        teacher: tuple[float, float] = (0.0, 1.0),
        **kwargs: Any,
    ) -> None:
        """Take `Trainer`'s arguments and our own.

        Args:
            args: `Trainer`'s.
            head_learning_rate: The head's peak rate.
            consistency: Weight of R-Drop.
            averaging: Over which last epochs weights are averaged; none if left out.
            teacher: Weight and temperature of the loss on a teacher's logits.
            kwargs: `Trainer`'s.
        """
        super().__init__(*args, **kwargs)
        self.head_learning_rate = head_learning_rate
        self.consistency = consistency
        self.averaging = averaging or Averaging(0)
        self.add_callback(self.averaging)
        self.teacher_weight, self.teacher_temperature = teacher
        self._before, self._since = 0.0, time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it has been training, the time before it was interrupted included."""
        return self._before + time.monotonic() - self._since

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Cross-entropy; while training, a teacher's loss and R-Drop as far as they have weight."""
        if not (self.teacher_weight and model.training):
            return self._labels_loss(model, inputs, return_outputs, num_items_in_batch)
        wanted = inputs.pop(SOFT)
        hard, outputs = self._labels_loss(model, inputs, True, num_items_in_batch)
        logits = outputs["logits"]
        wanted = torch.cat([wanted] * (len(logits) // len(wanted)))
        soft = soft_loss(logits, wanted, self.teacher_temperature)
        loss = mixed_loss(hard, soft, self.teacher_weight)
        return (loss, outputs) if return_outputs else loss

    def _labels_loss(
        self, model: nn.Module, inputs: dict[str, Tensor], return_outputs: bool, n_items: Any
    ) -> Any:
        """Cross-entropy, and with R-Drop the divergence of two readings under other dropout."""
        if not (self.consistency and model.training):
            return super().compute_loss(model, inputs, return_outputs, n_items)
        twice = {name: torch.cat([tensor, tensor]) for name, tensor in inputs.items()}
        loss, outputs = super().compute_loss(model, twice, True, n_items)
        one, other = outputs["logits"].float().log_softmax(-1).chunk(2)
        apart = sum(
            nn.functional.kl_div(a, b, log_target=True, reduction="batchmean")
            for a, b in ((one, other), (other, one))
        )
        loss = loss + self.consistency * apart / 2
        return (loss, outputs) if return_outputs else loss

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW over adapters and head; vectors and circuit angles are not decayed."""
        if self.optimizer is None:
            groups: dict[tuple[float, float], list[nn.Parameter]] = {}
            for name, parameter in self._trained().items():
                in_head = name.startswith("classifier.")
                rate = self.head_learning_rate if in_head else self.args.learning_rate
                decay = self.args.weight_decay if parameter.ndim == 2 else 0.0
                groups.setdefault((rate, decay), []).append(parameter)
            self.optimizer = torch.optim.AdamW(
                [
                    {"params": parameters, "lr": rate, "weight_decay": decay}
                    for (rate, decay), parameters in groups.items()
                ],
                betas=(0.9, 0.98),
            )
        return self.optimizer

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        columns: Any = self._signature_columns
        if SOFT not in columns:
            columns.append(SOFT)

    def _trained(self) -> Mapping[str, nn.Parameter]:
        model = self.accelerator.unwrap_model(self.model)
        return {n: p for n, p in model.named_parameters() if p.requires_grad}

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        folder = Path(output_dir or self.args.output_dir or ".")
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {n: p.detach() for n, p in self._trained().items()} | self.averaging.tensors()
        tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
        save_file(tensors, folder / STATE, {SECONDS: str(self.seconds)})

    def _load_from_checkpoint(
        self, resume_from_checkpoint: str, model: nn.Module | None = None
    ) -> None:
        path = Path(resume_from_checkpoint)
        with safe_open(path / STATE, framework="pt") as state:
            self._before = float((state.metadata() or {}).get(SECONDS, 0.0))
        self._restore(path)

    def _restore(self, folder: Path) -> None:
        saved = load_file(folder / STATE)
        with torch.no_grad():
            for name, parameter in self._trained().items():
                parameter.copy_(saved[name])
        self.averaging.restore(saved)

    def _load_best_model(self) -> None:
        if self.state.best_model_checkpoint:
            self._restore(Path(self.state.best_model_checkpoint))


def _schedule(recipe: Recipe, n_rows: int, watched: bool) -> dict[str, Any]:
    steps = max(1, math.ceil(n_rows / recipe.batch_size / recipe.evaluations))
    schedule: dict[str, Any] = {"save_strategy": "steps", "save_steps": steps}
    if watched:
        schedule |= {
            "eval_strategy": "steps",
            "eval_steps": steps,
            "load_best_model_at_end": recipe.patience > 0,
            "metric_for_best_model": "accuracy",
        }
    return schedule


def _held_out_scores(prediction: EvalPrediction) -> dict[str, float]:
    logits = np.asarray(prediction.predictions)
    return {"accuracy": float((logits.argmax(-1) == prediction.label_ids).mean())}

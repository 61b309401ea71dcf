"""A teacher: a larger encoder, fine-tuned whole, whose logits the heads of a task learn from.

It is a tool of training and no part of what is shipped: of a teacher only its logits for the
training rows are kept (`qbert_demo.training.soft_labels`). The rows that the heads hold out are
held out of its training as well, so that a score on them stays honest.

Every step draws its random numbers from a seed of its own, so a run that was interrupted goes on
with exactly the numbers that it would have had.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import cached_file

from qbert_demo.config import MAX_LENGTH
from qbert_demo.errors import BackboneError
from qbert_demo.training.teacher_state import TeacherState

POOL = 50
"""Batches whose rows are sorted by length together."""
STEP_SEEDS = 1_000_003
"""Steps of one seed; the numbers of another begin after them."""
SAVE_EVERY = 300
"""Steps from one saved state to the next."""
TOLD_EVERY = 50
MAX_NORM = 1.0
"""Largest norm of a step's gradient."""
SCORED_AT_ONCE = 64


@dataclass(frozen=True)
class TeacherRecipe:
    """Settings of a teacher's training.

    Attributes:
        epochs: Passes over the training rows that are not held out.
        batch_size: Texts a step, of like lengths.
        learning_rate: Peak rate of AdamW.
        weight_decay: AdamW's, on matrices only.
        warmup: Share of the steps over which the rate rises; it then falls to zero linearly.
        dropout: On the pooled vector; inside, the encoder's own.
        max_length: Most tokens read.
        train_embeddings: Whether the embeddings learn, too.
        held_out, held_out_words, leak_words: See `qbert_demo.training.recipe.Recipe`.
        seed: Of everything random.
    """

    epochs: float = 1.0
    batch_size: int = 32
    learning_rate: float = 2e-5
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.1
    max_length: int = MAX_LENGTH
    train_embeddings: bool = False
    held_out: int = 1000
    held_out_words: int = 0
    leak_words: int = 5
    seed: int = 0


class Teacher(nn.Module):
    """An encoder, the mean over its tokens, and one linear layer."""

    def __init__(self, encoder: PreTrainedModel, n_labels: int, recipe: TeacherRecipe) -> None:
        """Put a fresh layer on a pretrained encoder; the seed alone decides its weights."""
        super().__init__()
        torch.manual_seed(recipe.seed)
        self.encoder = encoder
        self.dropout = nn.Dropout(recipe.dropout)
        self.output = nn.Linear(encoder.config.hidden_size, n_labels)
        for name, parameter in encoder.named_parameters():
            is_embedding = name.startswith("embeddings.")
            if name.startswith("pooler.") or (is_embedding and not recipe.train_embeddings):
                parameter.requires_grad_(False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits in float32, shape ``(batch, n_labels)``.

        Args:
            input_ids: Token ids, shape ``(batch, tokens)``.
            attention_mask: 1 for a token and 0 for padding, same shape.
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask[..., None].float()
        pooled = (hidden.float() * mask).sum(1) / mask.sum(1).clamp(min=1)
        with torch.autocast(pooled.device.type, enabled=False):
            return self.output(self.dropout(pooled))


class Place(NamedTuple):
    """Where a teacher is computed, and whether its matrix products run in bfloat16."""

    device: str
    bf16: bool


class Batch(NamedTuple):
    """Indices of the rows, their token ids and which of those are no padding."""

    rows: NDArray[np.int64]
    ids: Tensor
    mask: Tensor


class TokenTable:
    """Tokenized rows, given out in padded batches."""

    def __init__(self, texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, most: int) -> None:
        """Tokenize; what is beyond ``most`` tokens is cut."""
        encoded = tokenizer(list(texts), truncation=True, max_length=most)
        self._ids: list[list[int]] = encoded["input_ids"]
        self._padding = int(tokenizer.pad_token_id or 0)
        self.lengths = np.array([len(row) for row in self._ids], dtype=np.int64)

    def batch(self, rows: NDArray[np.int64], device: str) -> Batch:
        """The rows at these positions."""
        ids = [torch.tensor(self._ids[i]) for i in rows]
        padded = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=self._padding)
        lengths = torch.tensor(self.lengths[rows])
        mask = (torch.arange(padded.shape[1]) < lengths[:, None]).long()
        return Batch(rows, padded.to(device), mask.to(device))


def load_teacher(
    source: str, n_labels: int, recipe: TeacherRecipe
) -> tuple[Teacher, PreTrainedTokenizerBase, dict[str, Any]]:
    """Load a pretrained encoder of any architecture that `AutoModel` knows, in float32.

    Args:
        source: A folder, or a Hub id with or without ``@REVISION``.
        n_labels: Classes of the task.
        recipe: The settings.

    Returns:
        The teacher with an untrained output, its tokenizer, and what it was made from.

    Raises:
        BackboneError: If there is no such encoder with safetensors weights.
    """
    name, _, revision = (source, "", "") if Path(source).is_dir() else source.partition("@")
    pinned = {"revision": revision} if revision else {}
    try:
        encoder = AutoModel.from_pretrained(
            name, dtype=torch.float32, use_safetensors=True, **pinned
        )
        tokenizer = AutoTokenizer.from_pretrained(name, **pinned)
        weights = cached_file(name, "model.safetensors", **pinned)
    except (OSError, ValueError) as error:
        raise BackboneError(
            f"{source} is no encoder that can be loaded: {error!s:.200} Name a folder or a Hub id "
            "with config.json, model.safetensors and a tokenizer."
        ) from error
    with Path(str(weights)).open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    facts = {
        "name": Path(name).name,
        "architecture": type(encoder).__name__,
        "parameters": sum(p.numel() for p in encoder.parameters()),
        "sha256": sha256,
    }
    return Teacher(encoder, n_labels, recipe), tokenizer, facts


def batches(
    lengths: NDArray[np.int64], batch_size: int, random: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Cut all rows into batches of like lengths, in random order.

    Rows are shuffled, sorted by length within pools of `POOL` batches, and cut; then the batches
    are shuffled, so that the length of one tells nothing of the next.
    """
    order = random.permutation(len(lengths))
    cut: list[NDArray[np.int64]] = []
    for start in range(0, len(order), batch_size * POOL):
        pool = order[start : start + batch_size * POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        cut += [pool[k : k + batch_size] for k in range(0, len(pool), batch_size)]
    return [cut[k] for k in random.permutation(len(cut))]


def fine_tune(
    teacher: Teacher,
    table: TokenTable,
    labels: Sequence[int],
    recipe: TeacherRecipe,
    state: TeacherState,
    place: Place,
    told: Callable[[int, int, float], None] = lambda step, total, loss: None,
) -> int:
    """Train the teacher, from its last saved state if there is one.

    Args:
        teacher: Its weights change.
        table: The rows to learn from.
        labels: Index of each row's class.
        recipe: The settings.
        state: Where the resumable state lies.
        place: Where it is computed.
        told: Called every `TOLD_EVERY` steps with steps done, steps in all and the mean loss.

    Returns:
        Steps in all.
    """
    teacher.to(place.device).train()
    optimizer = torch.optim.AdamW(_groups(teacher, recipe), betas=(0.9, 0.98), fused=True)
    truth = torch.tensor(labels)
    an_epoch = math.ceil(len(table.lengths) / recipe.batch_size)
    total = max(1, round(recipe.epochs * an_epoch))
    done = state.load(teacher, optimizer)
    epoch, plan = -1, list[NDArray[np.int64]]()
    losses: list[float] = []
    while done < total:
        if done // an_epoch != epoch:
            epoch = done // an_epoch
            random = np.random.default_rng((recipe.seed, epoch))
            plan = batches(table.lengths, recipe.batch_size, random)
        batch = table.batch(plan[done % an_epoch], place.device)
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * _rate(done, total, recipe.warmup)
        torch.manual_seed(recipe.seed * STEP_SEEDS + done)
        with torch.autocast(place.device, torch.bfloat16, enabled=place.bf16):
            logits = teacher(batch.ids, batch.mask)
        loss = nn.functional.cross_entropy(logits, truth[batch.rows].to(place.device))
        loss.backward()
        nn.utils.clip_grad_norm_(teacher.parameters(), MAX_NORM)
        optimizer.step()
        optimizer.zero_grad()
        done += 1
        losses.append(loss.item())
        if done % TOLD_EVERY == 0 or done == total:
            told(done, total, sum(losses) / len(losses))
            losses = []
        if done % SAVE_EVERY == 0 or done == total:
            state.save(teacher, optimizer, done)
    return total


@torch.inference_mode()
def logits_of(
    teacher: Teacher,
    table: TokenTable,
    place: Place,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Tensor:
    """What the teacher says of every row: float32 logits, shape ``(rows, n_labels)``."""
    teacher.to(place.device).eval()
    order = np.argsort(table.lengths, kind="stable")
    result = torch.zeros(len(order), teacher.output.out_features)
    for start in range(0, len(order), SCORED_AT_ONCE):
        batch = table.batch(order[start : start + SCORED_AT_ONCE], place.device)
        with torch.autocast(place.device, torch.bfloat16, enabled=place.bf16):
            result[batch.rows] = teacher(batch.ids, batch.mask).cpu()
        told(min(start + SCORED_AT_ONCE, len(order)), len(order))
    return result


def _rate(done: int, total: int, warmup: float) -> float:
    """Share of the peak rate at a step: up linearly, then down to zero."""
    rising = max(1, math.ceil(warmup * total))
    return min((done + 1) / rising, (total - done) / max(1, total - rising))


def _groups(teacher: Teacher, recipe: TeacherRecipe) -> list[dict[str, Any]]:
    trained = [p for p in teacher.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim == 2], "weight_decay": recipe.weight_decay},
        {"params": [p for p in trained if p.ndim != 2], "weight_decay": 0.0},
    ]

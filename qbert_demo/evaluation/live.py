"""Models read the same texts in a process of its own: part by part, so that it can be stopped.

The texts come in random order. Every model reads a part before any reads the next, so that what is
known at any time is of the same texts, and these are a random sample of all.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.packed_bert import PackedBert, pack, packed_with
from qbert_demo.model.prediction import softmax
from qbert_demo.results import Array

FIRST, LARGEST, PART_SECONDS = 64, 512, 3.0
"""Texts of the first part, and of the largest; seconds that a model may need for a later one.

A stop loses the part that not all models have read.
"""
PAUSE = 0.2
"""Seconds between two reports of progress."""

Send = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Carried:
    """A model that is on no disk, with its encoder as it was packed."""

    model: LoadedModel
    packed: PackedBert | None


@dataclass(frozen=True)
class EvaluationRun:
    """What is to be read, and by what.

    Attributes:
        models: By head: the folder of a checkpoint of ours, or the model itself.
        texts: In random order.
    """

    models: Mapping[str, Path | Carried]
    texts: tuple[str, ...]


@dataclass
class Answers:
    """What models said of the first of the texts.

    Attributes:
        probabilities: By head, shape ``(n, n_labels)``.
        seconds: That each took for these texts, from words to probabilities.
        n_cut: Texts of which a model did not read all.
    """

    probabilities: dict[str, Array] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    n_cut: int = 0

    def __len__(self) -> int:
        """Number of texts."""
        return min(map(len, self.probabilities.values()), default=0)


class _Stopped(Exception):
    """Somebody wants no more."""


def evaluate_run(run: EvaluationRun, send: Send, stopped: Callable[[], bool]) -> Answers | None:
    """Have every model read every text.

    Tells ``read`` (readings done, readings in all) and the ``best`` `Answers` so far.

    Returns:
        What was said of the parts that all models have read, or ``None`` if there is none.

    Raises:
        CheckpointError: If a model cannot be opened.
    """
    torch.set_num_threads(1)
    models = {head: _opened(model) for head, model in run.models.items()}
    total, said, done = len(run.texts) * len(models), Answers(), 0
    told, size = time.monotonic(), FIRST

    def progress(n: int, _: int) -> None:
        nonlocal told
        if stopped():
            raise _Stopped
        if time.monotonic() - told > PAUSE:
            told = time.monotonic()
            send({"read": (done + n, total), "replaces": "read"})

    send({"read": (0, total), "replaces": "read"})
    while len(said) < len(run.texts):
        texts, found = run.texts[len(said) : len(said) + size], Answers()
        for head, model in models.items():
            start = time.perf_counter()
            tokens = model.tokenize(texts)
            try:
                logits = model.logits([row.ids for row in tokens], progress=progress)
            except _Stopped:
                return said if len(said) else None
            found.probabilities[head] = softmax(logits)
            found.seconds[head] = time.perf_counter() - start
            cut = sum(row.read < len(text) for row, text in zip(tokens, texts, strict=True))
            found.n_cut = max(found.n_cut, cut)
            done += len(texts)
        said, size = _joined(said, found), _next_part(len(texts), max(found.seconds.values()))
        send({"best": said, "replaces": "best"})
    return said


def carried(model: LoadedModel) -> Carried:
    """A model that another process can take over."""
    return Carried(model, packed_with(model.model.bert))


def _opened(model: Path | Carried) -> LoadedModel:
    if isinstance(model, Path):
        return open_checkpoint(model, Trust.OURS)
    pack(model.model.model.bert, known=model.packed)
    return model.model


def _next_part(n: int, seconds: float) -> int:
    """How many texts to read after ``n`` that took the slowest model so many seconds."""
    return min(max(FIRST, int(PART_SECONDS * n / seconds)), LARGEST)


def _joined(some: Answers, more: Answers) -> Answers:
    if not len(some):
        return more
    return Answers(
        {h: np.concatenate([some.probabilities[h], p]) for h, p in more.probabilities.items()},
        {head: some.seconds[head] + seconds for head, seconds in more.seconds.items()},
        some.n_cut + more.n_cut,
    )

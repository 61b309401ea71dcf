"""A model's encoder reads texts in a process of its own, into a file: vectors to look among."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from qbert_demo.evaluation.live import Send
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.precision import has_bf16
from qbert_demo.model.tokenizer import read_tokenizer

PART = 1024
"""Texts read between two reports of progress."""
BATCH = 32
"""Texts of about the same length that run together."""


@dataclass(frozen=True)
class EmbeddingRun:
    """What is to be read, and where it goes.

    Attributes:
        model: Folder of a checkpoint of ours.
        texts: All of them.
        start: The first that is still to be read.
        vectors: A ``.npy`` file of shape ``(len(texts), hidden)`` in float16; each vector that the
            head reads is stored with length 1.
    """

    model: Path
    texts: tuple[str, ...]
    start: int
    vectors: Path


def embed_run(run: EmbeddingRun, send: Send, stopped: Callable[[], bool]) -> int:
    """Read texts, in their order, until all are read or somebody wants no more.

    Tells ``read``, how many have a vector now, after every part; this is what it returns, too. The
    encoder runs in bfloat16 where that is fast, which turns a vector by a cosine of 0.9998.

    Raises:
        CheckpointError: If the model cannot be opened.
    """
    torch.set_num_threads(1)
    model = _opened(run.model)
    vectors = np.load(run.vectors, mmap_mode="r+")
    done = run.start
    while done < len(run.texts) and not stopped():
        ids = [tokens.ids for tokens in model.tokenize(run.texts[done : done + PART])]
        found = nn.functional.normalize(model.embed(ids, BATCH).float())
        vectors[done : done + len(ids)] = found.half().numpy()
        done += len(ids)
        send({"read": done, "replaces": "read"})
    return done


def _opened(folder: Path) -> LoadedModel:
    dtype = torch.bfloat16 if has_bf16("cpu") else torch.float32
    model = QBertForSequenceClassification.from_pretrained(folder, dtype=dtype).eval()
    tokenizer = read_tokenizer(folder, model.bert.config.vocab_size)
    return LoadedModel(model, tokenizer, str(folder))

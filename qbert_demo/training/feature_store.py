"""Vectors of rows on disk, so that a class that trains on the same rows embeds them once."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

MAX_FILES = 32
"""So many sets of rows are kept, the last used ones; one of 2,000 rows has 3 MB."""


def stored(
    folder: Path | None, texts: Sequence[str], precision: str, embed: Callable[[], Tensor]
) -> Tensor:
    """Vectors of texts from a folder that several processes share, made if it has none.

    Args:
        folder: Where they are; without one they are made.
        texts: What is embedded.
        precision: Of the arithmetic, whose vectors are kept apart from another's.
        embed: Makes the vectors, float32 of shape ``(n, hidden)``.
    """
    if folder is None:
        return embed()
    digest = hashlib.sha256(repr((precision, tuple(texts))).encode(errors="surrogatepass"))
    path = folder / f"{digest.hexdigest()}.npy"
    with suppress(OSError):
        vectors = np.load(path, allow_pickle=False)
        os.utime(path)
        return torch.from_numpy(vectors)
    made = embed()
    with suppress(OSError):
        _write(path, made.numpy())
    return made


def _write(path: Path, vectors: np.ndarray) -> None:
    """Put a file there whole, and drop those that were not used for longest."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        np.save(draft, vectors)
    os.replace(draft.name, path)
    kept = sorted(path.parent.glob("*.npy"), key=lambda file: file.stat().st_mtime)
    for old in kept[:-MAX_FILES]:
        old.unlink(missing_ok=True)

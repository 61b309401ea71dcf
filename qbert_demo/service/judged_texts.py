"""The texts a judgement was measured on: fetched when asked for, checked, and not kept on disk."""

import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Condition

import numpy as np
from cachetools import LRUCache, cached
from numpy.typing import NDArray

from qbert_demo.data.catalogue import TASKS
from qbert_demo.data.catalogue_rows import load_reported
from qbert_demo.errors import DataError, InputError
from qbert_demo.evaluation.judged_rows import are_judged
from qbert_demo.evaluation.judgement import read_predictions
from qbert_demo.results import BatchComparison, Judgement
from qbert_demo.settings import DATASETS_DIR, datasets_dir

MEMORY = 64_000_000
"""Bytes of texts that are kept."""

Places = NDArray[np.intp]
"""Positions of texts, ascending."""


class JudgedTexts:
    """Texts of judged splits with what was predicted of them; safe between threads."""

    def __init__(self, folder: Path, limit: int = MEMORY) -> None:
        """Start without any.

        Args:
            folder: That of the checkpoints.
            limit: Most bytes of texts, but those of one split are kept in any case; those asked
                for least recently make room.
        """
        self._folder = folder
        kept: LRUCache[str, BatchComparison] = LRUCache(limit, lambda t: min(limit, _size(t)))
        self._found = cached(kept, key=lambda j: j.task, condition=Condition())(self._load)

    def of(self, judgement: Judgement) -> BatchComparison:
        """The texts of a stored judgement.

        Raises:
            InputError: If they cannot be had, or are not those that were judged.
            CheckpointError: If what was predicted of them is damaged.
        """
        return self._found(judgement)

    def _load(self, judgement: Judgement) -> BatchComparison:
        task = TASKS[judgement.task]
        kept = read_predictions(judgement.task, self._folder)
        said = {model.head: kept[model.head] for model in judgement.models if model.head in kept}
        name = f"the {judgement.split} split of {judgement.dataset}"
        try:
            rows = load_reported(task, datasets_dir())
        except DataError as error:
            raise InputError(
                f"The texts of {name} are not to be had now; set {DATASETS_DIR} to a folder that "
                "has them, or try again when the Hub can be reached."
            ) from error
        if not are_judged(judgement, rows, said):
            raise InputError(
                f"The texts of {name} that are at hand are not those that were judged, so none is "
                f"shown; the judged ones are of revision {judgement.revision}."
            )
        truth = np.array(rows.labels)
        return BatchComparison(judgement.task, rows.texts, task.labels, truth, said, 0)


def alone_right(texts: BatchComparison, head: str, other: str) -> Places:
    """Texts that one model got right and another wrong."""
    truth = texts.truth
    return np.flatnonzero((texts.labels(head) == truth) & (texts.labels(other) != truth))


def all_wrong(texts: BatchComparison) -> Places:
    """Texts that every model got wrong."""
    labels = [texts.labels(head) != texts.truth for head in texts.probabilities]
    return np.flatnonzero(np.all(labels, axis=0))


def in_cell(texts: BatchComparison, head: str, true: int, said: int) -> Places:
    """Texts of one class that a model gave one label: a cell of its confusion matrix."""
    return np.flatnonzero((texts.truth == true) & (texts.labels(head) == said))


def in_bin(texts: BatchComparison, head: str, counts: Sequence[int], k: int) -> Places:
    """Texts in one of the bins that a model's confidences were counted in.

    Args:
        texts: All of them.
        head: The model.
        counts: Texts in each bin, by rising confidence.
        k: Which bin.
    """
    order = np.argsort(texts.probabilities[head].max(1), kind="stable")
    start = sum(counts[:k])
    return np.sort(order[start : start + counts[k]])


def surest_first(texts: BatchComparison, places: Places, heads: Sequence[str]) -> list[int]:
    """Sort texts by margin: how far these models' labels are ahead of the next, in all."""
    margins = np.zeros(len(places))
    for head in heads:
        largest = np.sort(texts.probabilities[head][places])
        margins += largest[:, -1] - largest[:, -2]
    return [int(places[k]) for k in np.argsort(-margins, kind="stable")]


def _size(texts: BatchComparison) -> int:
    return sum(map(sys.getsizeof, texts.texts))

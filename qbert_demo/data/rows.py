"""Labelled texts from anywhere: which are the same, how many a class, and a part held out.

Two texts count as the same when they differ in case and white space alone.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qbert_demo.errors import DataError

MIN_CLASSES, MAX_CLASSES = 2, 20
"""Classes of rows to train on; models from elsewhere may have more, see `config.MAX_LABELS`."""
MAX_ROW_CHARACTERS = 2_000
"""What is longer is cut, far beyond what the encoder reads of a row."""
MAX_LABEL_CHARACTERS = 60


@dataclass(frozen=True)
class Rows:
    """Labelled texts.

    Attributes:
        texts: Stripped of surrounding white space.
        labels: Index of each text's class.
        origin: Where they came from, in words that fit a model card.
        classes: Names of the classes in the order of the indices, where they are known.
        notes: What the visitor should know about them, in sentences.
        revision: The Hub's commit that they are of; empty for rows from elsewhere.
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    origin: str
    classes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    revision: str = ""

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.texts)

    def take(self, indices: Sequence[int]) -> "Rows":
        """The rows at these positions, in this order."""
        return replace(
            self,
            texts=tuple(self.texts[i] for i in indices),
            labels=tuple(self.labels[i] for i in indices),
        )

    def cut(self) -> "Rows":
        """These rows with no text beyond `MAX_ROW_CHARACTERS`."""
        texts = tuple(text[:MAX_ROW_CHARACTERS].rstrip() for text in self.texts)
        return replace(self, texts=texts)

    def sample(self, n: int | None) -> "Rows":
        """The same ``n`` of these rows each time, in their order; all where there are no more."""
        if n is None or n >= len(self):
            return self
        chosen = np.random.default_rng(0).choice(len(self), n, replace=False)
        return self.take(np.sort(chosen).tolist())


def fingerprint(rows: Rows) -> str:
    """SHA-256 over texts and labels in their order, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for text, label in zip(rows.texts, rows.labels, strict=True):
        digest.update(json.dumps([text, label]).encode())
    return digest.hexdigest()


def class_counts(rows: Rows, labels: Sequence[str]) -> dict[str, int]:
    """Rows of each class, in the order of the indices, 0 included."""
    counts = np.bincount(np.asarray(rows.labels, dtype=np.int64), minlength=len(labels))
    return {label: int(count) for label, count in zip(labels, counts, strict=True)}


def distinct_rows(rows: Rows) -> tuple[list[int], list[int], list[int]]:
    """Sort positions by whether their text stands there once.

    Returns:
        The first position of each text with one label, the positions that repeat one of them,
        and the positions of texts that have several labels; each in ascending order.
    """
    places: dict[str, list[int]] = {}
    for i, text in enumerate(rows.texts):
        places.setdefault(" ".join(text.split()).casefold(), []).append(i)
    kept, repeated, contradictory = [], [], []
    for same in places.values():
        if len({rows.labels[i] for i in same}) > 1:
            contradictory += same
        else:
            kept.append(same[0])
            repeated += same[1:]
    return kept, sorted(repeated), sorted(contradictory)


def hold_out(rows: Rows, n: int, seed: int, words: int = 5, least: int = 0) -> tuple[Rows, Rows]:
    """Split off ``n`` rows and drop what would leak them.

    A training row that shares ``words`` words in a row with a held-out one is dropped: SST-2
    trains on phrases of the very sentences it holds.

    Args:
        rows: What is split.
        n: How many rows are held out.
        seed: Of the choice.
        words: Length of the shared run that counts as a leak; 0 drops exact repeats only.
        least: Fewest words of a held-out text, so that phrases can be left to training.

    Returns:
        What remains for training, and the held-out rows.

    Raises:
        DataError: If there are fewer rows than asked for.
    """
    kept, chosen = held_out_positions(rows, n, seed, words, least)
    return rows.take(kept), rows.take(chosen)


def held_out_positions(
    rows: Rows, n: int, seed: int, words: int = 5, least: int = 0
) -> tuple[list[int], list[int]]:
    """Where the rows of `hold_out` stand, each part in ascending order; arguments as there.

    Raises:
        DataError: If there are fewer rows than asked for.
    """
    candidates = [i for i, text in enumerate(rows.texts) if len(text.split()) >= least]
    if n >= len(candidates):
        raise DataError(f"{n} rows cannot be held out of {len(candidates)}.")
    chosen = np.random.default_rng(seed).choice(candidates, n, replace=False).tolist()
    leaks: set[str] = set()
    for i in chosen:
        leaks.update(_runs(rows.texts[i], words))
    kept = [i for i, text in enumerate(rows.texts) if leaks.isdisjoint(_runs(text, words))]
    return kept, sorted(chosen)


def rows_word(number: int) -> str:
    """A number of rows, as a sentence begins with it."""
    return "One row" if number == 1 else f"{number} rows"


def counted_notes(*counted: tuple[int, str]) -> tuple[str, ...]:
    """Say of how many rows what was done, where there are any."""
    return tuple(f"{rows_word(count)} {what}." for count, what in counted if count)


def _runs(text: str, words: int) -> set[str]:
    parts = text.lower().split()
    runs = {" ".join(parts)}
    if words:
        runs.update(" ".join(parts[i : i + words]) for i in range(len(parts) - words + 1))
    return runs

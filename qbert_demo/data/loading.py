"""Rows of a task, read from a folder in the Hub's layout, and a part held out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from datasets import load_dataset
from datasets.exceptions import DatasetNotFoundError

from qbert_demo.data.catalogue import Task
from qbert_demo.errors import DataError


@dataclass(frozen=True)
class Rows:
    """Labelled texts.

    Attributes:
        texts: Stripped of surrounding white space.
        labels: Index of each text's class.
        origin: Where they came from, in words that fit a model card.
    """

    texts: tuple[str, ...]
    labels: tuple[int, ...]
    origin: str

    def __len__(self) -> int:
        """Number of texts."""
        return len(self.texts)

    def take(self, indices: list[int]) -> "Rows":
        """The rows at these positions, in this order."""
        return Rows(
            tuple(self.texts[i] for i in indices),
            tuple(self.labels[i] for i in indices),
            self.origin,
        )


def load_rows(task: Task, split: str, datasets_dir: str | Path) -> Rows:
    """Load one split of a task from a local copy; the Hub is never asked.

    Args:
        task: Which dataset and columns.
        split: Such as ``train``.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``.

    Raises:
        DataError: If the dataset, the split or a column is not there, or labels are hidden.
    """
    folder = (Path(datasets_dir) / task.dataset).resolve()
    try:
        table = load_dataset(str(folder), task.config, split=split)
        texts, labels = table[task.text], table[task.label]
        origin = f"{task.dataset}, local files {_digest(folder)}"
    except (DatasetNotFoundError, OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{task.dataset}, split {split}, could not be loaded: {error} "
            f"Check the copy in {folder}, or leave out --datasets-dir to ask the Hub."
        ) from error
    if min(labels) < 0 or max(labels) >= len(task.labels):
        raise DataError(f"{task.dataset}, split {split}, has rows without a label.")
    return Rows(tuple(text.strip() for text in texts), tuple(labels), origin)


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


def _runs(text: str, words: int) -> set[str]:
    parts = text.lower().split()
    runs = {" ".join(parts)}
    if words:
        runs.update(" ".join(parts[i : i + words]) for i in range(len(parts) - words + 1))
    return runs


def _digest(folder: Path) -> str:
    """First 12 digits of the sha256 over a dataset folder's data files, in order of name."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.parquet")):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]

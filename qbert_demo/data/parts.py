"""Parts that a dataset does not have itself: a test part of its only split, and rows kept apart.

Two messages count as the same where their letters are: digits, punctuation, case and white space
are how one template becomes many messages.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qbert_demo.data.rows import Rows

TEST_SHARE = 0.2
"""Share of the distinct messages that becomes the test part."""
OTHER_THAN_LETTERS = re.compile(r"[\W\d_]+")


def cut(rows: Rows, seed: int) -> tuple[Rows, Rows]:
    """Cut a split in two with no message on both sides.

    Args:
        rows: The dataset's only split.
        seed: Of the choice, which hangs on it and the rows alone.

    Returns:
        What is trained on, and `TEST_SHARE` of the distinct messages with all their repeats, each
        in the order of the dataset.
    """
    keys = [message(text) for text in rows.texts]
    distinct = list(dict.fromkeys(keys))
    order = np.random.default_rng(seed).permutation(len(distinct))
    chosen = {distinct[k] for k in order[: round(TEST_SHARE * len(distinct))]}
    sides: tuple[list[int], list[int]] = ([], [])
    for position, key in enumerate(keys):
        sides[key in chosen].append(position)
    train, test = (_named(rows, side, f"fixed split, seed {seed}") for side in sides)
    return train, test


def without(rows: Rows, texts: Sequence[str]) -> Rows:
    """The rows whose text is none of these, in their order."""
    others = set(texts)
    kept = [k for k, text in enumerate(rows.texts) if text not in others]
    return _named(rows, kept, f"less {len(rows) - len(kept)} rows of the reported split")


def message(text: str) -> str:
    """What two messages have in common that count as the same: their letters, or else all."""
    return OTHER_THAN_LETTERS.sub(" ", text.casefold()).strip() or text


def _named(rows: Rows, positions: list[int], part: str) -> Rows:
    return replace(rows.take(positions), origin=f"{rows.origin}, {part}")

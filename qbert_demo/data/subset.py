"""A training set of a wished size and the rows that are held out of it.

Two texts count as the same when they differ in case and white space alone. The same rows,
numbers and seed give the same choice in every process.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qbert_demo.data.rows import Rows
from qbert_demo.data.tables import rows_word
from qbert_demo.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What chooses the same rows again.

    Attributes:
        dataset, config, split, revision: Where they are on the Hub; empty for rows of one's own.
        text, label: Columns of the text and of the class.
        rows, held_out: So many were asked for.
        balanced: Whether the classes were to be equally large.
        seed: Of the choice.
    """

    dataset: str = ""
    config: str = ""
    split: str = ""
    revision: str = ""
    text: str = ""
    label: str = ""
    rows: int
    held_out: int
    balanced: bool
    seed: int


@dataclass(frozen=True)
class Material:
    """What one training run learns from and is judged on.

    Attributes:
        train: Rows to learn from, in random order.
        held_out: Rows to judge on, in random order; no text of theirs is in ``train``.
        labels: Names of the classes in the order of the indices.
        notes: What had to be decided, in sentences for the visitor.
        chosen: How they were chosen, if that is known.
    """

    train: Rows
    held_out: Rows
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    chosen: Chosen | None = None


def take_subset(
    rows: Rows, labels: Sequence[str], n: int, *, balanced: bool, held_out: int, seed: int
) -> Material:
    """Hold rows out in proportion to the classes, then take ``n`` of the others to train on.

    Of rows with the same text one is kept, and none if their labels differ.

    Args:
        rows: What is chosen from.
        labels: Names of the classes in the order of the indices.
        n: Training rows; fewer, with a note, where there are fewer.
        balanced: Take the classes as equally as their rows allow, not in proportion.
        held_out: Rows that are held out.
        seed: Of the choice and of the order, at least 0.

    Raises:
        InputError: If a number is too small, or too little is left to train on.
    """
    if n < 1 or held_out < 1 or seed < 0:
        raise InputError(
            f"{n} training rows, {held_out} held out and seed {seed} cannot be used. "
            "Take at least 1 row of each and a seed from 0 on."
        )
    kept, repeated, contradictory = distinct_rows(rows)
    if len(kept) < held_out + len(labels):
        raise InputError(
            f"{held_out} rows cannot be held out of {len(kept)} different ones. "
            f"Hold out at most {max(0, len(kept) - len(labels))}, or give more rows."
        )
    random = np.random.default_rng(seed)
    shuffled = random.permutation(kept).tolist()
    by_class = [[i for i in shuffled if rows.labels[i] == k] for k in range(len(labels))]
    out = proportional_shares([len(members) for members in by_class], held_out)
    left = [len(members) - share for members, share in zip(by_class, out, strict=True)]
    shares = (even_shares if balanced else proportional_shares)(left, min(n, sum(left)))
    judged, learned = set[int](), set[int]()
    for members, first, then in zip(by_class, out, shares, strict=True):
        judged.update(members[:first])
        learned.update(members[first : first + then])
    notes = [
        f"{rows_word(len(found))} left out: {why}."
        for found, why in (
            (repeated, "the text was there already"),
            (contradictory, "the same text has different labels"),
        )
        if found
    ]
    return Material(
        rows.take(random.permutation(sorted(learned)).tolist()),
        rows.take(random.permutation(sorted(judged)).tolist()),
        tuple(labels),
        (*notes, *_shortages(shares, labels, n, balanced)),
    )


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


def proportional_shares(counts: Sequence[int], n: int) -> list[int]:
    """Share ``n`` rows out in proportion to the classes, by largest remainder (Hamilton).

    Each share is less than one row from the exact one. ``n`` is at most the sum of ``counts``.
    """
    total = max(1, sum(counts))
    shares = [n * count // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda k: -(n * counts[k] % total))
    for k in by_remainder[: n - sum(shares)]:
        shares[k] += 1
    return shares


def even_shares(counts: Sequence[int], n: int) -> list[int]:
    """Share ``n`` rows out as equally as the classes allow.

    Shares differ by more than one row only where a class has no more. ``n`` is at most the sum
    of ``counts``.
    """
    shares = [0] * len(counts)
    for rank, k in enumerate(sorted(range(len(counts)), key=counts.__getitem__)):
        shares[k] = min(counts[k], (n - sum(shares)) // (len(counts) - rank))
    return shares


def _shortages(shares: Sequence[int], labels: Sequence[str], n: int, balanced: bool) -> list[str]:
    notes = []
    if sum(shares) < n:
        notes.append(f"There are {sum(shares):,} rows to train on, not {n:,}.")
    if balanced and max(shares) - min(shares) > 1:
        each = ", ".join(f"{name} {share:,}" for name, share in zip(labels, shares, strict=True))
        notes.append(f"The classes are not equally large, for want of rows: {each}.")
    missing = [name for name, share in zip(labels, shares, strict=True) if not share]
    if missing:
        notes.append(f"Nothing to learn from for {', '.join(missing)}: take more rows.")
    return notes

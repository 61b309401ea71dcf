"""A training set of a wished size and the rows that are held out of it.

The same rows, numbers and seed give the same choice in every process.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qbert_demo.data.rows import Rows, counted_notes, distinct_rows
from qbert_demo.errors import InputError


def take_subset(
    rows: Rows, n: int, *, balanced: bool, held_out: int, seed: int
) -> tuple[Rows, Rows]:
    """Hold rows out in proportion to the classes, then take ``n`` of the others to train on.

    Of rows with the same text one is kept, and none if their labels differ.

    Args:
        rows: What is chosen from, with the names of its classes.
        n: Training rows; fewer, with a note, where there are fewer.
        balanced: Take the classes as equally as their rows allow, not in proportion.
        held_out: Rows that are held out.
        seed: Of the choice and of the order, at least 0.

    Returns:
        Rows to train on, whose notes say what was decided, and rows held out; both in random
        order.

    Raises:
        InputError: If a number is too small, or too little is left to train on.
    """
    if n < 1 or held_out < 1 or seed < 0:
        raise InputError(
            f"{n} training rows, {held_out} held out and seed {seed} cannot be used. "
            "Take at least 1 row of each and a seed from 0 on."
        )
    labels = rows.classes
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
    notes = counted_notes(
        (len(repeated), "left out: the text was there already"),
        (len(contradictory), "left out: the same text has different labels"),
    )
    train = rows.take(random.permutation(sorted(learned)).tolist())
    kept_apart = rows.take(random.permutation(sorted(judged)).tolist())
    notes = (*rows.notes, *notes, *_shortages(shares, labels, n, balanced))
    return replace(train, notes=notes), kept_apart


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

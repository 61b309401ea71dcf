import subprocess
import sys

import numpy as np
import pytest

from qbert_demo.data.rows import Rows, class_counts, distinct_rows
from qbert_demo.data.subset import even_shares, proportional_shares, take_subset
from qbert_demo.errors import InputError

LABELS = ("a", "b", "c")


def rows_of(*counts: int) -> Rows:
    """Rows in class order with different texts."""
    labels = tuple(k for k, count in enumerate(counts) for _ in range(count))
    return Rows(tuple(f"text {i} of {k}" for i, k in enumerate(labels)), labels, "made up", LABELS)


GRID = [(counts, n) for counts in ((5, 5, 5), (90, 7, 3), (1, 40, 2), (0, 9, 4)) for n in range(14)]


@pytest.mark.parametrize(("counts", "n"), GRID)
def test_even_shares_are_what_dealing_in_turn_gives(counts: tuple[int, ...], n: int) -> None:
    dealt = [0] * len(counts)
    for _ in range(min(n, sum(counts))):
        open_classes = [k for k in range(len(counts)) if dealt[k] < counts[k]]
        dealt[min(open_classes, key=lambda k: dealt[k])] += 1
    assert sorted(even_shares(counts, min(n, sum(counts)))) == sorted(dealt)


@pytest.mark.parametrize(("counts", "n"), GRID)
def test_proportional_shares_are_within_a_row_of_the_exact_ones(
    counts: tuple[int, ...], n: int
) -> None:
    n = min(n, sum(counts))
    shares = proportional_shares(counts, n)
    assert sum(shares) == n
    exact = n * np.array(counts) / sum(counts)
    assert np.all(np.abs(shares - exact) < 1)
    assert np.all(np.array(shares) <= counts)


@pytest.mark.parametrize("held_out", [20, 50, 100])
def test_held_out_rows_keep_the_proportions_of_the_data(held_out: int) -> None:
    counts = np.array([120, 61, 19])
    train, out = take_subset(rows_of(*counts), 50, balanced=True, held_out=held_out, seed=1)
    ours = list(class_counts(out, LABELS).values())
    assert sum(ours) == held_out
    assert np.all(np.abs(ours - held_out * counts / 200) < 1)


@pytest.mark.parametrize("balanced", [True, False])
@pytest.mark.parametrize("seed", range(5))
def test_no_text_stands_on_both_sides_or_twice(seed: int, balanced: bool) -> None:
    texts = [f"text {i % 60}" if i % 2 else f" TEXT  {i % 60}" for i in range(300)]
    labels = [i % 60 % 3 for i in range(300)]
    labels[0] = 1  # "text 0" stands with two labels
    rows = Rows(tuple(texts), tuple(labels), "made up", LABELS)
    train, out = take_subset(rows, 30, balanced=balanced, held_out=15, seed=seed)
    keys = [" ".join(t.lower().split()) for t in train.texts + out.texts]
    assert (len(train), len(out)) == (30, 15)
    assert len(set(keys)) == 45
    assert "text 0" not in keys
    known = dict(zip(texts, labels, strict=True))
    for part in (train, out):
        assert [known[text] for text in part.texts] == list(part.labels)
    assert train.notes == (
        "236 rows left out: the text was there already.",
        "5 rows left out: the same text has different labels.",
    )


def test_positions_are_sorted_by_what_becomes_of_them() -> None:
    rows = Rows(("x", "y", "X ", "z", "y", "Z"), (0, 1, 0, 1, 0, 1), "made up")
    assert distinct_rows(rows) == ([0, 3], [2, 5], [1, 4])


def test_balanced_is_said_to_fail_where_it_does() -> None:
    rows = rows_of(100, 12, 50)
    fits, _ = take_subset(rows, 30, balanced=True, held_out=20, seed=0)
    assert class_counts(fits, LABELS) == {"a": 10, "b": 10, "c": 10}
    assert fits.notes == ()
    lacks, _ = take_subset(rows, 60, balanced=True, held_out=20, seed=0)
    assert class_counts(lacks, LABELS) == {"a": 25, "b": 10, "c": 25}
    assert lacks.notes == (
        "The classes are not equally large, for want of rows: a 25, b 10, c 25.",
    )


def test_as_it_comes_keeps_the_proportions() -> None:
    train, out = take_subset(rows_of(100, 60, 40), 50, balanced=False, held_out=50, seed=0)
    assert class_counts(train, LABELS) == {"a": 25, "b": 15, "c": 10}


def test_want_of_rows_is_said() -> None:
    train, out = take_subset(rows_of(30, 0, 6), 500, balanced=False, held_out=6, seed=0)
    assert len(train) == 30
    assert train.notes == (
        "There are 30 rows to train on, not 500.",
        "Nothing to learn from for b: take more rows.",
    )


@pytest.mark.parametrize(
    ("n", "held_out", "seed", "message"),
    [
        (0, 1, 0, "at least 1 row"),
        (1, 0, 0, "at least 1 row"),
        (1, 1, -1, "seed from 0 on"),
        (1, 28, 0, "28 rows cannot be held out of 30 .* at most 27"),
    ],
)
def test_numbers_out_of_range_are_refused(n: int, held_out: int, seed: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        take_subset(rows_of(10, 10, 10), n, balanced=True, held_out=held_out, seed=seed)


def test_the_choice_is_mixed_and_hangs_on_the_seed_alone() -> None:
    script = (
        "from qbert_demo.data.rows import Rows\n"
        "from qbert_demo.data.subset import take_subset\n"
        "rows = Rows(tuple(map(str, range(90))), (0,) * 45 + (1,) * 45, '', ('a', 'b'))\n"
        "train, held_out = take_subset(rows, 40, balanced=True, held_out=20, seed=7)\n"
        "print(*train.texts, *held_out.texts)\n"
    )
    rows = Rows(tuple(map(str, range(90))), (0,) * 45 + (1,) * 45, "", ("a", "b"))
    first, other = (take_subset(rows, 40, balanced=True, held_out=20, seed=seed) for seed in (7, 8))
    elsewhere = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [*first[0].texts, *first[1].texts] == elsewhere
    assert set(first[0].texts) != set(other[0].texts)
    assert 5 < sum(first[0].labels[:20]) < 15


def test_the_classes_come_mixed_from_the_first_row_on() -> None:
    rows = rows_of(400, 400, 0)
    runs = 0
    for seed in range(50):
        taken, _ = take_subset(rows, 250, balanced=True, held_out=200, seed=seed)
        runs += len(set(taken.labels[:6])) == 1
    assert runs <= 6, "one in 32 starts with six of a class"

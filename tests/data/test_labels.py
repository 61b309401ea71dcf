import pytest

from qbert_demo.data.labels import match_labels, plain_label
from qbert_demo.data.tables import Entry

NAMES = ("negative", "positive")


def matched(labels: list[str], names: tuple[str, ...]) -> tuple[object, tuple[str, ...]]:
    return match_labels([Entry(k, "a", label) for k, label in enumerate(labels, 1)], names)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        *((1, "1"), (1.0, "1"), ("0.0", "0"), (" -1.000 ", "-1"), ("3.", "3"), (None, "")),
        *((float("nan"), ""), ("1.5", "1.5"), ("v1.0", "v1.0"), (True, "True"), (".0", ".0")),
    ],
)
def test_whole_numbers_are_written_as_such(given: object, plain: str) -> None:
    assert plain_label(given) == plain


@pytest.mark.parametrize(
    ("labels", "names", "found", "note"),
    [
        (["0", "1"], NAMES, NAMES, ""),
        (["0.0", "1.0"], NAMES, NAMES, ""),
        (["1", "2"], NAMES, NAMES, "count from 1: 1 is negative, 2 is positive"),
        (["2", "1.0", "Positive"], NAMES, ("positive", *NAMES), "count from 1"),
        (["1", "1"], NAMES, ("positive",) * 2, "count from 0: 1 is positive"),
        (["3", "1"], ("a", "b", "c", "d"), ("d", "b"), "count from 0: 1 is b, 3 is d"),
        (["4", "1"], ("a", "b", "c", "d"), ("d", "a"), "count from 1: 1 is a, 4 is d"),
        (["1", "2"], ("1", "2", "3"), ("1", "2"), ""),
        (["positive"], NAMES, ("positive",), ""),
    ],
)
def test_numbers_are_read_from_0_or_from_1_and_it_is_said(
    labels: list[str], names: tuple[str, ...], found: tuple[str, ...], note: str
) -> None:
    truth, notes = matched(labels, names)
    assert truth == found
    assert len(notes) == bool(note)
    assert note in "".join(notes)


def test_labels_of_something_else_give_no_accuracy_and_it_is_said() -> None:
    truth, (note,) = matched(["", "sports", "tech"], NAMES)
    assert truth is None
    assert "no label is one of this task (negative, positive): line 2 has “sports”" in note

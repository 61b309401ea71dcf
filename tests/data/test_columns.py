from typing import Any

import pytest

from qbert_demo.data.columns import guess, label_rows
from qbert_demo.errors import DataError

LONG = "a rather long text that goes on for a while, number "


def table(n: int = 40, **columns: Any) -> list[dict[str, Any]]:
    """Rows whose columns are made by functions of the row's number."""
    return [{name: make(i) for name, make in columns.items()} for i in range(n)]


def text(i: int) -> str:
    return f"{LONG}{i}"


def bit(i: int) -> int:
    return i % 2


@pytest.mark.parametrize(
    ("columns", "names", "found"),
    [
        ({"text": text, "label": bit}, (), ("text", "label")),
        ({"Review": text, "title": text, "stars": lambda i: i % 5}, (), ("Review", "stars")),
        ({"essay": text, "id": str, "grade": bit}, (), ("essay", "grade")),
        ({"text": text, "label": bit, "label_text": lambda i: "ab"[i % 2]}, (), ("text", "label")),
        ({"text": text, "kind": bit, "mood": bit}, ("mood",), ("text", "mood")),
        ({"text": text, "kind": bit, "mood": bit}, (), ("text", None)),
        ({"premise": text, "hypothesis": text, "label": bit}, (), (None, "label")),
        (
            {"text": text, "spam": lambda i: i % 2 == 0, "price": lambda i: i / 7},
            (),
            ("text", "spam"),
        ),
        ({"text": text, "label": lambda i: (0, -1)[i % 2], "mood": bit}, (), ("text", "mood")),
    ],
)
def test_columns_are_guessed_where_the_guess_is_unique(
    columns: dict[str, Any], names: tuple[str, ...], found: tuple[str | None, str | None]
) -> None:
    seen = guess(table(**columns), {name: ("a", "b") for name in names})
    assert (seen.text, seen.label) == found


def test_what_the_visitor_names_counts_more_than_a_guess() -> None:
    rows = table(premise=text, hypothesis=text, label=bit, kind=bit)
    seen = guess(rows, {}, "hypothesis", "kind")
    assert (seen.text, seen.label) == ("hypothesis", "kind")
    assert seen.texts == ("premise", "hypothesis")
    assert seen.labels == ("label", "kind")


@pytest.mark.parametrize(
    ("columns", "wish", "words"),
    [
        ({"a": bit, "b": bit}, {}, "No column holds text"),
        ({"text": text, "score": lambda i: i / 3}, {}, "No column holds 2 to 20 classes"),
        (
            {"text": text, "label": bit},
            {"text": "body"},
            "no column “body”. The columns are “text”",
        ),
        ({"text": text, "label": bit}, {"label": "class"}, "no column “class”"),
        (
            {"text": text, "label": bit},
            {"text": "label"},
            "“label” holds no text. These do",
        ),
    ],
)
def test_what_cannot_be_used_names_the_columns(
    columns: dict[str, Any], wish: dict[str, str], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        guess(table(**columns), {}, **wish)


def test_labels_are_named_by_the_dataset_or_by_their_values() -> None:
    rows = table(4, t=str, k=lambda i: 2 - bit(i), w=lambda i: ["no", "yes"][bit(i)])
    named = label_rows(rows, "t", "k", ("x", "y", "z"), "here")
    assert (named.labels, named.classes, named.origin) == ((2, 1, 2, 1), ("x", "y", "z"), "here")
    plain = label_rows(rows, "t", "k", None, "")
    assert (plain.labels, plain.classes) == ((1, 0, 1, 0), ("1", "2"))
    words = label_rows(rows, "t", "w", None, "")
    assert (words.labels, words.classes) == ((0, 1, 0, 1), ("no", "yes"))


def test_what_is_left_out_or_cut_is_said() -> None:
    rows = [
        {"t": "x" * 3000, "k": 0},
        {"t": " ok ", "k": 1},
        {"t": "hidden", "k": -1},
        {"t": "unknown", "k": None},
        {"t": "  ", "k": 0},
        {"t": None, "k": 1},
    ]
    found = label_rows(rows, "t", "k", ("a", "b"), "")
    assert found.texts == ("x" * 2000, "ok")
    assert found.notes == (
        "2 rows without a label left out.",
        "2 rows without text left out.",
        "One row cut after 2,000 characters.",
    )


@pytest.mark.parametrize(
    ("make", "names", "words"),
    [
        (lambda i: i, None, "holds 40 classes; 2 to 20"),
        (lambda i: 7, None, "holds 1 class; 2 to 20"),
        (lambda i: i / 2, None, "numbers with a fraction"),
        (lambda i: [i], None, "numbers with a fraction, lists"),
        (lambda i: ("a", 1)[i % 2], None, "mixes words and numbers"),
        (lambda i: "ab"[i % 2] * 61, None, "61 characters long"),
        (lambda i: i % 3, ("a", "b"), "labels that have no name"),
        (bit, tuple("abcdefghijklmnopqrstuvw"), "holds 23 classes"),
        (bit, ("a", "b" * 61), "61 characters long"),
        (lambda i: -1, ("a", "b"), "Choose another split"),
    ],
)
def test_a_column_without_classes_is_refused(make: Any, names: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        label_rows(table(t=text, k=make), "t", "k", names, "")

"""Which columns of an unknown table hold the text and the class: guessed, or asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qbert_demo.data.rows import (
    MAX_CLASSES,
    MAX_LABEL_CHARACTERS,
    MAX_ROW_CHARACTERS,
    MIN_CLASSES,
    Rows,
    counted_notes,
)
from qbert_demo.data.tables import LABEL_NAMES, TEXT_NAMES
from qbert_demo.errors import DataError

TEXT_COLUMNS = (*TEXT_NAMES, "sms", "tweet", "message", "comment", "headline", "question", "body")
LABEL_COLUMNS = (*LABEL_NAMES, "labels", "target", "topic", "intent", "emotion")
LONGER = 2
"""A column whose texts are so many times longer than any other's is taken for the text."""
LISTED = 12
"""Most columns that a message lists."""

Table = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Columns:
    """What a look at some rows tells.

    Attributes:
        texts: Columns that may hold the text.
        labels: Columns that may hold the class.
        text, label: The guess; ``None`` where it is not unique.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    text: str | None
    label: str | None


def guess(
    rows: Table, names: Mapping[str, Sequence[str]], text: str = "", label: str = ""
) -> Columns:
    """Guess the columns from their names and values.

    Args:
        rows: Some rows, from several places of the table.
        names: Class names of each column whose values are indices of named classes.
        text: The text's column, if it is known.
        label: The class's column, if it is known.

    Raises:
        DataError: If a column is not there, or none can be the text or the class.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    values = {c: [row[c] for row in rows if row.get(c) is not None] for c in columns}
    for name in (text, label):
        if name and name not in columns:
            raise DataError(f"There is no column “{name}”. The columns are {listed(columns)}.")
    texts = [c for c in columns if values[c] and all(isinstance(v, str) for v in values[c])]
    if not texts:
        raise DataError(f"No column holds text. The columns are {listed(columns)}.")
    if text and text not in texts:
        raise DataError(f"The column “{text}” holds no text. These do: {listed(texts)}.")
    texts = [c for c in texts if c == text or not _has_classes(values[c])] or texts
    text = text or _only([c for c in texts if c.lower() in TEXT_COLUMNS]) or _longest(texts, values)
    labels = [c for c in columns if c in names or _has_classes(values[c])]
    if not labels and not label:
        raise DataError(
            f"No column holds {MIN_CLASSES} to {MAX_CLASSES} classes. The columns are "
            f"{listed(columns)}."
        )
    others = [c for c in labels if c != text]
    label = (
        label
        or _only(others)
        or _only([c for c in others if c in names])
        or _only([c for c in others if c.lower() in LABEL_COLUMNS])
    )
    return Columns(tuple(texts), tuple(labels), text or None, label or None)


def label_rows(
    table: Table, text: str, label: str, names: Sequence[str] | None, origin: str
) -> Rows:
    """Make labelled rows of a table.

    Args:
        table: Rows as they are stored.
        text: Column of the text.
        label: Column of the class.
        names: Class names if the column holds indices; else the values are the names.
        origin: Where the rows came from.

    Returns:
        The rows; their notes say what was left out or cut.

    Raises:
        DataError: If the column holds no 2 to 20 classes.
    """
    texts, kept, without_label, without_text, cut = [], [], 0, 0, 0
    for row in table:
        words, value = row.get(text), row.get(label)
        if value is None or (value == -1 and not isinstance(value, str)):
            without_label += 1
        elif not isinstance(words, str) or not words.strip():
            without_text += 1
        else:
            cut += len(words.strip()) > MAX_ROW_CHARACTERS
            texts.append(words.strip()[:MAX_ROW_CHARACTERS])
            kept.append(value)
    if not texts:
        raise DataError("No row that was read has a text and a label. Choose another split.")
    classes, indices = _classes(kept, label, names)
    notes = counted_notes(
        (without_label, "without a label left out"),
        (without_text, "without text left out"),
        (cut, f"cut after {MAX_ROW_CHARACTERS:,} characters"),
    )
    return Rows(tuple(texts), tuple(indices), origin, classes, notes)


def listed(columns: Sequence[str]) -> str:
    """The columns' names for a message, the first `LISTED` of them."""
    more = ", …" if len(columns) > LISTED else ""
    return ", ".join(f"“{name[:MAX_LABEL_CHARACTERS]}”" for name in columns[:LISTED]) + more


def _only(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else ""


def _longest(texts: Sequence[str], values: Mapping[str, Sequence[str]]) -> str:
    """The column whose texts are much longer than any other's."""
    lengths = {c: sum(map(len, values[c])) / len(values[c]) for c in texts}
    first, *others = sorted(texts, key=lambda c: -lengths[c])
    return first if not others or lengths[first] >= LONGER * lengths[others[0]] else ""


def _has_classes(values: Sequence[Any]) -> bool:
    if not all(isinstance(v, int | str) for v in values):
        return False
    return MIN_CLASSES <= len(set(values) - {-1}) <= MAX_CLASSES


def _classes(
    values: Sequence[Any], label: str, names: Sequence[str] | None
) -> tuple[tuple[str, ...], list[int]]:
    """Names of the classes, and the index of each value."""
    if names is not None:
        if any(type(value) is not int or not 0 <= value < len(names) for value in values):
            raise DataError(f"The column “{label}” holds labels that have no name.")
        _check_names(names, label)
        return tuple(names), list(values)
    if not all(isinstance(value, int | str) for value in values):
        raise DataError(
            f"The column “{label}” holds no classes but numbers with a fraction, lists or the "
            "like. Name a column of words or whole numbers."
        )
    distinct = set(values)
    _check_names([str(value) for value in distinct], label)
    if len({type(value) for value in distinct}) > 1:
        raise DataError(f"The column “{label}” mixes words and numbers. Name another.")
    order = sorted(distinct)
    index = {value: k for k, value in enumerate(order)}
    return tuple(str(value) for value in order), [index[value] for value in values]


def _check_names(names: Sequence[str], label: str) -> None:
    n = len(names)
    if not MIN_CLASSES <= n <= MAX_CLASSES:
        raise DataError(
            f"The column “{label}” holds {n:,} {'class' if n == 1 else 'classes'}; "
            f"{MIN_CLASSES} to {MAX_CLASSES} are accepted. Name another column or dataset."
        )
    if (longest := max(map(len, names))) > MAX_LABEL_CHARACTERS:
        raise DataError(
            f"A label in the column “{label}” is {longest:,} characters long; at most "
            f"{MAX_LABEL_CHARACTERS} are accepted. Name another column."
        )

"""Which columns of an unknown table hold the text and the class: guessed, or asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qbert_demo.data.encodings import clean
from qbert_demo.data.rows import (
    MAX_CLASSES,
    MAX_LABEL_CHARACTERS,
    MAX_ROW_CHARACTERS,
    MIN_CLASSES,
    Rows,
    counted_notes,
)
from qbert_demo.errors import DataError, InputError

TEXT_COLUMNS = (
    *("text", "sentence", "review", "content", "sms", "tweet", "message", "comment", "headline"),
    *("question", "body", "utterance"),
)
LABEL_COLUMNS = (
    *("label", "class", "category", "sentiment", "labels", "target", "topic", "intent", "emotion"),
    *("polarity", "stars", "rating", "airline_sentiment"),
)
"""Names that tell a column, in lower case; the first counts beside any other."""
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


def find_columns(header: Sequence[str]) -> tuple[int | None, int | None]:
    """Where the text and the label stand, by the columns' names alone."""
    columns = [plain_name(name) for name in header]
    text, label = _known(columns, TEXT_COLUMNS), _known(columns, LABEL_COLUMNS)
    return columns.index(text) if text else None, columns.index(label) if label else None


def labels_asked(header: Sequence[str]) -> tuple[str, ...]:
    """Ask, in a note, which of several columns has the labels; nothing where none may."""
    found = [name for name in header if plain_name(name) in LABEL_COLUMNS]
    if len(found) < 2:
        return ()
    return (f"Labels may be in {listed(found)}: call one of these columns “label” to see them.",)


def plain_name(name: str) -> str:
    """A column's name as it is compared."""
    return clean(name).strip('" ').lower()


def chosen_columns(
    columns: Sequence[str], sample: Callable[[], Table], text: str = "", label: str = ""
) -> tuple[str, str]:
    """Names of the columns of the text and the label in a visitor's own file.

    Args:
        columns: What there is.
        sample: Gives some rows, should the names not tell.
        text: The text's column, if the visitor has named it.
        label: The label's, likewise.

    Raises:
        InputError: If a column is not there, or has to be chosen first.
    """
    for name in (text, label):
        if name and name not in columns:
            raise InputError(f"There is no column “{name}”. The columns are {listed(columns)}.")
    text_at, label_at = find_columns(columns)
    text = text or ("" if text_at is None else columns[text_at])
    label = label or ("" if label_at is None else columns[label_at])
    if text and label:
        return text, label
    try:
        found = guess(sample(), {}, text, label)
    except DataError as error:
        raise InputError(f"{error} {_renaming(not text, not label)}") from error
    if not found.text or not found.label:
        wanted = " and ".join(["text"] * (not found.text) + ["label"] * (not found.label))
        raise InputError(
            f"Which column is the {wanted}? The columns are {listed(columns)}. "
            f"{_renaming(not found.text, not found.label)}"
        )
    return found.text, found.label


def guess(
    rows: Table,
    names: Mapping[str, Sequence[str]],
    text: str = "",
    label: str = "",
    unread: Mapping[str, str] | None = None,
) -> Columns:
    """Guess the columns from their names and values.

    Args:
        rows: Some rows, from several places of the table.
        names: Class names of each column whose values are indices of named classes.
        text: The text's column, if it is known.
        label: The class's column, if it is known.
        unread: Types of the columns that are there but cannot be read.

    Raises:
        DataError: If a column is not there, or none can be the text or the class.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    values = {c: [row[c] for row in rows if row.get(c) is not None] for c in columns}
    there = f"The columns are {listed(columns)}."
    if unread:
        kinds = [f"{name} ({kind:.40})" for name, kind in unread.items()]
        there += f" Not read, for their type: {listed(kinds)}."
    for name in (text, label):
        if name in (unread or {}):
            raise DataError(f"The column “{name}” cannot be read, for its type. {there}")
        if name and name not in columns:
            raise DataError(f"There is no column “{name}”. {there}")
    texts = [c for c in columns if values[c] and all(isinstance(v, str) for v in values[c])]
    if not texts:
        raise DataError(f"No column holds text. {there}")
    if text and text not in texts:
        raise DataError(f"The column “{text}” holds no text. These do: {listed(texts)}.")
    texts = [c for c in texts if c == text or not _has_classes(values[c])] or texts
    texts = [c for c in texts if c != label or c == text] or texts
    text = text or _known(texts, TEXT_COLUMNS) or _longest(texts, values)
    labels = [c for c in columns if c in names or _has_classes(values[c])]
    if not labels and not label:
        raise DataError(f"No column holds {MIN_CLASSES} to {MAX_CLASSES} classes. {there}")
    others = [c for c in labels if c != text]
    label = (
        label
        or _only(others)
        or _only([c for c in others if c in names])
        or _known(others, LABEL_COLUMNS)
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
        words, value = row.get(text), _whole(row.get(label))
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
    if missing := [name for k, name in enumerate(classes) if k not in indices]:
        notes += (f"No row that was read has the label {listed(missing)}.",)
    return Rows(tuple(texts), tuple(indices), origin, classes, notes)


def listed(columns: Sequence[str]) -> str:
    """The columns' names for a message, the first `LISTED` of them."""
    more = ", …" if len(columns) > LISTED else ""
    return ", ".join(f"“{clean(name)[:MAX_LABEL_CHARACTERS]}”" for name in columns[:LISTED]) + more


def _renaming(text: bool, label: bool) -> str:
    """How to tell which columns are wanted."""
    wanted = ["the one of the texts “text”"] * text + ["the one of the labels “label”"] * label
    return f"Call {' and '.join(wanted)}."


def _known(columns: Sequence[str], names: Sequence[str]) -> str:
    """The column that has the first of these names, else the only one that has any."""
    found = {plain_name(c): c for c in reversed(columns) if plain_name(c) in names}
    return found.get(names[0]) or _only([*found.values()])


def _whole(value: Any) -> Any:
    """A number without a fraction as a whole one, "not a number" as nothing."""
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else value
    return value


def _only(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else ""


def _longest(texts: Sequence[str], values: Mapping[str, Sequence[str]]) -> str:
    """The column whose texts are much longer than any other's."""
    lengths = {c: sum(map(len, values[c])) / len(values[c]) for c in texts}
    first, *others = sorted(texts, key=lambda c: -lengths[c])
    return first if not others or lengths[first] >= LONGER * lengths[others[0]] else ""


def _has_classes(values: Sequence[Any]) -> bool:
    distinct = set(map(_whole, values)) - {-1, None} if _are_hashable(values) else set()
    if not all(isinstance(v, int | str) for v in distinct):
        return False
    return MIN_CLASSES <= len(distinct) <= MAX_CLASSES


def _are_hashable(values: Sequence[Any]) -> bool:
    return all(isinstance(v, int | str | float) for v in values)


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

"""A visitor's own labelled texts: pasted lines ``text,label``, or a CSV, TSV or JSONL file.

Whatever arrives, the answer is rows or an `InputError`. Lines are counted from 1, as a text
editor does; two texts count as the same when they differ in case and white space alone. Rows to
train on must be of a number of classes with some texts each and short names; of rows to score on,
the model knows the classes.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from qbert_demo.data.dialect import unified
from qbert_demo.data.encodings import clean, decode, named_lines
from qbert_demo.data.labels import plain_label
from qbert_demo.data.own_lines import own_entries, renaming
from qbert_demo.data.rows import (
    MAX_CLASSES,
    MAX_LABEL_CHARACTERS,
    MAX_ROW_CHARACTERS,
    MIN_CLASSES,
    Rows,
    counted_notes,
    distinct_rows,
    rows_word,
)
from qbert_demo.data.tables import Entry, json_entries
from qbert_demo.errors import InputError

PASTED = "rows of one's own"
"""Where pasted rows come from."""
MIN_CLASS_ROWS = 4
MAX_OWN_ROWS = 2_000
MAX_OWN_SIZE = 20_000_000
"""Bytes of a file."""
MAX_OWN_LINES = 100 * MAX_OWN_ROWS
"""Lines of a file, blank ones, too."""
MAX_PASTED = MAX_OWN_ROWS * (MAX_ROW_CHARACTERS + MAX_LABEL_CHARACTERS + len('"",""\r\n'))
"""Characters of pasted lines: as many as the rows that are accepted may have."""
INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
"""Unicode's categories of characters that leave no mark."""

LINE_FILES = (".csv", ".tsv", ".txt")
JSON_FILES = (".jsonl", ".ndjson")

Hint = Callable[..., str]


def read_own(text: str, *, is_for_training: bool = True) -> Rows:
    """Read pasted rows: the text, a comma, the label.

    The label follows the last comma of a line, or the last tab or semicolon where every line
    has one; where commas are in every line, too, a semicolon counts if labels return after it.
    A text or a label in double quotes may hold separators, a text also line breaks. A first line
    that names the columns is recognised, and may then name them in any order. Without one, labels
    may also stand first, where they return there and nothing returns at the lines' ends.

    Args:
        text: The lines.
        is_for_training: Whether there must be classes to train on.

    Raises:
        InputError: If the rows cannot be used; the message names the line and the remedy.
    """
    if not isinstance(text, str):
        raise InputError("Paste lines of text, such as: Great film,positive")
    _check_size(len(text), MAX_PASTED, "characters")
    notes: list[str] = []
    text = unified(text)
    entries = own_entries(text, "", "", notes)
    return _own_rows(entries, PASTED, notes, partial(renaming, text), is_for_training)


def read_own_file(
    name: str,
    data: bytes,
    text_column: str = "",
    label_column: str = "",
    *,
    is_for_training: bool = True,
) -> Rows:
    """Read a file of labelled texts: CSV, TSV, lines as `read_own` takes them, or JSONL.

    Columns and keys are told as `columns.chosen_columns` does.

    Args:
        name: The file's name; its ending tells the format.
        data: The content, in an encoding that `encodings.decode` reads.
        text_column: Column or key of the text; told by names and values if left out.
        label_column: Column or key of the label, likewise.
        is_for_training: Whether there must be classes to train on.

    Raises:
        InputError: If the rows cannot be used; the message names the line and the remedy.
    """
    if not isinstance(name, str) or not isinstance(data, bytes):
        raise InputError("Give the name of a file and its bytes.")
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix.lower() not in LINE_FILES + JSON_FILES:
        raise InputError(
            f"“{clean(path.name)[:60]}” is of no known kind. "
            f"Give a file that ends in {', '.join(LINE_FILES + JSON_FILES)}."
        )
    _check_size(len(data), MAX_OWN_SIZE, "bytes")
    text, notes = decode(data)
    text = unified(text)
    _check_size(text.count("\n"), MAX_OWN_LINES, "lines")
    hint: Hint
    if path.suffix.lower() in JSON_FILES:
        entries, hint = json_entries(text, text_column, label_column), _no_hint
    else:
        entries = own_entries(text, text_column, label_column, notes)
        hint = partial(renaming, text)
    origin = " ".join(clean(path.name).split())[:80]
    return _own_rows(entries, origin, notes, hint, is_for_training)


def read_given(
    text: str,
    file: Path | None,
    columns: tuple[str, str] = ("", ""),
    *,
    is_for_training: bool = True,
) -> Rows:
    """Read a visitor's file or, without one, pasted lines.

    Args:
        text: As `read_own` takes it.
        file: It counts more than the lines.
        columns: Of the file, the text's and the label's; see `read_own_file`.
        is_for_training: Whether there must be classes to train on.

    Raises:
        InputError: If the rows cannot be used, or the file is gone.
    """
    if file is None:
        return read_own(text, is_for_training=is_for_training)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputError("The file could not be read. Upload it again.") from error
    return read_own_file(file.name, data, *columns, is_for_training=is_for_training)


def _no_hint(*, always: bool = False) -> str:
    """What `renaming` says of JSON, which names every value."""
    return ""


def _check_size(size: int, most: int, unit: str) -> None:
    if size > most:
        raise InputError(
            f"That is {size:,} {unit}; at most {most:,} are accepted. Give fewer rows."
        )


def _own_rows(
    entries: Iterator[Entry], origin: str, notes: list[str], hint: Hint, is_for_training: bool
) -> Rows:
    """Check the entries, then leave out what repeats or contradicts itself.

    Args:
        entries: The rows as they stand there.
        origin: Where they came from.
        notes: What was said so far.
        hint: Says how the columns would be named, for a message.
        is_for_training: Whether there must be classes to train on.
    """
    given = _checked(entries, notes, hint, is_for_training)
    labels = tuple(dict.fromkeys(entry.label for entry in given))
    index = {name: k for k, name in enumerate(labels)}
    texts = tuple(entry.text for entry in given)
    rows = Rows(texts, tuple(index[entry.label] for entry in given), origin, labels)
    distinct, repeated, contradictory = distinct_rows(rows)
    if not given:
        raise InputError("There is no row. Give one a line, such as: Great film,positive")
    if is_for_training:
        _check_classes([given[i] for i in distinct], given, labels, hint)
    if repeated:
        notes.append(f"{_named(given, repeated)} left out: the text was there already.")
    if contradictory:
        notes.append(f"{_named(given, contradictory)} left out: the same text has two labels.")
    return replace(rows.take(distinct), notes=tuple(notes))


def _checked(
    entries: Iterator[Entry], notes: list[str], hint: Hint, is_for_training: bool
) -> list[Entry]:
    """Clean the entries that have a text and a label, within the limits; note what was changed."""
    kept: list[Entry] = []
    unlabelled: list[Entry] = []
    names: dict[str, str] = {}
    merged: dict[str, str] = {}
    cut = blank = 0
    for entry in entries:
        text, label = clean(entry.text), " ".join(plain_label(clean(entry.label)).split())
        if not _is_visible(text):
            blank += 1
            continue
        if len(kept) + len(unlabelled) == MAX_OWN_ROWS:
            raise InputError(
                f"There are more than {MAX_OWN_ROWS:,} rows, the most that are accepted. "
                f"Leave out what comes from line {entry.line} on."
            )
        if not _is_visible(label):
            unlabelled.append(entry)
            continue
        name = names.setdefault(label.casefold(), label)
        if is_for_training:
            _check_label(label, len(names), entry.line, hint)
        if label != name:
            merged[label] = name
        cut += len(text) > MAX_ROW_CHARACTERS
        kept.append(Entry(entry.line, text[:MAX_ROW_CHARACTERS].strip(), name))
    notes += _unlabelled_notes(unlabelled, len(kept), hint)
    notes += counted_notes(
        (blank, "without text left out"), (cut, f"cut after {MAX_ROW_CHARACTERS:,} characters")
    )
    if merged:
        pairs = ", ".join(f"“{label}” as “{name}”" for label, name in [*merged.items()][:5])
        notes.append(f"The case of a label does not count: {pairs}.")
    return kept


def _check_label(label: str, number: int, line: int, hint: Hint) -> None:
    """Refuse a label that is too long, or of a class that is one too many."""
    if len(label) > MAX_LABEL_CHARACTERS:
        raise InputError(
            f"The label in line {line}, “{label[:20]}…”, has {len(label):,} characters; at most "
            f"{MAX_LABEL_CHARACTERS} are accepted. Put a short label after the last separator."
            f"{hint()}"
        )
    if number > MAX_CLASSES:
        raise InputError(
            f"Line {line} begins class number {number}, “{label}”; at most {MAX_CLASSES} are "
            f"accepted. Check that a label ends each line, or merge some.{hint()}"
        )


def _unlabelled_notes(unlabelled: Sequence[Entry], labelled: int, hint: Hint) -> list[str]:
    """Say which rows have no label; refuse them where they are the most."""
    if len(unlabelled) > labelled:
        raise InputError(
            f"Line {unlabelled[0].line} has no label. Put one after the text and a comma.{hint()}"
        )
    if not unlabelled:
        return []
    return [f"{_named(unlabelled, range(len(unlabelled)))} without a label left out."]


def _check_classes(
    distinct: Sequence[Entry], given: list[Entry], labels: Sequence[str], hint: Hint
) -> None:
    if len(labels) < MIN_CLASSES:
        raise InputError(
            f"From line {given[0].line} on every row has the label “{labels[0]}”. "
            f"Give at least {MIN_CLASSES} classes."
        )
    counts = Counter(entry.label for entry in distinct)
    for label in labels:
        if counts[label] < MIN_CLASS_ROWS:
            line = next(entry.line for entry in given if entry.label == label)
            raise InputError(
                f"At least {MIN_CLASS_ROWS} different texts a class are needed; “{label}”, "
                f"first seen in line {line}, has {counts[label]}. Add some."
                f"{hint(always=True) if line == given[0].line else ''}"
            )


def _named(entries: Sequence[Entry], places: Sequence[int]) -> str:
    """The rows at these places, with the lines of the first few."""
    return f"{rows_word(len(places))} ({named_lines([entries[i].line for i in places])})"


def _is_visible(text: str) -> bool:
    """Whether something of a text can be seen: not spaces, controls and zero-width marks alone."""
    return any(unicodedata.category(character) not in INVISIBLE for character in text)

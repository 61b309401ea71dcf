"""A visitor's own labelled texts: pasted lines ``text,label``, or a CSV, TSV or JSONL file.

Whatever arrives, the answer is rows or an `InputError`. Lines are counted from 1, as a text
editor does; two texts count as the same when they differ in case and white space alone.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from qbert_demo.data.own_entries import Entry, clean, json_entries, line_entries
from qbert_demo.data.rows import Rows
from qbert_demo.data.subset import distinct_rows
from qbert_demo.data.tables import decode, rows_word
from qbert_demo.errors import InputError

MIN_CLASSES, MAX_CLASSES = 2, 20
MIN_CLASS_ROWS = 4
MAX_OWN_ROWS = 2_000
MAX_OWN_CHARACTERS = 2_000
"""What is longer is cut, and said in a note."""
MAX_LABEL_CHARACTERS = 60
MAX_OWN_SIZE = 20_000_000
"""Bytes of a file, characters of pasted lines."""
INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
"""Unicode's categories of characters that leave no mark."""

LINE_FILES = (".csv", ".tsv", ".txt")
JSON_FILES = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class OwnRows:
    """Rows that can be trained on.

    Attributes:
        rows: Different texts with one label each; their origin is the file's name.
        labels: Class names in the order in which they first stand there.
        notes: What was left out, cut or decided, in sentences for the visitor.
    """

    rows: Rows
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_own(text: str) -> OwnRows:
    """Read pasted rows: the text, a comma, the label.

    The label follows the last comma of a line, or the last tab or semicolon where every line
    has one; where commas are in every line, too, a semicolon counts if labels return after it.
    A text or a label in double quotes may hold separators, a text also line breaks. A first line
    that names the columns is recognised, and may then name them in any order.

    Raises:
        InputError: If nothing can be trained on; the message names the line and the remedy.
    """
    if not isinstance(text, str):
        raise InputError("Paste lines of text, such as: Great film,positive")
    _check_size(len(text), "characters")
    return _own_rows(line_entries(text), "rows of one's own", [])


def read_own_file(name: str, data: bytes) -> OwnRows:
    """Read a file of labelled texts: CSV, TSV, lines as `read_own` takes them, or JSONL.

    Columns and keys are ``text`` (or sentence, review, content) and ``label`` (or class,
    category, sentiment), whatever their case.

    Args:
        name: The file's name; its ending tells the format.
        data: The content in UTF-8, UTF-16 with byte order mark or, said in a note,
            Windows-1252.

    Raises:
        InputError: If nothing can be trained on; the message names the line and the remedy.
    """
    if not isinstance(name, str) or not isinstance(data, bytes):
        raise InputError("Give the name of a file and its bytes.")
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix.lower() not in LINE_FILES + JSON_FILES:
        raise InputError(
            f"“{clean(path.name)[:60]}” is of no known kind. "
            f"Give a file that ends in {', '.join(LINE_FILES + JSON_FILES)}."
        )
    _check_size(len(data), "bytes")
    text, notes = decode(data)
    is_json = path.suffix.lower() in JSON_FILES
    entries = json_entries(text) if is_json else line_entries(text)
    return _own_rows(entries, " ".join(clean(path.name).split())[:80], notes)


def _check_size(size: int, unit: str) -> None:
    if size > MAX_OWN_SIZE:
        raise InputError(
            f"That is {size:,} {unit}; at most {MAX_OWN_SIZE:,} are accepted. Give fewer rows."
        )


def _own_rows(entries: Iterator[Entry], origin: str, notes: list[str]) -> OwnRows:
    """Check the entries, then leave out what repeats or contradicts itself."""
    given = _checked(entries, notes)
    labels = tuple(dict.fromkeys(entry.label for entry in given))
    index = {name: k for k, name in enumerate(labels)}
    texts = tuple(entry.text for entry in given)
    rows = Rows(texts, tuple(index[entry.label] for entry in given), origin)
    distinct, repeated, contradictory = distinct_rows(rows)
    _check_classes([given[i] for i in distinct], given, labels)
    if repeated:
        notes.append(f"{_named(given, repeated)} left out: the text was there already.")
    if contradictory:
        notes.append(f"{_named(given, contradictory)} left out: the same text has two labels.")
    return OwnRows(rows.take(distinct), labels, tuple(notes))


def _checked(entries: Iterator[Entry], notes: list[str]) -> list[Entry]:
    """Clean the entries that have a text, within the limits, and note what was changed."""
    kept: list[Entry] = []
    names: dict[str, str] = {}
    merged: dict[str, str] = {}
    cut = blank = 0
    for entry in entries:
        text, label = clean(entry.text), " ".join(clean(entry.label).split())
        if not _is_visible(text):
            blank += 1
            continue
        if len(kept) == MAX_OWN_ROWS:
            raise InputError(
                f"There are more than {MAX_OWN_ROWS:,} rows, the most that are accepted. "
                f"Leave out what comes from line {entry.line} on."
            )
        _check_label(label, entry.line)
        name = names.setdefault(label.casefold(), label)
        if len(names) > MAX_CLASSES:
            raise InputError(
                f"Line {entry.line} begins class number {len(names)}, “{label}”; at most "
                f"{MAX_CLASSES} are accepted. Check that a label ends each line, or merge some."
            )
        if label != name:
            merged[label] = name
        cut += len(text) > MAX_OWN_CHARACTERS
        kept.append(Entry(entry.line, text[:MAX_OWN_CHARACTERS].strip(), name))
    if blank:
        notes.append(f"{rows_word(blank)} without text left out.")
    if cut:
        notes.append(f"{rows_word(cut)} cut after {MAX_OWN_CHARACTERS:,} characters.")
    if merged:
        pairs = ", ".join(f"“{label}” as “{name}”" for label, name in [*merged.items()][:5])
        notes.append(f"The case of a label does not count: {pairs}.")
    return kept


def _check_label(label: str, line: int) -> None:
    if not _is_visible(label):
        raise InputError(f"Line {line} has no label. Put one after the text and a comma.")
    if len(label) > MAX_LABEL_CHARACTERS:
        raise InputError(
            f"The label in line {line}, “{label[:20]}…”, has {len(label):,} characters; at most "
            f"{MAX_LABEL_CHARACTERS} are accepted. Put a short label after the last comma."
        )


def _check_classes(distinct: Sequence[Entry], given: list[Entry], labels: Sequence[str]) -> None:
    if not given:
        raise InputError("There is no row. Give one a line, such as: Great film,positive")
    if len(labels) < MIN_CLASSES:
        raise InputError(
            f"From line {given[0].line} on every row has the label “{labels[0]}”. "
            f"Give at least {MIN_CLASSES} classes."
        )
    counts = Counter(entry.label for entry in distinct)
    for label in labels:
        if counts[label] < MIN_CLASS_ROWS:
            line = next(entry.line for entry in given if entry.label == label)
            header = " If line 1 names the columns, call them text and label." * (line == 1)
            raise InputError(
                f"At least {MIN_CLASS_ROWS} different texts a class are needed; “{label}”, "
                f"first seen in line {line}, has {counts[label]}. Add some.{header}"
            )


def _named(entries: Sequence[Entry], places: Sequence[int]) -> str:
    """The rows at these places, with the lines of the first few."""
    lines = ", ".join(str(entries[i].line) for i in places[:5])
    more = ", …" if len(places) > 5 else ""
    return f"{rows_word(len(places))} ({'line' if len(places) == 1 else 'lines'} {lines}{more})"


def _is_visible(text: str) -> bool:
    """Whether something of a text can be seen: not spaces, controls and zero-width marks alone."""
    return any(unicodedata.category(character) not in INVISIBLE for character in text)

"""A visitor's own labelled texts: pasted lines ``text,label``, or a CSV, TSV or JSONL file.

Whatever arrives, the answer is rows or an `InputError`. Lines are counted from 1, as a text
editor does; two texts count as the same when they differ in case and white space alone.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from qbert_demo.data.loading import Rows
from qbert_demo.data.subset import distinct_rows
from qbert_demo.data.tables import DELIMITERS, check_width, decode, rows_word, split_rows
from qbert_demo.errors import InputError

MIN_CLASSES, MAX_CLASSES = 2, 20
MIN_CLASS_ROWS = 4
MAX_OWN_ROWS = 2_000
MAX_OWN_CHARACTERS = 2_000
"""What is longer is cut, and said in a note."""
MAX_LABEL_CHARACTERS = 60
MAX_OWN_SIZE = 20_000_000
"""Bytes of a file, characters of pasted lines."""

TEXT_NAMES = ("text", "sentence", "review", "content")
LABEL_NAMES = ("label", "class", "category", "sentiment")
LINE_FILES = (".csv", ".tsv", ".txt")
JSON_FILES = (".jsonl", ".ndjson")
QUOTED = r'[ \t]*"((?:[^"]|""){0,20000}+)"[ \t]*%s[ \t]*("[^"\n]*"|[^"\n%s]*)(?:\n|\Z)'
"""A text in double quotes, perhaps over several lines, and its label."""


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


@dataclass(frozen=True)
class _Entry:
    line: int
    text: str
    label: str


def read_own(text: str) -> OwnRows:
    """Read pasted rows: the text, a comma, the label.

    The label follows the last comma of a line, or the last tab or semicolon where every line
    has one. A text in double quotes may hold separators and line breaks. A first line that
    names the columns is recognised, and may then name them in any order.

    Raises:
        InputError: If nothing can be trained on; the message names the line and the remedy.
    """
    if not isinstance(text, str):
        raise InputError("Paste lines of text, such as: Great film,positive")
    _check_size(len(text), "characters")
    return _own_rows(_entries(text), "your rows", [])


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
            f"“{_clean(path.name)[:60]}” is of no known kind. "
            f"Give a file that ends in {', '.join(LINE_FILES + JSON_FILES)}."
        )
    _check_size(len(data), "bytes")
    text, notes = decode(data)
    is_json = path.suffix.lower() in JSON_FILES
    entries = _json_entries(text) if is_json else _entries(text)
    return _own_rows(entries, " ".join(_clean(path.name).split())[:80], notes)


def _check_size(size: int, unit: str) -> None:
    if size > MAX_OWN_SIZE:
        raise InputError(
            f"That is {size:,} {unit}; at most {MAX_OWN_SIZE:,} are accepted. Give fewer rows."
        )


def _entries(text: str) -> Iterator[_Entry]:
    """Read lines or a table, by what the first line that is not blank says."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()]
    for delimiter in DELIMITERS:
        columns = _columns(lines[0].split(delimiter)) if lines else []
        at = _find(columns, TEXT_NAMES), _find(columns, LABEL_NAMES)
        if at == (0, 1) and len(columns) == 2:
            return _line_entries(text, delimiter, skip=1)
        if None not in at:
            return _table_entries(text, delimiter)
    separators = (mark for mark in "\t,;" if all(mark in line for line in lines))
    return _line_entries(text, next(separators, ","), skip=0)


def _line_entries(text: str, separator: str, skip: int) -> Iterator[_Entry]:
    quoted = re.compile(QUOTED % (separator, separator))
    line, at = 1, 0
    while at < len(text):
        match = quoted.match(text, at)
        end = match.end() if match else text.find("\n", at) + 1 or len(text)
        if text[at:end].strip():
            if match:
                found, label = match[1].replace('""', '"'), match[2]
            else:
                found, mark, label = text[at:end].rpartition(separator)
                found, label = (found, label) if mark else (label, "")
            if skip:
                skip -= 1
            else:
                yield _Entry(line, found, label.strip().strip('"'))
        line += text.count("\n", at, end)
        at = end


def _table_entries(text: str, delimiter: str) -> Iterator[_Entry]:
    rows = split_rows(text, delimiter)
    header = next((fields for _, fields in rows if any(map(str.strip, fields))), [])
    columns = _columns(header)
    text_at, label_at = _find(columns, TEXT_NAMES), _find(columns, LABEL_NAMES)
    if text_at is None or label_at is None:
        raise InputError("The line that names the columns has quotes out of place. Mend them.")
    for line, fields in rows:
        if any(map(str.strip, fields)):
            check_width(line, fields, len(columns))
            yield _Entry(line, fields[text_at], fields[label_at])


def _json_entries(text: str) -> Iterator[_Entry]:
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, Mapping):
            raise InputError(
                f"Line {line} is no JSON object. "
                'Write one a line, such as {"text": "Great film", "label": "positive"}.'
            )
        values = list(record.values())
        columns = _columns(list(record))
        text_at, label_at = _find(columns, TEXT_NAMES), _find(columns, LABEL_NAMES)
        if text_at is None or label_at is None:
            raise InputError(f"Line {line} lacks a text or a label. Give it both keys.")
        if not isinstance(values[text_at], str):
            raise InputError(f"The text in line {line} is no string. Put it in double quotes.")
        if not isinstance(values[label_at], str | int | float):
            raise InputError(f"The label in line {line} is no name or number. Give it one.")
        yield _Entry(line, values[text_at], str(values[label_at]))


def _own_rows(entries: Iterator[_Entry], origin: str, notes: list[str]) -> OwnRows:
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


def _checked(entries: Iterator[_Entry], notes: list[str]) -> list[_Entry]:
    """Clean the entries that have a text, within the limits, and note what was changed."""
    kept: list[_Entry] = []
    names: dict[str, str] = {}
    merged: dict[str, str] = {}
    cut = blank = 0
    for entry in entries:
        text, label = _clean(entry.text), " ".join(_clean(entry.label).split())
        if not text:
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
        kept.append(_Entry(entry.line, text[:MAX_OWN_CHARACTERS].strip(), name))
    if blank:
        notes.append(f"{rows_word(blank)} without text left out.")
    if cut:
        notes.append(f"{rows_word(cut)} cut after {MAX_OWN_CHARACTERS:,} characters.")
    if merged:
        pairs = ", ".join(f"“{label}” as “{name}”" for label, name in [*merged.items()][:5])
        notes.append(f"The case of a label does not count: {pairs}.")
    return kept


def _check_label(label: str, line: int) -> None:
    if not label:
        raise InputError(f"Line {line} has no label. Put one after the text and a comma.")
    if len(label) > MAX_LABEL_CHARACTERS:
        raise InputError(
            f"The label in line {line}, “{label[:20]}…”, has {len(label):,} characters; at most "
            f"{MAX_LABEL_CHARACTERS} are accepted. Put a short label after the last comma."
        )


def _check_classes(distinct: Sequence[_Entry], given: list[_Entry], labels: Sequence[str]) -> None:
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


def _named(entries: Sequence[_Entry], places: Sequence[int]) -> str:
    """The rows at these places, with the lines of the first few."""
    lines = ", ".join(str(entries[i].line) for i in places[:5])
    more = ", …" if len(places) > 5 else ""
    return f"{rows_word(len(places))} ({'line' if len(places) == 1 else 'lines'} {lines}{more})"


def _columns(names: Sequence[str]) -> list[str]:
    return [_clean(name).strip('" ').lower() for name in names]


def _find(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def _clean(text: str) -> str:
    """Drop NUL and surrounding white space, and replace halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "").strip()

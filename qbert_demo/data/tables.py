"""Texts that a visitor brings in lines, in a table or in JSON, each with the number of its line.

Lines are counted from 1, as a text editor does, and every complaint names one.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from qbert_demo.config import MAX_BATCH_ROWS, MAX_CHARACTERS
from qbert_demo.data.columns import chosen_columns, find_columns, labels_asked, listed, plain_name
from qbert_demo.data.dialect import DELIMITERS, first_line, header_of, read_rows, unified
from qbert_demo.data.encodings import decode
from qbert_demo.data.labels import plain_label
from qbert_demo.data.rows import counted_notes
from qbert_demo.errors import InputError

SAMPLED_ROWS = 2_000
"""Rows of a file that are looked at to tell its columns."""


@dataclass(frozen=True)
class Entry:
    """A text and its label as they stand there, and the line that they begin in.

    The label is empty where there is none.
    """

    line: int
    text: str
    label: str = ""


def read_lines(pasted: str) -> tuple[Entry, ...]:
    """Read one text from each line that is not blank.

    Raises:
        InputError: If there is none, too many, or one is too long.
    """
    rows = enumerate(pasted.splitlines(), 1)
    entries = tuple(Entry(n, line.strip()) for n, line in rows if line.strip())
    return _checked(entries, "Paste one text a line")


def read_csv(content: bytes) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Read a CSV file with a column of texts and, optionally, one of labels.

    Commas, semicolons and tabs separate; the header names the columns as `columns.find_columns`
    knows them. Encodings are those of `encodings.decode`.

    Returns:
        The rows that have a text, and what had to be decided, in sentences for the visitor.

    Raises:
        InputError: If the file cannot be read; the message names the line.
    """
    text, notes = decode(content)
    text = unified(text)
    start, line = first_line(text)
    delimiter = max(DELIMITERS, key=line.count)
    header = header_of(text, delimiter)
    text_at, label_at = find_columns(header)
    if text_at is None:
        found = listed([plain_name(name) or "(no name)" for name in header if header != [""]])
        raise InputError(
            f"Line {start} must name the columns, and one of them text. "
            f"It has: {found or 'nothing'}. Call the column of the texts “text”."
        )
    rows, more = table_entries(text, delimiter, (text_at, label_at))
    entries = [Entry(row.line, row.text.strip(), row.label.strip()) for row in rows]
    kept = tuple(entry for entry in entries if entry.text)
    blank = counted_notes((len(entries) - len(kept), "without text left out"))
    asked = labels_asked(header) if label_at is None else ()
    checked = _checked(kept, "Give at least one row under the header")
    return checked, (*notes, *more, *blank, *asked)


def table_entries(
    text: str, delimiter: str, at: tuple[int, int | None]
) -> tuple[Iterator[Entry], list[str]]:
    """Read the rows under a header; blank lines do not count.

    Args:
        text: The whole table, as `dialect.unified` makes it.
        delimiter: What separates.
        at: Where the text and the label stand.

    Returns:
        The rows, whose iteration raises an `InputError` if quotes are misplaced or a row has
        another width than the header, and notes.
    """
    rows, notes = read_rows(text, delimiter, at[1])
    return _table_entries(rows, *at), notes


def json_entries(text: str, text_key: str = "", label_key: str = "") -> Iterator[Entry]:
    """Read one JSON object a line.

    Args:
        text: The whole file.
        text_key: Of the text; told by the keys' names and values if left out.
        label_key: Of the label, likewise.

    Raises:
        InputError: If a line is none, or no key can be told to be the text or the label.
    """
    sample = [record for _, record in islice(_records(text), SAMPLED_ROWS)]
    keys = list(dict.fromkeys(key for record in sample for key in record))
    if not keys:
        return
    text_key, label_key = chosen_columns(keys, lambda: sample, text_key, label_key)
    for line, record in _records(text):
        found, label = record.get(text_key), record.get(label_key)
        if not isinstance(found, str | None):
            raise InputError(f"The text in line {line} is no string. Put it in double quotes.")
        if not isinstance(label, str | int | float | None):
            raise InputError(f"The label in line {line} is no name or number. Give it one.")
        yield Entry(line, found or "", plain_label(label))


def _table_entries(
    rows: Iterator[tuple[int, list[str]]], text_at: int, label_at: int | None
) -> Iterator[Entry]:
    _, header = next(rows, (1, []))
    for line, fields in rows:
        if not any(fields):
            yield Entry(line, "")
            continue
        if len(fields) != len(header):
            raise InputError(
                f"Line {line} has {len(fields)} fields, but the header has {len(header)}. "
                "Put a text that contains the separator in double quotes."
            )
        yield Entry(line, fields[text_at], "" if label_at is None else fields[label_at])


def _records(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
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
        yield line, record


def _checked(entries: tuple[Entry, ...], remedy: str) -> tuple[Entry, ...]:
    """Refuse what is too much to compare."""
    if not entries:
        raise InputError(f"There is no text. {remedy}.")
    if len(entries) > MAX_BATCH_ROWS:
        raise InputError(
            f"There are {len(entries):,} texts; at most {MAX_BATCH_ROWS} are compared at once. "
            f"Leave out what comes from line {entries[MAX_BATCH_ROWS].line} on."
        )
    for entry in entries:
        if len(entry.text) > MAX_CHARACTERS:
            raise InputError(
                f"The text in line {entry.line} has {len(entry.text):,} characters; "
                f"at most {MAX_CHARACTERS:,} are accepted. Shorten it."
            )
    return entries

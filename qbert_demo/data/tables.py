"""Texts that a visitor brings: pasted lines, or a CSV file with a ``text`` and maybe a ``label``.

Every complaint names the line, counted from 1 as a text editor does.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qbert_demo.config import MAX_BATCH_ROWS, MAX_CHARACTERS
from qbert_demo.errors import InputError

DELIMITERS = ",;\t"
FALLBACK = "cp1252"


@dataclass(frozen=True)
class TextTable:
    """Texts and, when the source gives them, their labels.

    Attributes:
        texts: The texts in their order.
        labels: One label a text as it was written, or ``None`` without a label column.
        lines: The line each text begins at.
        notes: What the reader had to decide, in sentences for the visitor.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()


def read_lines(pasted: str) -> TextTable:
    """Read one text from each line that is not blank.

    Raises:
        InputError: If there is none, too many, or one is too long.
    """
    rows = [(n, line.strip()) for n, line in enumerate(pasted.splitlines(), 1) if line.strip()]
    _check([text for _, text in rows], [n for n, _ in rows], "Paste one text a line")
    return TextTable(tuple(text for _, text in rows), None, tuple(n for n, _ in rows))


def read_csv(content: bytes) -> TextTable:
    """Read a CSV file with a column ``text`` and, optionally, a column ``label``.

    Commas, semicolons and tabs separate; the header is recognised whatever its case. UTF-8 with
    or without byte order mark, UTF-16 with one, or, said in a note, Windows-1252.

    Raises:
        InputError: If the file cannot be read; the message names the line.
    """
    text, notes = decode(content)
    rows = split_rows(text)
    _, header = next(rows, (0, []))
    columns = [name.strip().lower() for name in header]
    if "text" not in columns:
        found = ", ".join(name or "(no name)" for name in columns) or "nothing"
        raise InputError(
            f"Line 1 must name the columns, and one of them text. It has: {found[:200]}."
        )
    filled, blank = _fill(rows, columns)
    if blank:
        notes.append(f"{rows_word(blank)} without text left out.")
    texts = [fields[columns.index("text")].strip() for _, fields in filled]
    lines = [line for line, _ in filled]
    _check(texts, lines, "Give at least one row under the header")
    labels = None
    if "label" in columns:
        labels = tuple(fields[columns.index("label")].strip() for _, fields in filled)
        if not any(labels):
            labels = None
    return TextTable(tuple(texts), labels, tuple(lines), tuple(notes))


def match_labels(table: TextTable, names: Sequence[str]) -> tuple[str, ...] | None:
    """Translate the labels of a table into a task's label names.

    A label is a name, whatever its case, or the number of one, counted from 0.

    Raises:
        InputError: If a label is missing or unknown; the message names the line.
    """
    if table.labels is None:
        return None
    known = {name.lower(): name for name in names}
    known.update({str(k): name for k, name in enumerate(names)})
    matched = []
    for line, label in zip(table.lines, table.labels, strict=True):
        if label.lower() not in known:
            what = f"has the label “{label[:60]}”" if label else "has no label"
            raise InputError(
                f"Line {line} {what}. Labels of this task are {', '.join(names)}, "
                f"or their numbers 0 to {len(names) - 1}."
            )
        matched.append(known[label.lower()])
    return tuple(matched)


def decode(content: bytes) -> tuple[str, list[str]]:
    """Decode a file, and say so in a note when it was not UTF-8.

    Raises:
        InputError: If no encoding fits; the message names the line.
    """
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        text = content.decode(FALLBACK)
    except UnicodeDecodeError:
        raise InputError(f"Line {line} is not UTF-8 text. Save the file as UTF-8.") from None
    note = f"Line {line} is not UTF-8, so the file was read as Windows-1252: check the accents."
    return text, [note]


def split_rows(
    text: str, delimiter: str | None = None, spaced: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line it begins at.

    Args:
        text: The whole file.
        delimiter: What separates; what the first line has most of, if left out.
        spaced: Whether blanks after a delimiter do not count.

    Raises:
        InputError: If quotes are misplaced; the message names the line.
    """
    first = text.split("\n", 1)[0]
    delimiter = delimiter or max(DELIMITERS, key=first.count)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced, strict=True
    )
    begins = 1
    try:
        for fields in reader:
            yield begins, fields
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"The row that begins in line {begins} cannot be read ({error}). "
            "Check its double quotes."
        ) from None


def check_width(line: int, fields: Sequence[str], width: int) -> None:
    """Refuse a row that has not as many fields as the header.

    Raises:
        InputError: The message names the line.
    """
    if len(fields) != width:
        raise InputError(
            f"Line {line} has {len(fields)} fields, but the header has {width}. "
            "Put a text that contains the separator in double quotes."
        )


def _fill(
    rows: Iterator[tuple[int, list[str]]], columns: list[str]
) -> tuple[list[tuple[int, list[str]]], int]:
    """Keep the rows that have a text, check their width, and count those that have none."""
    kept, blank = [], 0
    for line, fields in rows:
        if not any(field.strip() for field in fields):
            blank += bool(fields)
            continue
        check_width(line, fields, len(columns))
        if fields[columns.index("text")].strip():
            kept.append((line, fields))
        else:
            blank += 1
    return kept, blank


def _check(texts: Sequence[str], lines: Sequence[int], remedy: str) -> None:
    if not texts:
        raise InputError(f"There is no text. {remedy}.")
    if len(texts) > MAX_BATCH_ROWS:
        raise InputError(
            f"There are {len(texts):,} texts; at most {MAX_BATCH_ROWS} are compared at once. "
            f"Leave out what comes from line {lines[MAX_BATCH_ROWS]} on."
        )
    for line, text in zip(lines, texts, strict=True):
        if len(text) > MAX_CHARACTERS:
            raise InputError(
                f"The text in line {line} has {len(text):,} characters; "
                f"at most {MAX_CHARACTERS:,} are accepted. Shorten it."
            )


def rows_word(number: int) -> str:
    """A number of rows, as a sentence begins with it."""
    return "One row" if number == 1 else f"{number} rows"

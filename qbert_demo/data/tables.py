"""Texts that a visitor brings in lines, in a table or in JSON, each with the number of its line.

Lines are counted from 1, as a text editor does, and every complaint names one.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qbert_demo.config import MAX_BATCH_ROWS, MAX_CHARACTERS
from qbert_demo.data.rows import counted_notes
from qbert_demo.errors import InputError

DELIMITERS = ",;\t"
FALLBACK = "cp1252"
TEXT_NAMES = ("text", "sentence", "review", "content")
LABEL_NAMES = ("label", "class", "category", "sentiment")


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
    """Read a CSV file with a column ``text`` and, optionally, a column ``label``.

    Commas, semicolons and tabs separate; the header is recognised whatever its case. UTF-8 with
    or without byte order mark, UTF-16 with one, or, said in a note, Windows-1252.

    Returns:
        The rows that have a text, and what had to be decided, in sentences for the visitor.

    Raises:
        InputError: If the file cannot be read; the message names the line.
    """
    text, notes = decode(content)
    delimiter = max(DELIMITERS, key=text.split("\n", 1)[0].count)
    rows = list(table_entries(text, delimiter, needs_label=False))
    entries = [Entry(row.line, row.text.strip(), row.label.strip()) for row in rows]
    kept = tuple(entry for entry in entries if entry.text)
    blank = counted_notes((len(entries) - len(kept), "without text left out"))
    return _checked(kept, "Give at least one row under the header"), (*notes, *blank)


def match_labels(entries: Sequence[Entry], names: Sequence[str]) -> tuple[str, ...] | None:
    """Translate labels into a task's label names; ``None`` where no row has one.

    A label is a name, whatever its case, or the number of one, counted from 0.

    Raises:
        InputError: If a label is missing or unknown; the message names the line.
    """
    if not any(entry.label for entry in entries):
        return None
    known = {name.lower(): name for name in names}
    known.update({str(k): name for k, name in enumerate(names)})
    for entry in entries:
        if entry.label.lower() not in known:
            what = f"has the label “{entry.label[:60]}”" if entry.label else "has no label"
            raise InputError(
                f"Line {entry.line} {what}. Labels of this task are {', '.join(names)}, "
                f"or their numbers 0 to {len(names) - 1}."
            )
    return tuple(known[entry.label.lower()] for entry in entries)


def table_entries(
    text: str, delimiter: str, *, needs_label: bool = True, spaced: bool = False
) -> Iterator[Entry]:
    """Read the rows under a header that names the columns; blank lines do not count.

    Args:
        text: The whole file.
        delimiter: What separates.
        needs_label: Whether labels must be there, and the columns may have any of their names;
            else the first name alone counts.
        spaced: Whether blanks after a delimiter do not count.

    Raises:
        InputError: If a column is missing, quotes are misplaced, or a row has another width.
    """
    rows = _rows(text, delimiter, spaced)
    start, header = next((row for row in rows if any(row[1])), (1, []))
    text_at, label_at = find_columns(header, None if needs_label else 1)
    if text_at is None or (label_at is None and needs_label):
        found = ", ".join(name or "(no name)" for name in map(_column, header)) or "nothing"
        wanted = "text and one label" if needs_label else "text"
        raise InputError(
            f"Line {start} must name the columns, and one of them {wanted}. It has: {found[:200]}."
        )
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


def json_entries(text: str) -> Iterator[Entry]:
    """Read one JSON object a line.

    Raises:
        InputError: If a line is none, or lacks a text or a label.
    """
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
        text_at, label_at = find_columns(list(record))
        if text_at is None or label_at is None:
            raise InputError(f"Line {line} lacks a text or a label. Give it both keys.")
        if not isinstance(values[text_at], str):
            raise InputError(f"The text in line {line} is no string. Put it in double quotes.")
        if not isinstance(values[label_at], str | int | float):
            raise InputError(f"The label in line {line} is no name or number. Give it one.")
        yield Entry(line, values[text_at], str(values[label_at]))


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


def clean(text: str) -> str:
    """Drop NUL and surrounding white space, and replace halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "").strip()


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


def find_columns(header: Sequence[str], most: int | None = None) -> tuple[int | None, int | None]:
    """Where the text and the label stand, by the first ``most`` names that each may have."""
    columns = [_column(name) for name in header]
    text, label = (
        next((columns.index(name) for name in names[:most] if name in columns), None)
        for names in (TEXT_NAMES, LABEL_NAMES)
    )
    return text, label


def _rows(text: str, delimiter: str, spaced: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is no blank line, with the line it begins at."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced, strict=True
    )
    begins = 1
    try:
        for fields in reader:
            if len(fields) > 1 or "".join(fields).strip():
                yield begins, fields if any(map(str.strip, fields)) else [""]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"The row that begins in line {begins} cannot be read ({error}). "
            "Check its double quotes."
        ) from None


def _column(name: str) -> str:
    return clean(name).strip('" ').lower()

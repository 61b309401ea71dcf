"""Rows of a table that came as text, each with the line that it begins at.

Double quotes enclose a field that holds separators or line ends; in many files they are mere
characters of a sentence, and one that opens somewhere would swallow all rows up to the next. So
where every line has as many fields as the header, and the quotes make fewer rows of them, the
lines are the rows. Line ends are ``\\n`` here, lines are counted from 1.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from qbert_demo.errors import InputError

DELIMITERS = ",;\t"
LONG_ROW = 10
"""A row that runs over more lines than this is worth a note."""
SAID_ROWS = 3

PROBED_LINES = 20_000
"""Lines that tell whether quotes mean something."""
FILLED = re.compile(r"\S")

Row = tuple[int, list[str]]


def unified(text: str) -> str:
    """The text without byte order mark, its lines ended by ``\\n``."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def filled_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and content of each line that is not blank; many blank ones take no time."""
    number, at = 1, 0
    while filled := FILLED.search(text, at):
        begin = text.rfind("\n", at, filled.start()) + 1 or at
        number += text.count("\n", at, begin)
        at = text.find("\n", begin)
        if at < 0:
            at = len(text)
        yield number, text[begin:at]


def first_line(text: str) -> tuple[int, str]:
    """The first of the `filled_lines`; an empty one if there is none."""
    return next(filled_lines(text), (1, ""))


def header_of(text: str, delimiter: str) -> list[str]:
    """Fields of the first line that is not blank."""
    return _fields(first_line(text)[1], delimiter, None)


def read_rows(
    text: str, delimiter: str, label_at: int | None = None
) -> tuple[Iterator[Row], list[str]]:
    """Read the rows of a table, its header first; blank lines do not count.

    Args:
        text: The whole table.
        delimiter: What separates.
        label_at: Column of the label, if there is one. Within a sentence, too, there may be a
            comma a line; where it counts, labels stand behind it that other lines have as well.

    Returns:
        The rows, whose iteration raises an `InputError` that names the line where the quotes are
        misplaced, and a note for each of the first rows that may hold others.
    """
    if '"' not in text:
        return _line_rows(text, delimiter, None), []
    width = len(header_of(text, delimiter))
    lines = list(islice(io.StringIO(text), PROBED_LINES))
    is_spaced = True
    runs = _runs(lines, delimiter, width, is_spaced)
    if runs is None:
        is_spaced = False
        runs = _runs(lines, delimiter, width, is_spaced)
    if runs != [] and _are_rows(lines, delimiter, width, label_at, runs):
        return _line_rows(text, delimiter, width), []
    return _quoted_rows(text, delimiter, is_spaced), [
        long_row_note(begin, end)
        for begin, end in runs or []
        if end - begin >= LONG_ROW or _all_fit(lines[begin - 1 : end], delimiter, width)
    ][:SAID_ROWS]


def long_row_note(begin: int, end: int) -> str:
    """Say that a row runs over many lines, and what to do if it should not."""
    return (
        f"The text in line {begin} runs to line {end}: if it should end sooner, take out the "
        "double quote that it begins with."
    )


def unquoted(field: str) -> str:
    """A field without the quotes that enclose it."""
    inner = field.strip()
    if len(inner) > 1 and inner[0] == inner[-1] == '"':
        return inner[1:-1].replace('""', '"')
    return field


def _runs(
    lines: Sequence[str], delimiter: str, width: int, is_spaced: bool
) -> list[tuple[int, int]] | None:
    """First and last line of each row over several lines; ``None`` if the quotes fit no table."""
    runs, begin = [], 1
    reader = _reader(lines, delimiter, is_spaced)
    try:
        for fields in reader:
            if len(fields) != width and any(map(str.strip, fields)):
                return None
            if reader.line_num > begin:
                runs.append((begin, reader.line_num))
            begin = reader.line_num + 1
    except csv.Error:
        if len(lines) < PROBED_LINES or reader.line_num < len(lines):
            return None
        runs.append((begin, len(lines)))  # the row goes on beyond what is looked at
    return runs


def _are_rows(
    lines: Sequence[str],
    delimiter: str,
    width: int,
    label_at: int | None,
    runs: Sequence[tuple[int, int]] | None,
) -> bool:
    """Whether each line is a row, though quotes run over several; see `read_rows`."""
    if not _all_fit(lines, delimiter, width):
        return False
    if delimiter == "\t" or runs is None:
        return True
    if label_at is None:
        return False
    inner = {n for begin, end in runs for n in range(begin, end)}
    ends = {end for _, end in runs}
    labels: tuple[list[str], list[str]] = ([], [])
    for n, line in islice(filled_lines("".join(lines)), 1, None):
        if n not in ends:
            labels[n in inner].append(_fields(line, delimiter, width)[label_at].strip())
    others, within = map(set, labels)
    return within <= others if others else 2 * len(within) <= len(labels[True])


def _all_fit(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether every line that is not blank has the header's number of separators."""
    return width > 1 and all(
        len(_fields(line, delimiter, width)) == width for line in lines if line.strip()
    )


def _fields(line: str, delimiter: str, width: int | None) -> list[str]:
    """Fields of one line: by its quotes if they make ``width``, else by its separators."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        fields = next(_reader([line], delimiter, True))
    except csv.Error:
        fields = []
    if fields and len(fields) == (width or len(fields)):
        return fields
    return [unquoted(field) for field in line.split(delimiter)]


def _line_rows(text: str, delimiter: str, width: int | None) -> Iterator[Row]:
    for number, line in filled_lines(text):
        fields = _fields(line, delimiter, width)
        yield number, fields if any(map(str.strip, fields)) else [""]


def _quoted_rows(text: str, delimiter: str, is_spaced: bool) -> Iterator[Row]:
    reader = _reader(io.StringIO(text, newline=""), delimiter, is_spaced)
    begin = 1
    try:
        for fields in reader:
            if len(fields) > 1 or "".join(fields).strip():
                yield begin, fields if any(map(str.strip, fields)) else [""]
            begin = reader.line_num + 1
    except csv.Error as error:
        most = csv.field_size_limit()
        if "field larger" in str(error):
            raise InputError(
                f"A field of the row that begins in line {begin} has more than {most:,} "
                "characters, the most that are read. Shorten it, or close its double quotes."
            ) from None
        raise InputError(
            f"The row that begins in line {begin} cannot be read ({error}). "
            "Check its double quotes."
        ) from None


def _reader(lines: Iterable[str], delimiter: str, is_spaced: bool) -> Any:
    """A `csv.reader`; ``is_spaced`` lets blanks stand before a quote."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=is_spaced, strict=True)

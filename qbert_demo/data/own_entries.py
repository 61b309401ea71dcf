"""Rows as they stand in lines, in a table or in JSON, each with the number of its line.

Nothing is left out or checked against limits here; see `qbert_demo.data.own_rows`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from qbert_demo.data.tables import DELIMITERS, check_width, split_rows
from qbert_demo.errors import InputError

TEXT_NAMES = ("text", "sentence", "review", "content")
LABEL_NAMES = ("label", "class", "category", "sentiment")
QUOTED_LABEL = r'"(?:[^"\n]|""){0,20000}+"[ \t]*'
QUOTED = rf'[ \t]*"((?:[^"]|""){{0,20000}}+)"[ \t]*%s[ \t]*({QUOTED_LABEL}|[^"\n%s]*)(?:\n|\Z)'
"""A text in double quotes, perhaps over several lines, and its label."""
LABELLED = rf"%s[ \t]*({QUOTED_LABEL})\n?\Z"
"""The end of a line whose label is in double quotes."""
PROBED = 10_000
"""Rows of a table that are looked at before it is taken for one."""


@dataclass(frozen=True)
class Entry:
    """A text and its label as they stand there, and the line that they begin in."""

    line: int
    text: str
    label: str


def line_entries(text: str) -> Iterator[Entry]:
    """Read lines or a table, by what the first line that is not blank says.

    Raises:
        InputError: If a table of more than two columns cannot be read.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()]
    for delimiter in DELIMITERS:
        columns = _columns(lines[0].split(delimiter)) if lines else []
        at = _find(columns, TEXT_NAMES), _find(columns, LABEL_NAMES)
        if at == (0, 1) and len(columns) == 2:
            return _two_columns(text, delimiter)
        if None not in at:
            return _table(text, delimiter)
    return _lines(text, _separator(lines), skip=0)


def _separator(lines: Sequence[str]) -> str:
    """What stands before the label; a tab or a semicolon only where every line has one.

    Where every line has commas, too, the same labels must return after the semicolons.
    """
    if all("\t" in line for line in lines):
        return "\t"
    if all(";" in line for line in lines):
        labels = {line.rpartition(";")[2].strip().casefold() for line in lines}
        if 2 * len(labels) <= len(lines) or not all("," in line for line in lines):
            return ";"
    return ","


def _two_columns(text: str, delimiter: str) -> Iterator[Entry]:
    """Read a text and a label a row as CSV or, where that does not fit, line by line."""
    try:
        for _ in islice(_table(text, delimiter, spaced=True), PROBED):
            pass
    except InputError:
        return _lines(text, delimiter, skip=1)
    return _table(text, delimiter, spaced=True)


def _lines(text: str, separator: str, skip: int) -> Iterator[Entry]:
    quoted = re.compile(QUOTED % (separator, separator))
    labelled = re.compile(LABELLED % separator)
    line, at = 1, 0
    while at < len(text):
        match = quoted.match(text, at)
        end = match.end() if match else text.find("\n", at) + 1 or len(text)
        if text[at:end].strip():
            if match:
                found, label = match[1].replace('""', '"'), match[2]
            elif match := labelled.search(text, at, end):
                found, label = text[at : match.start()], match[1]
            else:
                found, mark, label = text[at:end].rpartition(separator)
                found, label = (found, label) if mark else (label, "")
            if skip:
                skip -= 1
            else:
                yield Entry(line, found, _unquoted(label.strip()))
        line += text.count("\n", at, end)
        at = end


def _unquoted(label: str) -> str:
    """Take the quotes off that enclose a label, or one that has no other."""
    if len(label) > 1 and label[0] == label[-1] == '"':
        return label[1:-1].replace('""', '"')
    return label.strip('"') if label.count('"') % 2 else label


def _table(text: str, delimiter: str, spaced: bool = False) -> Iterator[Entry]:
    rows = split_rows(text, delimiter, spaced)
    header = next((fields for _, fields in rows if any(map(str.strip, fields))), [])
    columns = _columns(header)
    text_at, label_at = _find(columns, TEXT_NAMES), _find(columns, LABEL_NAMES)
    if text_at is None or label_at is None:
        raise InputError("The line that names the columns has quotes out of place. Mend them.")
    for line, fields in rows:
        if any(map(str.strip, fields)):
            check_width(line, fields, len(columns))
            yield Entry(line, fields[text_at], fields[label_at])


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
        columns = _columns(list(record))
        text_at, label_at = _find(columns, TEXT_NAMES), _find(columns, LABEL_NAMES)
        if text_at is None or label_at is None:
            raise InputError(f"Line {line} lacks a text or a label. Give it both keys.")
        if not isinstance(values[text_at], str):
            raise InputError(f"The text in line {line} is no string. Put it in double quotes.")
        if not isinstance(values[label_at], str | int | float):
            raise InputError(f"The label in line {line} is no name or number. Give it one.")
        yield Entry(line, values[text_at], str(values[label_at]))


def _columns(names: Sequence[str]) -> list[str]:
    return [clean(name).strip('" ').lower() for name in names]


def _find(columns: Sequence[str], names: Sequence[str]) -> int | None:
    return next((columns.index(name) for name in names if name in columns), None)


def clean(text: str) -> str:
    """Drop NUL and surrounding white space, and replace halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "").strip()

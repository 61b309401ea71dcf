"""A text and its label a row, as visitors paste or save them: lines, or a table with a header.

Lines are counted from 1, as a text editor does; line ends are as `dialect.unified` makes them.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from qbert_demo.data.columns import (
    LABEL_COLUMNS,
    TEXT_COLUMNS,
    chosen_columns,
    find_columns,
    listed,
    plain_name,
)
from qbert_demo.data.dialect import (
    DELIMITERS,
    FILLED,
    LONG_ROW,
    filled_lines,
    first_line,
    header_of,
    long_row_note,
    read_rows,
    unquoted,
)
from qbert_demo.data.rows import MAX_CLASSES, MIN_CLASSES
from qbert_demo.data.tables import SAMPLED_ROWS, Entry, table_entries
from qbert_demo.errors import InputError

QUOTED_LABEL = r'"(?:[^"\n]|""){0,20000}+"[ \t]*'
QUOTED = rf'[ \t]*"((?:[^"]|""){{0,20000}}+)"[ \t]*%s[ \t]*({QUOTED_LABEL}|[^"\n%s]*)(?:\n|\Z)'
"""A text in double quotes, perhaps over several lines, and its label."""
LABELLED = rf"%s[ \t]*({QUOTED_LABEL})\n?\Z"
"""The end of a line whose label is in double quotes."""
PROBED = 10_000
"""Rows of a table that are looked at before it is taken for one."""


def own_entries(
    text: str, text_column: str, label_column: str, notes: list[str]
) -> Iterator[Entry]:
    """Read lines or a table, by what the first line that is not blank says.

    Args:
        text: All of it.
        text_column: Of the text, where the visitor has named it.
        label_column: Of the label, likewise.
        notes: What has to be said is added here, at the latest as the rows are read.

    Raises:
        InputError: If a column that was named is not there, or has to be chosen first.
    """
    for delimiter in DELIMITERS:
        header = header_of(text, delimiter)
        text_at, label_at = find_columns(header)
        if text_at is None or label_at is None or text_column or label_column:
            continue
        if (text_at, label_at) == (0, 1) and len(header) == 2:
            return _two_columns(text, delimiter, notes)
        return _table(text, delimiter, (text_at, label_at), notes)
    delimiter = max(DELIMITERS, key=first_line(text)[1].count)
    header = header_of(text, delimiter)
    if text_column or label_column or _names_columns(header, text, delimiter):
        names = [name.strip() for name in header]
        found = chosen_columns(
            names,
            lambda: _sample(text, delimiter),
            text_column,
            label_column,
        )
        return _table(text, delimiter, (names.index(found[0]), names.index(found[1])), notes)
    lines = [line for _, line in islice(filled_lines(text), SAMPLED_ROWS)]
    for delimiter in DELIMITERS:
        if labels := _leading_labels(lines, delimiter):
            notes.append(f"Labels were read at the start of each line: {listed(labels)}.")
            return _label_first_lines(text, delimiter)
    return _lines(text, _separator(lines), notes)


def renaming(text: str, *, always: bool = False) -> str:
    """How a first line is made to name the columns, for a message.

    Args:
        text: All of it.
        always: Say so even if the lines are not those of a table.
    """
    number, line = first_line(text)
    delimiter = max(DELIMITERS, key=line.count)
    header = header_of(text, delimiter)
    if not _heads_a_table(header, text, delimiter):
        return f" If line {number} names the columns, call them text and label." if always else ""
    return f" If line {number} names the columns ({listed(header)}), call them text and label."


def _names_columns(header: Sequence[str], text: str, delimiter: str) -> bool:
    """Whether this is the header of a table, and one of its names is known."""
    is_known = any(plain_name(name) in TEXT_COLUMNS + LABEL_COLUMNS for name in header)
    return is_known and _heads_a_table(header, text, delimiter)


def _heads_a_table(header: Sequence[str], text: str, delimiter: str) -> bool:
    """Whether the rows below are as wide, and no name stands in its own column."""
    if len(header) < 2:
        return False
    try:
        rows, _ = read_rows(text, delimiter)
        sample = [fields for _, fields in islice(rows, SAMPLED_ROWS) if any(fields)]
    except InputError:
        return False
    own = [cell.strip().casefold() for cell in header]
    return len(sample) > 1 and all(
        len(fields) == len(header)
        and not any(c.strip().casefold() == name for c, name in zip(fields, own, strict=True))
        for fields in sample[1:]
    )


def _sample(text: str, delimiter: str) -> list[dict[str, str | None]]:
    """The first rows of a table by the names of their columns, what is empty as nothing."""
    rows, _ = read_rows(text, delimiter)
    _, header = next(rows)
    names = [name.strip() for name in header]
    return [
        {name: cell.strip() or None for name, cell in zip(names, fields, strict=False)}
        for _, fields in islice(rows, SAMPLED_ROWS)
    ]


def _table(text: str, delimiter: str, at: tuple[int, int], notes: list[str]) -> Iterator[Entry]:
    entries, more = table_entries(text, delimiter, at)
    notes += more
    return entries


def _two_columns(text: str, delimiter: str, notes: list[str]) -> Iterator[Entry]:
    """Read a text and a label a row as CSV or, where that does not fit well, line by line."""
    entries, doubts = table_entries(text, delimiter, (0, 1))
    try:
        fits = not doubts and len(list(islice(entries, PROBED))) > 0
    except InputError:
        fits = False
    if not fits:
        return _lines(text, delimiter, notes, skip=1)
    return table_entries(text, delimiter, (0, 1))[0]


def _separator(lines: Sequence[str]) -> str:
    """What stands before the label; a tab or a semicolon only where every line has one.

    Where every line has commas, too, the same labels must return after the semicolons.
    """
    if all("\t" in line for line in lines):
        return "\t"
    if all(";" in line for line in lines):
        labels = {_label(line, ";") for line in lines}
        if 2 * len(labels) <= len(lines) or not all("," in line for line in lines):
            return ";"
    return ","


def _leading_labels(lines: Sequence[str], separator: str) -> list[str]:
    """Labels that return at the start of lines, while nothing returns at their end."""
    if not all(separator in line for line in lines):
        return []
    first = [_unquoted(line.partition(separator)[0].strip()) for line in lines]
    last = {_label(line, separator) for line in lines}
    found = {label.casefold(): label for label in reversed(first)}
    is_first = MIN_CLASSES <= len(found) <= len(lines) / 2 < len(last)
    return [*found.values()][::-1] if is_first and len(found) <= MAX_CLASSES else []


def _label_first_lines(text: str, separator: str) -> Iterator[Entry]:
    for number, line in filled_lines(text):
        label, _, found = line.partition(separator)
        yield Entry(number, unquoted(found), _unquoted(label.strip()))


def _lines(text: str, separator: str, notes: list[str], skip: int = 0) -> Iterator[Entry]:
    quoted = re.compile(QUOTED % (separator, separator))
    labelled = re.compile(LABELLED % separator)
    known = {
        _label(line, separator)
        for _, line in filled_lines(text if '"' in text else "")
        if '"' not in line and separator in line
    }
    line, at = 1, 0
    while filled := FILLED.search(text, at):
        begin = text.rfind("\n", at, filled.start()) + 1 or at
        line, at = line + text.count("\n", at, begin), begin
        match = quoted.match(text, at)
        if match and _are_rows(match[0], separator, known):
            match = None
        end = match.end() if match else text.find("\n", at) + 1 or len(text)
        after = line + text.count("\n", at, end)
        if match:
            found, label = match[1].replace('""', '"'), match[2]
            if after - line > LONG_ROW:
                notes.append(long_row_note(line, after - 1))
        elif match := labelled.search(text, at, end):
            found, label = text[at : match.start()], match[1]
        else:
            found, mark, label = text[at:end].rpartition(separator)
            found, label = (found, label) if mark else (label, "")
        if skip:
            skip -= 1
        else:
            yield Entry(line, found, _unquoted(label.strip()))
        line, at = after, end


def _are_rows(found: str, separator: str, known: set[str]) -> bool:
    """Whether the lines that quotes enclose are rows of their own: all have a known label."""
    inner = [line for line in found.strip().split("\n")[:-1] if line.strip()]
    return bool(inner) and all(
        separator in line and _label(line, separator) in known for line in inner
    )


def _label(line: str, separator: str) -> str:
    return line.rpartition(separator)[2].strip().casefold()


def _unquoted(label: str) -> str:
    """Take the quotes off that enclose a label, or one that has no other."""
    label = unquoted(label)
    return label.strip('"') if label.count('"') % 2 else label

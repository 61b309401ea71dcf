"""A visitor's own labelled texts: pasted lines ``text,label``, or a CSV, TSV or JSONL file.

Whatever arrives, the answer is rows or an `InputError`. Lines are counted from 1, as a text
editor does; two texts count as the same when they differ in case and white space alone.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import PurePosixPath

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
from qbert_demo.data.tables import (
    DELIMITERS,
    Entry,
    clean,
    decode,
    find_columns,
    json_entries,
    table_entries,
)
from qbert_demo.errors import InputError

MIN_CLASS_ROWS = 4
MAX_OWN_ROWS = 2_000
MAX_OWN_SIZE = 20_000_000
"""Bytes of a file, characters of pasted lines."""
INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Zs")
"""Unicode's categories of characters that leave no mark."""

LINE_FILES = (".csv", ".tsv", ".txt")
JSON_FILES = (".jsonl", ".ndjson")
QUOTED_LABEL = r'"(?:[^"\n]|""){0,20000}+"[ \t]*'
QUOTED = rf'[ \t]*"((?:[^"]|""){{0,20000}}+)"[ \t]*%s[ \t]*({QUOTED_LABEL}|[^"\n%s]*)(?:\n|\Z)'
"""A text in double quotes, perhaps over several lines, and its label."""
LABELLED = rf"%s[ \t]*({QUOTED_LABEL})\n?\Z"
"""The end of a line whose label is in double quotes."""
PROBED = 10_000
"""Rows of a table that are looked at before it is taken for one."""


def read_own(text: str) -> Rows:
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
    return _own_rows(_labelled_lines(text), "rows of one's own", [])


def read_own_file(name: str, data: bytes) -> Rows:
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
    entries = json_entries(text) if is_json else _labelled_lines(text)
    return _own_rows(entries, " ".join(clean(path.name).split())[:80], notes)


def _check_size(size: int, unit: str) -> None:
    if size > MAX_OWN_SIZE:
        raise InputError(
            f"That is {size:,} {unit}; at most {MAX_OWN_SIZE:,} are accepted. Give fewer rows."
        )


def _labelled_lines(text: str) -> Iterator[Entry]:
    """Read lines or a table, by what the first line that is not blank says.

    Raises:
        InputError: If a table of more than two columns cannot be read.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip()]
    for delimiter in DELIMITERS:
        header = lines[0].split(delimiter) if lines else []
        at = find_columns(header)
        if at == (0, 1) and len(header) == 2:
            return _two_columns(text, delimiter)
        if None not in at:
            return table_entries(text, delimiter)
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
        for _ in islice(table_entries(text, delimiter, spaced=True), PROBED):
            pass
    except InputError:
        return _lines(text, delimiter, skip=1)
    return table_entries(text, delimiter, spaced=True)


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


def _own_rows(entries: Iterator[Entry], origin: str, notes: list[str]) -> Rows:
    """Check the entries, then leave out what repeats or contradicts itself."""
    given = _checked(entries, notes)
    labels = tuple(dict.fromkeys(entry.label for entry in given))
    index = {name: k for k, name in enumerate(labels)}
    texts = tuple(entry.text for entry in given)
    rows = Rows(texts, tuple(index[entry.label] for entry in given), origin, labels)
    distinct, repeated, contradictory = distinct_rows(rows)
    _check_classes([given[i] for i in distinct], given, labels)
    if repeated:
        notes.append(f"{_named(given, repeated)} left out: the text was there already.")
    if contradictory:
        notes.append(f"{_named(given, contradictory)} left out: the same text has two labels.")
    return replace(rows.take(distinct), notes=tuple(notes))


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
        cut += len(text) > MAX_ROW_CHARACTERS
        kept.append(Entry(entry.line, text[:MAX_ROW_CHARACTERS].strip(), name))
    notes += counted_notes(
        (blank, "without text left out"), (cut, f"cut after {MAX_ROW_CHARACTERS:,} characters")
    )
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

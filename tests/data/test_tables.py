from collections.abc import Sequence

import pytest

from qbert_demo.config import MAX_BATCH_ROWS, MAX_CHARACTERS
from qbert_demo.data.labels import match_labels
from qbert_demo.data.tables import Entry, read_csv, read_lines
from qbert_demo.errors import InputError

NAMES = ("negative", "positive")


def texts(entries: Sequence[Entry]) -> list[str]:
    return [entry.text for entry in entries]


def test_lines_are_texts_and_blank_ones_are_left_out() -> None:
    entries = read_lines("first\n\n  second  \r\n\t\nthird")
    assert entries == (Entry(1, "first"), Entry(3, "second"), Entry(5, "third"))
    assert match_labels(entries, NAMES) == (None, ())


@pytest.mark.parametrize("pasted", ["", " \n\t\n"])
def test_nothing_to_read_says_what_to_do(pasted: str) -> None:
    with pytest.raises(InputError, match="Paste one text a line"):
        read_lines(pasted)


def test_too_many_lines_names_the_first_that_is_too_much() -> None:
    with pytest.raises(InputError, match=f"at most {MAX_BATCH_ROWS}.*line {MAX_BATCH_ROWS + 2}"):
        read_lines("\n" + "text\n" * (MAX_BATCH_ROWS + 1))


def test_too_long_a_text_names_its_line() -> None:
    with pytest.raises(InputError, match=r"line 2 has 20,001 characters; at most 20,000"):
        read_lines("short\n" + "x" * (MAX_CHARACTERS + 1))


def test_a_csv_with_quotes_newlines_and_labels() -> None:
    content = b'Text,Label\n"one, two",positive\n"over\ntwo lines",0\nlast,NEGATIVE\n'
    entries, _ = read_csv(content)
    assert texts(entries) == ["one, two", "over\ntwo lines", "last"]
    assert [entry.line for entry in entries] == [2, 3, 5]
    assert match_labels(entries, NAMES) == (("positive", "negative", "negative"), ())


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_extra_columns(separator: str) -> None:
    content = separator.join(["id", "text"]) + f"\n1{separator}hi"
    assert read_csv(content.encode()) == ((Entry(2, "hi"),), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(encoding: str) -> None:
    found = read_csv("text\nnaïve café 😀 سلام\n".encode(encoding))
    assert found == ((Entry(2, "naïve café 😀 سلام"),), ())


def test_a_file_of_another_encoding_is_read_and_said() -> None:
    entries, notes = read_csv("text\nplain\ncafé\n".encode("cp1252"))
    assert texts(entries) == ["plain", "café"]
    assert "Line 3" in notes[0]
    assert "Windows-1252" in notes[0]


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(InputError, match=r"Line 2 is not UTF-8.*Save the file as UTF-8"):
        read_csv(b"text\nab\x81\x8d\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Line 1 must name the columns.*nothing"),
        (b"words,label\nhi,1\n", "Line 1 .*“words”, “label”.*the texts “text”"),
        (b"text,label\nhi,1\na,b,c\n", "Line 3 has 3 fields, but the header has 2"),
        (b"text,label\nhi\n", "Line 2 has 1 fields"),
        (b'text\nok\n"never closed\nmore\n', "begins in line 3.*double quotes"),
        (b'text\n"a"b\n', "begins in line 2"),
        (b"text,label\n", "There is no text"),
    ],
)
def test_a_bad_csv_names_the_line(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_csv(content)


def test_rows_without_text_are_left_out_and_counted() -> None:
    entries, notes = read_csv(b"text,label\nhi,1\n,0\n\n,\nbye,0\n")
    assert texts(entries) == ["hi", "bye"]
    assert notes == ("2 rows without text left out.",)


def test_an_empty_label_column_counts_as_none() -> None:
    entries, _ = read_csv(b"text,label\nhi,\nbye,\n")
    assert match_labels(entries, NAMES) == (None, ())


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("neutral", "Line 7 has the label “neutral”.*negative, positive"),
        ("", "Line 7 has no label"),
    ],
)
def test_an_unknown_label_names_the_line(label: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        match_labels([Entry(4, "a", "positive"), Entry(7, "b", label)], NAMES)

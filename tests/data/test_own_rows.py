import csv
import io
import json
import random
import string

import pytest

from qbert_demo.data import own_rows as own
from qbert_demo.data.own_rows import read_own, read_own_file
from qbert_demo.data.rows import MAX_ROW_CHARACTERS, Rows
from qbert_demo.errors import InputError

TEXTS = (
    "plain",
    "one, two; three",
    'she said "no", twice',
    '"quoted" from the start',
    "over\ntwo lines, or\n\nthree",
    "naïve café 😀 سلام",
    "tab\tinside",
    '"',
    "a,b,c",
    "last",
)
PAIRS = [(text, ("Good", "bad")[k % 2]) for k, text in enumerate(TEXTS)]
SIMPLE = "".join(f"nice {i},good\nawful {i},bad\n" for i in range(4))


def as_csv(rows: list[tuple[str, ...]], delimiter: str = ",", quoting: int = csv.QUOTE_ALL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows(rows)
    return out.getvalue()


def assert_pairs(found: Rows) -> None:
    assert found.classes == ("Good", "bad")
    assert found.texts == TEXTS
    assert found.labels == (0, 1) * 5
    assert found.notes == ()


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("header", [(), ("text", "label"), ("Review", "CLASS")])
def test_pasted_csv_comes_back_as_it_was(header: tuple[str, ...], newline: str) -> None:
    rows: list[tuple[str, ...]] = [*([header] if header else []), *PAIRS]
    assert_pairs(read_own("\ufeff\n" + as_csv(rows).replace("\r\n", "\n").replace("\n", newline)))


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("b.TSV", "\t"), ("c.csv", ";")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_tables_with_more_columns_in_any_order(
    encoding: str, name: str, delimiter: str, quoting: int
) -> None:
    rows = [("id", "Sentiment", "Content"), *((str(k), b, a) for k, (a, b) in enumerate(PAIRS))]
    found = read_own_file(f"C:\\x/{name}", as_csv(rows, delimiter, quoting).encode(encoding))
    assert_pairs(found)
    assert found.origin == name


@pytest.mark.parametrize("escaped", [True, False])
def test_json_lines(escaped: bool) -> None:
    lines = [
        json.dumps({"Sentence": a, "x": 1, "LABEL": b}, ensure_ascii=escaped) for a, b in PAIRS
    ]
    assert_pairs(read_own_file("rows.jsonl", "\r\n\n".join(lines).encode()))


def test_too_long_a_paste_is_refused_before_it_is_read() -> None:
    with pytest.raises(InputError, match=f"19,000,000 characters; at most {own.MAX_PASTED:,}"):
        read_own("\n" * 19_000_000)
    with pytest.raises(InputError, match=f"lines; at most {own.MAX_OWN_LINES:,}"):
        read_own_file("x.csv", b"text,label\n" + b"\n" * 19_000_000)
    row = "x" * MAX_ROW_CHARACTERS
    longest = "".join(f"{i:04}{row[4:]},{'ab'[i % 2] * 60}\n" for i in range(own.MAX_OWN_ROWS))
    assert len(read_own(longest)) == own.MAX_OWN_ROWS


def test_numbers_are_labels_in_json() -> None:
    lines = [json.dumps({"text": f"t{i}", "label": i % 2}) for i in range(8)]
    assert read_own_file("x.ndjson", "\n".join(lines).encode()).classes == ("0", "1")


def test_the_label_follows_the_last_comma() -> None:
    found = read_own('well, it was "fine", really, good\n' + SIMPLE)
    assert found.texts[0] == 'well, it was "fine", really'
    assert found.classes == ("good", "bad")
    assert found.origin == "rows of one's own"


@pytest.mark.parametrize("header", ["text,label\n", '"text", "label"\n', ""])
@pytest.mark.parametrize("space", ["", " "])
def test_a_label_in_quotes_may_hold_commas_and_quotes(header: str, space: str) -> None:
    rows = "".join(
        f'film {i},{space}"good, very"\n"a, b {i}",{space}"say ""hi"""\nfilm x{i},{space}bad\n'
        for i in range(4)
    )
    for found in (read_own(header + rows), read_own_file("x.csv", (header + rows).encode())):
        assert found.classes == ("good, very", 'say "hi"', "bad")
        assert found.texts[:3] == ("film 0", "a, b 0", "film x0")
        assert found.notes == ()


def test_quotes_that_enclose_nothing_stay_in_a_label() -> None:
    found = read_own(SIMPLE.replace("bad", 'not "good"'))
    assert found.classes == ("good", 'not "good"')


def test_a_table_that_is_no_csv_is_read_line_by_line() -> None:
    found = read_own("text,label\nwell, it was fine, good\n" + SIMPLE)
    assert found.texts[0] == "well, it was fine"
    assert found.classes == ("good", "bad")


def test_semicolons_count_beside_commas_where_labels_return_after_them() -> None:
    german = SIMPLE.replace(",", ", wirklich; ")
    assert read_own(german).texts[0] == "nice 0, wirklich"
    places = german.replace("good", "Rome, NY").replace("bad", "Troy, NY")
    assert read_own(places).classes == ("Rome, NY", "Troy, NY")
    english = "".join(f"I came; I saw {line}\n" for line in SIMPLE.splitlines())
    assert read_own(english).texts[0] == "I came; I saw nice 0"
    without_commas = read_own(SIMPLE.replace(",", ";"))
    assert without_commas.classes == ("good", "bad")


def test_a_text_in_which_nothing_can_be_seen_is_left_out() -> None:
    found = read_own(SIMPLE + "\u200b\u2060\ufeff,good\n\u00a0,bad\n\U0001f600,bad\n")
    assert found.notes == ("2 rows without text left out.",)
    assert found.texts[-1] == "\U0001f600"


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ("no label here\n", "One row (line 10)"),
        ("text,\n", "One row (line 10)"),
        ("text,\u200b\n", "One row (line 10)"),
        ('"a\n\nb",good\ntext,\nother,\n', "2 rows (lines 13, 14)"),
    ],
)
def test_rows_without_a_label_are_left_out_with_their_lines(rows: str, where: str) -> None:
    for header in ("", "text,label\n"):
        text = header + SIMPLE + "\n" * (not header) + rows
        for found in (read_own(text), read_own_file("x.csv", text.encode())):
            assert found.notes == (f"{where} without a label left out.",)
            assert len(found) == 8 + rows.count("good")


def test_a_paste_from_a_spreadsheet_has_tabs() -> None:
    found = read_own(SIMPLE.replace(",", ", indeed\t"))
    assert found.texts[0] == "nice 0, indeed"


def test_repeats_contradictions_cuts_and_case_are_told_with_their_lines() -> None:
    found = read_own(
        SIMPLE + "NICE  0,Good\nawful 1,good\n,bad\n" + "x" * 2_500 + ",bad\nawful 9,bad\n"
    )
    assert found.notes == (
        "One row without text left out.",
        "One row cut after 2,000 characters.",
        "The case of a label does not count: “Good” as “good”.",
        "One row (line 9) left out: the text was there already.",
        "2 rows (lines 4, 10) left out: the same text has two labels.",
    )
    assert found.texts[-2:] == ("x" * 2_000, "awful 9")
    assert len(found) == 9


def test_latin_1_is_read_and_said() -> None:
    found = read_own_file("x.txt", (SIMPLE + "café,good\n").encode("latin-1"))
    assert found.texts[-1] == "café"
    assert "Line 9 is not UTF-8" in found.notes[0]


def test_nul_and_halves_of_characters_are_taken_out() -> None:
    lines = SIMPLE + "a\0b\ud800,good\n"
    assert read_own(lines).texts[-1] == "ab\ufffd"
    records = [r'{"text": "a\u0000b\ud800", "label": "good"}']
    for line in SIMPLE.splitlines():
        text, label = line.split(",")
        records.append(json.dumps({"text": text, "label": label}))
    assert read_own_file("x.jsonl", "\n".join(records).encode()).texts[0] == "ab\ufffd"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "words,kind\nwell, it was, odd\n" + SIMPLE,
            r"has 1\. .* If line 1 names the columns, call",
        ),
        (" \n\n", r"There is no row\. Give one a line"),
        ("\nno label here\nnor here\ngood,a\n", r"Line 2 has no label\. Put one"),
        (SIMPLE + "t," + "x" * 61, r"label in line 9.*61 characters; at most 60"),
        ("a,good\nb,good\n", r"From line 1 on every row has the label “good”.*2 classes"),
        (SIMPLE + "c,odd\n", r"At least 4 different .*“odd”, first seen in line 9, has 1\. Add"),
        ("words,kind\n" + SIMPLE, r"line 1, has 1\. .*“words”, “kind”.*call them text and label"),
        (
            SIMPLE + "".join(f"{c},{c}\n" for c in string.ascii_lowercase),
            r"Line 27 begins class number 21, “s”; at most 20",
        ),
        ("".join(f"t{i},{i % 2}\n" for i in range(2_001)), r"2,000 rows.*from line 2001 on"),
        ("label,text\ngood,a,b\n", r"Line 2 has 3 fields, but the header has 2"),
        ('label,text\ngood,"a\n\nb\n', r"begins in line 2.*double quotes"),
    ],
)
def test_a_bad_paste_names_the_line_and_the_remedy(text: str, message: str) -> None:
    for read in (read_own, lambda pasted: read_own_file("x.csv", pasted.encode())):
        with pytest.raises(InputError, match=message):
            read(text)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": "a"', "Line 2 is no JSON object"),
        ("[" * 100_000, "Line 2 is no JSON object"),
        ("1" * 5_000, "Line 2 is no JSON object"),
        ('["a", "b"]', "Line 2 is no JSON object"),
        ('{"text": 1, "label": "a"}', "text in line 2 is no string"),
        ('{"text": "a", "label": ["b"]}', "label in line 2 is no name"),
    ],
)
def test_a_bad_json_line_is_named(line: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_own_file("x.jsonl", b'{"text": "t", "label": "a"}\n' + line.encode())


@pytest.mark.parametrize("name", ["x.xlsx", "", "csv", "x.csv/", "\ud800"])
def test_other_kinds_of_files_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"\.csv, \.tsv"):
        read_own_file(name if name != "x.csv/" else "x.csv/y", b"")


def test_size_and_type_are_checked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "MAX_OWN_SIZE", 10)
    for call in (
        lambda: read_own_file("x.csv", b"x" * 11),
        lambda: read_own(None),
        lambda: read_own_file("x.csv", "text"),
        lambda: read_own_file(3, b""),
    ):
        with pytest.raises(InputError):
            call()


PIECES = [
    *'",;\t\n\r\0\ufeff\ud800\udc00\u2028\x1c{}[]:\\',
    "\r\n",
    '""',
    "text",
    "label",
    "a",
    "é",
]
PIECES += ["text,label\n", 'x,"', '{"text":"a","label":1}\n', "label;text\n", "1e999", "nul", "😀"]


@pytest.mark.parametrize("seed", range(4))
def test_no_input_raises_anything_but_an_input_error(seed: int) -> None:
    draw = random.Random(seed)
    accepted = 0
    for _ in range(1_500):
        text = "".join(draw.choices(PIECES, k=draw.randrange(30)))
        if draw.random() < 0.5:
            lines = (SIMPLE + "\n").splitlines(keepends=True)
            lines.insert(draw.randrange(len(lines)), text + draw.choice(["", "\n", ",good\n"]))
            text = "".join(lines)
        data = text.encode(draw.choice(["utf-8", "utf-16", "utf-16-be"]), "surrogatepass")
        if draw.random() < 0.3:
            data = draw.randbytes(3) + data[draw.randrange(3) :] + draw.randbytes(3)
        name = draw.choice(["x.csv", "x.tsv", "x.jsonl", "x.txt", text])
        for read in (lambda t=text: read_own(t), lambda n=name, d=data: read_own_file(n, d)):
            try:
                found = read()
            except InputError as error:
                str(error).encode()
                continue
            accepted += 1
            assert len(found.texts) == len(found.labels) >= 8
            assert set(found.labels) == set(range(len(found.classes)))
            "".join((*found.texts, *found.classes, *found.notes, found.origin)).encode()
    assert accepted > 100


@pytest.mark.parametrize("line", ['"' * 1_000, '"a""', '""a', "a" * 1_000, 'a,"' * 400])
def test_hostile_quotes_take_no_long_time(line: str) -> None:
    with pytest.raises(InputError):
        read_own((line + "\n") * 2_000)

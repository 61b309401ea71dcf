"""Headers of a visitor's own rows: told by names and values, else asked about."""

import json

import pytest

from qbert_demo.data.own_rows import read_own, read_own_file
from qbert_demo.errors import InputError

SIMPLE = "".join(f"nice {i},good\nawful {i},bad\n" for i in range(4))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("tweet,airline_sentiment,id", (0, 1)),
        ("id,Message,Target", (1, 2)),
        ("utterance,intent", (0, 1)),
        ("verdict,headline", (1, 0)),
        ("essay,label", (0, 1)),
        ("label,essay,id", (1, 0)),
        ("label,essay", (1, 0)),
        ("category,topic,body,label", (2, 3)),
    ],
)
def test_columns_are_told_by_their_names_and_values(header: str, names: tuple[int, int]) -> None:
    records = []
    for i in range(12):
        record = [f"{i}" for _ in header.split(",")]
        record[names[0]] = f"quite a long text number {i}"
        record[names[1]] = ("good", "bad")[i % 2]
        records.append(record)
    columns = header.split(",")
    table = "\n".join([header, *map(",".join, records)])
    keyed = [json.dumps(dict(zip(columns, record, strict=True))) for record in records]
    for found in (
        read_own(table),
        read_own_file("x.tsv", table.replace(",", "\t").encode()),
        read_own_file("x.jsonl", "\n".join(keyed).encode()),
    ):
        assert found.classes == ("good", "bad")
        assert found.texts[0] == "quite a long text number 0"


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("title,summary,polarity", "a title {i},a summary {i},{k}", r"Which .* text\? .*“summary”"),
        (
            "text,kind,mood",
            "a long text {i},{k},{k}",
            r"Which .* label\? .*“kind”, “mood”.*“label”",
        ),
        ("premise,hypothesis,x,topic", "one {i},two {i},{k},{k}", r"Which .* text\? .*“text”\."),
        (
            "id,words,kind",
            "{i},many a word {i},{k}",
            r"names the columns \(“id”, “words”, “kind”\)",
        ),
        ("id,kind,words", "{i},{k},many a word {i} %s" % ("x" * 60), r"names the columns \(“id”"),
    ],
)
def test_what_is_not_sure_is_asked_with_the_columns(header: str, row: str, words: str) -> None:
    rows = [row.format(i=i, k="ab"[i % 2]) for i in range(12)]
    with pytest.raises(InputError, match=words):
        read_own("\n".join([header, *rows]))


def test_a_first_line_is_no_header_where_its_words_return_below() -> None:
    found = read_own("question,good\n" + SIMPLE)
    assert found.texts[0] == "question"
    assert len(found) == 9


def test_whole_floats_are_whole_numbers_and_gaps_are_left_out() -> None:
    rows = "".join(f"nice {i},1.0\nawful {i},0.0\nunsure {i},2\n" for i in range(4)) + "what,\n"
    found = read_own("text,label\n" + rows)
    assert found.classes == ("1", "0", "2")
    assert found.notes == ("One row (line 14) without a label left out.",)
    lines = [json.dumps({"text": f"t{i}", "label": (1.0, 0.0, None)[i % 3]}) for i in range(12)]
    lines += ['{"text": "x"}', '{"text": "y", "label": NaN}', '{"label": 0}']
    found = read_own_file("x.jsonl", "\n".join(lines).encode())
    assert found.classes == ("1", "0")
    assert found.notes == (
        "6 rows (lines 3, 6, 9, 12, 13, …) without a label left out.",
        "One row without text left out.",
    )

"""Quotes that enclose fields, and quotes that are mere characters of a sentence."""

import csv
import io

import pytest

from qbert_demo.data import dialect
from qbert_demo.data.own_rows import read_own, read_own_file
from qbert_demo.data.tables import read_csv
from qbert_demo.errors import InputError


def rows(delimiter: str, opens: int, closes: int | None, n: int = 60) -> list[str]:
    """Lines of two classes in turn; one text opens with a quote, a later one closes with one."""
    texts = [f"{('good', 'dull')[i % 2]} film {i}" for i in range(n)]
    texts[opens] = '"it works like that'
    if closes is not None:
        texts[closes] = 'so they say"'
    return [f"{text}{delimiter}{1 - i % 2}" for i, text in enumerate(texts)]


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize(("opens", "closes"), [(4, 51), (10, 11), (0, 59), (7, None), (59, None)])
def test_lone_quotes_swallow_no_rows(delimiter: str, opens: int, closes: int | None) -> None:
    lines = rows(delimiter, opens, closes)
    headed = "\n".join([f"sentence{delimiter}label", *lines])
    wide = "\n".join(
        f"{k}{delimiter}{line}" for k, line in enumerate([f"text{delimiter}label", *lines])
    )
    bare = "\n".join(lines)
    for text in (headed, wide.replace("0", "id", 1), bare):
        for found in (read_own(text), read_own_file("x.tsv", text.encode())):
            assert len(found) == 60
            assert found.texts[opens] == '"it works like that'
            assert found.labels == (0, 1) * 30
            assert found.notes == ()
    entries, notes = read_csv(headed.encode())
    assert (len(entries), notes) == (60, ())
    assert [entry.line for entry in entries] == [*range(2, 62)]


def test_a_quoted_text_keeps_its_separator_beside_lone_quotes() -> None:
    lines = ["text,label", *rows(",", 4, 51), '"one, two",1', '"say ""no""",0']
    found = read_own("\n".join(lines))
    assert len(found) == 62
    assert found.texts[-2:] == ("one, two", 'say "no"')


def test_a_comma_too_many_lets_no_lone_quote_swallow_rows() -> None:
    lines = rows(",", 4, 51)
    lines[30] = "well, dear me, film 30,1"
    for header in ([], ["text,label"]):
        found = read_own("\n".join([*header, *lines]))
        assert len(found) == 60
        assert found.texts[30] == "well, dear me, film 30"
        assert found.notes == ()
    _, (note,) = read_csv("\n".join(["text,label", *lines]).encode())
    assert note.startswith("The text in line 6 runs to line 53: ")


@pytest.mark.parametrize("probed", [20_000, 19, 20])
@pytest.mark.parametrize("header", [[("text", "label")], []])
def test_texts_over_several_lines_stay_whole_though_each_line_has_a_comma(
    header: list[tuple[str, str]], probed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialect, "PROBED_LINES", probed)
    pairs = []
    for i in range(9):
        pairs.append((f"well, it is\nfilm {i}, I think\nand so on", "good"))
        pairs.append((f"bad {i}", "bad"))
    out = io.StringIO()
    csv.writer(out).writerows([*header, *pairs])
    found = read_own(out.getvalue())
    assert found.texts == tuple(text for text, _ in pairs)
    assert found.classes == ("good", "bad")


LONG = '"m\n' + "n\n" * 11 + '",x\n'
SHORT = "".join(f"a {i},x\nb {i},y\n" for i in range(9))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('text\na\n"it works\nb\nc\nd\ne\nf\ng\nh\ni\nj\nthey say"\nk\n', (3, 13)),
        ("text,label\n" + SHORT + LONG, (20, 32)),
        (SHORT + LONG, (19, 31)),
        ('id,text\n1,a\n2,"b\n3,d\n4,e"\n', (3, 5)),
    ],
)
def test_a_text_that_runs_over_many_lines_is_said(text: str, lines: tuple[int, int]) -> None:
    begin, end = lines
    reads = [lambda: read_own(text).notes] if "x" in text.split("\n")[1] else []
    reads += [lambda: read_csv(text.encode())[1]] if "text" in text else []
    for read in reads:
        (note,) = read()
        assert note.startswith(f"The text in line {begin} runs to line {end}: ")


def test_only_a_beginning_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "PROBED_LINES", 20)
    found = read_own("\n".join(["sentence\tlabel", *rows("\t", 4, 51)]))
    assert len(found) == 60


@pytest.mark.parametrize("quote", ["", '"'])
def test_too_long_a_text_is_called_so(quote: str) -> None:
    content = f"text,label\n{quote}{'x' * 140_000}{quote},1\n"
    with pytest.raises(InputError, match="line 2 has 140,000 characters; at most 20,000"):
        read_csv(content.encode())
    over_lines = f'text,label\n"{"x" * 140_000}\n\n",1\n'
    with pytest.raises(InputError, match=r"begins in line 2 has more than 131,072 characters"):
        read_csv(over_lines.encode())

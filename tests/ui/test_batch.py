import codecs
import csv
import io
import re
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from qbert_demo.ui.compare.batch import (
    PART,
    STOPPED,
    Run,
    Shown,
    begin,
    compare_many,
    end,
    joined,
)
from qbert_demo.ui.compare.batch_table import defused, order, table_csv, table_html
from qbert_demo.ui.parts.file_link import File
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


def run(
    lines: str | None = None, file: Path | None = None, with_control: bool = False
) -> list[Shown]:
    path = str(file) if file else None
    return list(compare_many(EXPLORER, Run(object()), "sst2", lines, path, with_control))


def cells_of(status: str) -> list[list[str]]:
    """The rows of the table of scores."""
    plain = status.replace("\xa0", " ").replace("\N{MINUS SIGN}", "-")
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in plain.split("<tr>")[2:]]


def rows_of(sheet: File) -> list[dict[str, str]]:
    assert sheet.name == "comparison.csv"
    assert sheet.content.startswith(codecs.BOM_UTF8), "or spreadsheets misread it"
    return list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    path.write_text("text,label\ngood,positive\ngood but,negative\nbad,negative\nbad,positive\n")
    return path


def test_disagreements_come_first_in_table_and_file() -> None:
    _, table, sheet = run("good\nbad\ngood but long\nbad but short")[-1]
    rows = rows_of(sheet)
    assert [row["text"] for row in rows] == ["good but long", "bad but short", "good", "bad"]
    assert [row["agree"] for row in rows] == ["no", "no", "yes", "yes"]
    assert rows[0]["classical"] == "positive"
    assert rows[0]["hybrid"] == "negative"
    assert table.index("good but long") < table.index(">good<")


def test_accuracy_with_its_count_when_labels_are_given(labelled: Path) -> None:
    status, table, sheet = run(file=labelled)[-1]
    assert "Sentiment, 4 texts: the models disagree on 1." in status
    classical, hybrid = cells_of(status)
    assert classical[:4] == ["classical", "2 of 4", "50.0 %", "15.0 to 85.0 %"]
    assert hybrid[:4] == ["hybrid", "3 of 4", "75.0 %", "30.1 to 95.4 %"]
    assert classical[4:] == ["+25.0 points", "-17.4 to +67.4", "1", "0", "1"]
    assert not any(hybrid[4:])
    assert table.count(">wrong<") == 3
    assert rows_of(sheet)[0]["label"] == "negative"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Sentiment\tText\npositive\tgood\nnegative\tbad\n", "<td>2 of 2</td>"),
        ('"text", "label"\n"good, yes", "positive"\n"bad", "negative"\n', "<td>2 of 2</td>"),
        ("\n\ntweet;polarity\ngood;1.0\nbad;0.0\n", "<td>2 of 2</td>"),
        ("text,label\ngood,2\nbad,1\n", "The labels were read as num"),
        ("text,topic\ngood,sports\n", "There is no accuracy, for no label is one of this task"),
        ("text,topic,stars\ngood,x,1\n", "Labels may be in “topic”, “stars”: call one"),
    ],
)
def test_labels_are_found_or_it_is_said_why_not(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "texts.csv"
    path.write_text(content)
    assert said in run(file=path)[-1][0].replace("\xa0", " ")


def test_the_control_is_asked_on_demand_in_many_texts_too(labelled: Path) -> None:
    status, table, sheet = run(file=labelled, with_control=True)[-1]
    assert [row[0] for row in cells_of(status)] == ["classical", "hybrid", "control"]
    assert 'class="control"' in table
    assert "control_probability" in rows_of(sheet)[0]
    assert "control" not in run(file=labelled)[-1][1]


def test_without_a_difference_nothing_is_claimed_of_it(tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("text,label\ngood,positive\nbad,negative\n")
    classical, _ = cells_of(run(file=path)[-1][0])
    assert classical[4:] == ["0.0 points", "", "0", "0", "1"]


def test_progress_grows_to_the_end() -> None:
    steps = run("\n".join(f"text {k}" for k in range(2 * PART + 5)))
    shown = [status for status, _, _ in steps]
    assert f"{PART} of {2 * PART + 5} texts" in shown[1]
    assert f"{2 * PART + 5} of {2 * PART + 5} texts" in shown[-2]


def test_stop_has_the_last_word_and_a_second_click_starts_no_second_run() -> None:
    page = Run()
    lines = "\n".join(f"text {k}" for k in range(3 * PART))
    begin(page)
    shown = compare_many(EXPLORER, page, "sst2", lines, None)
    next(shown), next(shown)
    assert end(page) == STOPPED
    assert list(shown) == [STOPPED]
    kept = [(gr.skip(),) * 3]
    assert list(compare_many(EXPLORER, page, "sst2", lines, None)) == kept, "stopped as it waited"
    begin(page), begin(page)
    *_, (status, table, _) = compare_many(EXPLORER, page, "sst2", lines, None)
    assert f"{3 * PART} texts" in status.replace("\xa0", " ")
    assert table
    assert list(compare_many(EXPLORER, page, "sst2", lines, None)) == kept
    assert all(update == gr.skip() for update in end(page)), "a finished table stays"


def test_parts_join_to_what_one_call_gives() -> None:
    texts = [f"good {k}" if k % 3 else f"but {k}" for k in range(10)]
    truth = ["positive"] * 10
    whole = EXPLORER.compare_batch("sst2", texts, truth)
    parts = [EXPLORER.compare_batch("sst2", texts[s], truth[s]) for s in (slice(4), slice(4, 10))]
    again = joined(parts)
    assert again.texts == whole.texts
    assert again.truth is not None
    np.testing.assert_array_equal(again.truth, whole.truth)
    for head, probabilities in whole.probabilities.items():
        np.testing.assert_array_equal(again.probabilities[head], probabilities)
    assert order(again) == order(whole)


def test_a_bad_file_names_its_line_and_clears_the_table(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("text,label\nfine,positive\nfine,maybe\n")
    status, table, sheet = run(file=path)[-1]
    assert "Line 3" in status
    assert "problem" in status
    assert (table, sheet) == ("", None)


def test_a_file_that_is_gone_is_to_be_uploaded_again(tmp_path: Path) -> None:
    assert "Upload it again" in run(file=tmp_path / "gone.csv")[-1][0]


def test_nothing_pasted_says_what_to_do() -> None:
    assert "Paste one text a line" in run("")[-1].status


def test_texts_are_escaped_in_the_table() -> None:
    assert "<img" not in run("<img src=x onerror=alert(1)>")[-1].table


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "\t=1", "\r=1"])
def test_no_cell_of_the_file_is_a_formula(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    batch = EXPLORER.compare_batch("sst2", [cell])
    row = next(csv.reader(io.StringIO(table_csv(batch).split("\r\n", 1)[1])))
    assert row[0].startswith("'")


def test_ordinary_cells_stay_as_they_are() -> None:
    assert defused("a = b - c") == "a = b - c"
    assert defused("") == ""


def test_the_table_names_the_lines_texts_came_from() -> None:
    batch = EXPLORER.compare_batch("sst2", ["good", "bad"])
    assert "<td>3</td>" in table_html(batch, [1, 3])

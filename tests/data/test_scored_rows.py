"""Rows to score on come from everywhere, and their classes are the model's or there is a reason."""

import json
from pathlib import Path

import pytest

from qbert_demo.data.catalogue import ROTTEN_TOMATOES, SST2, leak
from qbert_demo.data.rows import Rows
from qbert_demo.data.scored_rows import RowsPlace, fit_labels, load_rows, read_as_text
from qbert_demo.errors import DataError, InputError, QBertError
from tests.data.repositories import NAME, moods
from tests.hub import Hub

LABELS = ("negative", "positive")


def rows(*names: str, classes: tuple[str, ...] = ()) -> Rows:
    """One text for each name."""
    known = classes or tuple(dict.fromkeys(names))
    texts = tuple(f"text {k}" for k in range(len(names)))
    return Rows(texts, tuple(known.index(name) for name in names), "here", known)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Positive", "NEGATIVE", "positive"), (1, 0, 1)),
        (("1", "0"), (1, 0)),
        (("1", "2"), (0, 1)),
        (("1.0", "negative"), (1, 0)),
    ],
)
def test_labels_are_names_or_numbers(names: tuple[str, ...], found: tuple[int, ...]) -> None:
    fitted = fit_labels(rows(*names), LABELS)
    assert fitted.labels == found
    assert fitted.classes == LABELS


def test_a_model_without_names_takes_the_classes_in_their_order() -> None:
    fitted = fit_labels(rows("bad", "good", classes=("bad", "good")), ("LABEL_0", "LABEL_1"))
    assert fitted.labels == (0, 1)
    assert "LABEL_1 as good" in fitted.notes[0]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("positive", "neutral"), "“neutral” is none of this model's, which are negative"),
        (("positive", "=1+1"), "“=1+1” is none"),
        (("<b>positive</b>", "negative"), "“<b>positive</b>” is none"),
        (("positive", "positive"), "All 2 rows have the label “positive”"),
        (("positive", "1"), "All 2 rows have the label “positive”"),
        (("1",), "The only row has the label “positive”: give rows of two classes"),
        ((), "There is no row"),
    ],
)
def test_what_does_not_fit_gets_one_sentence(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=".*") as caught:
        fit_labels(rows(*names), LABELS)
    assert message in str(caught.value)
    assert str(caught.value).count(". ") == 0


def test_a_class_without_rows_need_not_fit() -> None:
    found = rows("positive", "negative", classes=("neutral", "negative", "positive"))
    assert fit_labels(found, LABELS).labels == (1, 0)


def test_a_folder_of_parquet_files_is_read_as_on_the_hub(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test-00000-of-00001.parquet").write_bytes(moods(60))
    found, where = load_rows(RowsPlace(str(tmp_path)))
    assert (len(found), found.classes, where.split) == (60, ("calm", "glad", "sad"), "test")
    with pytest.raises(DataError, match="no split “train”"):
        load_rows(RowsPlace(str(tmp_path), "train"))
    with pytest.raises(DataError, match="no column “nowhere”"):
        load_rows(RowsPlace(str(tmp_path), text="nowhere"))


def test_a_local_copy_of_the_catalogue_is_known(tmp_path: Path) -> None:
    folder = tmp_path / SST2.repo_id
    folder.mkdir(parents=True)
    with pytest.raises(DataError, match="stanfordnlp/sst2, split validation"):
        load_rows(RowsPlace(str(folder)))


def test_a_dataset_of_the_hub_is_streamed(hub: Hub) -> None:
    hub.add("dataset", NAME, {"data/test-00000-of-00001.parquet": moods()})
    found, where = load_rows(RowsPlace(NAME))
    assert (len(found), where.split) == (300, "test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text\na\nb\n", "label"),
        ("", "no row"),
    ],
)
def test_a_file_that_cannot_be_scored_on_says_why(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(content)
    with pytest.raises(QBertError, match=message):
        load_rows(RowsPlace(str(path)))


@pytest.mark.parametrize("name", ["own.csv", "own.jsonl"])
def test_a_file_to_score_on_needs_no_classes_to_train_on(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    labels = ["good", "x" * 70, *(f"kind {k}" for k in range(30))]
    pairs = [{"text": f"text {k}", "label": label} for k, label in enumerate(labels)]
    lines = [",".join(p.values()) if name == "own.csv" else json.dumps(p) for p in pairs]
    header = ["text,label"] if name == "own.csv" else []
    for n in (1, 2, len(labels)):
        path.write_text("\n".join([*header, *lines[:n]]))
        found, _ = load_rows(RowsPlace(str(path)))
        assert found.classes == tuple(labels[:n])
        assert found.labels == tuple(range(n))
        with pytest.raises(InputError, match="“good” is none of this model's"):
            fit_labels(found, LABELS)


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (("=1", "a"), "One row begins with “=”, as a formula does in a spreadsheet; it is"),
        (("-1", "a", "- b"), "2 rows begin with “-”, as a formula does in a spreadsheet; they"),
        (("@a", "-1", "+1", "=a", "a"), "4 rows begin with “=”, “+”, “-” or “@”, as a formula"),
        (("@a", "+1"), "2 rows begin with “+” or “@”, as"),
        (("a = b", "a-b"), ""),
    ],
)
def test_texts_that_begin_as_formulas_are_noted(texts: tuple[str, ...], note: str) -> None:
    given = Rows(texts, (0,) * len(texts), "here", ("good",))
    notes = read_as_text(given).notes
    assert [one.startswith(note) for one in notes] == [True] * bool(note)


def test_formulas_in_a_file_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    lines = [f"={k}+cmd|' /C calc'!A0,{('good', 'bad')[k % 2]}" for k in range(8)]
    path.write_text("\n".join(["text,label", *lines]))
    found, _ = load_rows(RowsPlace(str(path)))
    assert len(found) == 8
    (note,) = found.notes
    assert note == (
        "8 rows begin with “=”, as a formula does in a spreadsheet; they are read as text."
    )


def test_nothing_of_that_name_says_what_there_may_be() -> None:
    with pytest.raises(InputError, match="sst2, ag_news"):
        load_rows(RowsPlace("nothing"))


def test_rows_that_a_model_has_seen_are_called_so() -> None:
    assert "84 % of SST-2's validation split" in leak("sst2", ROTTEN_TOMATOES, "test")
    assert "were trained on rows of this split" in leak("sst2", SST2, "train")
    assert leak("sst2", SST2, "validation") == leak("ag_news", ROTTEN_TOMATOES, "test") == ""

"""The form for any dataset of the Hub: its handlers, called directly."""

from collections.abc import Iterator
from typing import Any

import pytest
from huggingface_hub import constants

from qbert_demo.data.hub_dataset import Another
from qbert_demo.service.tuner import DataChoice, Tuner
from qbert_demo.ui.finetune.hub_dataset import DatasetForm, Seen, dataset_of, look_at_dataset
from qbert_demo.ui.finetune.rows_form import RowsForm, about_html, choice_of, preview
from qbert_demo.ui.parts.events import KEEP
from tests.data.repositories import NAME, PAIRS, moods, repository
from tests.hub import Hub
from tests.hub.fixtures import TOKEN
from tests.ui.test_compare import text_of

FORM = DatasetForm(NAME)
CHOSEN = ("default", "train", "sentence", "mood")


def rows_form(hub: DatasetForm) -> RowsForm:
    return RowsForm("hub", rows=30.0, held_out=20.0, hub=hub)


@pytest.fixture(scope="module")
def tuner() -> Iterator[Tuner]:
    made = Tuner()
    yield made
    made.close()


def boxes_of(seen: Seen) -> list[Any]:
    return [update["value"] for update in seen[1:5]]


def test_a_look_fills_the_form_and_remembers_no_token(hub: Hub, tuner: Tuner) -> None:
    sha = hub.add("dataset", NAME, repository(moods()), private=True)
    seen = look_at_dataset(tuner, FORM._replace(token=TOKEN))
    assert boxes_of(seen) == list(CHOSEN)
    assert seen.label["choices"] == ["mood"]
    assert (seen.pin.revision, seen.pin.token) == (sha, False)
    words = text_of(seen.said)
    assert f"{NAME} @ {sha[:7]}" in words
    assert "3 classes, calm, glad, sad" in words
    assert "sentence number 0" in words
    assert f'href="{constants.ENDPOINT}/datasets/{NAME}/tree/{sha}"' in seen.said


def test_rows_of_it_are_previewed_at_the_commit_that_was_looked_at(hub: Hub, tuner: Tuner) -> None:
    sha = hub.add("dataset", NAME, repository(moods()))
    pin = look_at_dataset(tuner, FORM).pin
    hub.add("dataset", NAME, {"train.csv": b"a,b"})
    words = text_of(preview(tuner, rows_form(DatasetForm(NAME, *CHOSEN, pin, ""))))
    assert "30 rows to train on (calm 10, glad 10, sad 10) and 20 held out" in words
    assert f"{NAME} @ {sha[:7]}, streamed" in words
    assert "places of the dataset" in words


def test_what_must_be_chosen_is_asked_and_offered(hub: Hub, tuner: Tuner) -> None:
    hub.add("dataset", NAME, {"train.csv": PAIRS})
    seen = look_at_dataset(tuner, FORM)
    assert "Choose the column of the text" in text_of(seen.said)
    assert boxes_of(seen) == ["default", "train", None, "label"]
    assert seen.text["choices"] == ["premise", "hypothesis"]
    chosen = DatasetForm(NAME, "default", "train", "premise", "label", seen.pin, "")
    assert "the one 0" in text_of(look_at_dataset(tuner, chosen).said)


def test_an_error_keeps_what_was_typed(hub: Hub, tuner: Tuner) -> None:
    seen = look_at_dataset(tuner, DatasetForm("org/<b>gone"))
    assert "org/&lt;b&gt;gone" in seen.said
    assert all(part is KEEP for part in seen[1:])
    hub.add("dataset", NAME, repository(moods()))
    pin = look_at_dataset(tuner, FORM).pin
    seen = look_at_dataset(tuner, DatasetForm("org/gone", pin=pin, token="hf_x"))
    assert "org/gone" in seen.said
    assert boxes_of(seen) == [None] * 4, "they told of the other dataset"
    assert seen.pin is None


def test_guesses_are_forgotten_with_what_they_told_of() -> None:
    pin = Another("org/a", "x", "train", "t", "k", "sha")
    assert dataset_of(DatasetForm("org/a", "x", "train", "u", "k", pin)) == Another(
        "org/a", "x", "train", "u", "k", "sha"
    )
    assert dataset_of(DatasetForm("org/a", "y", "train", "t", "k", pin, "")) == Another(
        "org/a", "y", "train", revision="sha"
    )
    assert dataset_of(DatasetForm(" org/b ", "x", "train", "t", "k", pin, " hf_x ")) == Another(
        "org/b", token="hf_x"
    )
    assert dataset_of(DatasetForm()) == Another("")


def test_caps_hold_for_programs_too(hub: Hub, tuner: Tuner) -> None:
    form = rows_form(FORM)
    assert "training rows" in preview(tuner, form._replace(rows=1e9))
    assert choice_of(form) == DataChoice(None, rows=30, held_out=20, another=Another(NAME))
    big = DataChoice(None, rows=10**9, another=Another(NAME))
    with pytest.raises(Exception, match="training rows"):
        tuner.material(big)
    assert hub.requests == []


def test_a_dataset_of_the_catalogue_is_described_in_a_line() -> None:
    words = text_of(about_html("imdb"))
    assert words.startswith("stanfordnlp/imdb @ e628166 (plain_text, train): 25,000 rows, 21 MB")
    assert "2 classes (negative, positive). Licence: none stated" in words
    assert "Maas et al." in words
    assert about_html("no such") == ""

"""The form for another dataset of the Hub: its handlers, called directly."""

from collections.abc import Iterator
from typing import Any

import pytest
from huggingface_hub import constants

from qbert_demo.data.hub_dataset import HubDataset
from qbert_demo.service.tuner import DataChoice, Tuner
from qbert_demo.ui.finetune.rows_form import about_html, choice_of, preview
from qbert_demo.ui.parts.hub_dataset import hub_dataset_of, look_at_dataset
from tests.data.repositories import NAME, PAIRS, moods, repository
from tests.hub import Hub
from tests.hub.fixtures import TOKEN
from tests.ui.test_compare import text_of

EMPTY = (None, None, None, None, None, "")
SIZES = (30.0, 20.0, True, 0.0)


@pytest.fixture(scope="module")
def tuner() -> Iterator[Tuner]:
    made = Tuner()
    yield made
    made.close()


def boxes_after(outcome: tuple[Any, ...]) -> list[Any]:
    return [update["value"] for update in outcome[1:5]]


def test_a_look_fills_the_form_and_remembers_no_token(hub: Hub, tuner: Tuner) -> None:
    sha = hub.add("dataset", NAME, repository(moods()), private=True)
    said, *updates, pin = look_at_dataset(tuner, NAME, *EMPTY[:5], TOKEN)
    assert [update["value"] for update in updates] == ["default", "train", "sentence", "mood"]
    assert updates[3]["choices"] == ["mood"]
    assert (pin.revision, pin.token) == (sha, False)
    words = text_of(said)
    assert f"{NAME} @ {sha[:7]}" in words
    assert "3 classes, calm, glad, sad" in words
    assert "sentence number 0" in words
    assert f'href="{constants.ENDPOINT}/datasets/{NAME}/tree/{sha}"' in said


def test_rows_of_it_are_previewed_at_the_commit_that_was_looked_at(hub: Hub, tuner: Tuner) -> None:
    sha = hub.add("dataset", NAME, repository(moods()))
    *_, pin = look_at_dataset(tuner, NAME, *EMPTY)
    hub.add("dataset", NAME, {"train.csv": b"a,b"})
    form = ("hub", "", "", None, *SIZES, NAME, "default", "train", "sentence", "mood", pin, "")
    words = text_of(preview(tuner, *form))
    assert "30 rows to train on (calm 10, glad 10, sad 10) and 20 held out" in words
    assert f"{NAME} @ {sha[:7]}, streamed" in words
    assert "places of the dataset" in words


def test_what_must_be_chosen_is_asked_and_offered(hub: Hub, tuner: Tuner) -> None:
    hub.add("dataset", NAME, {"train.parquet": PAIRS})
    outcome = look_at_dataset(tuner, NAME, *EMPTY)
    assert "Choose the column of the text" in text_of(outcome[0])
    assert boxes_after(outcome) == ["default", "train", None, "label"]
    assert outcome[3]["choices"] == ["premise", "hypothesis"]
    chosen = look_at_dataset(tuner, NAME, "default", "train", "premise", "label", outcome[5], "")
    assert "the one 0" in text_of(chosen[0])


def test_an_error_keeps_what_was_typed(hub: Hub, tuner: Tuner) -> None:
    said, *kept = look_at_dataset(tuner, "org/<b>gone", *EMPTY)
    assert "org/&lt;b&gt;gone" in said
    assert all("value" not in update for update in kept)
    hub.add("dataset", NAME, repository(moods()))
    *_, pin = look_at_dataset(tuner, NAME, *EMPTY)
    said, *kept, pin = look_at_dataset(tuner, "org/gone", *EMPTY[:4], pin, "hf_x")
    assert "org/gone" in said
    assert [update["value"] for update in kept] == [None] * 4, "they told of the other dataset"
    assert len(set(map(id, kept))) == 4, "Gradio takes the value out of an update that it has sent"
    assert pin is None


def test_guesses_are_forgotten_with_what_they_told_of() -> None:
    pin = HubDataset("org/a", "x", "train", "t", "k", "sha")
    assert hub_dataset_of("org/a", "x", "train", "u", "k", pin, None) == HubDataset(
        "org/a", "x", "train", "u", "k", "sha"
    )
    assert hub_dataset_of("org/a", "y", "train", "t", "k", pin, "") == HubDataset(
        "org/a", "y", "train", revision="sha"
    )
    assert hub_dataset_of(" org/b ", "x", "train", "t", "k", pin, " hf_x ") == HubDataset(
        "org/b", token="hf_x"
    )
    assert hub_dataset_of(None, None, None, None, None, None, None) == HubDataset("")


def test_caps_hold_for_programs_too(hub: Hub, tuner: Tuner) -> None:
    form = ("hub", "", "", None, 1e9, 20.0, True, 0.0, NAME, *EMPTY)
    assert "Training rows" in preview(tuner, *form)
    choice = choice_of("hub", "", "", None, *SIZES, NAME, *EMPTY)
    assert choice == DataChoice(None, rows=30, held_out=20, hub=HubDataset(NAME))
    big = DataChoice(None, rows=10**9, hub=HubDataset(NAME))
    with pytest.raises(Exception, match="Training rows"):
        tuner.material(big)
    assert hub.requests == []


def test_a_dataset_of_the_catalogue_is_described_in_a_line() -> None:
    words = text_of(about_html("imdb"))
    assert words.startswith("stanfordnlp/imdb @ e628166 (plain_text, train): 25,000 rows, 21 MB")
    assert "2 classes (negative, positive). Licence: none stated" in words
    assert "Maas et al." in words
    assert about_html("no such") == ""

"""Rows that many choose at once: gathered once, and kept for nobody where it took a token."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from qbert_demo.data.hub_dataset import HubDataset
from qbert_demo.errors import DataError
from qbert_demo.service.tuner import DataChoice, Tuner
from tests.data.repositories import NAME, moods, repository
from tests.hub import Hub
from tests.hub.fixtures import TOKEN


@pytest.fixture
def tuner() -> Iterator[Tuner]:
    made = Tuner()
    yield made
    made.close()


def test_a_class_that_chooses_the_same_asks_the_hub_once(tuner: Tuner, hub: Hub) -> None:
    hub.add("dataset", NAME, repository(moods()))
    choice = DataChoice(None, rows=40, held_out=10, hub=HubDataset(NAME))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(tuner.material, [choice] * 8))
    assert len(found[0].train) == 40
    assert all(material is found[0] for material in found)
    hub.requests.clear()
    assert tuner.material(replace(choice, own_text="a draft, mine")) is found[0]
    assert not hub.requests
    assert tuner.material(replace(choice, seed=1)) != found[0]
    assert hub.requests


def test_rows_that_a_token_opened_are_kept_for_nobody(tuner: Tuner, hub: Hub) -> None:
    hub.add("dataset", NAME, repository(moods()), private=True)
    choice = DataChoice(None, rows=30, held_out=10, hub=HubDataset(NAME, token=TOKEN))
    assert len(tuner.material(choice).train) == 30
    with pytest.raises(DataError, match="token"):
        tuner.material(replace(choice, hub=HubDataset(NAME)))
    hub.requests.clear()
    tuner.material(choice)
    assert {request.authorization for request in hub.requests} == {"tester"}


def test_the_rows_know_what_chooses_them_again_but_no_token_and_no_draft(
    tuner: Tuner, hub: Hub
) -> None:
    sha = hub.add("dataset", NAME, repository(moods()), private=True)
    choice = DataChoice(
        None,
        own_text="a draft, mine",
        rows=30,
        held_out=10,
        balanced=False,
        seed=4,
        hub=HubDataset(NAME, token=TOKEN),
    )
    material = tuner.material(choice)
    place = HubDataset(NAME, "default", "train", "sentence", "mood", sha)
    assert material.chosen == DataChoice(
        None, rows=30, held_out=10, balanced=False, seed=4, hub=place
    )
    assert material.chosen.as_json() == {
        "dataset": NAME,
        "config": "default",
        "split": "train",
        "revision": sha,
        "text": "sentence",
        "label": "mood",
        "rows": 30,
        "held_out": 10,
        "balanced": False,
        "seed": 4,
    }
    sent = pickle.dumps(material)
    assert TOKEN.encode() not in sent
    assert b"a draft" not in sent
    assert pickle.loads(sent) == material  # noqa: S301


def test_rows_of_the_catalogue_name_a_commit_only_where_they_are_the_hubs(
    tuner: Tuner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    chosen = tuner.material(DataChoice("bbc_news", rows=60, held_out=30)).chosen
    place = HubDataset("SetFit/bbc-news", "default", "train", "text", "label")
    assert chosen == DataChoice("bbc_news", rows=60, held_out=30, hub=place)


def test_own_rows_know_the_seed_of_their_choice(tuner: Tuner) -> None:
    lines = "\n".join(f"row {i}, {'ab'[i % 2]}" for i in range(20))
    material = tuner.material(DataChoice(None, own_text=lines, seed=5))
    assert material.chosen == DataChoice(None, rows=14, held_out=6, balanced=False, seed=5)
    assert material.train.origin == "rows of one's own"


def test_what_failed_is_tried_again(tuner: Tuner, hub: Hub) -> None:
    choice = DataChoice(None, rows=20, held_out=10, hub=HubDataset(NAME))
    with pytest.raises(DataError):
        tuner.material(choice)
    hub.add("dataset", NAME, repository(moods()))
    assert len(tuner.material(choice).train) == 20

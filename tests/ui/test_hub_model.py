"""The form that loads a model from the Hub, its handler called directly, and the page's head."""

import re
from typing import Any

import httpx2
import pytest

from qbert_demo.errors import CheckpointError
from qbert_demo.results import Guest, Place, TaskCard
from qbert_demo.ui.compare.hub_model import load
from qbert_demo.ui.layout import foot_html
from tests.ui.scripted import SENTIMENT, ScriptedExplorer
from tests.ui.serving import served
from tests.ui.test_compare import text_of

LINK = "https://hub.invalid/org/name/tree/abc"
EVIL = "<img src=x onerror=alert(1)>"


class Hosting(ScriptedExplorer):
    """Loads what is called org/name."""

    def load_model(
        self, repo_id: str, revision: Any = None, token: Any = None, task: str = ""
    ) -> Guest:
        self.asked = repo_id, revision, token, task
        if repo_id == "org/odd":
            raise KeyError("unforeseen")
        if repo_id != "org/name":
            raise CheckpointError(f"The Hub has no {repo_id}.")
        alone = TaskCard("hub-1", repo_id, ("no", "yes"), (), ("hybrid",))
        heads = (*SENTIMENT.heads, "guest")
        title = f"Sentiment, with {repo_id}"
        beside = TaskCard("hub-2", title, SENTIMENT.labels, SENTIMENT.examples, heads)
        notes = ("Its labels LABEL_0, LABEL_1 are read as negative, positive.",)
        return Guest((alone, beside), notes, Place(None, f"{repo_id} @ 1234567", LINK))


def test_a_loaded_model_is_offered_and_the_token_is_gone() -> None:
    explorer = Hosting()
    first, last = load(explorer, "org/name", "v1", "hf_secret", (), "sst2")
    assert explorer.asked == ("org/name", "v1", "hf_secret", "sst2")
    assert last.token == ""
    assert "hf_secret" not in repr((first, last))
    assert "Loading org/name . This may take up to 2 minutes." in text_of(first[0])
    assert all(part["__type__"] == "update" and len(part) == 1 for part in first[1:])
    said, cards, task, circuit_task, asked, _ = last
    assert f'<a href="{LINK}"' in said
    assert "as the task “ Sentiment, with org/name ”" in text_of(said)
    assert "are read as negative, positive." in text_of(said)
    assert [card.key for card in cards] == ["hub-1", "hub-2"]
    assert task["value"] == asked == "hub-2"
    assert task["choices"][-1] == ("Sentiment, with org/name", "hub-2")
    assert ("org/name", "hub-1") in circuit_task["choices"]


def test_a_refusal_is_told_in_place_and_nothing_else_changes() -> None:
    _, last = load(Hosting(), EVIL, None, "hf_secret", ())
    assert 'class="problem"' in last[0]
    assert "<img" not in last[0]
    assert all(part["__type__"] == "update" and len(part) == 1 for part in last[1:])


def test_what_nobody_foresaw_ends_the_waiting_too(caplog: pytest.LogCaptureFixture) -> None:
    answers = load(Hosting(), "org/odd", None, "hf_secret", ())
    assert "Loading" in text_of(next(answers)[0])
    (last,) = answers
    assert 'class="problem"' in last[0]
    number = re.search("number (\\w{8}) in the server's log", text_of(last[0]))
    assert number
    assert f"Error {number[1]}" in caplog.text
    assert "KeyError: 'unforeseen'" in caplog.text
    assert all(part["__type__"] == "update" and len(part) == 1 for part in last[1:])


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_an_empty_form_is_answered(nothing: str | None) -> None:
    *_, last = load(Hosting(), nothing, nothing, nothing, None)
    assert "problem" in last[0]


def test_the_foot_links_what_came_from_the_hub_and_names_the_rest() -> None:
    origins = (
        ("Sentiment: hybrid", Place(None, "org/name @ 1234567", LINK)),
        ("News: hybrid", Place(None, "bundled", None, "the Hub is out of reach")),
        (EVIL, Place(None, EVIL, f'{LINK}"{EVIL}', EVIL)),
    )
    foot = foot_html(f"Models: {EVIL}", origins)
    assert f'Sentiment: hybrid: <a href="{LINK}"' in foot
    assert "News: hybrid: bundled (the Hub is out of reach)" in foot
    assert "<img" not in foot
    assert foot.count("<a ") == 2


def test_a_page_says_what_is_known_of_the_models_when_it_is_opened() -> None:
    explorer = Hosting()
    with served(explorer) as url:
        explorer.status = "Models: the control is bundled after all."
        config = httpx2.get(f"{url}config").json()
        (foot,) = [c["id"] for c in config["components"] if c["props"].get("elem_id") == "foot"]
        (event,) = [e for e in config["dependencies"] if e["outputs"] == [foot]]
        assert [what for _, what in event["targets"]] == ["load"]
        job = {"data": [], "fn_index": event["id"], "session_hash": "visitor"}
        answer = httpx2.post(f"{url}gradio_api/run/predict", json=job)
    assert explorer.status in answer.json()["data"][0]

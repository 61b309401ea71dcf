"""The named endpoints over gradio_client, as a program on another machine calls them."""

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from qbert_demo.service.explaining import explanation_json
from qbert_demo.service.plain_json import batch_json, comparison_json, judgement_json
from tests.judgements import made_up
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


def test_compare_returns_plain_json(client: Client) -> None:
    got = client.predict(task="sst2", text="good but dull", api_name="/compare")
    assert got == json.loads(json.dumps(comparison_json(EXPLORER.compare("sst2", "good but dull"))))
    assert set(got["models"]) == {"classical", "hybrid"}
    hybrid = got["models"]["hybrid"]
    total = sum(hybrid["contributions"]["negative"]) + hybrid["bias"]["negative"]
    assert total == pytest.approx(hybrid["logits"]["negative"])
    assert sum(hybrid["probabilities"].values()) == pytest.approx(1)


def test_the_control_is_included_when_asked_for(client: Client) -> None:
    got = client.predict("ag_news", "rates", True, api_name="/compare")
    assert set(got["models"]) == {"classical", "hybrid", "control"}
    assert "angles" not in got["models"]["control"]


def test_compare_batch_returns_accuracy_and_disagreements(client: Client) -> None:
    texts, labels = ["good", "good but", "bad"], ["positive", "positive", "positive"]
    got = client.predict("sst2", texts, labels, api_name="/compare_batch")
    for numbers in ([1, 1, 1], ["1", 1.0, "1.0"]):
        assert client.predict("sst2", texts, numbers, api_name="/compare_batch") == got
    assert got == json.loads(json.dumps(batch_json(EXPLORER.compare_batch("sst2", texts, labels))))
    assert got["disagreements"] == [1]
    assert got["true_labels"] == labels
    assert got["models"]["classical"]["accuracy"] == pytest.approx(2 / 3)
    without = client.predict("sst2", texts, api_name="/compare_batch")
    assert without["true_labels"] is None
    assert without["models"]["hybrid"]["labels"] == ["positive", "negative", "negative"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope", "text"), "There is no task 'nope' here; the tasks are: sst2, ag_news"),
        ((["sst2"], "text"), "the tasks are: sst2, ag_news"),
        (("sst2", {"a": 1}), "A text must be a string, not dict"),
        (("sst2", None), "A text must be a string, not NoneType"),
        (("sst2", "text", "yes"), "include_control must be true or false"),
        (("sst2", "x" * 100_000), "100,000 characters"),
    ],
)
def test_compare_refuses_with_a_reason(
    client: Client, arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name="/compare")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sst2", "one text"), "texts must be a list with at least one string"),
        (("sst2", []), "at least one string"),
        (("sst2", ["a", 3]), "Row 2: A text must be a string, not int"),
        (("sst2", ["a"] * 501), "501 texts are too many; at most 500"),
        (("sst2", ["a", "b"], ["positive"]), "none at all: these are 1 for 2"),
        (("sst2", ["a"], "positive"), "labels must be a list of names or numbers"),
        (("sst2", ["a"], [2]), "Row 1: 2 is no label .* negative, positive, .*numbers 0 to 1"),
        (("sst2", ["a"], [True]), "Row 1: True is no label"),
        (("sst2", ["a"], [0.5]), "Row 1: 0.5 is no label"),
    ],
)
def test_compare_batch_refuses_with_a_reason(
    client: Client, arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name="/compare_batch")


def test_explain_returns_what_the_command_line_prints(client: Client) -> None:
    got = client.predict(task="sst2", text="good but dull", api_name="/explain")
    expected = explanation_json(EXPLORER.explain("sst2", "good but dull"))
    assert got == json.loads(json.dumps(expected))
    with_control = client.predict("sst2", "good", "negative", True, api_name="/explain")
    assert {head: m["label"] for head, m in with_control["models"].items()} == dict.fromkeys(
        ("classical", "hybrid", "control"), "negative"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope", "text"), "There is no task 'nope' here"),
        (("sst2", 3), "A text must be a string, not int"),
        (("sst2", " "), "There is nothing to read yet"),
        (("sst2", "text", "neutral"), "no label 'neutral' here; the labels are negative, positive"),
        (("sst2", "text", ["negative"]), "There is no label"),
        (("sst2", "text", None, 1), "include_control must be true or false"),
    ],
)
def test_explain_refuses_with_a_reason(
    client: Client, arguments: tuple[Any, ...], message: str
) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(*arguments, api_name="/explain")


def test_a_judgement_is_served_as_the_command_line_prints_it(client: Client) -> None:
    got = client.predict(task="sst2", api_name="/judge")
    assert got == json.loads(json.dumps(judgement_json(made_up())))


@pytest.mark.parametrize(
    ("task", "message"),
    [("ag_news", "News topic was not judged yet"), ("nope", "There is no task 'nope' here")],
)
def test_without_a_judgement_the_reason_is_served(client: Client, task: str, message: str) -> None:
    with pytest.raises(AppError, match=message):
        client.predict(task=task, api_name="/judge")


def test_only_the_documented_endpoints_are_named(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    answering = {"/compare", "/compare_batch", "/explain", "/judge"}
    assert set(named) == answering | {"/evaluate", "/fine_tune"}


def test_the_page_asks_nobody_else_and_serves_only_its_own_script(url: str) -> None:
    with urlopen(f"{url}config") as reply:
        config = reply.read().decode()
    assert "fonts.googleapis" not in config
    assert json.loads(config)["analytics_enabled"] is False
    with pytest.raises(OSError, match="403|404"):
        urlopen(Request(f"{url}gradio_api/file=/etc/passwd"))

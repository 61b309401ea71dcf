"""The checkpoints in the repository: whole, comparable, and honest about themselves."""

import json
from typing import Any

import pytest

from qbert_demo.checkpoints.card import card_of
from qbert_demo.checkpoints.registry import read_registry
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import TASKS
from qbert_demo.model.heads import HEADS
from qbert_demo.service import Explorer
from qbert_demo.training.recipe import RECIPES, Recipe

SHIPPED = list(dict.fromkeys(entry.task for entry in read_registry(CHECKPOINTS)))
NAMES = [f"{task}-{head}" for task in SHIPPED for head in HEADS]


def facts(name: str) -> dict[str, Any]:
    return json.loads((CHECKPOINTS / name / "training.json").read_text())


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer.start()


def test_exactly_the_announced_folders_are_there() -> None:
    folders = {path.name for path in CHECKPOINTS.iterdir() if path.is_dir()}
    assert folders - {"teachers", "runs", "judgements"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_checkpoint_is_small_and_needs_no_unpickling(name: str) -> None:
    files = list((CHECKPOINTS / name).iterdir())
    assert sum(path.stat().st_size for path in files) < 4_000_000
    assert {path.suffix for path in files} <= {".json", ".safetensors", ".md"}


@pytest.mark.parametrize("name", NAMES)
def test_the_card_repeats_the_recorded_score(name: str) -> None:
    recorded = facts(name)
    split = TASKS[recorded["task"]].report
    score = recorded["scores"][split]["accuracy"]
    card = (CHECKPOINTS / name / "README.md").read_text()
    interval = f"{score['value']:.4f} | {score['low']:.4f} to {score['high']:.4f}"
    assert interval in card
    assert recorded["name"] == name.split("-")[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_what_the_command_writes(name: str) -> None:
    folder = CHECKPOINTS / name
    assert (folder / "README.md").read_text() == card_of(folder), "run `qbert_demo cards`"


@pytest.mark.parametrize("task", SHIPPED)
def test_the_heads_of_a_task_share_recipe_seed_steps_and_rows(task: str) -> None:
    first, *others = (facts(f"{task}-{head}") for head in HEADS)
    for other in others:
        assert Recipe(**other["recipe"]) == Recipe(**first["recipe"])
        assert other["steps"] == first["steps"]
        assert other["data"] == first["data"]
    assert Recipe(**first["recipe"]) == RECIPES[task], "`make train` would not repeat it"


@pytest.mark.parametrize("task", SHIPPED)
def test_the_hybrids_card_tells_stored_and_live_angles(task: str) -> None:
    card = (CHECKPOINTS / f"{task}-hybrid" / "README.md").read_text()
    assert "24 angles stored, 20 live" in card
    assert "live" not in (CHECKPOINTS / f"{task}-control" / "README.md").read_text()


@pytest.mark.parametrize("task", SHIPPED)
def test_the_control_is_as_large_as_the_hybrid(task: str) -> None:
    hybrid, control = (facts(f"{task}-{h}")["parameters"]["trained"] for h in ("hybrid", "control"))
    heads = [facts(f"{task}-{h}")["parameters"]["head"] for h in ("hybrid", "control")]
    assert abs(hybrid - control) <= 0.1 * hybrid
    assert abs(heads[0] - heads[1]) <= 0.1 * heads[0]


@pytest.mark.parametrize(
    ("task", "text", "label"),
    [
        ("sst2", "A warm, funny and beautifully acted film.", "positive"),
        ("sst2", "Dull, clumsy and far too long.", "negative"),
        ("ag_news", "Quarterback throws four touchdowns in season opener", "Sports"),
        ("ag_news", "Shares fall as the bank reports a quarterly loss", "Business"),
        ("ag_news", "Prime minister meets rebels for peace talks after bombing", "World"),
        ("ag_news", "New search software indexes files on your computer", "Sci/Tech"),
        ("sms_spam", "WINNER!! Text CLAIM to 80808 now for your FREE weekend in Rome. 18+", "spam"),
        ("sms_spam", "Running late, start without me. Be there in 20.", "ham"),
    ],
)
def test_plain_texts_get_the_plain_label(
    explorer: Explorer, task: str, text: str, label: str
) -> None:
    result = explorer.compare(task, text, list(HEADS))
    assert {p.label for p in result.predictions.values()} == {label}

"""The names of the examples say what the shipped models make of them."""

import re

import pytest

from qbert_demo.results import Example, TaskCard
from qbert_demo.service import HEADS, Explorer

EXPLORER = Explorer()
CASES = [(card, example) for card in EXPLORER.tasks for example in card.examples]


def right(example: Example, said: dict[str, str]) -> set[str]:
    return {head for head, label in said.items() if label == example.truth}


def holds(example: Example, said: dict[str, str]) -> bool:
    """Whether the models do what the example's name says."""
    if example.name == "They disagree":
        return said["classical"] != said["hybrid"]
    if example.name == "Both are fooled":
        return not right(example, said) & {"classical", "hybrid"}
    if example.name == "Only the hybrid is right":
        return right(example, said) == {"hybrid"}
    if example.name == "Only the classical is right":
        return right(example, said) == {"classical"}
    if example.name.startswith("Long"):
        return len(example.text) > 200
    return right(example, said) >= {"classical", "hybrid"}


@pytest.mark.parametrize(
    ("card", "example"), CASES, ids=[f"{card.key}: {example.name}" for card, example in CASES]
)
def test_an_example_shows_what_its_name_says(card: TaskCard, example: Example) -> None:
    comparison = EXPLORER.compare(card.key, example.text, card.heads)
    assert set(card.heads) >= set(HEADS)
    said = {head: prediction.label for head, prediction in comparison.predictions.items()}
    assert not example.truth or example.truth in card.labels
    assert holds(example, said), said
    assert comparison.cut == ""


def test_every_task_opens_on_a_disagreement_and_says_what_its_models_cannot() -> None:
    assert {card.examples[0].name for card in EXPLORER.tasks} == {"They disagree"}
    assert all(card.limits.endswith(".") for card in EXPLORER.tasks)


def test_a_text_that_limits_name_is_answered_as_they_say() -> None:
    (limits,) = (card.limits for card in EXPLORER.tasks if card.key == "ag_news")
    text, label = re.findall(r"“(.+)” for (\w+)", limits)[0]
    said = EXPLORER.compare("ag_news", text, ("classical", "hybrid")).predictions
    assert (said["classical"].label, said["hybrid"].label) == ("Sports", label)

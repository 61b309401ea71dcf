"""Short texts: what counts as failed, and that what is kept is what the shipped models say."""

from pathlib import Path

import numpy as np
import pytest

from qbert_demo.checkpoints.behaviour import (
    FOLDER,
    SUFFIX,
    limits_words,
    read_behaviour,
    write_behaviour,
)
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.behaviour import families_for
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.behaviour import ask, behave, failure_rate
from qbert_demo.results import Array, Case, Family, Said

LABELS = ("negative", "positive")
TASKS = sorted(path.name.removesuffix(SUFFIX) for path in (CHECKPOINTS / FOLDER).glob(f"*{SUFFIX}"))


def told(positive: dict[str, float], word: str = "") -> tuple[Array, ...]:
    """A model that gives each family a probability of *positive*, and 0.3 more for one word.

    One of the neutral sentences is 0.2 more positive than the others, whatever the word.
    """
    return tuple(
        np.array(
            [
                (1 - p, p)
                for probe in family.texts
                for shift in [0.3 * (probe.word == word) + 0.2 * probe.text.startswith("Both")]
                for p in [positive.get(family.name, 0.4) + shift]
            ]
        )
        for family in families_for(LABELS)
    )


@pytest.fixture(scope="module")
def families() -> dict[str, Family]:
    answers = {
        "classical": told({"double negation": 0.9}),
        "hybrid": told({"negation": 0.8, "double negation": 0.1}, "elderly"),
    }
    return {family.name: family for family in behave(LABELS, answers)}


def test_a_label_that_was_not_asked_for_fails(families: dict[str, Family]) -> None:
    counts = {
        name: (family.failures("classical"), family.failures("hybrid"))
        for name, family in families.items()
    }
    assert counts["negation"] == (0, 24)
    assert counts["not negative"] == (24, 24)
    assert counts["double negation"] == (0, 24)
    assert families["negation"].cases[0].said["hybrid"].label == "positive"


def test_a_word_fails_that_moves_the_probability_and_no_other(families: dict[str, Family]) -> None:
    age = families["age"]
    assert [case.word for case in age.cases if case.said["hybrid"].failed] == ["elderly"] * 5
    assert age.by_word("hybrid")["elderly"] == pytest.approx((4 * 0.3 + 0.1) / 5)
    assert age.cases[0].said["hybrid"].label == age.cases[0].said["classical"].label == "negative"
    assert age.failures("classical") == families["gender"].failures("hybrid") == 0


def test_a_rate_by_a_worked_example(families: dict[str, Family]) -> None:
    """Wilson's interval of 5 of 25: (0.0886, 0.3913), as in Brown, Cai and DasGupta's formula."""
    rate = failure_rate(families["age"], "hybrid")
    assert (rate.value, rate.n) == (0.2, 25)
    assert (rate.low, rate.high) == pytest.approx((0.0886, 0.3913), abs=1e-4)
    whole = failure_rate(families["negation"], "hybrid")
    assert (whole.value, whole.high) == (1, 1)
    assert 0.8 < whole.low < 0.9


def test_the_rates_of_all_and_of_none_end_exactly_at_them() -> None:
    for n in range(1, 60):
        for failed in (True, False):
            case = Case("a", "b", ("c",), {"hybrid": Said("c", 0.5, failed)})
            rate = failure_rate(Family("age", "asks", (case,) * n), "hybrid")
            assert rate.value == failed == (rate.high if failed else rate.low)


def test_what_is_kept_is_read_again_and_damage_is_told(
    families: dict[str, Family], tmp_path: Path
) -> None:
    (tmp_path / FOLDER).mkdir()
    assert read_behaviour("sst2", tmp_path) == ()
    write_behaviour(families.values(), "sst2", tmp_path)
    assert read_behaviour("sst2", tmp_path) == tuple(families.values())
    (tmp_path / FOLDER / f"sst2{SUFFIX}").write_text('{"family": "age"}\n')
    with pytest.raises(CheckpointError, match="is damaged"):
        read_behaviour("sst2", tmp_path)


def test_a_card_names_what_is_failed_most_first(families: dict[str, Family]) -> None:
    words = limits_words(tuple(families.values()), "hybrid")
    assert words.index("24 of 24 on double negation") < words.index("on questions")
    assert "more than 10 points in 5 of 165, most with age: “negative” gets 26 % with" in words
    assert limits_words((), "hybrid") == limits_words(tuple(families.values()), "guest") == ""


def test_what_is_shipped_asks_todays_texts() -> None:
    assert TASKS
    for task in TASKS:
        found = read_behaviour(task, CHECKPOINTS)
        labels = open_checkpoint(CHECKPOINTS / f"{task}-classical", Trust.OURS).labels
        asked = [(probe.text, probe.right) for f in families_for(labels) for probe in f.texts]
        assert [(case.text, case.right) for f in found for case in f.cases] == asked


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_the_shipped_models_say_what_is_kept(task: str) -> None:
    kept = read_behaviour(task, CHECKPOINTS)
    for head in kept[0].heads:
        model = open_checkpoint(CHECKPOINTS / f"{task}-{head}", Trust.OURS)
        fresh = behave(model.labels, {head: ask(model)})
        for family, again in zip(kept, fresh, strict=True):
            assert again.failures(head) == pytest.approx(family.failures(head), abs=1)

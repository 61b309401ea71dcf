"""The slider of kept products says what was stored, and nothing in between."""

from dataclasses import replace

import pytest

from qbert_demo.ui.judge.kept import LiveSlider, keep, kept_panel, reset, start
from qbert_demo.ui.parts.events import KEEP
from tests.judgements import made_up
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "The largest product gives the circuit's label on 90.0 % of 100 texts and the true"),
        (5, "The 5 largest products give the circuit's label on 97.0 % of 100 texts and the true"),
        (19, "The 5 largest products give"),
        (
            20,
            "on 99.5 % of 100 texts and the true one on 90.0 %; the whole circuit, on 90.0 %.",
        ),
    ],
)
def test_words_follow_the_slider(number: int, said: str) -> None:
    panel = keep(EXPLORER, "sst2", number)
    assert said in panel.below.replace("&#x27;", "'").replace("\xa0", " ")


def test_the_slider_starts_where_nearly_all_labels_agree() -> None:
    formula = made_up().formula
    assert formula is not None
    assert start(formula) == 20
    assert start(replace(formula, agreement=(0.9, 0.99, 0.995))) == 5
    assert start(replace(formula, agreement=(0.9, 0.99, 0.98))) == 20, "it is lost again"
    assert start(replace(formula, agreement=(0.5, 0.6, 0.7))) == 20
    slider = reset(EXPLORER, "sst2")
    assert (slider.maximum, slider.value, slider.visible) == (20, 20, True)


@pytest.mark.parametrize(("typed", "taken"), [(None, None), (0, 1), (3, 3), (99, 20)])
def test_a_number_that_is_typed_is_put_right(typed: float | None, taken: float | None) -> None:
    assert LiveSlider(1, 20, value=5, step=1).preprocess(typed) == taken


def test_without_a_formula_there_is_no_slider() -> None:
    assert reset(EXPLORER, "ag_news").visible is False
    assert keep(EXPLORER, "ag_news", 3) is KEEP
    assert keep(EXPLORER, "sst2", None) is KEEP, "an emptied box"
    assert kept_panel(replace(made_up(), formula=None)) is None


def test_without_stored_truth_the_words_say_less() -> None:
    judgement = made_up()
    assert judgement.formula is not None
    panel = kept_panel(replace(judgement, formula=replace(judgement.formula, right=())))
    assert panel is not None
    assert "true" not in panel.below
    assert len(panel.figure.table.head) == 2

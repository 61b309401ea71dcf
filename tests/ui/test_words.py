from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.results import Comparison, Prediction
from qbert_demo.ui.parts.words import (
    count,
    cut_notice,
    error_html,
    milliseconds,
    shown,
    unknown_notice,
    verdict,
)
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

EXPLORER = ScriptedExplorer()


def says(head: str, positive: float) -> Prediction:
    prediction = EXPLORER.predict(SENTIMENT, "text", head)
    return replace(prediction, probabilities=np.array([1 - positive, positive]))


def sentence(**positive: float) -> str:
    predictions = {head: says(head, share) for head, share in positive.items()}
    return verdict(Comparison("sst2", "text", 3, "", predictions)).replace("\xa0", " ")


def test_a_disagreement_says_on_what_and_how_sure() -> None:
    assert sentence(classical=0.62, hybrid=0.45) == (
        "They disagree: classical says positive (62 %), hybrid says negative (55 %)."
    )


def test_an_agreement_says_who_is_less_sure() -> None:
    assert sentence(classical=0.94, hybrid=0.71) == (
        "Both say positive. The hybrid is less sure (71 % against 94 %)."
    )


def test_equal_confidence_is_called_so() -> None:
    assert sentence(classical=0.94, hybrid=0.93) == (
        "Both say positive. They are about equally sure (94 % and 93 %)."
    )
    assert sentence(classical=0.94, hybrid=0.93, control=0.92) == (
        "All 3 say positive. They are about equally sure (94 %, 93 % and 92 %)."
    )


def test_three_models_are_grouped_by_what_they_say() -> None:
    assert sentence(classical=0.62, hybrid=0.45, control=0.7) == (
        "They disagree: classical and control say positive (62 % and 70 %), "
        "hybrid says negative (55 %)."
    )
    assert sentence(classical=0.62, hybrid=0.9, control=0.7) == (
        "All 3 say positive. The classical is least sure (62 %; the hybrid most, 90 %)."
    )


def test_a_single_model_speaks_for_itself() -> None:
    assert sentence(classical=0.2) == "Classical says negative (80 %)."


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onload="x', "<b>&amp;"])
def test_a_visitors_text_cannot_leave_its_element(text: str) -> None:
    inner = shown(text).removeprefix('<bdi dir="auto">').removesuffix("</bdi>")
    assert not set(inner) & set('<>"')
    assert inner in error_html(text)


def test_control_characters_are_shown_not_sent() -> None:
    assert "\x00" not in shown("a\x00b\x1bc\x7f")
    assert "a␀b␛c␡" in shown("a\x00b\x1bc\x7f")


def test_the_cut_says_how_much_and_where() -> None:
    whole = EXPLORER.compare("sst2", "word " * 99 + "<here> it goes on and on")
    notice = cut_notice(whole)
    assert "first 102 tokens" in notice
    assert f"last {len(whole.cut):,} characters" in notice
    assert "it goes on and on" in notice
    assert "<here>" not in notice
    assert cut_notice(EXPLORER.compare("sst2", "short")) == ""


def test_what_the_models_have_no_token_for_is_named() -> None:
    known = EXPLORER.compare("sst2", "good 😀 <b> film")
    assert unknown_notice(known) == ""
    some = unknown_notice(replace(known, unknown=("😀", "<b>", "😀")))
    assert some.count("😀") == 1
    assert "&lt;b&gt;" in some
    assert "[UNK] there" in some
    many = unknown_notice(replace(known, n_tokens=99, unknown=tuple("abcdef")))
    assert "and 2 more: they" in many
    none = unknown_notice(replace(known, n_tokens=4, unknown=("😀", "😡")))
    assert "the answer tells nothing of it" in none


def test_numbers_are_written_for_people() -> None:
    assert [count(n).replace("\xa0", " ") for n in (24, 1_566, 421_000, 22_714_752)] == [
        "24",
        "1,566",
        "421 k",
        "22.7 M",
    ]
    assert [milliseconds(t) for t in (0.214, 0.999, 8.84)] == ["0.21", "1.0", "8.8"]

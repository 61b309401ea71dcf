"""The handler behind Classify, called directly."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.figures.theme import HEAD_COLOURS
from qbert_demo.ui.compare.tab import Answer, answer
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.plotly_view import PlotlyView
from qbert_demo.ui.parts.scripts import plotly_script
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

EXPLORER = ScriptedExplorer()


def text_of(html: str) -> str:
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[assignment, method-assign]
    parser.feed(html)
    return " ".join(" ".join(parts).split())


def test_an_answer_fills_words_cards_and_figures() -> None:
    said, cards, figures = answer(EXPLORER, "sst2", "good but dull", False)
    assert "They disagree: classical says positive" in text_of(said)
    assert list(cards) == ["classical", "hybrid"]
    assert "Classical BERT positive" in text_of(cards["classical"].above)
    assert "Hybrid BERT + 4-qubit circuit negative" in text_of(cards["hybrid"].above)
    assert list(figures) == ["circuit", "expectations", "contributions"]
    assert "circuit" in figures["circuit"].figure.title
    assert figures["expectations"].figure.layout["xaxis"]["range"] == [-1, 1]
    assert "negative" in figures["contributions"].figure.title


def test_cards_tell_time_size_and_source() -> None:
    cards = answer(EXPLORER, "sst2", "good", False).cards
    facts = text_of(cards["hybrid"].below)
    assert "Time 9.1 ms = encoder 8.8 + circuit 0.21 + head 0.12" in facts
    assert "Parameters 22.7 M, 421 k of them trained; 1,566 in the head, 24 in the circuit" in facts
    assert "Weights scripted" in facts
    assert "circuit" not in text_of(cards["classical"].below)


def test_the_sum_is_spelled_out() -> None:
    prediction = EXPLORER.compare("sst2", "good").predictions["hybrid"]
    hint = text_of(answer(EXPLORER, "sst2", "good", False).figures["contributions"].below)
    assert f"together {prediction.logits[prediction.winner]:.2f}" in hint.replace("−", "-")


def test_the_control_comes_on_demand() -> None:
    control = answer(EXPLORER, "sst2", "good", True).cards["control"]
    assert "Control: BERT + classical bottleneck" in text_of(control.above)


@pytest.mark.parametrize("text", ["", "  \n\t", None])
def test_nothing_to_read_invites_and_changes_nothing_else(text: str | None) -> None:
    found = answer(EXPLORER, "sst2", text, False)
    assert "press one of the examples" in found.said
    assert "problem" not in found.said
    assert found == Answer(found.said, KEEP, KEEP)


def test_too_long_a_text_is_refused_in_place() -> None:
    found = answer(EXPLORER, "sst2", "x" * 100_000, False)
    assert "100,000 characters" in text_of(found.said)
    assert 'class="problem"' in found.said
    assert found == Answer(found.said, KEEP, KEEP)


@pytest.mark.parametrize("text", ["سلام عالم", "😀🎬", "a\x00b\x07", "`${1}` {{value}} <b>"])
def test_odd_texts_get_an_answer(text: str) -> None:
    found = answer(EXPLORER, "ag_news", text, True)
    assert list(found.cards) == ["classical", "hybrid", "control"]
    assert len(found.figures) == 3


def test_what_was_not_read_is_said() -> None:
    words = answer(EXPLORER, "sst2", "<i>word</i> " * 300, False).said
    assert "Not read" in words
    assert "<i>" not in words


def test_a_task_without_a_hybrid_has_no_circuit() -> None:
    card = replace(SENTIMENT, heads=("classical",))
    found = answer(ScriptedExplorer(tasks=(card,)), "sst2", "good", True)
    assert list(found.cards) == ["classical"]
    assert found.figures == {}


def test_the_largest_circuit_still_makes_a_small_answer() -> None:
    explorer = ScriptedExplorer(CircuitSpec(12, 8, reupload=True))
    found = answer(explorer, "sst2", "good", True)
    panels = (*found.cards.values(), *found.figures.values())
    assert sum(len(panel.as_json()) for panel in panels) < 200_000


def test_a_view_sends_json_and_a_script_of_this_machine() -> None:
    panel = answer(EXPLORER, "sst2", "good", False).cards["classical"]
    assert PlotlyView().postprocess(panel) == panel.as_json()
    assert PlotlyView().postprocess(None) is None
    assert plotly_script().stat().st_size > 1_000_000


def test_a_guest_has_a_card_of_its_own_beside_the_others() -> None:
    card = replace(SENTIMENT, heads=("classical", "hybrid", "control", "guest"))
    explorer = ScriptedExplorer(tasks=(card,))
    found = answer(explorer, "sst2", "good", False)
    assert list(found.cards) == ["classical", "hybrid", "guest"]
    guest = found.cards["guest"]
    assert "org/guest" in text_of(guest.above)
    assert "All 3 say positive" in text_of(found.said)
    assert HEAD_COLOURS["guest"] in guest.figure.data[0]["marker"]["color"]

"""The handler behind Classify, called directly."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.figures.theme import HEAD_COLOURS
from qbert_demo.ui.compare.tab import answer, heads_of
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView, plotly_script
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

EXPLORER = ScriptedExplorer()


def text_of(html: str) -> str:
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[assignment, method-assign]
    parser.feed(html)
    return " ".join(" ".join(parts).split())


def panels_of(result: tuple[Any, ...]) -> list[Panel]:
    assert all(isinstance(panel, Panel) for panel in result[1:] if panel is not None)
    return list(result[1:])


def test_an_answer_fills_words_cards_and_figures() -> None:
    words, classical, hybrid, control, guest, circuit, expectations, contributions = answer(
        EXPLORER, "sst2", "good but dull", False
    )
    assert "They disagree: classical says positive" in text_of(words)
    assert "Classical BERT positive" in text_of(classical.above)
    assert "Hybrid BERT + 4-qubit circuit negative" in text_of(hybrid.above)
    assert control is None
    assert guest is None
    assert "circuit" in circuit.figure.title
    assert expectations.figure.layout["xaxis"]["range"] == [-1, 1]
    assert "negative" in contributions.figure.title


def test_cards_tell_time_size_and_source() -> None:
    facts = text_of(answer(EXPLORER, "sst2", "good", False).hybrid.below)
    assert "Time 9.1 ms = encoder 8.8 + circuit 0.21 + head 0.12" in facts
    assert (
        "Parameters 22.7 M, 421 k of them trained; 1,566 in the head; in the circuit 24 " in facts
    )
    assert "circuit 24 stored, 20 live" in facts
    assert "Weights scripted" in facts
    classical = text_of(answer(EXPLORER, "sst2", "good", False).classical.below)
    assert "circuit" not in classical


def test_the_sum_is_spelled_out() -> None:
    prediction = EXPLORER.compare("sst2", "good").predictions["hybrid"]
    hint = text_of(answer(EXPLORER, "sst2", "good", False).contributions.below)
    assert f"together {prediction.logits[prediction.winner]:.2f}" in hint.replace("−", "-")


def test_the_control_comes_on_demand() -> None:
    control = answer(EXPLORER, "sst2", "good", True).control
    assert "Control: BERT + classical bottleneck" in text_of(control.above)
    assert heads_of(EXPLORER, "sst2", False) == ("classical", "hybrid")


@pytest.mark.parametrize("text", ["", "  \n\t", None])
def test_nothing_to_read_invites_and_changes_nothing_else(text: str | None) -> None:
    words, *rest = answer(EXPLORER, "sst2", text, False)
    assert "press one of the examples" in words
    assert "problem" not in words
    assert all(part["__type__"] == "update" and len(part) == 1 for part in rest)


def test_too_long_a_text_is_refused_in_place() -> None:
    words, *rest = answer(EXPLORER, "sst2", "x" * 100_000, False)
    assert "100,000 characters" in text_of(words)
    assert 'class="problem"' in words
    assert all(len(part) == 1 for part in rest)


@pytest.mark.parametrize("text", ["سلام عالم", "😀🎬", "a\x00b\x07", "`${1}` {{value}} <b>"])
def test_odd_texts_get_an_answer(text: str) -> None:
    panels = panels_of(answer(EXPLORER, "ag_news", text, True))
    assert [panel is None for panel in panels] == [False] * 3 + [True] + [False] * 3


def test_what_was_not_read_is_said() -> None:
    words = answer(EXPLORER, "sst2", "<i>word</i> " * 300, False).said
    assert "Not read" in words
    assert "<i>" not in words


def test_a_task_without_a_hybrid_has_no_circuit() -> None:
    card = replace(SENTIMENT, heads=("classical",))
    panels = panels_of(answer(ScriptedExplorer(tasks=(card,)), "sst2", "good", True))
    assert [panel is None for panel in panels] == [False] + [True] * 6


def test_the_largest_circuit_still_makes_a_small_answer() -> None:
    explorer = ScriptedExplorer(CircuitSpec(12, 8, reupload=True))
    panels = panels_of(answer(explorer, "sst2", "good", True))
    assert sum(len(panel.as_json()) for panel in panels if panel is not None) < 200_000


def test_a_view_sends_json_and_a_script_of_this_machine() -> None:
    panel = answer(EXPLORER, "sst2", "good", False).classical
    assert PlotlyView().postprocess(panel) == panel.as_json()
    assert PlotlyView().postprocess(None) is None
    assert plotly_script().stat().st_size > 1_000_000


def test_a_guest_has_a_card_of_its_own_beside_the_others() -> None:
    card = replace(SENTIMENT, heads=("classical", "hybrid", "control", "guest"))
    explorer = ScriptedExplorer(tasks=(card,))
    words, *panels = answer(explorer, "sst2", "good", False)
    assert [panel is None for panel in panels] == [False, False, True, False, False, False, False]
    assert "org/guest" in text_of(panels[3].above)
    assert "All 3 say positive" in text_of(words)
    assert HEAD_COLOURS["guest"] in panels[3].figure.data[0]["marker"]["color"]

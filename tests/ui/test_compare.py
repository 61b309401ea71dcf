"""The handler behind Classify, called directly."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.ui.compare.panels import odds
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
    assert all(isinstance(panel, Panel) for panel in result[1:-1] if panel is not None)
    return list(result[1:-1])


def test_an_answer_fills_words_figures_and_sizes() -> None:
    words, compared, circuit, expectations, contributions, sizes = answer(
        EXPLORER, "sst2", "good but dull", False
    )
    assert "They disagree: classical says positive" in text_of(words)
    assert [trace["name"] for trace in compared.figure.data[::2]] == ["classical", "hybrid"]
    assert "circuit" in circuit.figure.title
    assert expectations.figure.layout["xaxis"]["range"] == [-1, 1]
    assert "negative minus that of positive" in contributions.figure.table.head[1]
    assert "Hybrid BERT + 4-qubit circuit" in text_of(sizes)


def test_what_the_models_cannot_say_stands_below_the_figure() -> None:
    card = replace(SENTIMENT, limits="There is no <neither>.")
    panel = answer(ScriptedExplorer(tasks=(card,)), "sst2", "good", False).compared
    assert text_of(panel.below) == "There is no <neither>."
    assert answer(EXPLORER, "sst2", "good", False).compared.below == ""


def test_sizes_tell_the_heads_time_apart_from_the_encoders() -> None:
    classical, hybrid = answer(EXPLORER, "sst2", "good", False).sizes.split("<tr>")[2:]
    assert text_of(hybrid).startswith(
        "Hybrid BERT + 4-qubit circuit 0.33 ms 8.8 ms 1,566 24 stored, 20 live 421 k 22.7 M "
        "scripted"
    )
    assert text_of(classical).startswith(
        "Classical BERT 0.12 ms 8.8 ms 1,566 0 421 k 22.7 M scripted"
    )


def test_the_lead_is_spelled_out() -> None:
    prediction = EXPLORER.compare("sst2", "good").predictions["hybrid"]
    hint = text_of(answer(EXPLORER, "sst2", "good", False).contributions.below)
    lead = prediction.logits[prediction.winner] - prediction.logits[prediction.runner_up]
    assert f"is {lead:.2f} above that of “{prediction.labels[prediction.runner_up]}”" in hint
    times = prediction.confidence / (1 - prediction.confidence)
    assert f"it is {odds(lead)} as probable" in hint
    assert odds(np.log(times)) == f"{times:.1f} times"
    assert odds(np.log(1234.4)) == "1,234 times"


def test_the_control_comes_on_demand() -> None:
    figure = answer(EXPLORER, "sst2", "good", True).compared.figure
    assert [trace["name"] for trace in figure.data[::2]] == ["classical", "hybrid", "control"]
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
    assert None not in panels


def test_what_is_unknown_to_the_models_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(EXPLORER.compare("sst2", "good 😀"), unknown=("😀",))
    monkeypatch.setattr(EXPLORER, "compare", lambda *_: odd)
    assert "The models have no token for" in answer(EXPLORER, "sst2", "good 😀", False).said


def test_what_was_not_read_is_said() -> None:
    words = answer(EXPLORER, "sst2", "<i>word</i> " * 300, False).said
    assert "Not read" in words
    assert "<i>" not in words


def test_a_task_without_a_hybrid_has_no_circuit() -> None:
    card = replace(SENTIMENT, heads=("classical",))
    panels = panels_of(answer(ScriptedExplorer(tasks=(card,)), "sst2", "good", True))
    assert [panel is None for panel in panels] == [False] + [True] * 3


def test_the_largest_circuit_still_makes_a_small_answer() -> None:
    explorer = ScriptedExplorer(CircuitSpec(12, 8, reupload=True))
    panels = panels_of(answer(explorer, "sst2", "good", True))
    assert sum(len(panel.as_json()) for panel in panels if panel is not None) < 200_000


def test_a_view_sends_json_and_a_script_of_this_machine() -> None:
    panel = answer(EXPLORER, "sst2", "good", False).compared
    assert PlotlyView().postprocess(panel) == panel.as_json()
    assert PlotlyView().postprocess(None) is None
    assert plotly_script().stat().st_size > 1_000_000


def test_a_guest_has_bars_beside_the_others() -> None:
    card = replace(SENTIMENT, heads=("classical", "hybrid", "control", "guest"))
    explorer = ScriptedExplorer(tasks=(card,))
    found = answer(explorer, "sst2", "good", False)
    assert [t["name"] for t in found.compared.figure.data[::2]] == ["classical", "hybrid", "guest"]
    assert "org/guest" in text_of(found.sizes)
    assert "All 3 say positive" in text_of(found.said)

"""Which words?, called directly: what is said, marked and drawn, and what is lit."""

import re
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest

from qbert_demo.figures.attribution import word_bars
from qbert_demo.figures.flow import Chosen, drawn_words, flow
from qbert_demo.figures.svg import as_svg
from qbert_demo.results import Attribution, Explanation
from qbert_demo.ui.compare.why import ALL_PATHS, OWN, Why, clicked, explain, followed
from qbert_demo.ui.compare.why_edit import (
    FIND,
    STOP,
    WAITING,
    Edited,
    Search,
    forget,
    press,
    search,
)
from qbert_demo.ui.compare.why_page import page
from qbert_demo.ui.compare.why_words import disagreement, flow_words, lean, why_html
from qbert_demo.ui.parts.plotly_view import Panel
from qbert_demo.ui.parts.words import error_html
from tests.ui.scripted import SENTIMENT, ScriptedExplorer
from tests.ui.test_compare import text_of

EXPLORER = ScriptedExplorer()


def asked(text: str, label: str = OWN, *, control: bool = False, task: str = "sst2") -> list[Why]:
    return list(explain(EXPLORER, task, text, control, label))


def scored(explanation: Explanation, scores: dict[str, list[float]]) -> Explanation:
    """The explanation with other scores, and effects when left out that agree with them."""
    models = {}
    for head, values in scores.items():
        model = explanation.models[head]
        logit = Attribution(0.0, sum(values), np.array(values))
        models[head] = replace(model, logit=logit, without=np.array(values))
    return replace(explanation, models=models)


def test_it_tells_how_long_it_takes_then_explains() -> None:
    first, last = asked("good and dull")
    assert "5 tokens in 2 models. This takes about" in text_of(first.said)
    assert first.bars == gr.skip()
    assert isinstance(last.bars, Panel)
    assert isinstance(last.flow, Panel)
    assert "gap" in text_of(last.said)
    assert last.label["choices"] == [OWN, "negative", "positive"]
    assert last.found.models["hybrid"].label == "positive"


def test_any_label_and_the_control_can_be_asked_for() -> None:
    last = asked("good", "negative", control=True)[-1]
    assert {m.label for m in last.found.models.values()} == {"negative"}
    assert list(last.found.models) == ["classical", "hybrid", "control"]
    assert last.label["value"] == "negative"


def test_a_label_of_another_task_counts_as_none() -> None:
    last = asked("rates", "positive", task="ag_news")[-1]
    assert last.label["value"] == OWN


@pytest.mark.parametrize("text", ["", "  ", "x" * 100_000])
def test_what_cannot_be_read_is_said_in_place(text: str) -> None:
    (only,) = asked(text)
    assert 'class="problem"' in only.said
    assert only.bars == only.found == gr.skip()


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (
            {"classical": [0, 0.1, 2], "hybrid": [0, 1, 2]},
            "both lean on dull; the hybrid also on good",
        ),
        (
            {"classical": [0, 2, 0], "hybrid": [0, 0, 2]},
            "the classical leans on good .*hybrid leans on dull",
        ),
        ({"classical": [0, 0, 2]}, "the classical leans on dull"),
        ({"classical": [-1, -1, -1], "hybrid": [-1, 0, -2]}, "the classical leans on no word"),
    ],
)
def test_a_sentence_says_on_which_words_they_lean(
    scores: dict[str, list[float]], sentence: str
) -> None:
    found = scored(EXPLORER.explain("sst2", "very good dull", label="positive"), scores)
    said = " ".join(text_of(lean(found)).replace(" ;", ";").replace(" .", ".").split()).lower()
    assert re.search(sentence, said), said


def test_models_that_disagree_are_told_apart() -> None:
    said = text_of(lean(EXPLORER.explain("sst2", "good but dull")))
    assert "for positive" in said
    assert "for negative" in said


def test_signs_that_differ_are_named() -> None:
    found = scored(EXPLORER.explain("sst2", "very good dull"), {"hybrid": [0, 1, 2]})
    assert "contradicts no score" in disagreement(found)
    model = found.models["hybrid"]
    opposed = replace(model, without=np.array([0, -1, 2.0]))
    said = text_of(disagreement(replace(found, models={"hybrid": opposed})))
    assert "Leaving each word out in turn" in said
    assert "contradicts the sign of the score at: hybrid good" in said
    some = replace(model, without=np.array([np.nan, -1, 2.0]))
    assert "the 2 words of largest score" in disagreement(replace(found, models={"hybrid": some}))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> good <!-- dull",
        "\u0641\u064a\u0644\u0645 good",
        "a\x07b \N{GRINNING FACE} dull",
    ],
)
def test_marks_stand_in_the_text_as_given_and_nothing_in_it_acts(text: str) -> None:
    found = EXPLORER.explain("sst2", text)
    html = why_html(found)
    assert "<script" not in html
    assert "<!--" not in html
    assert "\x07" not in html
    marked = html.split('<p dir="auto">')[1].split("</p>")[0]
    read = "".join(text_of(marked).split())
    assert read == "".join(text.replace("\x07", "\u2407").split())


def test_marks_show_the_sign_by_the_side_of_a_line() -> None:
    found = scored(EXPLORER.explain("sst2", "very good dull"), {"hybrid": [0.01, 1, -2]})
    html = why_html(found)
    assert '<span class="mark for" style="--share:0.50"><bdi dir="auto">good' in html
    assert '<span class="mark against" style="--share:1.00"><bdi dir="auto">dull' in html
    assert 'mark for" style="--share:0.01"' not in html


def test_a_word_and_a_qubit_can_be_followed_by_name_and_by_click() -> None:
    found = EXPLORER.explain("sst2", "good and dull")
    model = found.models["hybrid"]
    named = followed(found, "q1")
    panel, name = clicked(found, gr.EventData(None, {"trace": "qubits", "index": 1}))
    assert name == "q1"
    assert panel == named
    assert "⟨Z⟩ of q1" in text_of(panel.below)
    panel, name = clicked(found, gr.EventData(None, {"trace": "words", "index": 2}))
    assert name == "3. dull"
    assert panel == followed(found, "3. dull")
    assert text_of(flow_words(model, Chosen("word", drawn_words(model)[2]))).startswith(
        "dull turns"
    )


@pytest.mark.parametrize(
    "data",
    [{"trace": "up", "index": 0}, {"trace": "words", "index": 99}, {"trace": [], "index": "x"}],
)
def test_a_click_elsewhere_lights_everything(data: dict[str, object]) -> None:
    found = EXPLORER.explain("sst2", "good and dull")
    panel, name = clicked(found, gr.EventData(None, data))
    assert name == ALL_PATHS
    assert panel == followed(found, ALL_PATHS)


def test_without_a_circuit_there_is_no_flow() -> None:
    explorer = ScriptedExplorer(tasks=(replace(SENTIMENT, heads=("classical",)),))
    last = list(explain(explorer, "sst2", "good", False, OWN))[-1]
    assert last.flow is None
    assert last.follow["visible"] is False
    assert followed(last.found, "q0") is None
    assert clicked(None, gr.EventData(None, {"trace": "words", "index": 0}))[0] == gr.skip()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts were compared in each batch."""
    batches: list[int] = []
    compare = ScriptedExplorer.compare_batch

    def counted(self: ScriptedExplorer, task: str, texts: list[str], **more: Any) -> Any:
        batches.append(len(texts))
        return compare(self, task, texts, **more)

    monkeypatch.setattr(ScriptedExplorer, "compare_batch", counted)
    return batches


def searching(text: str) -> tuple[Search, Explanation, Iterator[Edited]]:
    """A search that was begun by its button, and what it tells."""
    run, found = Search(), EXPLORER.explain("sst2", text)
    assert press(run, found, FIND) == Edited(WAITING, STOP)
    return run, found, search(EXPLORER, run, found)


NUMBERS = " ".join(map(str, range(100)))


def test_the_smallest_edit_is_searched_with_progress_and_shown_as_a_diff() -> None:
    run, _, told = searching("a <good> film and more")
    *progress, last = told
    assert {seen.button for seen in progress} == {STOP}
    assert last.button == FIND
    assert run.wanted is None
    assert "They part when one word changes" in text_of(last.said)
    assert "<del><bdi" in last.said
    assert "<ins><bdi" in last.said
    assert "&lt;" in last.said
    assert "<good>" not in last.said
    assert "classical: positive" in text_of(last.said)


def test_a_search_without_a_find_says_so() -> None:
    *progress, last = searching(" ".join(map(str, range(20))))[2]
    assert '<progress max="20" value="16"' in progress[1].said
    assert "None found in 20 tries" in text_of(last.said)


def test_stop_ends_a_search_within_a_batch_and_says_how_far_it_was(counting: list[int]) -> None:
    run, found, told = searching(NUMBERS)
    for _ in range(3):
        next(told)
    stopped = press(run, found, STOP)
    assert stopped.button == FIND
    assert "Stopped after 32 of 100 tries: none found" in text_of(stopped.said)
    assert list(told) == [stopped]
    assert counting == [1, 16, 16, 16]
    assert press(run, found, STOP) == Edited(gr.skip(), gr.skip())


def test_what_was_found_until_stop_is_kept() -> None:
    run, found, told = searching(f"good {NUMBERS}")
    seen = next(seen for _ in told if (seen := run.seen) and seen.edit)
    said = text_of(press(run, found, STOP).said)
    assert "They change their minds together" in said
    assert f"of 102 (stopped after {seen.tried}, none parts them)" in said


def test_a_search_stopped_while_it_waits_never_begins(counting: list[int]) -> None:
    run, found, told = searching(NUMBERS)
    assert "Stopped before the first try" in press(run, found, STOP).said
    assert list(told) == [Edited(gr.skip(), gr.skip())]
    assert counting == []


def test_a_search_gives_way_to_another_and_to_another_sentence() -> None:
    run, found, told = searching(NUMBERS)
    next(told)
    press(run, found, STOP)
    press(run, found, FIND)
    kept = Edited(gr.skip(), gr.skip())
    assert list(told) == [kept]
    again = search(EXPLORER, run, found)
    next(again)
    assert forget(run) == Edited("", FIND)
    assert list(again) == [kept]


def test_leaving_the_page_ends_a_search(counting: list[int]) -> None:
    run, _, told = searching(NUMBERS)
    next(told)
    assert isinstance(told, Generator)
    told.close()
    assert run.wanted is None
    assert counting == [1]


def test_a_search_before_an_explanation_asks_for_one() -> None:
    assert press(Search(), None, FIND) == Edited(error_html("Explain a sentence first."), FIND)


def test_a_saved_page_stands_alone_and_holds_both_figures() -> None:
    found = EXPLORER.explain("sst2", "<script>good</script> and dull")
    saved = asked("good and dull")[-1].save
    assert saved.name == "qbert-words-sst2.html"
    text = page(found).content.decode()
    assert text.count("<svg") == 2
    assert "<script" not in text
    assert not re.search(r"""(?:src|href)=|url\(|https?:""", text)
    used = set(re.findall(r"var\((--[\w-]+)", text))
    assert used <= set(re.findall(r"(--[\w-]+):", text))
    for figure in (word_bars(found), flow(found.models["hybrid"])):
        drawing = ElementTree.fromstring(as_svg(figure))
        shapes = [node.tag for node in drawing]
        bars = sum(len(trace["x"]) for trace in figure.data if trace["type"] == "bar")
        assert shapes.count("rect") == bars
        assert shapes.count("text") >= len(figure.layout["yaxis"]["ticktext"])

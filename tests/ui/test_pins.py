"""Pinned texts, called directly: what is kept, refused, shown on one scale, dropped and saved."""

import re
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from qbert_demo.errors import InputError
from qbert_demo.results import Explanation
from qbert_demo.ui.compare.pins import EVERY, Pins, Shown, find_words, pin, unpin
from qbert_demo.ui.compare.pins_html import EMPTY, MOST, board_html, page
from tests.ui.scripted import ScriptedExplorer
from tests.ui.test_compare import text_of

EXPLORER = ScriptedExplorer()
TEXTS = ("good", "good but long", "<script>dull</script>", "a good film", "one more")


def pinned(
    *texts: str, task: str = "sst2", pins: Pins | None = None, found: Explanation | None = None
) -> tuple[Pins, Shown]:
    """Pin texts, one after the other."""
    pins, shown = pins or Pins(), Shown()
    for text in texts:
        shown = pin(EXPLORER, pins, task, text, False, found)
    return pins, shown


def pressed(pins: Pins, wanted: object) -> Shown:
    return unpin(pins, gr.EventData(None, {"pin": wanted}))


def test_a_text_is_pinned_at_once_with_its_answers_and_then_gets_its_words() -> None:
    pins, first = pinned("good but long")
    assert "Pinned, 1 of 4" in first.said
    assert first.door == {"label": "Pinned texts (1 of 4)", "open": True, "__type__": "update"}
    assert first.save is None
    answers = EXPLORER.compare("sst2", "good but long").predictions
    said = text_of(first.board)
    for head, answer in answers.items():
        share = f"{100 * answer.confidence:.0f}"
        assert re.search(rf"{head}\s+{answer.label}\s+{share}", said), said
    assert "Finding its words" in said
    assert "The models disagree on the text" in said
    _, last = find_words(EXPLORER, pins)
    assert last.board.count('class="marked"') == 2
    assert "Finding its words" not in last.board
    assert last.save is not None


def test_words_that_are_known_are_not_looked_for_again() -> None:
    found = EXPLORER.explain("sst2", "good")
    pins, _ = pinned("good", found=found)
    assert pins.kept[0].words is found
    assert list(find_words(EXPLORER, pins)) == [Shown()]
    other = EXPLORER.explain("sst2", "good", label="negative")
    assert pinned("good", found=other)[0].kept[0].words is None
    assert pinned("dull", found=found)[0].kept[0].words is None


def test_a_fifth_text_is_refused_and_so_is_the_same_text_again() -> None:
    pins, _ = pinned(*TEXTS[:MOST])
    before = list(pins.kept)
    _, refused = pinned("one more", pins=pins)
    assert "Unpin one first" in refused.said
    assert refused.board == refused.door == gr.skip()
    assert pins.kept == before
    pins, again = pinned("good", "good")
    assert "pinned already" in again.said
    assert len(pins.kept) == 1


@pytest.mark.parametrize("text", [None, "  ", "x" * 100_000])
def test_what_cannot_be_read_is_not_pinned(text: str | None) -> None:
    pins = Pins()
    assert 'class="problem"' in pin(EXPLORER, pins, "sst2", text, False, None).said
    assert pins == Pins()


def test_all_pinned_texts_are_marked_on_one_scale() -> None:
    pins, _ = pinned("good film", "dull film")
    list(find_words(EXPLORER, pins))
    reach = max(kept.words.reach for kept in pins.kept if kept.words)
    shares = [float(share) for share in re.findall(r"--share:([\d.]+)", board_html(pins.kept))]
    scores = [
        abs(score) / reach
        for kept in pins.kept
        if kept.words
        for model in kept.words.models.values()
        for score in model.logit.scores
    ]
    assert shares == [pytest.approx(s, abs=0.005) for s in scores if s >= 0.05]
    assert max(shares) == 1
    assert f"one scale for all pinned texts and models: the deepest is {reach:.2f}" in text_of(
        board_html(pins.kept)
    )


def test_every_qubits_value_is_drawn_from_minus_one_to_one() -> None:
    pins, shown = pinned("good")
    circuit = EXPLORER.compare("sst2", "good").predictions["hybrid"].circuit
    assert circuit is not None
    drawn = re.findall(r'class="(up|down)" style="left: ([\d.]+)%; width: ([\d.]+)%', shown.board)
    ends = [
        float(left) + float(width) if side == "up" else float(left) for side, left, width in drawn
    ]
    assert ends == [pytest.approx(50 + 50 * value, abs=0.1) for value in circuit.values]


def test_a_pinned_text_keeps_its_task_when_another_is_chosen() -> None:
    pins, _ = pinned("good")
    _, shown = pinned("good", task="ag_news", pins=pins)
    said = text_of(shown.board)
    assert "Sentiment" in said
    assert "News topic" in said
    assert "Texts of different tasks were read by different models" in said


def test_nothing_in_a_text_acts() -> None:
    pins, _ = pinned('"><script>good</script><!--', "\u0641\u064a\u0644\u0645 good")
    *_, last = find_words(EXPLORER, pins)
    assert "<script" not in last.board
    assert "<!--" not in last.board
    assert 'aria-label="Unpin: &quot;&gt;&lt;script&gt;' in last.board
    assert "<script" not in page(pins.kept).content.decode()


def test_each_text_can_be_unpinned_and_all_together() -> None:
    pins, _ = pinned("good", "dull", "film")
    left = pressed(pins, "2")
    assert [kept.answers.text for kept in pins.kept] == ["good", "film"]
    assert "Unpinned; 2 of 4 left" in left.told
    assert pressed(pins, "2") == Shown()
    assert pressed(pins, {"no": "number"}) == Shown()
    empty = pressed(pins, EVERY)
    assert pins.kept == []
    assert empty.board == EMPTY
    assert empty.save is None
    assert empty.door["label"] == "Pinned texts"


def test_a_text_unpinned_while_its_words_are_looked_for_stays_away() -> None:
    pins, _ = pinned("good", "dull")
    told = find_words(EXPLORER, pins)
    next(told)
    pressed(pins, "1")
    last = list(told)[-1]
    assert last.board.count("<article") == 1


def test_words_that_cannot_be_found_are_said_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> Explanation:
        raise InputError("Load the model again.")

    explorer = ScriptedExplorer()
    monkeypatch.setattr(explorer, "explain", gone)
    pins, _ = pinned("good")
    *_, last = find_words(explorer, pins)
    assert "Load the model again." in text_of(last.board)
    assert last.save is not None


def test_a_model_without_a_circuit_or_alone_is_shown_as_it_is() -> None:
    task = replace(EXPLORER.task("sst2"), heads=("classical",))
    explorer = ScriptedExplorer(tasks=(task,))
    shown = pin(explorer, Pins(), "sst2", "good", False, None)
    assert "⟨Z⟩" not in shown.board
    assert "models" not in text_of(shown.board)


def test_a_saved_page_stands_alone() -> None:
    pins, _ = pinned("good and dull", "good")
    *_, last = find_words(EXPLORER, pins)
    text = last.save.content.decode()
    assert last.save.name == "qbert-pinned.html"
    assert text.count("<article") == 2
    assert "<button" not in text
    assert not re.search(r"""(?:src|href)=|url\(|https?:""", text)
    used = set(re.findall(r"var\((--[\w-]+)", text))
    assert used <= set(re.findall(r"(--[\w-]+):", text))

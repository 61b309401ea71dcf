"""The map of a judged split on the page: progress, Stop, words, and the text behind a point."""

from collections.abc import Iterator

import gradio as gr
import pytest

from qbert_demo.errors import InputError
from qbert_demo.results import SplitMap
from qbert_demo.service.split_maps import SplitMaps
from qbert_demo.ui.compare.batch import Run, begin
from qbert_demo.ui.judge.map import PointClicked, begin_map, draw_map, map_words, stop_map
from qbert_demo.ui.parts.events import KEEP
from tests.judgements import made_up_map
from tests.ui.scripted import ScriptedExplorer


class Ready(SplitMaps):
    """A map after two parts."""

    def make(self, task: str) -> Iterator[tuple[int, int] | SplitMap]:
        self.explorer.judgement(task)
        yield 16, 100
        yield 100, 100
        yield made_up_map()


MAPS = Ready(ScriptedExplorer())


def test_progress_comes_before_the_map() -> None:
    run = Run()
    begin(run)
    first, part, whole, last = draw_map(MAPS, run, "sst2")
    assert "Fetching" in first.said
    assert "16 of 100 texts read" in part.said
    assert part.encoder is whole.circuit is None
    assert "rings mark the 2 that the hybrid got wrong" in last.said
    assert last.encoder.figure.data[0]["name"] == "negative"
    assert run.wanted is None


def test_the_button_that_stops_is_there_while_a_map_is_made() -> None:
    run = Run()
    assert begin_map(run).end["visible"] is True
    *making, last = draw_map(MAPS, run, "sst2")
    assert [step.end for step in making] == [KEEP] * 3
    assert last.end["visible"] is False
    begin(run)
    *_, failed = draw_map(MAPS, run, "ag_news")
    assert failed.end["visible"] is False


def test_stop_ends_the_reading() -> None:
    run = Run()
    begin(run)
    drawing = draw_map(MAPS, run, "sst2")
    next(drawing)
    next(drawing)
    stopped = stop_map(run)
    assert "Stopped" in stopped.said
    assert stopped.end["visible"] is False
    assert list(drawing) == [(KEEP,) * 5]
    assert stop_map(run).said is KEEP
    assert list(draw_map(MAPS, run, "sst2")) == [(KEEP,) * 5], "stopped as it waited"


def test_what_cannot_be_drawn_gets_one_sentence() -> None:
    run = Run()
    begin(run)
    *_, last = draw_map(MAPS, run, "ag_news")
    assert 'class="problem"' in last.said
    assert last.encoder is None


def test_the_words_say_what_was_drawn_and_what_is_seen() -> None:
    words = map_words(made_up_map()).replace("\xa0", " ")
    assert words.startswith("6 of 100 texts are drawn, a sample with seed 0; rings mark the 2")
    assert "70 % of the variance in the encoder" in words
    assert "90 % of the texts in the encoder and for 50 % in the circuit" in words


@pytest.mark.parametrize(("trace", "index", "text"), [("negative", 1, 8), ("positive", 2, 61)])
def test_a_point_leads_to_its_text(trace: str, index: int, text: int) -> None:
    event = gr.EventData(None, {"trace": trace, "index": index})
    html = PointClicked(MAPS)("sst2", event)
    assert f"number&lt;/b&gt; {text}<" in html
    assert html.count("in-compare") == 1


def test_a_click_beside_the_points_changes_nothing() -> None:
    event = gr.EventData(None, {"trace": "hybrid is wrong", "index": 0})
    assert PointClicked(MAPS)("sst2", event) is KEEP


def test_a_click_on_what_is_gone_says_so() -> None:
    event = gr.EventData(None, {"trace": "negative", "index": 0})
    assert 'class="problem"' in PointClicked(MAPS)("ag_news", event)
    with pytest.raises(InputError):
        list(MAPS.make("ag_news"))

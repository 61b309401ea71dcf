"""Training texts near a listed one, on the page: buttons, progress, Stop, words."""

from collections.abc import Generator
from dataclasses import replace

import gradio as gr
import numpy as np

from qbert_demo.errors import InputError
from qbert_demo.results import Neighbour, Neighbours
from qbert_demo.service.nearest import NearestTexts
from qbert_demo.ui.judge.nearest import (
    Asked,
    Chosen,
    Near,
    Pace,
    find,
    forget,
    near_html,
    progress_html,
    stop,
)
from qbert_demo.ui.judge.texts import texts_html
from qbert_demo.ui.parts.events import KEEP
from tests.judgements import made_up_texts
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

EXPLORER = ScriptedExplorer()
NEAR = (Neighbour("<b>fine</b>", 1, 0.91234), Neighbour("awful", 0, 0.8))
FOUND = Neighbours("so & so", 1, NEAR, 40, 100, None, None, ("A note.",))


class Ready(NearestTexts):
    """Finds the same of every text in three steps."""

    def __init__(self) -> None:
        self.explorer = EXPLORER

    def near(self, task: str, text: str) -> Generator[Neighbours]:
        if task != "sst2":
            raise InputError("No such rows.")
        yield replace(FOUND, nearest=(), read=0, waiting=2)
        yield FOUND
        yield replace(FOUND, read=100)


def chosen(row: object, task: str = "sst2") -> tuple[Asked, Near]:
    asked = Asked()
    event = gr.EventData(None, {"row": row})
    return asked, Chosen(EXPLORER)(asked, task, event)


def test_a_row_has_a_button_only_where_it_can_be_answered() -> None:
    texts, places = made_up_texts(), np.array([8, 20])
    assert 'data-row="20"' in texts_html(texts, places, "these", with_button=True)
    assert "data-row" not in texts_html(texts, places, "these")


def test_a_button_asks_for_its_text() -> None:
    asked, near = chosen(8)
    assert asked.text == made_up_texts().texts[8]
    assert "Getting the training texts" in near.said


def test_a_row_that_there_is_not_asks_for_nothing() -> None:
    for row in (100, -1, "8", None):
        asked, near = chosen(row)
        assert asked.text is None
        assert near.said is KEEP


def test_what_is_found_is_told_as_it_is_found() -> None:
    asked, _ = chosen(8)
    waits, part, whole = find(Ready(), asked, "sst2")
    assert "Waiting; 2 in the queue" in waits.said
    assert waits.table == ""
    assert "40 of 100 training texts read" in part.said
    assert part.end["visible"] is True
    assert whole.said == ""
    assert whole.end["visible"] is False
    assert "of the 2 nearest of all 100 texts" in whole.table


def test_the_time_left_falls_while_a_part_is_read_and_one_slow_part_moves_it_little() -> None:
    pace, told = Pace(), []
    ends = [*range(4, 44, 4), 56, 60]  # a part of 10 takes 4 s, and one takes 16 s
    for now in range(61):
        read = 10 * sum(end <= now for end in ends)
        told.append(pace.left(replace(FOUND, read=read, rows=200), float(now)))
    assert told[:8] == [None] * 8, "one part has ended, which may have begun before it was seen"
    assert told[8:12] == [72, 71, 70, 69]
    assert told[12:41] == list(range(68, 39, -1))
    assert 36 < told[56] < 50
    assert told[44:56] == [36] * 12
    assert "about 2 min left" in progress_html(FOUND, 100.0)
    assert "left" not in progress_html(FOUND, None)


def test_stop_keeps_what_was_found_and_another_choice_does_not() -> None:
    for leave, kept in ((stop, KEEP), (forget, "")):
        asked, _ = chosen(8)
        finding = find(Ready(), asked, "sst2")
        next(finding)
        assert leave(asked).table is kept
        assert list(finding) == [Near()]


def test_what_cannot_be_found_gets_one_sentence() -> None:
    asked, _ = chosen(8)
    (near,) = find(Ready(), asked, "ag_news")
    assert 'class="problem"' in near.said
    assert asked.text is None


def test_the_table_says_what_is_near_to_what_and_escapes_it() -> None:
    html = near_html(FOUND, SENTIMENT)
    assert "so &amp; so” is positive to the hybrid" in html
    assert "of the 2 nearest of the first 40 texts that the hybrid was trained on" in html
    assert "1 is labelled positive" in html
    assert "&lt;b&gt;fine" in html
    assert "<td>positive</td><td>0.912</td>" in html
    assert "A note." in html


def test_rows_of_which_some_were_trained_on_are_called_so() -> None:
    html = near_html(replace(FOUND, trained=38_598), SENTIMENT)
    assert "texts of the training split, of which it was trained on 38,598" in html

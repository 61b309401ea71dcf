"""What is said of angles, kernels and costs carries no more than the numbers."""

from dataclasses import replace

import pytest

from qbert_demo.results import Range, Unread
from qbert_demo.ui.judge.angles import (
    correlation_words,
    entangling_words,
    kernel_words,
    show_angles,
    spread_words,
    weight_words,
)
from qbert_demo.ui.judge.leaderboard import board_html, costs_html, costs_of
from tests.judgements import angles, standings
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


def test_every_figure_has_its_sentence_and_nothing_is_drawn_of_nothing() -> None:
    shown = show_angles(EXPLORER, "sst2")
    assert all(panel.below.startswith('<p class="reading">') for panel in shown)
    assert not any(show_angles(EXPLORER, "ag_news"))


def test_words_repeat_the_numbers() -> None:
    facts = angles()
    assert "x0 has 99\xa0% of all" in spread_words(facts)
    words = correlation_words(facts, ("negative", "positive"))
    assert "x0 and “positive”: r = +0.990" in words
    assert "98\xa0% of the variance" in words
    assert "6 angles are stored and 4 are live. The other 2 make turns" in weight_words(facts)
    live = replace(facts, live=(((True,) * 3,) * 2,))
    assert weight_words(live) == "All 6 stored angles can change what is measured."


@pytest.mark.parametrize(
    ("value", "place"), [(0.44, "less than any"), (0.8, "within what"), (0.99, "more than any")]
)
def test_entanglement_is_placed_among_the_random_draws(value: float, place: str) -> None:
    assert place in entangling_words(replace(angles(), entangling=value))


@pytest.mark.parametrize(("distance", "says"), [(1.3, "no labels"), (9.0, "labels may exist")])
def test_the_kernels_verdict_hangs_on_the_root_of_the_texts(distance: float, says: str) -> None:
    kernel = replace(angles().kernel, geometric=Range(distance, distance, distance))
    words = kernel_words(kernel)
    assert f"is {distance:.1f}, and √100 = 10.0, so" in words
    assert says in words
    assert "in 3 of 20 samples, which overlap (medians 0.670 and 0.690)" in words


def test_costs_and_leaderboard_escape_and_leave_out_what_was_not_measured() -> None:
    costs = costs_html(standings())
    assert "<td>1,574</td><td>1,570</td><td>0.46</td><td>0.50</td>" in costs
    assert "<td>1,574</td><td>1,570</td><td></td><td>0.50</td>" in costs
    assert "a &lt;CPU&gt;" in costs
    board = board_html(standings())
    assert board.count('scope="row"') == costs.count('scope="row"') == 3
    assert "<td>0.9000</td><td>0.8500 to 0.9500</td>" in board
    assert board_html([]) == costs_html([]) == ""


def test_what_costs_a_checkpoint_cannot_tell_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer = ScriptedExplorer()
    found = (
        *standings()[:2],
        Unread("sst2", "sst2-control <is> broken."),
        Unread("imdb", "Other."),
    )
    monkeypatch.setattr(explorer, "leaderboard", lambda: found)
    costs, told = costs_of(explorer, "sst2")
    assert costs == standings()[:2]
    problem = '<p class="problem"><bdi dir="auto">sst2-control &lt;is&gt; broken.</bdi></p>'
    assert told.startswith(f"{problem}<div")
    assert "Other." not in told
    assert told.count('scope="row"') == 2
    assert problem in board_html(found)
    assert board_html(found[3:]) == '<p class="problem"><bdi dir="auto">Other.</bdi></p>'

"""A judgement's figures are read back: the numbers, their intervals, the heads' colours."""

import pytest

from qbert_demo.figures import Figure
from qbert_demo.figures.confusion import confusions
from qbert_demo.figures.formula import kept_steps, order_bars
from qbert_demo.figures.judge import (
    alone_bars,
    ladder_marks,
    reliability_curve,
    score_intervals,
)
from qbert_demo.figures.theme import HEAD_COLOURS
from qbert_demo.results import FormulaFacts
from tests.figures.test_circuit import resolved
from tests.judgements import made_up, seeded

JUDGED = made_up()


def formula() -> FormulaFacts:
    assert JUDGED.formula is not None
    return JUDGED.formula


@pytest.mark.parametrize(
    "figure",
    [
        score_intervals(JUDGED),
        score_intervals(seeded()),
        alone_bars(JUDGED.pairs, JUDGED.models),
        ladder_marks(JUDGED.ladder),
        order_bars(formula()),
        kept_steps(formula()),
        kept_steps(formula(), 5),
        confusions(JUDGED.models[0], ("negative", "positive")),
        reliability_curve(JUDGED.models[0]),
    ],
    ids=lambda figure: figure.title,
)
def test_every_figure_is_complete(figure: Figure) -> None:
    resolved(figure)
    for axis in ("xaxis", "yaxis"):
        shown = figure.layout[axis].get("showticklabels", True)
        assert not shown or figure.layout[axis]["title"]["text"]
    assert {len(row) for row in figure.table.rows} == {len(figure.table.head)}


def test_models_stand_at_their_accuracies_in_their_colours() -> None:
    figure = score_intervals(JUDGED)
    (points,) = (trace for trace in figure.data if trace.get("name") == "accuracy")
    assert points["x"] == [0.89, 0.9, 0.85]
    assert points["marker"]["color"] == [
        HEAD_COLOURS[head] for head in ("classical", "hybrid", "control")
    ]
    start, end = figure.layout["xaxis"]["range"]
    assert start < 0.8
    assert end > 0.95


def test_each_seed_and_their_mean_stand_below_the_interval() -> None:
    figure = score_intervals(seeded())
    marks = {trace.get("name"): trace for trace in figure.data}
    rings, means = marks["one seed"], marks["mean of the seeds"]
    assert rings["x"] == [0.89, 0.92, 0.9, 0.9, 0.79, 0.91]
    assert means["x"] == pytest.approx([0.9033, 0.8667], abs=1e-4)
    for trace in (rings, means):
        assert {round(y) for y in trace["y"]} == {0, 1}
        assert all(y > round(y) for y in trace["y"])
    assert figure.layout["xaxis"]["range"][0] < 0.79
    assert figure.table.rows[1][4:] == (
        "0.8667",
        "0.7900",
        "0.9100",
        "0: 0.9000, 1: 0.7900, 2: 0.9100",
    )
    assert figure.table.rows[2][4:] == ("one seed", "", "", "0: 0.8500")
    alone = score_intervals(JUDGED)
    assert {"one seed", "mean of the seeds"}.isdisjoint(t.get("name") for t in alone.data)
    assert alone.layout["height"] < figure.layout["height"]


def test_texts_that_one_alone_got_right_add_up_to_all() -> None:
    figure = alone_bars(JUDGED.pairs, JUDGED.models)
    left, right = figure.data
    assert left["x"] == [-7, -3, -1]
    assert right["x"] == [2, 2, 5]
    assert figure.table.rows[0] == ("hybrid (first) and control", "83", "7", "2", "8")
    for row in figure.table.rows:
        assert sum(map(int, row[1:])) == JUDGED.rows


def test_a_rung_has_two_marks_and_the_range_of_its_seeds() -> None:
    figure = ladder_marks(JUDGED.ladder)
    marks = {trace["name"]: trace for trace in figure.data if trace["mode"] == "markers"}
    assert marks["as trained"]["x"] == [0.9, 0.5, 0.5, 0.5, 0.54]
    assert marks["fitted anew"]["x"] == [0.9, 0.91, 0.55, 0.88, 0.7, 0.86]
    bars = [trace["x"] for trace in figure.data if trace["mode"] == "lines"]
    assert [0.1, 0.9] in bars
    assert [0.7, 0.93] in bars
    (band,) = figure.layout["shapes"]
    assert (band["x0"], band["x1"]) == pytest.approx((0.85, 0.95))


def test_confusion_counts_are_kept() -> None:
    figure = confusions(JUDGED.models[0], ("negative", "positive"))
    assert figure.data[0]["z"] == [[49, 10], [1, 40]]


def test_a_formula_without_a_straight_line_draws_none() -> None:
    names = [trace["name"] for trace in kept_steps(formula()).data]
    assert names == ["as the circuit", "as it is true", "straight line, as the circuit"]
    few = FormulaFacts(81, (0.0, 1.0), (1, 5), (0.9, 1.0), None)
    assert [trace["name"] for trace in kept_steps(few).data] == ["as the circuit"]


def test_the_chosen_number_of_products_is_marked_on_both_curves() -> None:
    figure = kept_steps(formula(), 5)
    (marks,) = (trace for trace in figure.data if trace["name"] == "chosen")
    assert (marks["x"], marks["y"]) == ([5, 5], [0.97, 0.88])
    assert figure.layout["shapes"][0]["x0"] == 5
    assert not any(trace["name"] == "chosen" for trace in kept_steps(formula(), 7).data)

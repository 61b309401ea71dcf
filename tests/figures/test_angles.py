"""What is drawn of a hybrid's angles is what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.figures.angles import (
    correlation_cells,
    entangling_marks,
    kernel_marks,
    spread_bars,
    weight_grid,
)
from tests.judgements import angles


def test_a_dead_angle_is_crossed_out_and_a_live_one_is_not() -> None:
    figure = weight_grid(angles())
    strokes = [(s["x0"] + s["x1"], s["y0"] + s["y1"]) for s in figure.layout["shapes"]]
    assert np.array(strokes) == pytest.approx(np.array([(4, 0), (4, 0), (4, 2), (4, 2)]))
    assert figure.data[0]["z"] == [[1, 1, 0], [1, 1, 0]]
    assert figure.table.rows[0] == ("q0", "0.03 π", "0.48 π", "\N{MINUS SIGN}0.95 π, dead")
    live = replace(angles(), live=(((True,) * 3,) * 2,))
    assert weight_grid(live).layout["shapes"] == []


def test_of_two_labels_the_second_is_told_and_of_more_all() -> None:
    two = correlation_cells(angles(), ("negative", "positive"))
    assert two.data[0]["z"] == [[0.99], [-0.2]]
    three = replace(angles(), correlation=((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)))
    figure = correlation_cells(three, ("a", "b", "c"))
    assert np.array(figure.data[0]["z"]).shape == (2, 3)
    assert figure.table.head == ("angle", "a", "b", "c")


def test_bars_and_marks_stand_at_their_values() -> None:
    assert spread_bars(angles()).data[0]["x"] == [1.2, 0.1]
    entangled = entangling_marks(angles())
    assert [t["x"] for t in entangled.data[:3]] == [[0.44, 0.44], [0.77, 0.94], [0.44, 0.85]]
    assert "<b>as trained</b>  0.440" in entangled.data[3]["text"]
    assert [row[1] for row in kernel_marks(angles()).table.rows] == ["0.6700", "0.6800", "0.6900"]

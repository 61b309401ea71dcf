"""The replay's frames are read back: dials where their angles point, room for every bar."""

import math

import pytest

from qbert_demo.figures.replay import angle_dials, bar_zeros, dial_middles, dial_names, value_bars
from tests.figures.test_circuit import resolved


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 3), (6, 8, 3)])
def test_every_angle_has_a_dial_with_a_name_and_its_first_hand(shape: tuple[int, int, int]) -> None:
    n = math.prod(shape)
    first = [0.1 * i for i in range(n)]
    figure = angle_dials(shape, first)
    dials, hands = figure.data
    assert list(zip(dials["x"], dials["y"], strict=True)) == dial_middles(shape)
    assert len(set(dial_names(shape))) == n
    for i, (x, y) in enumerate(dial_middles(shape)):
        across, up = hands["x"][3 * i + 1] - x, y - hands["y"][3 * i + 1]
        assert math.remainder(math.atan2(up, across) - first[i], math.tau) == pytest.approx(0)
        assert 0 < x < figure.min_width
        assert 0 < y < figure.layout["height"]
    resolved(figure)


def test_dials_are_in_the_order_of_the_weights() -> None:
    names = dial_names((2, 2, 3))
    assert names[:4] == ["layer 1, q0 φ", "layer 1, q0 θ", "layer 1, q0 ω", "layer 1, q1 φ"]
    assert names[6] == "layer 2, q0 φ"
    middles = dial_middles((2, 2, 3))
    assert middles[0][1] == middles[2][1] == middles[6][1]
    assert middles[0][0] < middles[2][0] < middles[6][0]
    assert dial_names((1, 2, 1)) == ["layer 1, q0", "layer 1, q1"]


def test_bars_of_neighbours_cannot_touch() -> None:
    zeros = bar_zeros(4, 3)
    figure = value_bars(4, 3)
    grid = figure.data[0]
    assert {x for x in grid["x"] if x is not None} >= {row[0][0] for row in zeros}
    left, right = zeros[0][0][0], zeros[1][0][0]
    half = zeros[0][0][0] - min(x for x in grid["x"] if x is not None)
    assert left + half < right - half
    assert [y for _, y in zeros[2]] == sorted({y for _, y in zeros[0]})
    resolved(figure)

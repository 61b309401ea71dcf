"""Integrals over points that are added where they are needed."""

import numpy as np
import pytest

from qbert_demo.evaluation.quadrature import middles, more_points, weights
from qbert_demo.results import Array

STEEP, PLACE = 40.0, 0.37


def slope(x: Array) -> Array:
    return STEEP / np.cosh(STEEP * (x - PLACE)) ** 2


def height(x: Array) -> Array:
    return np.tanh(STEEP * (x - PLACE))


@pytest.mark.parametrize("points", [middles(4), np.array([0.1, 0.15, 0.5, 0.8, 0.95])])
def test_a_cubic_is_exact_over_each_part(points: Array) -> None:
    ends = np.array([0, *points, 1])
    found = weights(points) @ (4 * points**3 - points)
    np.testing.assert_allclose(found, np.diff(ends**4 - ends**2 / 2), atol=1e-12)


def test_points_go_where_the_function_changes() -> None:
    points = middles(12)
    for _ in range(4):
        known = np.diff(height(np.array([0, *points, 1])))
        errors = known - weights(points) @ slope(points)
        points = np.sort([*points, *more_points(points, errors, 4)])
    assert len(points) == len(set(points)) == 28
    assert (np.abs(points - PLACE) < 0.1).sum() >= 12
    error = abs(known.sum() - (weights(points) @ slope(points)).sum())
    even = middles(28)
    assert error < 0.002 * known.sum()
    assert error < abs(known.sum() - (weights(even) @ slope(even)).sum())


def test_one_part_is_cut_into_equal_pieces() -> None:
    errors = np.array([0.0, 0.0, -3.0, 0.1, 0.0])
    np.testing.assert_allclose(more_points(np.array([0.1, 0.4, 0.7, 0.8]), errors, 2), [0.5, 0.6])

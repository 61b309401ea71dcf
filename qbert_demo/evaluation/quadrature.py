"""An integral from 0 to 1 whose points go where it is hard, none of them in vain.

The function is taken for the cubic spline through its points. What its integral is between two
neighbours is known, too, so it shows where more points are needed, and the old ones stay.
"""

import numpy as np
from scipy.interpolate import CubicSpline

from qbert_demo.results import Array


def middles(n: int) -> Array:
    """The middles of ``n`` equal parts of the way from 0 to 1."""
    return (np.arange(n) + 0.5) / n


def weights(points: Array) -> Array:
    """Weights of a function's values for its integral over each part of the way.

    Args:
        points: Where the values are, rising, within 0 and 1; at least two.

    Returns:
        Shape ``(n + 1, n)``: from 0 to the first of the ``n`` points, on to the next, and to 1. The
        sum over the first axis are the weights of the whole.
    """
    spline = CubicSpline(points, np.eye(len(points)))
    return np.diff(spline.antiderivative()([0, *points, 1]), axis=0)


def more_points(points: Array, errors: Array, n: int) -> Array:
    """Points to be added: ``n``, to cut the parts with the largest errors into equal pieces.

    Args:
        points: Those that are there, rising.
        errors: Of the integral over each part, shape ``(len(points) + 1,)``.
        n: How many.
    """
    pieces = np.ones(len(errors))
    for _ in range(n):
        pieces[np.argmax(np.abs(errors) / pieces)] += 1
    ends = np.array([0, *points, 1])
    parts = zip(ends[:-1], ends[1:], pieces.astype(int), strict=True)
    return np.concatenate([np.linspace(low, high, k + 1)[1:-1] for low, high, k in parts])

"""Which classes a model takes for which."""

from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.figure import Figure, Table
from qbert_demo.figures.theme import (
    HEAD_COLOURS,
    INK,
    PAPER,
    SMALL,
    SUBDUED,
    TINY,
    axis_labels,
    base_layout,
    quiet_axis,
)
from qbert_demo.results import ModelScore

CELL, LEAST_CELL, MATRIX = 44, 26, 308
"""Pixels: a cell, the smallest cell, and the side that is shared first."""
LABEL_LENGTH = 14
"""Characters of a label that are shown."""


def confusions(model: ModelScore, labels: Sequence[str]) -> Figure:
    """Draw how often each class (rows) was given each label (columns)."""
    n, counts, head = len(labels), np.array(model.confusion), model.head
    side = max(120, n * max(LEAST_CELL, min(CELL, MATRIX // n)))
    names, widest = axis_labels(labels, LABEL_LENGTH)
    room = int(20 + widest)
    title = {"font": {"size": SMALL, "color": SUBDUED}, "standoff": 6}
    axis = quiet_axis(tickvals=list(range(n)), ticktext=names)
    layout = base_layout(
        side + room + 24,
        margin={"l": room, "r": 8, "t": 4, "b": room + 20},
        xaxis={
            **axis,
            "range": [-0.5, n - 0.5],
            "title": {**title, "text": "predicted"},
            "tickangle": -45,
        },
        yaxis={
            **axis,
            "range": [n - 0.5, -0.5],
            "title": {**title, "text": "true"},
            "automargin": "left",
        },
    )
    heat = {
        "type": "heatmap",
        "name": "confusion",
        "z": counts.tolist(),
        "text": counts.tolist(),
        "texttemplate": "%{text}",
        "textfont": {"size": TINY, "color": INK},
        "colorscale": [[0, PAPER], [1, HEAD_COLOURS[head]]],
        "zmin": 0,
        "zmax": 1.6 * max(1, int(counts.max())),
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hovertemplate": "true %{y}, predicted %{x}: %{z}<extra></extra>",
    }
    rows = tuple((name, *map(str, row)) for name, row in zip(labels, counts.tolist(), strict=True))
    return Figure(
        f"Confusion matrix, {head}",
        [heat],
        layout,
        Table(("true", *labels), rows),
        min_width=LEAST_CELL * n + room + 8,
        max_width=side + room + 60,
    )

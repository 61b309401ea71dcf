"""Where texts lie: the first two principal components of their vectors, by true label."""

import textwrap
from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.theme import (
    GRID,
    INK,
    NEGATIVE,
    PAPER,
    POSITIVE,
    SMALL,
    SUBDUED,
    base_layout,
    literal,
    percent,
    plain,
    quiet_axis,
)
from qbert_demo.results import Plane, SplitMap

HEIGHT = 380
COLOURS = (NEGATIVE, POSITIVE, "#E69F00", "#56B4E9", "#B58900", "#44AA99", "#AA4499", "#7A7A7A")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "pentagon")
"""Of the labels in their order; with more labels than these they begin anew."""
RING = "hybrid is wrong"
HOVER_CHARACTERS, HOVER_WIDTH = 160, 44
"""Characters of a text that are shown beside its point, in all and in a line."""


def split_map(
    found: SplitMap, plane: Plane, what: str, texts: Sequence[str], labels: Sequence[str]
) -> Figure:
    """Draw a point for each text, in the colour and shape of its true label.

    Args:
        found: The map.
        plane: That of its planes that is drawn.
        what: Whose vectors these are.
        texts: Of the points.
        labels: Names of the classes; a trace each.
    """
    points, is_wrong = plane.points, found.said != found.truth
    hints = np.array([_hint(found, k, texts[k], labels) for k in range(len(points))])
    data: list[Trace] = []
    cells = []
    for label, name in enumerate(labels):
        inside = found.truth == label
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": literal(name),
                "x": points[inside, 0].round(4).tolist(),
                "y": points[inside, 1].round(4).tolist(),
                "marker": {
                    "color": COLOURS[label % len(COLOURS)],
                    "symbol": SYMBOLS[label % len(SYMBOLS)],
                    "size": 7,
                    "opacity": 0.75,
                },
                "customdata": hints[inside].tolist(),
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": True,
            }
        )
        middle = points[inside].mean(0) if inside.any() else np.zeros(2)
        counts = (f"{inside.sum():,}", f"{(inside & is_wrong).sum():,}")
        cells.append((name, *counts, plain(middle[0], 3), plain(middle[1], 3)))
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": RING,
            "x": points[is_wrong, 0].round(4).tolist(),
            "y": points[is_wrong, 1].round(4).tolist(),
            "marker": {"color": INK, "symbol": "circle-open", "size": 13, "line": {"width": 1.5}},
            "hoverinfo": "skip",
            "showlegend": True,
        }
    )
    layout = base_layout(HEIGHT, margin={"l": 52, "r": 8, "t": 56, "b": 44})
    layout |= {
        "showlegend": True,
        "hovermode": "closest",
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
            "itemclick": False,
            "itemdoubleclick": False,
        },
    }
    for axis, number, share in zip("xy", ("first", "second"), plane.shares, strict=True):
        words = f"{number} component, {percent(share)} of the variance"
        layout[f"{axis}axis"] = quiet_axis(
            showgrid=True,
            gridcolor=GRID,
            zeroline=True,
            zerolinecolor=GRID,
            nticks=6,
            tickfont={"size": SMALL, "color": SUBDUED},
            title={"text": words, "font": {"size": SMALL, "color": SUBDUED}, "standoff": 6},
        )
    layout["hoverlabel"] = {**layout["hoverlabel"], "bgcolor": PAPER}
    head = ("true label", "texts", "of them ringed", "mean on the first", "mean on the second")
    return Figure(f"{what}, two principal components", data, layout, Table(head, tuple(cells)))


def _hint(found: SplitMap, k: int, text: str, labels: Sequence[str]) -> str:
    """A text in short lines, and its labels."""
    short = textwrap.shorten(text, HOVER_CHARACTERS, placeholder=" …")
    lines = textwrap.wrap(short, HOVER_WIDTH) or [""]
    ends = f"true {labels[found.truth[k]]}, hybrid says {labels[found.said[k]]}"
    return "<br>".join(map(literal, [*lines, ends]))

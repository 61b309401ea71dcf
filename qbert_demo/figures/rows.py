"""Figures whose rows carry marks with intervals, each row's name above its marks."""

from collections.abc import Sequence
from typing import Any

from qbert_demo.figures.figure import Layout, Trace
from qbert_demo.figures.theme import INK, SMALL, base_layout, plain, quiet_axis
from qbert_demo.results import Score

ROW = 44
"""Pixels between two rows whose name stands above their marks."""
HEAD_ROOM, AXIS_ROOM = 26, 44
"""Pixels for a line of words above the rows, and for tick labels and axis title below them."""
LEGEND_ABOVE: dict[str, Any] = {
    "showlegend": True,
    "legend": {
        "orientation": "h",
        "x": 0,
        "y": 1,
        "yanchor": "bottom",
        "itemclick": False,
        "itemdoubleclick": False,
    },
}
"""What a layout needs to name the marks above the rows."""


def rows_layout(n: int, top: int, row: int = ROW) -> Layout:
    """Lay out n rows from top to bottom, ``top`` pixels below the figure's upper edge."""
    return base_layout(
        top + row * n + AXIS_ROOM,
        margin={"l": 8, "r": 14, "t": top, "b": AXIS_ROOM},
        yaxis=quiet_axis(range=[n - 0.5, -0.6], showticklabels=False),
        hovermode="closest",
    )


def interval_bar(
    low: float, high: float, y: float, colour: str, width: float, opacity: float = 1
) -> Trace:
    """A bar along a row."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [low, high],
        "y": [y, y],
        "line": {"color": colour, "width": width},
        "opacity": opacity,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def row_names(names: Sequence[str], x: float, above: float = 0.38) -> Trace:
    """Each row's name above its marks, so that a narrow screen has room for both.

    Plotly leaves room for a marker, here an unseen one, between ``x`` and the name.
    """
    return {
        "type": "scatter",
        "mode": "markers+text",
        "marker": {"size": 6, "opacity": 0},
        "name": "names",
        "x": [x] * len(names),
        "y": [k - above for k in range(len(names))],
        "text": list(names),
        "textposition": "middle right",
        "textfont": {"size": SMALL, "color": INK},
        "cliponaxis": False,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def interval_words(score: Score) -> str:
    """Write a share with its interval."""
    return f"{plain(score.value, 3)} ({plain(score.low, 3)} to {plain(score.high, 3)})"

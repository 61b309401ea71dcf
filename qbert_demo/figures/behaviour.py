"""How often each model fails the short texts of each family."""

from collections.abc import Mapping, Sequence

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.rows import (
    HEAD_ROOM,
    LEGEND_ABOVE,
    interval_bar,
    interval_words,
    row_names,
    rows_layout,
)
from qbert_demo.figures.theme import HEAD_COLOURS, plain, value_axis
from qbert_demo.results import Family, Score

ROW = 64
"""Pixels between two families: a name and three marks."""
SYMBOLS = {"classical": "circle", "hybrid": "diamond", "control": "square"}
APART, DOWN = 0.17, 0.12
"""Shares of a row: between two models' marks, and from its middle down to theirs."""
ABOVE = 0.36
"""Share of a row from its middle up to the family's name."""


def failure_marks(families: Sequence[Family], rates: Mapping[str, Sequence[Score]]) -> Figure:
    """Draw the share of texts that each model fails, with its 95 % interval.

    Args:
        families: The rows.
        rates: By head, the share for each family. A trace is called by the head and has a point
            a family, so that a click tells both.
    """
    data: list[Trace] = []
    for which, (head, scores) in enumerate(rates.items()):
        shift = APART * (which - (len(rates) - 1) / 2) + DOWN
        rows = [k + shift for k in range(len(families))]
        colour = HEAD_COLOURS[head]
        data += [
            interval_bar(s.low, s.high, y, colour, 2) for y, s in zip(rows, scores, strict=True)
        ]
        pairs = zip(families, scores, strict=True)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": head,
                "x": [score.value for score in scores],
                "y": rows,
                "marker": {"symbol": SYMBOLS.get(head, "circle"), "color": colour, "size": 10},
                "customdata": [
                    f"{f.name}, {head}: fails {f.failures(head)} of {s.n}<br>{interval_words(s)}"
                    for f, s in pairs
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
                "cliponaxis": False,
                "showlegend": True,
            }
        )
    names = [f"<b>{family.name}</b>  {len(family.cases)} texts" for family in families]
    data.append(row_names(names, 0, ABOVE))
    layout = rows_layout(len(families), 2 * HEAD_ROOM, ROW) | LEGEND_ABOVE
    ticks = [0, 0.25, 0.5, 0.75, 1]
    layout["xaxis"] = value_axis(0, 1, ticks, "share of the texts that a model fails")
    cells = tuple(
        (family.name, head, f"{family.failures(head)} of {s.n}", plain(s.low, 3), plain(s.high, 3))
        for k, family in enumerate(families)
        for head, s in ((head, scores[k]) for head, scores in rates.items())
    )
    columns = ("family", "model", "fails", "share from", "to")
    return Figure(
        "Short texts that each model fails, by what they ask", data, layout, Table(columns, cells)
    )

"""The circuit as a formula: which products it is made of, and how few of them are enough."""

from typing import Any

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
from qbert_demo.figures.rows import LEGEND_ABOVE
from qbert_demo.figures.theme import (
    CIRCUIT,
    INK,
    SMALL,
    SUBDUED,
    base_layout,
    percent,
    quiet_axis,
    value_axis,
)
from qbert_demo.results import FormulaFacts

HEIGHT = 260
TICKS = (1, 2, 5, 10, 20, 50, 100)
AXIS_ROOM = 44
"""Pixels below a figure for tick labels and axis title."""


def order_bars(formula: FormulaFacts) -> Figure:
    """Draw which share of the formula's variance is in products of one angle, two, and so on."""
    shares = list(formula.share_by_order)
    names = [f"{k} angle{'s' if k > 1 else ''}" for k in range(1, len(shares) + 1)]
    written = [percent(share) if share else "0" for share in shares]
    bars: Trace = {
        "type": "bar",
        "x": names,
        "y": shares,
        "width": 0.6,
        "marker": {"color": CIRCUIT},
        "text": written,
        "textposition": "outside",
        "cliponaxis": False,
        "hovertemplate": "products of %{x}: %{text}<extra></extra>",
    }
    layout = base_layout(HEIGHT, margin={"l": 58, "r": 8, "t": 24, "b": AXIS_ROOM})
    layout["xaxis"] = quiet_axis(title=_title("angles in a product"))
    layout["yaxis"] = value_axis(0, 1, [0, 0.25, 0.5, 0.75, 1], "share of the variance")
    return Figure(
        "The formula by the number of angles in a product",
        [bars],
        layout,
        Table(("products of", "share of the variance"), tuple(zip(names, written, strict=True))),
    )


def kept_steps(formula: FormulaFacts, chosen: int | None = None) -> Figure:
    """Draw how often the largest products alone give the circuit's label, and the true one.

    Args:
        formula: What is known of it.
        chosen: A number of products to be marked, one of those that are known.
    """
    kept, line = list(formula.kept), formula.linear_agreement
    curves = [("as the circuit", CIRCUIT, "solid", formula.agreement)]
    if formula.right:
        curves.append(("as it is true", INK, "dot", formula.right))
    shares = [share for *_, values in curves for share in values]
    floor = min(0.9, *shares, 1 if line is None else line)
    bottom, top = float(np.floor(20 * floor - 0.2)) / 20, 1 + 0.1 * (1 - floor)
    data: list[Trace] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": kept,
            "y": list(values),
            "line": {"color": colour, "width": 2, "shape": "hv", "dash": dash},
            "hovertemplate": f"%{{x}} products: %{{y:.4f}} {name}<extra></extra>",
            "showlegend": True,
        }
        for name, colour, dash, values in curves
    ]
    layout = base_layout(HEIGHT + 20, margin={"l": 58, "r": 12, "t": 32, "b": AXIS_ROOM})
    layout["xaxis"] = quiet_axis(
        type="log",
        range=[-0.05, float(np.log10(kept[-1])) + 0.05] if kept else [0, 1],
        tickvals=[k for k in TICKS if k in kept],
        title=_title(f"products kept, of {formula.n_terms - 1} and a constant"),
    )
    layout["yaxis"] = value_axis(bottom, top, [], "share of texts labelled so")
    layout["yaxis"] |= {"tickvals": None, "nticks": 6, "tickformat": ".2f"}
    layout |= LEGEND_ABOVE
    cells = [
        (str(k), *(f"{share:.4f}" for share in steps))
        for k, *steps in zip(kept, *(values for *_, values in curves), strict=True)
    ]
    if chosen in kept:
        data.append(_chosen(chosen, [values[kept.index(chosen)] for *_, values in curves]))
        layout["shapes"] = [
            {
                "type": "line",
                "layer": "below",
                "yref": "paper",
                "x0": chosen,
                "x1": chosen,
                "y0": 0,
                "y1": 1,
                "line": {"color": SUBDUED, "width": 1},
            }
        ]
    if line is not None and kept:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "straight line, as the circuit",
                "x": [kept[0], kept[-1]],
                "y": [line, line],
                "line": {"color": SUBDUED, "dash": "dash", "width": 1.5},
                "hovertemplate": "straight line: %{y:.4f} as the circuit<extra></extra>",
                "showlegend": True,
            }
        )
        cells.append(("a straight line in the angles", f"{line:.4f}", *[""] * (len(curves) - 1)))
    return Figure(
        "Labels that the largest products alone give",
        data,
        layout,
        Table(("products kept", *(name for name, *_ in curves)), tuple(cells)),
    )


def _chosen(kept: int, shares: list[float]) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "chosen",
        "x": [kept] * len(shares),
        "y": shares,
        "marker": {"color": [CIRCUIT, INK][: len(shares)], "size": 9},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": SMALL, "color": SUBDUED}, "standoff": 6}

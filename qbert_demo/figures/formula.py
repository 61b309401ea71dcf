"""The circuit as a formula: which products it is made of, and how few of them are enough."""

from typing import Any

import numpy as np

from qbert_demo.figures.figure import Figure, Table, Trace
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


def kept_steps(formula: FormulaFacts) -> Figure:
    """Draw how often the largest products alone give the circuit's label, and a straight line."""
    kept, agreement = list(formula.kept), list(formula.agreement)
    line = formula.linear_agreement
    floor = min(0.9, *agreement, 1 if line is None else line)
    bottom, top = float(np.floor(20 * floor - 0.2)) / 20, 1 + 0.1 * (1 - floor)
    steps: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "largest products",
        "x": kept,
        "y": agreement,
        "line": {"color": CIRCUIT, "width": 2, "shape": "hv"},
        "marker": {"size": 8},
        "hovertemplate": "%{x} products: %{y:.4f}<extra></extra>",
    }
    layout = base_layout(HEIGHT, margin={"l": 58, "r": 12, "t": 12, "b": AXIS_ROOM})
    layout["xaxis"] = quiet_axis(
        type="log",
        range=[-0.05, float(np.log10(kept[-1])) + 0.05] if kept else [0, 1],
        tickvals=kept,
        ticktext=[str(k) for k in kept],
        title=_title(f"products kept, of {formula.n_terms - 1} and a constant"),
    )
    layout["yaxis"] = value_axis(bottom, top, [], "same label as the circuit")
    layout["yaxis"] |= {"tickvals": None, "nticks": 6, "tickformat": ".2f"}
    data = [steps]
    cells = [(str(k), f"{share:.4f}") for k, share in zip(kept, agreement, strict=True)]
    if line is not None and kept:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": "straight line",
                "x": [kept[0], kept[-1]],
                "y": [line, line],
                "line": {"color": INK, "dash": "dash", "width": 1.5},
                "hovertemplate": "straight line: %{y:.4f}<extra></extra>",
            }
        )
        layout["annotations"] = [
            {
                "text": "straight line in the angles",
                "x": float(np.log10(kept[0])),
                "y": line,
                "xanchor": "left",
                "yanchor": "top",
                "showarrow": False,
                "font": {"size": SMALL, "color": INK},
            }
        ]
        cells.append(("a straight line in the angles", f"{line:.4f}"))
    return Figure(
        "Labels that the largest products alone share with the circuit",
        data,
        layout,
        Table(("products kept", "share of texts with the circuit's label"), tuple(cells)),
    )


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": SMALL, "color": SUBDUED}, "standoff": 6}

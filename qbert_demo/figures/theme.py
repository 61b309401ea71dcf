"""Colours, number formats and the layout that all figures share.

The palette is Okabe and Ito's, which can be told apart without colour vision. Colours that
depend on the light or dark theme are tokens of the form ``var(--name)``; the page replaces them
by the theme's value and redraws when the theme changes.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

HEAD_COLOURS = {
    "classical": "#0072B2",
    "hybrid": "#D55E00",
    "control": "#7A7A7A",
    "guest": "#56B4E9",
}
"""By the heads' names, and of a visitor's model beside them; the page's styles follow."""
HEAD_FAINT = {
    head: f"rgba({','.join(map(str, bytes.fromhex(colour[1:])))},0.5)"
    for head, colour in HEAD_COLOURS.items()
}
HEAD_PATTERNS = {"classical": "", "hybrid": "/", "control": ".", "guest": "x"}
"""Plotly's patterns, which tell the heads apart without colour."""
CIRCUIT = HEAD_COLOURS["hybrid"]
"""What a circuit does, in figures of it alone."""
POSITIVE = "#009E73"
NEGATIVE = "#CC79A7"
INK = "var(--body-text-color)"
SUBDUED = "var(--body-text-color-subdued)"
PAPER = "var(--figure-paper)"
GRID = "var(--figure-grid)"
DATA_TINT = "var(--data-tint)"
TRAINED_TINT = "var(--trained-tint)"
HEAT = "var(--heat)"

FONT_SIZE = 13
SMALL = 12
TINY = 11
LETTER = 7.4
"""Pixels a letter of `FONT_SIZE` takes."""
TINY_LETTER = 5.6
"""Pixels a letter of `TINY` takes."""


def base_layout(height: int, **changes: Any) -> dict[str, Any]:
    """Return the layout every figure starts from: fixed height, transparent, no legend."""
    return {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": FONT_SIZE, "color": INK, "family": "system-ui, sans-serif"},
        "showlegend": False,
        "dragmode": False,
        "hoverlabel": {
            "align": "left",
            "bgcolor": PAPER,
            "bordercolor": SUBDUED,
            "font": {"color": INK},
        },
        "uirevision": "keep",
        **changes,
    }


def quiet_axis(**changes: Any) -> dict[str, Any]:
    """Return an axis without ticks, lines or zooming."""
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "fixedrange": True,
        "ticks": "",
        **changes,
    }


def value_axis(low: float, high: float, ticks: list[float], title: str) -> dict[str, Any]:
    """Return a horizontal axis of fixed range with a light grid and a title."""
    return quiet_axis(
        range=[low, high],
        tickvals=ticks,
        showgrid=True,
        gridcolor=GRID,
        zeroline=True,
        zerolinecolor=SUBDUED,
        zerolinewidth=1,
        tickfont={"size": SMALL, "color": SUBDUED},
        title={"text": title, "font": {"size": SMALL, "color": SUBDUED}, "standoff": 6},
    )


def literal(text: str) -> str:
    """Escape what Plotly would read as HTML; it knows no ``&quot;``."""
    return escape(text, quote=False)


def axis_labels(labels: Sequence[str], most: int) -> tuple[list[str], float]:
    """Make labels of any length fit beside an axis.

    Returns:
        The labels as Plotly draws them, cut to ``most`` characters, and the pixels of the longest.
    """
    cut = [label if len(label) <= most else f"{label[: most - 1]}…" for label in labels]
    return [literal(label) for label in cut], LETTER * max(map(len, cut))


def percent(share: float) -> str:
    """Write a share as a percentage that never rounds to a false certainty."""
    value = 100 * share
    if value < 0.1:
        return "<0.1\N{NO-BREAK SPACE}%"
    if value > 99.9:
        return ">99.9\N{NO-BREAK SPACE}%"
    return f"{value:.{1 if not 1 <= value < 99 else 0}f}\N{NO-BREAK SPACE}%"


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign and a real minus; nothing becomes a negative zero."""
    text = f"{value:+.{digits}f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) else f"{0:.{digits}f}"


def plain(value: float, digits: int = 2) -> str:
    """Write a number with a real minus and no plus sign."""
    return signed(value, digits).removeprefix("+")


def multiple_of_pi(angle: float) -> str:
    """Write an angle in radians as a multiple of pi."""
    return f"{plain(angle / math.pi)} π"

"""A figure as plain data: what Plotly draws, how much room it needs, and its values as a table.

``data`` and ``layout`` are ordinary Plotly JSON. Colours may be the tokens of
`qbert_demo.figures.theme` (``var(--...)``), which the page fills in from its light or dark theme.
"""

import json
from dataclasses import dataclass
from typing import Any

Trace = dict[str, Any]
Layout = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The figure's values for those who read rather than look.

    Attributes:
        head: Column names.
        rows: One tuple of cells a row.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Rows:
    """Labels that stay in view at the left while a wide figure scrolls under them.

    Attributes:
        labels: One label a row.
        top: Distance from the figure's top to the first row's middle, in pixels.
        pitch: Distance between two rows, in pixels.
    """

    labels: tuple[str, ...]
    top: int
    pitch: int


@dataclass(frozen=True)
class Figure:
    """One drawing.

    Attributes:
        title: States what is drawn; shown above the figure.
        data: Plotly traces.
        layout: Plotly layout; ``height`` is always set, so that room can be kept.
        table: The values drawn.
        min_width: Pixels below which the figure scrolls sideways inside its frame.
        max_width: Pixels beyond which it stops growing with its frame; 0 for no limit.
        rows: Row labels that stay in view.
    """

    title: str
    data: list[Trace]
    layout: Layout
    table: Table
    min_width: int = 0
    max_width: int = 0
    rows: Rows | None = None

    def as_json(self) -> str:
        """Write the figure compactly for the page."""
        return json.dumps(vars(self), default=vars, separators=(",", ":"), allow_nan=False)

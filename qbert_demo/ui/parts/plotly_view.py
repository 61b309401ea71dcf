"""A Gradio component that owns a Plotly figure.

Unlike ``gr.Plot`` it keeps its node between updates (zoom and focus survive), follows the light
and dark theme, scrolls a wide figure inside its own frame, and offers the values as a table. The
``plotly.min.js`` it draws with is the one in the plotly wheel, served from this machine.
"""

import json
from dataclasses import dataclass
from typing import Any

from qbert_demo.figures import Figure
from qbert_demo.ui.parts.scripts import Scripted


@dataclass(frozen=True)
class Panel:
    """A figure with what stands around it.

    Attributes:
        figure: What is drawn.
        above: HTML above it; the figure's title where it is empty. Must be escaped already.
        below: HTML below it. Must be escaped already.
        show_table: Whether the table of values can be opened by everyone; otherwise it is there
            for screen readers only.
    """

    figure: Figure
    above: str = ""
    below: str = ""
    show_table: bool = True

    def as_json(self) -> str:
        """Write the panel for the page."""
        around = {"above": self.above, "below": self.below, "show_table": self.show_table}
        return f'{json.dumps(around)[:-1]},"figure":{self.figure.as_json()}}}'

    def as_dict(self) -> dict[str, Any]:
        """Return the panel as plain values, to be a part of something larger."""
        panel: dict[str, Any] = json.loads(self.as_json())
        return panel


class PlotlyView(Scripted):
    """Shows a `Panel` or, for ``None``, nothing in no room at all."""

    def __init__(
        self, value: Panel | None = None, *, streamed: bool = False, **kwargs: Any
    ) -> None:
        """Create the view.

        Args:
            value: What is shown first.
            streamed: Whether values come several times a second; a device that is too slow for
                that skips some.
            **kwargs: What ``gr.HTML`` takes, such as ``elem_id``.
        """
        super().__init__("plotly_view", value, streamed=streamed, **kwargs)

    def postprocess(self, value: Panel | str | None) -> str | None:
        """Write the value as the JSON text that the page reads."""
        return value.as_json() if isinstance(value, Panel) else value

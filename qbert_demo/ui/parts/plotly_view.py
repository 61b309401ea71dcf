"""A Gradio component that owns a Plotly figure.

Unlike ``gr.Plot`` it keeps its node between updates (zoom and focus survive), follows the light
and dark theme, scrolls a wide figure inside its own frame, and offers the values as a table. The
``plotly.min.js`` it draws with is the one in the plotly wheel, served from this machine.
"""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

from qbert_demo.figures import Figure
from qbert_demo.ui.parts.static import STATIC

EXPORTS = "plotly, colourOf, tableOf, makePlotlyView"
"""What the module of the views offers."""
SCRIPT = (STATIC / "plotly_view.js").resolve()


def drawing(*names: str, before: str = "") -> str:
    """The script of a component that draws: runs once the page has the module of the views.

    Args:
        names: Files of the ``static`` folder, joined in this order.
        before: What they find defined.
    """
    scripts = "\n".join((STATIC / name).read_text("utf-8") for name in names)
    address = f"new URL({json.dumps(served(SCRIPT))}, document.baseURI)"
    return f"import({address}).then(({{ {EXPORTS} }}) => {{\n{before}{scripts}\n}});"


def served(path: Path) -> str:
    """Where a file that `plotly_head` allows is served, seen from the page."""
    return f"gradio_api/file={path}"


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


class PlotlyView(gr.HTML):
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
        super().__init__(
            value=value,
            html_template="",
            js_on_load=drawing("plotly_component.js"),
            apply_default_css=False,
            streamed=streamed,
            **kwargs,
        )

    def postprocess(self, value: Panel | str | None) -> str | None:
        """Write the value as the JSON text that the page reads."""
        return value.as_json() if isinstance(value, Panel) else value


def plotly_script() -> Path:
    """Return the path of the ``plotly.min.js`` that ships with plotly, without importing it.

    Raises:
        FileNotFoundError: If plotly is not installed or has no such file.
    """
    spec = find_spec("plotly")
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        script = Path(place) / "package_data" / "plotly.min.js"
        if script.is_file():
            return script.resolve()
    raise FileNotFoundError("plotly.min.js was not found. Install plotly: pip install plotly")


def plotly_head() -> str:
    """Allow the scripts to be served and return the HTML that loads them."""
    script = plotly_script()
    gr.set_static_paths([script, SCRIPT])
    return (
        f'<script async id="plotly-script" src="{served(script)}"></script>'
        f'<link rel="modulepreload" href="{served(SCRIPT)}">'
    )

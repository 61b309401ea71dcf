"""The page's scripts: all of them stand once in its head, under the name ``qbert``.

``static/*.js`` holds what they share. A file of ``static/components`` is what a component does when
it is loaded, with Gradio's `element`, `props`, `trigger` and `watch` at hand; one of
``static/events`` runs in the browser when something happens.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr

UI = Path(__file__).parent.parent
STATIC, TEXT = UI / "static", UI / "text"


class Scripted(gr.HTML):
    """A component that a file of ``static/components`` makes."""

    def __init__(self, script: str, value: Any = None, **kwargs: Any) -> None:
        """Create the component.

        Args:
            script: Name of the file, without its ending.
            value: What it shows first.
            **kwargs: What ``gr.HTML`` takes; other names are the script's `props`.
        """
        super().__init__(
            value,
            html_template="",
            js_on_load=f"qbert.{script}(element, props, trigger, watch);",
            apply_default_css=False,
            **kwargs,
        )


def event_script(name: str) -> str:
    """Return a function that the browser calls when something happens."""
    return _read(STATIC / "events" / f"{name}.js")


@cache
def page_script() -> str:
    """Return the script that defines ``qbert``, the components' functions by name.

    Gradio runs the page's head before it makes the first component.
    """
    markup = {path.stem: _read(path) for path in sorted(STATIC.glob("*.html"))}
    shared = "\n".join(map(_read, sorted(STATIC.glob("*.js"))))
    components = "\n".join(
        f"{path.stem}(element, props, trigger, watch) {{\n{_read(path)}}},"
        for path in sorted((STATIC / "components").glob("*.js"))
    )
    return (
        f"window.qbert = (() => {{\nconst MARKUP = {json.dumps(markup)};\n{shared}\n"
        f"return {{\n{components}\n}};\n}})();"
    )


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


def page_head() -> str:
    """Allow Plotly's script to be served; return the HTML that loads it and runs our own."""
    plotly = plotly_script()
    gr.set_static_paths([plotly])
    return (
        f'<script async id="plotly-script" src="gradio_api/file={plotly}"></script>'
        f"<script>{page_script()}</script>"
    )


def _read(path: Path) -> str:
    return path.read_text("utf-8")

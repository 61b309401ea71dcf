"""A button that hands the visitor a CSV file made in the browser: nothing stays on the server."""

from typing import Any

import gradio as gr

from qbert_demo.ui.parts.static import STATIC


class CsvLink(gr.HTML):
    """A download button; its value is the content of the file, and without one it is hidden."""

    def __init__(self, name: str = "comparison.csv", **kwargs: Any) -> None:
        """Create the button.

        Args:
            name: The file's name.
            **kwargs: What ``gr.HTML`` takes.
        """
        super().__init__(
            html_template="",
            js_on_load=(STATIC / "download.js").read_text("utf-8"),
            apply_default_css=False,
            file_name=name,
            **kwargs,
        )

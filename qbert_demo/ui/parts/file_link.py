"""Files that are handed to the visitor in the browser: nothing stays on the server."""

import base64
import json
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Any

import gradio as gr

from qbert_demo.ui.parts.static import STATIC


@dataclass(frozen=True)
class File:
    """A file by the name it is saved as, and what is in it."""

    name: str
    content: bytes

    def as_json(self) -> str:
        """Write the file for the page."""
        kind = guess_type(self.name)[0] or "text/plain"
        content = base64.b64encode(self.content).decode()
        return json.dumps({"name": self.name, "type": kind, "base64": content})


class FileLink(gr.HTML):
    """A link that saves a `File`; hidden for ``None``."""

    scripts: tuple[str, ...] = ("file_link.js",)

    def __init__(self, label: str, *, at_once: bool = False, **kwargs: Any) -> None:
        """Create it without a file.

        Args:
            label: What the link says, with ``{name}`` for the file's name.
            at_once: Whether a file is saved as soon as it comes.
            **kwargs: What ``gr.HTML`` takes.
        """
        super().__init__(
            html_template="",
            js_on_load="\n".join((STATIC / name).read_text("utf-8") for name in self.scripts),
            apply_default_css=False,
            link_label=label,
            at_once=at_once,
            **kwargs,
        )

    def postprocess(self, value: File | str | None) -> str | None:
        """Write the value as the JSON text that the page reads."""
        return value.as_json() if isinstance(value, File) else value


class CodeBox(FileLink):
    """A `File` of text that is shown, with buttons to copy and to save it."""

    scripts = ("file_link.js", "code_box.js")

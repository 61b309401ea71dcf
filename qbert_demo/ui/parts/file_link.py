"""Files that are handed to the visitor in the browser alone: nothing stays on the server."""

import base64
import json
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Any

from qbert_demo.ui.parts.scripts import Scripted


@dataclass(frozen=True)
class File:
    """A file for the visitor.

    Attributes:
        name: What it is saved as.
        content: What is in it.
        label: What the link to it says.
    """

    name: str
    content: str | bytes
    label: str

    def as_json(self) -> str:
        """Write the file for the page."""
        kind, content = guess_type(self.name)[0] or "text/plain", self.content
        told = {"name": self.name, "label": self.label, "type": kind}
        if isinstance(content, str):
            return json.dumps({**told, "text": content})
        return json.dumps({**told, "base64": base64.b64encode(content).decode()})


class FileLink(Scripted):
    """A link that saves a `File`; hidden for ``None``."""

    script = "file_link"

    def __init__(self, **kwargs: Any) -> None:
        """Create it without a file.

        Args:
            **kwargs: What ``gr.HTML`` takes; ``at_once`` saves a file as soon as it comes.
        """
        super().__init__(self.script, **kwargs)

    def postprocess(self, value: File | str | None) -> str | None:
        """Write the value as the JSON text that the page reads."""
        return value.as_json() if isinstance(value, File) else value


class CodeBox(FileLink):
    """A `File` of text that is shown, with buttons to copy and to save it."""

    script = "code_box"

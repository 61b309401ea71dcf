"""Events that are the page's own business, and whose handlers answer by names.

An answer is a named tuple. With components in its fields it says what an event changes; a handler
returns the same class with values in them, and what it leaves out has the field's default.
"""

from typing import Any, NamedTuple

import gradio as gr

KEEP: Any = gr.skip()
"""The value of a component that stays as it is."""
QUIET: Any = {"show_progress": "hidden", "api_visibility": "private"}
"""Options of an event that shows no spinner, and that programs cannot call."""


class Told(NamedTuple):
    """What many handlers answer: words in HTML, and what stands below them, if anything."""

    said: Any
    shown: Any = None

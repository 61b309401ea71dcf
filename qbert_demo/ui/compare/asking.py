"""The row of example buttons, which also notices when a visitor pauses while typing.

Both happen in the browser: a click on an example fills the text box, and only then, or after a
pause, the one event ``submit`` goes to the server. The same event serves a link that was opened.
"""

import json
from typing import Any

import gradio as gr

from qbert_demo.results import TaskCard
from qbert_demo.ui.parts.static import STATIC

PAUSE_MS = 350
"""Milliseconds without a keystroke that count as a pause."""


class AskingBar(gr.HTML):
    """Example buttons of the chosen task; its value is the task's key.

    Its event ``submit`` means: classify what stands in the text box now.
    """

    def __init__(
        self,
        tasks: tuple[TaskCard, ...],
        *,
        text_id: str,
        live_id: str,
        button_id: str,
        **kwargs: Any,
    ) -> None:
        """Create the bar for the first task.

        Args:
            tasks: All tasks, with their examples.
            text_id: ``elem_id`` of the text box it fills and watches.
            live_id: ``elem_id`` of the checkbox that allows classifying while typing.
            button_id: ``elem_id`` of the button that classifies.
            **kwargs: What ``gr.HTML`` takes.
        """
        examples = {
            task.key: [{"name": e.name, "text": e.text} for e in task.examples] for task in tasks
        }
        super().__init__(
            value=tasks[0].key,
            html_template="",
            js_on_load=(STATIC / "asking.js").read_text("utf-8"),
            apply_default_css=False,
            settings=json.dumps(
                {
                    "examples": examples,
                    "text": text_id,
                    "live": live_id,
                    "button": button_id,
                    "pause": PAUSE_MS,
                }
            ),
            **kwargs,
        )

"""The row of example buttons, which also notices when a visitor pauses while typing.

Both happen in the browser: a click on an example fills the text box, and only then, or after a
pause, the one event ``submit`` goes to the server. The same event serves a link that was opened.
"""

import json

import gradio as gr

from qbert_demo.results import TaskCard
from qbert_demo.ui.parts.scripts import Scripted

PAUSE_MS = 350
"""Milliseconds without a keystroke that count as a pause."""


def example_bar(
    tasks: tuple[TaskCard, ...], *, text_id: str, live_id: str, button_id: str, elem_id: str
) -> gr.HTML:
    """Lay out example buttons of the chosen task; the value is the task's key.

    The event ``submit`` means: classify what stands in the text box now.

    Args:
        tasks: All tasks, with their examples; the first is chosen.
        text_id: ``elem_id`` of the text box it fills and watches.
        live_id: ``elem_id`` of the checkbox that allows classifying while typing.
        button_id: ``elem_id`` of the button that classifies.
        elem_id: Of the bar.
    """
    settings = {
        "examples": {
            task.key: [{"name": e.name, "text": e.text} for e in task.examples] for task in tasks
        },
        "text": text_id,
        "live": live_id,
        "button": button_id,
        "pause": PAUSE_MS,
    }
    return Scripted("examples", tasks[0].key, settings=json.dumps(settings), elem_id=elem_id)

"""Fields that several forms have, and what arrives from them: a program may send anything."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from qbert_demo.errors import InputError
from qbert_demo.results import TaskCard


def whole(value: object, name: str, low: int, high: int) -> int:
    """Read a whole number.

    Args:
        value: What the form sent.
        name: What to call it.
        low: The smallest that is accepted.
        high: The largest.

    Raises:
        InputError: If it is no whole number in this range.
    """
    if not isinstance(value, int | float) or not low <= value <= high or value != int(value):
        raise InputError(f"For {name}, give a whole number from {low:,} to {high:,}.")
    return int(value)


def line_box(elem_id: str, label: str, info: str, **kwargs: Any) -> gr.Textbox:
    """Lay out a box for a line of text, such as the name of something on the Hub.

    Args:
        elem_id: Of the box.
        label: Of the box.
        info: What it is for.
        **kwargs: What ``gr.Textbox`` takes.
    """
    return gr.Textbox(label=label, info=info, max_lines=1, elem_id=elem_id, **kwargs)


def token_box(elem_id: str, info: str, label: str = "Access token") -> gr.Textbox:
    """Lay out a box for a visitor's token, which no browser offers to remember.

    Args:
        elem_id: Of the box.
        info: What the token is for, and that it is not kept.
        label: Of the box.
    """
    attributes = gr.InputHTMLAttributes(autocomplete="off")
    return line_box(elem_id, label, info, type="password", html_attributes=attributes)


def sentence_box(elem_id: str, value: str | None = None, **kwargs: Any) -> gr.Textbox:
    """Lay out the box for the text that the models read.

    Args:
        elem_id: Of the box.
        value: What stands in it first.
        **kwargs: What ``gr.Textbox`` takes.
    """
    return gr.Textbox(
        value,
        label="Sentence",
        placeholder="Type a sentence and press Enter",
        lines=1,
        max_lines=6,
        elem_id=elem_id,
        scale=1,
        **kwargs,
    )


def plain_radio(choices: Sequence[Any], elem_id: str | None, label: str, value: str) -> gr.Radio:
    """Lay out a choice of one, as a plain row.

    Args:
        choices: What ``gr.Radio`` takes.
        elem_id: Of the row.
        label: Of the row.
        value: What is chosen first.
    """
    return gr.Radio(choices, value=value, label=label, elem_id=elem_id, elem_classes="plain-radio")


def task_radio(elem_id: str, tasks: Sequence[TaskCard]) -> gr.Radio:
    """Lay out the choice of a task."""
    return plain_radio(task_choices(tasks), elem_id, "Task", tasks[0].key)


def task_choices(tasks: Sequence[TaskCard]) -> list[tuple[str, str]]:
    """Titles and keys of tasks, as a `task_radio` takes them."""
    return [(task.title, task.key) for task in tasks]

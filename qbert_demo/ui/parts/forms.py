"""Fields that several forms have, and what arrives from them: a program may send anything."""

import gradio as gr

from qbert_demo.errors import InputError


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


def token_box(elem_id: str, info: str, label: str = "Access token") -> gr.Textbox:
    """Lay out a box for a visitor's token, which no browser offers to remember.

    Args:
        elem_id: Of the box.
        info: What the token is for, and that it is not kept.
        label: Of the box.
    """
    return gr.Textbox(
        label=label,
        info=info,
        type="password",
        html_attributes=gr.InputHTMLAttributes(autocomplete="off"),
        max_lines=1,
        elem_id=elem_id,
    )

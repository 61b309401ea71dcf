"""Blocks of HTML without Gradio's own style."""

from typing import Any

import gradio as gr


def block(value: str = "", **kwargs: Any) -> gr.HTML:
    """Create a block of HTML.

    Args:
        value: HTML, escaped already.
        **kwargs: What ``gr.HTML`` takes.
    """
    return gr.HTML(value, apply_default_css=False, **kwargs)


def spoken(value: str = "", **kwargs: Any) -> gr.HTML:
    """Create a block that screen readers speak when it changes.

    The value enters the page as a variable, never as part of the template, because Gradio runs
    a template as JavaScript.

    Args:
        value: HTML, escaped already.
        **kwargs: What ``gr.HTML`` takes.
    """
    return block(value, html_template='<div aria-live="polite">${value}</div>', **kwargs)

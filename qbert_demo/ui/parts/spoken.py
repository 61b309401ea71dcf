"""HTML that screen readers speak when it changes."""

from typing import Any

import gradio as gr


def spoken(value: str, **kwargs: Any) -> gr.HTML:
    """Create a live region.

    The value enters the page as a variable, never as part of the template, because Gradio runs
    a template as JavaScript.

    Args:
        value: HTML, escaped already.
        **kwargs: What ``gr.HTML`` takes.
    """
    template = '<div aria-live="polite">${value}</div>'
    return gr.HTML(value, html_template=template, apply_default_css=False, **kwargs)

"""Fields that several forms have."""

import gradio as gr


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


def repo_box(elem_id: str, label: str, info: str, placeholder: str = "org/name") -> gr.Textbox:
    """Lay out a box for the name of a repository on the Hub, or of a revision of it."""
    return gr.Textbox(label=label, info=info, placeholder=placeholder, max_lines=1, elem_id=elem_id)

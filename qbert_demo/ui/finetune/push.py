"""A trained head pushed to the Hub, with the visitor's own token."""

import html
from collections.abc import Iterator
from typing import Any

import gradio as gr

from qbert_demo.config import HEADS
from qbert_demo.errors import QBertError
from qbert_demo.service.terms import hub_page
from qbert_demo.service.tuner import push_head
from qbert_demo.ui.finetune.run import Session
from qbert_demo.ui.parts.forms import token_box
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html


def build_push(session: gr.State) -> None:
    """Lay out what a visitor pushes, and wire it to `push`.

    Args:
        session: The training's `Session`.
    """
    with gr.Accordion("Push to the Hub", open=False, elem_id="push"):
        with gr.Row():
            repo_id = gr.Textbox(
                label="Repository",
                info="owner/name; it is created if there is none.",
                placeholder="your-name/qbert-hybrid",
                max_lines=1,
                elem_id="push-repository",
            )
            head = gr.Dropdown(
                list(HEADS),
                value="hybrid",
                label="Head",
                info="One that was trained.",
                elem_id="push-head",
            )
        private = gr.Checkbox(True, label="Private", elem_id="push-private")
        token = token_box(
            "push-token",
            "Never kept; the box empties when it has been used.",
            "Access token that may write",
        )
        with gr.Row(elem_classes="buttons"):
            button = gr.Button("Push", elem_id="push-button")
        said = spoken("", elem_id="push-said")
    button.click(
        push,
        [session, head, repo_id, private, token],
        [said, token],
        show_progress="hidden",
        concurrency_limit=4,
        api_visibility="private",
    )


def push(
    session: Session | None, head: str, repo_id: str, private: bool, token: str
) -> Iterator[tuple[str, Any]]:
    """Push a trained head, with its model card and its settings.

    Yields:
        What is to be said, and an empty token box once all is pushed.
    """
    report, order = (session.report, session.order) if session else (None, None)
    trained = report.heads.get(head) if report and isinstance(head, str) else None
    if order is None or trained is None:
        yield error_html("There is nothing to push yet. Train this head first."), gr.skip()
        return
    yield "<p>Pushing …</p>", gr.skip()
    try:
        sha = push_head(trained, order, repo_id, token, private=private is not False)
    except QBertError as error:
        yield error_html(str(error)), gr.skip()
        return
    link = html.escape(hub_page(repo_id, sha))
    said = (
        f'<p>Pushed to <a href="{link}" target="_blank" rel="noopener noreferrer">'
        f"{html.escape(repo_id)}</a> @ {sha[:7]}.</p>"
    )
    yield said, ""

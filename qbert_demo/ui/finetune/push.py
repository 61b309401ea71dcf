"""A trained head pushed to the Hub, with the visitor's own token."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.service import HEADS
from qbert_demo.service.tuner import push_head
from qbert_demo.ui.finetune.session import Session, nothing_html
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.forms import repo_box, token_box
from qbert_demo.ui.parts.markup import commit_html
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

PUSHED = """(said) => {
    if (said.startsWith('<p>Pushed to')) document.dispatchEvent(new Event('heads-saved'));
}"""


class Pushed(NamedTuple):
    """What is said of a push (HTML), and what is in the token's box then."""

    said: Any
    token: Any = KEEP


def build_push(session: gr.State) -> None:
    """Lay out what a visitor pushes, and wire it to `push`.

    Args:
        session: The training's `Session`.
    """
    with gr.Accordion("Push to the Hub", open=False, elem_id="push"):
        with gr.Row():
            repo_id = repo_box(
                "push-repository",
                "Repository",
                "owner/name; it is created if there is none.",
                "your-name/qbert-hybrid",
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
        Pushed(said, token),
        concurrency_limit=4,
        **QUIET,
    ).then(None, said, None, js=PUSHED, api_visibility="private")


def push(
    session: Session | None, head: str, repo_id: str, private: bool, token: str
) -> Iterator[Pushed]:
    """Push a trained head, with its model card and its settings; empties the token's box then."""
    report, order = (session.report, session.order) if session else (None, None)
    trained = report.heads.get(head) if report and isinstance(head, str) else None
    if order is None or trained is None:
        words = "There is nothing to push yet. Train this head first."
        yield Pushed(nothing_html(session, words))
        return
    yield Pushed("<p>Pushing …</p>")
    try:
        sha = push_head(trained, order, repo_id, token, private=private is not False)
    except QBertError as error:
        yield Pushed(error_html(str(error)))
        return
    yield Pushed(f"<p>Pushed to {commit_html(repo_id, sha)}.</p>", token="")

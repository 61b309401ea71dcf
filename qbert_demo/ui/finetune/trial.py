"""Try it: a text of the visitor's, answered by the heads just trained."""

import html
from functools import partial

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.theme import percent
from qbert_demo.results import Prediction
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.session import Session, nothing_html
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html


def build_trial(tuner: Tuner, session: gr.State, result: gr.HTML) -> None:
    """Lay out the box and wire it to `tried`.

    Args:
        tuner: What trained the heads.
        session: The training's `Session`.
        result: What changes when a training begins or ends.
    """
    with gr.Column(elem_id="trial"):
        with gr.Row(elem_classes="asking"):
            text = gr.Textbox(
                label="Try it",
                placeholder="Type a sentence and press Enter",
                max_lines=3,
                elem_id="trial-text",
                scale=1,
            )
            ask = gr.Button("Ask them", elem_id="trial-ask", scale=0)
        said = spoken("", elem_id="trial-said")
    gr.on(
        [text.submit, ask.click],
        partial(tried, tuner),
        [session, text],
        said,
        trigger_mode="always_last",
        concurrency_limit=8,
        **QUIET,
    )
    result.change(None, None, said, js="() => ''", api_visibility="private")


def tried(tuner: Tuner, session: Session | None, text: str | None) -> str:
    """Say what each trained head says of a text, and how sure it is."""
    if session is None or session.report is None or session.order is None:
        return nothing_html(session, "There is nothing to ask yet. Train something first.")
    try:
        return answers_html(tuner.answers(session.report, session.order, text or ""))
    except QBertError as error:
        return error_html(str(error))


def answers_html(predictions: list[Prediction]) -> str:
    """Write an item a head: its name in its colour, the label, and how sure it is."""
    items = "".join(
        f'<li style="--head: var(--{p.card.head})">{p.card.head} <b>{html.escape(p.label)}</b> '
        f"{percent(p.confidence)}</li>"
        for p in predictions
    )
    return f'<ul class="answers">{items}</ul>'

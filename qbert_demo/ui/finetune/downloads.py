"""What became of a training: used in the other tabs, or taken home."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import TaskCard
from qbert_demo.service import HEADS, Explorer
from qbert_demo.service.tuner import Tuner, archive
from qbert_demo.ui.finetune.result import wrong_texts
from qbert_demo.ui.finetune.session import Session, nothing_html
from qbert_demo.ui.parts.events import KEEP, QUIET, Told
from qbert_demo.ui.parts.file_link import File, FileLink
from qbert_demo.ui.parts.own_tasks import added, free_title
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

GO_THERE = """(said) => {
    if (!said.includes('problem')) document.getElementById('compare-tab-button').click();
}"""
SAVED = "(file) => { if (file) document.dispatchEvent(new Event('heads-saved')); }"
"""Tells the page, which warns before heads are lost that nobody has saved."""


class Use(NamedTuple):
    """What changes when trained heads are used: as `OwnTasks`, and the Compare tab's text."""

    said: Any
    cards: Any = KEEP
    task: Any = KEEP
    circuit_task: Any = KEEP
    asking: Any = KEEP
    token: Any = KEEP
    text: Any = KEEP


def build_downloads(tuner: Tuner, explorer: Explorer, session: gr.State, own: Use) -> None:
    """Lay out what a visitor can do with trained heads, and wire it.

    Args:
        tuner: What trained them.
        explorer: What they are handed to.
        session: The training's `Session`.
        own: Where they are offered.
    """
    with gr.Row(elem_classes="buttons", elem_id="downloads"):
        using = gr.Button("Use in Compare and Circuit", variant="primary", elem_id="use")
        buttons = [gr.Button(f"Download {head}", elem_id=f"download-{head}") for head in HEADS]
    said = spoken("", elem_id="download-said")
    link = FileLink("Save {name} again", at_once=True, elem_id="download-link")
    using.click(
        partial(use, tuner, explorer), [session, own.cards], own._replace(said=said), **QUIET
    ).then(None, said, None, js=GO_THERE, api_visibility="private")
    for head, button in zip(HEADS, buttons, strict=True):
        button.click(partial(download, head), session, Told(said, link), **QUIET).then(
            None, link, None, js=SAVED, api_visibility="private"
        )


def use(
    tuner: Tuner, explorer: Explorer, session: Session | None, own: Sequence[TaskCard] | None
) -> Use:
    """Let the trained heads answer in the other tabs, about a held-out text that one got wrong."""
    if session is None or session.report is None or session.order is None:
        words = "There is nothing to use yet. Train something first."
        return Use(nothing_html(session, words))
    report, order = session.report, session.order
    try:
        classifiers = tuner.classifiers(report, order)
        heads = tuple(head for head in HEADS if head in classifiers)
        key = f"mine-{session.job_id}"
        card = TaskCard(key, free_title(own, "Yours", key), order.material.labels, (), heads)
        explorer.adopt(card, classifiers)
    except QBertError as error:
        return Use(error_html(str(error)))
    words = f"<p>They answer in Compare and Circuit now, as the task “{card.title}”.</p>"
    held_out, wrong = order.material.held_out, wrong_texts(report, order.material)
    text = held_out.texts[wrong[0] if wrong else 0]
    return Use(*added(explorer, words, own, card), text=text)


def download(head: str, session: Session | None) -> Told:
    """Zip a trained head: a `File`, or words that say why there is none."""
    report = session.report if session else None
    if session is None or session.order is None or report is None or head not in report.heads:
        words = "There is nothing to download yet. Train this head first."
        return Told(nothing_html(session, words))
    try:
        data = archive(report.heads[head], session.order)
    except QBertError as error:
        return Told(error_html(str(error)))
    return Told("", File(f"qbert-{head}-{datetime.now():%Y-%m-%d-%H%M}.zip", data))

"""What became of a training: used in the other tabs, or taken home."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import TaskCard
from qbert_demo.service import HEADS, Explorer
from qbert_demo.service.tuner import Tuner, archive
from qbert_demo.ui.finetune.session import Session, nothing_html
from qbert_demo.ui.parts.events import QUIET, Told
from qbert_demo.ui.parts.file_link import File, FileLink
from qbert_demo.ui.parts.own_tasks import OwnTasks, added, free_title
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html


def build_downloads(tuner: Tuner, explorer: Explorer, session: gr.State, own: OwnTasks) -> None:
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
    )
    for head, button in zip(HEADS, buttons, strict=True):
        button.click(partial(download, head), session, Told(said, link), **QUIET)


def use(
    tuner: Tuner, explorer: Explorer, session: Session | None, own: Sequence[TaskCard] | None
) -> OwnTasks:
    """Let the trained heads answer in the other tabs."""
    if session is None or session.report is None or session.order is None:
        words = "There is nothing to use yet. Train something first."
        return OwnTasks(nothing_html(session, words))
    report, order = session.report, session.order
    try:
        classifiers = tuner.classifiers(report, order)
        heads = tuple(head for head in HEADS if head in classifiers)
        key = f"mine-{session.job_id}"
        card = TaskCard(key, free_title(own, "Yours", key), order.material.labels, (), heads)
        explorer.adopt(card, classifiers)
    except QBertError as error:
        return OwnTasks(error_html(str(error)))
    words = f"<p>They answer in Compare and Circuit now, as the task “{card.title}”.</p>"
    return added(explorer, words, own, card)


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

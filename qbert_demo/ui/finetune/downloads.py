"""What became of a training: used in the other tabs, or taken home."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import gradio as gr

from qbert_demo.config import HEADS
from qbert_demo.errors import QBertError
from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.tuner import Tuner, archive
from qbert_demo.ui.finetune.training import Session
from qbert_demo.ui.parts.events import handler
from qbert_demo.ui.parts.file_link import File, FileLink
from qbert_demo.ui.parts.html_blocks import spoken
from qbert_demo.ui.parts.markup import error_html
from qbert_demo.ui.parts.own_tasks import Offer, OwnTasks, added, adopt


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
    said = spoken(elem_id="download-said")
    link = FileLink(elem_id="download-link", at_once=True)
    offer = Offer(said, own, None)
    using.click(**handler(partial(use, tuner, explorer), [session, own.cards], offer))
    for head, button in zip(HEADS, buttons, strict=True):
        button.click(**handler(partial(download, head), session, [said, link]))


def use(
    tuner: Tuner, explorer: Explorer, session: Session | None, own: Sequence[TaskCard] | None
) -> Offer:
    """Let the trained heads answer in the other tabs."""
    if session is None or session.report is None or session.order is None:
        return Offer(error_html("There is nothing to use yet. Train something first."))
    try:
        models = tuner.classifiers(session.report, session.order)
        card = adopt(explorer, own, f"mine-{session.job_id}", "Yours", models)
    except QBertError as error:
        return Offer(error_html(str(error)))
    words = f"<p>They answer in Compare and Circuit now, as the task “{card.title}”.</p>"
    return Offer(words, added(explorer, own, card))


def download(head: str, session: Session | None) -> tuple[str, File | None]:
    """Zip a trained head.

    Returns:
        What is to be said, and the file.
    """
    report = session.report if session else None
    if session is None or session.order is None or report is None or head not in report.heads:
        return error_html("There is nothing to download yet. Train this head first."), None
    try:
        data = archive(report.heads[head], session.order)
    except QBertError as error:
        return error_html(str(error)), None
    name = f"qbert-{head}-{datetime.now():%Y-%m-%d-%H%M}.zip"
    return "", File(name, data, f"Save {name} again")

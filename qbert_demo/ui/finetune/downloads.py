"""What became of a training: used in the other tabs, or taken home."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import TaskCard
from qbert_demo.service import HEADS, Explorer
from qbert_demo.service.tuner import Tuner, archive
from qbert_demo.ui.finetune.run import Session
from qbert_demo.ui.parts.own_tasks import OwnTasks, added, free_title, unchanged
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import error_html


class ZipLink(gr.HTML):
    """Saves a file in the browser; its value is JSON with name and base64."""

    def __init__(self, **kwargs: Any) -> None:
        """Create it empty; ``kwargs`` are what ``gr.HTML`` takes."""
        super().__init__(
            html_template="",
            js_on_load=(STATIC / "zip_link.js").read_text("utf-8"),
            apply_default_css=False,
            **kwargs,
        )


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
    link = ZipLink(elem_id="download-link")
    using.click(
        partial(use, tuner, explorer),
        [session, own.cards],
        [said, *own],
        show_progress="hidden",
        api_visibility="private",
    )
    for head, button in zip(HEADS, buttons, strict=True):
        button.click(
            partial(download, head),
            session,
            [said, link],
            show_progress="hidden",
            api_visibility="private",
        )


def use(
    tuner: Tuner, explorer: Explorer, session: Session | None, own: Sequence[TaskCard] | None
) -> tuple[Any, ...]:
    """Let the trained heads answer in the other tabs.

    Returns:
        What is to be said, and new values for `OwnTasks`.
    """
    if session is None or session.report is None or session.order is None:
        words = "There is nothing to use yet. Train something first."
        return error_html(words), *unchanged()
    report, order = session.report, session.order
    try:
        classifiers = tuner.classifiers(report, order)
        heads = tuple(head for head in HEADS if head in classifiers)
        key = f"mine-{session.job_id}"
        card = TaskCard(key, free_title(own, "Yours", key), order.material.labels, (), heads)
        explorer.adopt(card, classifiers)
    except QBertError as error:
        return error_html(str(error)), *unchanged()
    words = f"<p>They answer in Compare and Circuit now, as the task “{card.title}”.</p>"
    return words, *added(explorer, own, card)


def download(head: str, session: Session | None) -> tuple[str, str | None]:
    """Zip a trained head.

    Returns:
        What is to be said, and what ``ZipLink`` takes.
    """
    report = session.report if session else None
    if session is None or session.order is None or report is None or head not in report.heads:
        return error_html("There is nothing to download yet. Train this head first."), None
    try:
        data = archive(report.heads[head], session.order)
    except QBertError as error:
        return error_html(str(error)), None
    name = f"qbert-{head}-{datetime.now():%Y-%m-%d-%H%M}.zip"
    return "", json.dumps({"name": name, "base64": base64.b64encode(data).decode()})

"""A head that was taken home comes back, as a task of its own."""

import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.training import MAX_ZIP_BYTES
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.own_tasks import OwnTasks, added, free_title
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html, shown

LONGEST_NAME = 40


def build_upload(tuner: Tuner, explorer: Explorer, own: OwnTasks) -> None:
    """Lay out the upload of a downloaded head, and wire it.

    Args:
        tuner: What has the encoder.
        explorer: What the head is handed to.
        own: Where it is offered.
    """
    gr.HTML(
        '<h2>Bring a head back</h2><p class="hint">A zip file that Download made, here or on '
        f"another day, at most {MAX_ZIP_BYTES // 1_000_000} MB.</p>",
        apply_default_css=False,
    )
    with gr.Row(elem_classes="buttons"):
        file = gr.UploadButton("Load a downloaded head", file_types=[".zip"], elem_id="load-head")
    said = spoken("", elem_id="loaded-said")
    file.upload(partial(load, tuner, explorer), [file, own.cards], own._replace(said=said), **QUIET)


def load(
    tuner: Tuner, explorer: Explorer, file: str | None, own: Sequence[TaskCard] | None
) -> OwnTasks:
    """Let the head in an uploaded file answer in the other tabs; the file is deleted."""
    try:
        name, data = _taken(file)
        head, classifier = tuner.restore(data)
        key = f"file-{secrets.token_urlsafe(16)}"
        title = free_title(own, f"From {name[:LONGEST_NAME]}", key)
        card = TaskCard(key, title, classifier.labels, (), (head,))
        explorer.adopt(card, {head: classifier})
    except QBertError as error:
        return OwnTasks(error_html(str(error)))
    tabs = "Compare and Circuit" if head == "hybrid" else "Compare"
    words = f"<p>This {head} head answers in {tabs} now, as the task “{shown(title)}”.</p>"
    return added(explorer, words, own, card)


def _taken(file: str | None) -> tuple[str, bytes]:
    """Name and content of an uploaded file, which is gone afterwards."""
    path = Path(file or "")
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise InputError("The file could not be read. Upload it again.") from error
    finally:
        if path.is_file():
            path.unlink(missing_ok=True)

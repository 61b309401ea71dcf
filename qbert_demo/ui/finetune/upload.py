"""A head that was taken home comes back, as a task of its own."""

import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.terms import MAX_ZIP_BYTES
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.parts.events import handler
from qbert_demo.ui.parts.html_blocks import block, spoken
from qbert_demo.ui.parts.markup import error_html, hint_html, shown
from qbert_demo.ui.parts.own_tasks import Offer, OwnTasks, added, adopt

LONGEST_NAME = 40


def build_upload(tuner: Tuner, explorer: Explorer, own: OwnTasks) -> None:
    """Lay out the upload of a downloaded head, and wire it.

    Args:
        tuner: What has the encoder.
        explorer: What the head is handed to.
        own: Where it is offered.
    """
    hint = "A zip file that Download made, here or on another day, at most "
    size = f"{MAX_ZIP_BYTES // 1_000_000} MB."
    block(f"<h2>Bring a head back</h2>{hint_html(hint + size)}")
    with gr.Row(elem_classes="buttons"):
        file = gr.UploadButton("Load a downloaded head", file_types=[".zip"], elem_id="load-head")
    offer = Offer(spoken(elem_id="loaded-said"), own, None)
    file.upload(**handler(partial(load, tuner, explorer), [file, own.cards], offer))


def load(
    tuner: Tuner, explorer: Explorer, file: str | None, own: Sequence[TaskCard] | None
) -> Offer:
    """Let the head in an uploaded file answer in the other tabs; the file is deleted."""
    try:
        name, data = _read(file)
        head, model = tuner.restore(data)
        key, title = f"file-{secrets.token_urlsafe(16)}", f"From {name[:LONGEST_NAME]}"
        card = adopt(explorer, own, key, title, {head: model})
    except QBertError as error:
        return Offer(error_html(str(error)))
    tabs = "Compare and Circuit" if head == "hybrid" else "Compare"
    words = f"<p>This {head} head answers in {tabs} now, as the task “{shown(card.title)}”.</p>"
    return Offer(words, added(explorer, own, card))


def _read(file: str | None) -> tuple[str, bytes]:
    """Name and content of an uploaded file, which is gone afterwards."""
    path = Path(file or "")
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise InputError("The file could not be read. Upload it again.") from error
    finally:
        if path.is_file():
            path.unlink(missing_ok=True)

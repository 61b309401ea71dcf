"""A model from the Hub beside ours: what a visitor names, and what became of it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import Guest, TaskCard
from qbert_demo.service import DOWNLOAD_SECONDS, Explorer
from qbert_demo.settings import max_model_bytes
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.forms import repo_box, token_box
from qbert_demo.ui.parts.markup import link_html
from qbert_demo.ui.parts.own_tasks import OwnTasks, added
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html, shown
from qbert_demo.ui.server.faults import reported

LOADS_AT_ONCE = 2


class GuestForm(NamedTuple):
    """The controls a visitor names a model with."""

    repo_id: gr.Textbox
    revision: gr.Textbox
    token: gr.Textbox
    button: gr.Button
    said: gr.HTML


def build_guest_form() -> GuestForm:
    """Lay out the accordion; `wire_guest_form` makes it work."""
    with gr.Accordion("A model from the Hub", open=False, elem_id="guest"):
        gr.Markdown(
            "Put a text classifier from the Hugging Face Hub beside ours: a checkpoint of this "
            "project, or any BERT classifier (`BertForSequenceClassification`) with safetensors, "
            f"of at most {max_model_bytes() / 1e6:,.0f} MB."
        )
        with gr.Row(elem_classes="guest-input"):
            repo_id = repo_box("guest-repo", "Model", "Its name on the Hub.")
            revision = repo_box(
                "guest-revision", "Revision", "Branch, tag or commit; may be empty.", ""
            )
            token = token_box("guest-token", "For what is private or gated; never kept.")
            button = gr.Button("Load", elem_id="guest-load", scale=0)
        said = spoken("", elem_id="guest-said")
    return GuestForm(repo_id, revision, token, button, said)


def wire_guest_form(explorer: Explorer, form: GuestForm, own: OwnTasks) -> None:
    """Let the form load models.

    Args:
        explorer: What loads and asks them.
        form: The controls.
        own: Where they are offered, and the task in sight.
    """
    gr.on(
        [form.button.click, form.repo_id.submit, form.revision.submit, form.token.submit],
        partial(load, explorer),
        [form.repo_id, form.revision, form.token, own.cards, own.task],
        own,
        trigger_mode="once",
        concurrency_limit=LOADS_AT_ONCE,
        concurrency_id="guests",
        **QUIET,
    )


def load(
    explorer: Explorer,
    repo_id: str | None,
    revision: str | None,
    token: str | None,
    own: Sequence[TaskCard] | None,
    task: str | None = None,
) -> Iterator[OwnTasks]:
    """Load a model and offer its tasks; tells while the visitor waits, then at the end."""
    wait = f"This may take up to {DOWNLOAD_SECONDS / 60:.0f} minutes."
    yield OwnTasks(f"<p>Loading {shown((repo_id or '').strip()[:120])}. {wait}</p>")
    try:
        guest = explorer.load_model(repo_id or "", revision, token, task or "")
    except QBertError as error:
        yield OwnTasks(error_html(str(error)))
        return
    except Exception as error:  # noqa: BLE001 - it stands in the log
        yield OwnTasks(error_html(reported(error)))
        return
    yield added(explorer, guest_html(guest), own, *guest.cards)._replace(token="")


def guest_html(guest: Guest) -> str:
    """Say where a loaded model came from, where it answers, and how its labels are read."""
    last = guest.cards[-1]
    places = [f"as the task “{shown(last.title)}”"]
    if len(guest.cards) > 1:
        places.append(f"alone as “{shown(guest.cards[0].title)}”, in the Circuit tab too")
    notes = " ".join(shown(note) for note in guest.notes)
    link = link_html(guest.origin.words, guest.origin.link)
    return f"<p>{link} answers {', and '.join(places)}. {notes}</p>"

"""A model from the Hub beside ours: what a visitor names, and what became of it."""

import html
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import Guest, Origin, TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.visitors import DOWNLOAD_SECONDS
from qbert_demo.settings import max_model_bytes
from qbert_demo.ui.parts.forms import token_box
from qbert_demo.ui.parts.own_tasks import OwnTasks, added, unchanged
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html, shown

LOADS_AT_ONCE = 2
UNFORESEEN = "This model cannot be loaded; only the server's log says why. Choose another one."


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
            repo_id = gr.Textbox(
                label="Model",
                info="Its name on the Hub.",
                placeholder="org/name",
                max_lines=1,
                elem_id="guest-repo",
            )
            revision = gr.Textbox(
                label="Revision",
                info="Branch, tag or commit; may be empty.",
                max_lines=1,
                elem_id="guest-revision",
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
        own: Where they are offered.
    """
    gr.on(
        [form.button.click, form.repo_id.submit, form.revision.submit, form.token.submit],
        partial(load, explorer),
        [form.repo_id, form.revision, form.token, own.cards],
        [form.said, form.token, *own],
        trigger_mode="once",
        show_progress="hidden",
        api_visibility="private",
        concurrency_limit=LOADS_AT_ONCE,
        concurrency_id="guests",
    )


def load(
    explorer: Explorer,
    repo_id: str | None,
    revision: str | None,
    token: str | None,
    own: Sequence[TaskCard] | None,
) -> Iterator[tuple[Any, ...]]:
    """Load a model and offer its tasks.

    Yields:
        What is to be said, an empty token once it has served, and new values for `OwnTasks`;
        first while the visitor waits, then at the end.
    """
    wait = f"This may take up to {DOWNLOAD_SECONDS / 60:.0f} minutes."
    yield f"<p>Loading {shown((repo_id or '').strip()[:120])}. {wait}</p>", gr.skip(), *unchanged()
    try:
        guest = explorer.load_model(repo_id or "", revision, token)
    except QBertError as error:
        yield error_html(str(error)), gr.skip(), *unchanged()
        return
    except Exception:
        yield error_html(UNFORESEEN), gr.skip(), *unchanged()
        raise
    yield guest_html(guest), "", *added(explorer, own, *guest.cards)


def guest_html(guest: Guest) -> str:
    """Say where a loaded model came from, where it answers, and how its labels are read."""
    last = guest.cards[-1]
    places = [f"as the task “{shown(last.title)}”"]
    if len(guest.cards) > 1:
        places.append(f"alone as “{shown(guest.cards[0].title)}”, in the Circuit tab too")
    notes = " ".join(shown(note) for note in guest.notes)
    return f"<p>{origin_html(guest.origin)} answers {', and '.join(places)}. {notes}</p>"


def origin_html(origin: Origin) -> str:
    """Name a place, as a link to its page where it has one."""
    words = html.escape(origin.place)
    if origin.link is None:
        return words
    link = html.escape(origin.link, quote=True)
    return f'<a href="{link}" target="_blank" rel="noopener noreferrer">{words}</a>'

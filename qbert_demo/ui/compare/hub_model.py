"""A model from the Hub beside ours: what a visitor names, and what became of it."""

import html
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import Guest, Origin, TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.visitors import DOWNLOAD_SECONDS
from qbert_demo.settings import max_model_bytes
from qbert_demo.ui.parts.events import handler
from qbert_demo.ui.parts.forms import line_box, token_box
from qbert_demo.ui.parts.html_blocks import spoken
from qbert_demo.ui.parts.markup import error_html, link_html, shown
from qbert_demo.ui.parts.own_tasks import Offer, OwnTasks, added

LOADS_AT_ONCE = 2
UNFORESEEN = "This model cannot be loaded; only the server's log says why. Choose another one."


class ModelForm(NamedTuple):
    """The controls a visitor names a model with."""

    repo_id: gr.Textbox
    revision: gr.Textbox
    token: gr.Textbox
    button: gr.Button
    said: gr.HTML


def build_model_form() -> ModelForm:
    """Lay out the accordion; `wire_model_form` makes it work."""
    with gr.Accordion("A model from the Hub", open=False, elem_id="guest"):
        gr.Markdown(
            "Put a text classifier from the Hugging Face Hub beside ours: a checkpoint of this "
            "project, or any BERT classifier (`BertForSequenceClassification`) with safetensors, "
            f"of at most {max_model_bytes() / 1e6:,.0f} MB."
        )
        with gr.Row(elem_classes="guest-input"):
            repo_id = line_box(
                "guest-repo", "Model", "Its name on the Hub.", placeholder="org/name"
            )
            revision = line_box(
                "guest-revision", "Revision", "Branch, tag or commit; may be empty."
            )
            token = token_box("guest-token", "For what is private or gated; never kept.")
            button = gr.Button("Load", elem_id="guest-load", scale=0)
        said = spoken(elem_id="guest-said")
    return ModelForm(repo_id, revision, token, button, said)


def wire_model_form(explorer: Explorer, form: ModelForm, own: OwnTasks) -> None:
    """Let the form load models.

    Args:
        explorer: What loads and asks them.
        form: The controls.
        own: Where they are offered.
    """
    boxes = [form.repo_id, form.revision, form.token]
    gr.on(
        [form.button.click, *(box.submit for box in boxes)],
        **handler(partial(load, explorer), [*boxes, own.cards], Offer(form.said, own, form.token)),
        trigger_mode="once",
        concurrency_limit=LOADS_AT_ONCE,
        concurrency_id="guests",
    )


def load(
    explorer: Explorer,
    repo_id: str | None,
    revision: str | None,
    token: str | None,
    own: Sequence[TaskCard] | None,
) -> Iterator[Offer]:
    """Load a model and offer its tasks; tells while the visitor waits, then at the end."""
    wait = f"This may take up to {DOWNLOAD_SECONDS / 60:.0f} minutes."
    yield Offer(f"<p>Loading {shown((repo_id or '').strip()[:120])}. {wait}</p>")
    try:
        guest = explorer.load_model(repo_id or "", revision, token)
    except QBertError as error:
        yield Offer(error_html(str(error)))
        return
    except Exception:
        yield Offer(error_html(UNFORESEEN))
        raise
    yield Offer(guest_html(guest), added(explorer, own, *guest.cards), token="")


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
    return (
        html.escape(origin.place) if origin.link is None else link_html(origin.place, origin.link)
    )

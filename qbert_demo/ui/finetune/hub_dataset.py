"""The form for any dataset of the Hub: a look at it fills in what it is read by."""

import html
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.service.terms import Another, Look, hub_page
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.words import first_rows_html
from qbert_demo.ui.parts.events import KEEP, handler
from qbert_demo.ui.parts.forms import line_box, token_box
from qbert_demo.ui.parts.html_blocks import spoken
from qbert_demo.ui.parts.markup import error_html, link_html, notices_html

LOOKING = "<p>Looking at the dataset on the Hub …</p>"


class DatasetForm(NamedTuple):
    """What names a dataset of the Hub.

    Attributes:
        dataset: Its id.
        config: Its configuration.
        split: The split.
        text: Column of the text.
        label: Column of the class.
        pin: What was seen at the last look, `Another`. Its commit is kept; what its guesses filled
            in is forgotten where it was another dataset, configuration or split.
        token: The visitor's own, if any.
    """

    dataset: Any = None
    config: Any = None
    split: Any = None
    text: Any = None
    label: Any = None
    pin: Any = None
    token: Any = None


class Seen(NamedTuple):
    """What a look says, and new values for the rest of the form."""

    said: Any
    config: Any = KEEP
    split: Any = KEEP
    text: Any = KEEP
    label: Any = KEEP
    pin: Any = KEEP


def build_dataset_form(tuner: Tuner) -> DatasetForm:
    """Lay out the form and wire its look."""
    with gr.Row():
        dataset = line_box(
            "hub-dataset",
            "Dataset",
            "Its name on the Hub: Parquet, CSV or JSON files, 2 to 20 classes.",
            placeholder="org/name",
        )
        token = token_box(
            "hub-token",
            "For private and gated datasets. Never kept; the box empties when a training begins.",
        )
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the dataset", elem_id="look-dataset")
    with gr.Row(elem_classes="four"):
        config, split, text, label = (
            gr.Dropdown(
                [],
                value=None,
                label=name,
                allow_custom_value=True,
                elem_id=f"hub-{name.split()[0].lower()}",
            )
            for name in ("Configuration", "Split", "Text column", "Class column")
        )
    found = spoken(elem_id="dataset-found")
    form = DatasetForm(dataset, config, split, text, label, gr.State(None), token)
    seen = Seen(found, config, split, text, label, form.pin)
    gr.on([look.click, dataset.submit], **handler(lambda: LOOKING, None, found, queue=False)).then(
        concurrency_limit=8, **handler(partial(look_at_dataset, tuner), form, seen)
    )
    return form


def dataset_of(form: DatasetForm) -> Another:
    """Read the form."""
    name = form.dataset.strip() if isinstance(form.dataset, str) else ""
    parts = {part: getattr(form, part) or "" for part in ("config", "split", "text", "label")}
    token = (form.token or "").strip() or False
    pin = form.pin
    if pin is not None and pin.dataset != name:
        return Another(name, token=token)
    if pin is not None and (pin.config, pin.split) != (parts["config"], parts["split"]):
        parts |= {"text": "", "label": ""}
    return Another(name, **parts, revision=pin.revision if pin else "", token=token)


def look_at_dataset(tuner: Tuner, form: DatasetForm) -> Seen:
    """Look at a dataset; what cannot be guessed is asked, with the choices in the boxes."""
    asked = dataset_of(form)
    try:
        look = tuner.look(replace(asked, revision=""))
    except QBertError as error:
        if form.pin is None or form.pin.dataset == asked.dataset:
            return Seen(error_html(str(error)))
        empty = gr.update(choices=[], value=None)  # it told of another dataset
        return Seen(error_html(str(error)), empty, empty, empty, empty, None)
    seen = look.another

    def box(offered: Sequence[str], value: str) -> Any:
        return gr.update(choices=list(offered), value=value or None)

    return Seen(
        look_html(look),
        box(look.configs, seen.config),
        box(look.splits, seen.split),
        box(look.texts, seen.text),
        box(look.labels, seen.label),
        seen,
    )


def look_html(look: Look) -> str:
    """Say what a dataset is like, or what has to be chosen."""
    seen = look.another
    where = dataset_link(seen.dataset, seen.revision)
    if look.question or look.rows is None:
        return f"<p>{where}</p>{notices_html([look.question])}"
    labels = look.rows.labels
    return (
        f"<p>{where}. Text from “{html.escape(seen.text)}”, class from "
        f"“{html.escape(seen.label)}”: {len(labels)} classes, {html.escape(', '.join(labels))}.</p>"
        f"{notices_html(look.rows.notes)}{first_rows_html(look.rows.rows, labels)}"
    )


def dataset_link(dataset: str, revision: str) -> str:
    """Link a dataset's page at a commit."""
    return link_html(f"{dataset} @ {revision[:7]}", hub_page(f"datasets/{dataset}", revision))

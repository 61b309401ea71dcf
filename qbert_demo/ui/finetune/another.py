"""The form for any other dataset of the Hub: a look at it fills in what it is read by."""

import html
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.service.terms import Another, Look, hub_page
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.words import first_rows_html
from qbert_demo.ui.parts.forms import token_box
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html


def build_another(tuner: Tuner) -> list[Any]:
    """Lay out the form; returns its controls in the order of `another_of`."""
    with gr.Row():
        dataset = gr.Textbox(
            label="Dataset",
            info="Its name on the Hub: Parquet, CSV or JSON files, 2 to 20 classes.",
            placeholder="org/name",
            max_lines=1,
            elem_id="hub-dataset",
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
    found = spoken("", elem_id="dataset-found")
    pin = gr.State(None)
    boxes = [dataset, config, split, text, label, pin, token]
    gr.on(
        [look.click, dataset.submit],
        _looking,
        None,
        found,
        show_progress="hidden",
        api_visibility="private",
        queue=False,
    ).then(
        partial(look_at_dataset, tuner),
        boxes,
        [found, config, split, text, label, pin],
        show_progress="hidden",
        concurrency_limit=8,
        api_visibility="private",
    )
    return boxes


def another_of(
    dataset: str | None,
    config: str | None,
    split: str | None,
    text: str | None,
    label: str | None,
    pin: Another | None,
    token: str | None,
) -> Another:
    """Read the form.

    Args:
        dataset, config, split, text, label: What stands in the boxes.
        pin: What was seen at the last look. Its commit is kept; what its guesses filled in is
            forgotten where it was another dataset, configuration or split.
        token: The visitor's own, if any.
    """
    name = dataset.strip() if isinstance(dataset, str) else ""
    asked = Another(
        name,
        config or "",
        split or "",
        text or "",
        label or "",
        token=(token or "").strip() or False,
    )
    if pin is None:
        return asked
    if pin.dataset != name:
        return Another(name, token=asked.token)
    if (pin.config, pin.split) != (asked.config, asked.split):
        return Another(name, asked.config, asked.split, revision=pin.revision, token=asked.token)
    return Another(name, pin.config, pin.split, asked.text, asked.label, pin.revision, asked.token)


def look_at_dataset(tuner: Tuner, *boxes: Any) -> tuple[Any, ...]:
    """Look at a dataset; what cannot be guessed is asked, with the choices in the boxes.

    Returns:
        What is to be said, new values for configuration, split, text and class, and what was seen.
    """
    asked = another_of(*boxes)
    try:
        look = tuner.look(Another(**{**vars(asked), "revision": ""}))
    except QBertError as error:
        pin = boxes[-2]
        if pin is None or pin.dataset == asked.dataset:
            return error_html(str(error)), *(gr.skip() for _ in range(5))
        empty = gr.update(choices=[], value=None)  # it told of another dataset
        return error_html(str(error)), *[empty] * 4, None
    seen = look.another
    choices = (
        (look.configs, seen.config),
        (look.splits, seen.split),
        (look.texts, seen.text),
        (look.labels, seen.label),
    )
    return (
        look_html(look),
        *(gr.update(choices=list(offered), value=value or None) for offered, value in choices),
        seen,
    )


def _looking() -> str:
    return "<p>Looking at the dataset on the Hub …</p>"


def look_html(look: Look) -> str:
    """Say what a dataset is like, or what has to be chosen."""
    seen = look.another
    where = hub_link(seen.dataset, seen.revision)
    if look.question or look.rows is None:
        return f'<p>{where}</p><p class="notice">{html.escape(look.question)}</p>'
    labels = look.rows.labels
    notes = "".join(f'<p class="notice">{html.escape(note)}</p>' for note in look.rows.notes)
    return (
        f"<p>{where}. Text from “{html.escape(seen.text)}”, class from "
        f"“{html.escape(seen.label)}”: {len(labels)} classes, {html.escape(', '.join(labels))}.</p>"
        f"{notes}{first_rows_html(look.rows.rows, labels)}"
    )


def hub_link(dataset: str, revision: str) -> str:
    """Link a dataset's page at a commit."""
    address = html.escape(hub_page(f"datasets/{dataset}", revision))
    return (
        f'<a href="{address}" target="_blank" rel="noopener noreferrer">{html.escape(dataset)} @ '
        f"{html.escape(revision[:7])}</a>"
    )

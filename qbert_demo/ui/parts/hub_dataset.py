"""The form for any other dataset of the Hub: a look at it fills in what it is read by."""

import html
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.service.training import MAX_CLASSES, MIN_CLASSES, HubDataset, Look, Rows
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.forms import repo_box, token_box
from qbert_demo.ui.parts.markup import commit_html, table_html
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html, shown

BOXES = 7
"""Controls of `build_hub_dataset`."""
PREVIEW_ROWS = 8
LONGEST = 300
"""Characters of a text that are shown."""


class Looked(NamedTuple):
    """What a look says and fills in; a box that is left out stays as it is."""

    said: Any
    config: Any = KEEP
    split: Any = KEEP
    text: Any = KEEP
    label: Any = KEEP
    pin: Any = KEEP


def build_hub_dataset(tuner: Tuner, name: str, begins: str) -> list[Any]:
    """Lay out the form; returns its controls in the order of `hub_dataset_of`.

    Args:
        tuner: What looks at datasets.
        name: That the controls' ids begin with.
        begins: When the token is forgotten, such as "a training begins".
    """
    with gr.Row():
        dataset = repo_box(
            f"{name}-dataset",
            "Dataset",
            f"Its name on the Hub: {MIN_CLASSES} to {MAX_CLASSES} classes, in Parquet files or "
            "converted by the Hub.",
        )
        token = token_box(
            f"{name}-token",
            f"For private and gated datasets. Never kept; the box empties when {begins}.",
        )
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the dataset", elem_id=f"{name}-look")
    with gr.Row(elem_classes="four"):
        config, split, text, label = (
            gr.Dropdown(
                [],
                value=None,
                label=label,
                allow_custom_value=True,
                elem_id=f"{name}-{label.split()[0].lower()}",
            )
            for label in ("Configuration", "Split", "Text column", "Class column")
        )
    found = spoken("", elem_id=f"{name}-found")
    pin = gr.State(None)
    boxes = [dataset, config, split, text, label, pin, token]
    gr.on([look.click, dataset.submit], _looking, None, found, queue=False, **QUIET).then(
        partial(look_at_dataset, tuner),
        boxes,
        Looked(found, config, split, text, label, pin),
        concurrency_limit=8,
        **QUIET,
    )
    return boxes


def hub_dataset_of(
    dataset: str | None,
    config: str | None,
    split: str | None,
    text: str | None,
    label: str | None,
    pin: HubDataset | None,
    token: str | None,
) -> HubDataset:
    """Read the form.

    Args:
        dataset, config, split, text, label: What stands in the boxes.
        pin: What was seen at the last look. Its commit is kept; what its guesses filled in is
            forgotten where it was another dataset, configuration or split.
        token: The visitor's own, if any.
    """
    name = dataset.strip() if isinstance(dataset, str) else ""
    asked = HubDataset(
        name,
        config or "",
        split or "",
        text or "",
        label or "",
        token=(token or "").strip() or False,
    )
    if pin is None:
        return asked
    if pin.repo_id != name:
        return HubDataset(name, token=asked.token)
    if (pin.config, pin.split) != (asked.config, asked.split):
        return HubDataset(name, asked.config, asked.split, revision=pin.revision, token=asked.token)
    return HubDataset(
        name, pin.config, pin.split, asked.text, asked.label, pin.revision, asked.token
    )


def look_at_dataset(tuner: Tuner, *boxes: Any) -> Looked:
    """Look at a dataset; what cannot be guessed is asked, with the choices in the boxes."""
    asked = hub_dataset_of(*boxes)
    try:
        look = tuner.look(replace(asked, revision=""))
    except QBertError as error:
        said, pin = error_html(str(error)), boxes[-2]
        if pin is None or pin.repo_id == asked.repo_id:
            return Looked(said)
        config, split, text, label = (_choice((), "") for _ in range(4))
        return Looked(said, config, split, text, label, None)  # they told of another dataset
    seen = look.dataset
    return Looked(
        look_html(look),
        _choice(look.configs, seen.config),
        _choice(look.splits, seen.split),
        _choice(look.texts, seen.text),
        _choice(look.labels, seen.label),
        seen,
    )


def _choice(offered: Sequence[str], chosen: str) -> Any:
    return gr.update(choices=list(offered), value=chosen or None)


def _looking() -> str:
    return "<p>Looking at the dataset on the Hub …</p>"


def look_html(look: Look) -> str:
    """Say what a dataset is like, or what has to be chosen."""
    seen = look.dataset
    where = commit_html(seen.repo_id, seen.revision, kind="datasets/")
    if look.question or look.rows is None:
        return f'<p>{where}</p><p class="notice">{html.escape(look.question)}</p>'
    labels = look.rows.classes
    notes = "".join(f'<p class="notice">{html.escape(note)}</p>' for note in look.rows.notes)
    return (
        f"<p>{where}. Text from “{html.escape(seen.text)}”, class from "
        f"“{html.escape(seen.label)}”: {len(labels)} classes, {html.escape(', '.join(labels))}.</p>"
        f"{notes}{first_rows_html(look.rows, labels)}"
    )


def first_rows_html(rows: Rows, labels: Sequence[str]) -> str:
    """Show the first rows as a table."""
    cells = "".join(
        f'<tr><td class="text">{shown(text[:LONGEST])}</td>'
        f"<td>{html.escape(labels[label])}</td></tr>"
        for text, label in zip(rows.texts[:PREVIEW_ROWS], rows.labels[:PREVIEW_ROWS], strict=True)
    )
    return table_html("The first rows", ("text", "label"), cells)

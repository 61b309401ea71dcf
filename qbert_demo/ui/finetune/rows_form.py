"""The rows: which ones a visitor wants, and a look at them."""

import html
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.config import MAX_SEED
from qbert_demo.errors import QBertError
from qbert_demo.service.terms import (
    MAX_CLASSES,
    MAX_HELD_OUT_ROWS,
    MAX_OWN_CHARACTERS,
    MAX_OWN_ROWS,
    MAX_TRAIN_ROWS,
    MIN_CLASS_ROWS,
    MIN_CLASSES,
    MIN_ROWS,
    SOURCES,
    DataChoice,
)
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.hub_dataset import (
    DatasetForm,
    build_dataset_form,
    dataset_link,
    dataset_of,
)
from qbert_demo.ui.finetune.words import preview_html
from qbert_demo.ui.parts.events import handler
from qbert_demo.ui.parts.forms import plain_radio, whole
from qbert_demo.ui.parts.html_blocks import block, spoken
from qbert_demo.ui.parts.markup import error_html, hint_html

DEFAULT_SOURCE = "rotten_tomatoes"
"""Short sentences, bundled."""
OWN_RULES = (
    f"{MIN_CLASSES} to {MAX_CLASSES} classes, at least {MIN_CLASS_ROWS} rows each; at most "
    f"{MAX_OWN_ROWS:,} rows of {MAX_OWN_CHARACTERS:,} characters, best in English. "
    "Three tenths are held out."
)
OWN_EXAMPLE = """The train was late again, calm
I cannot believe they cancelled it, angry"""


GETTING = "<p>Getting the rows …</p>"
KINDS = (
    ("A dataset", "dataset"),
    ("Another dataset on the Hub", "hub"),
    ("My own sentences", "own"),
)


class RowsForm(NamedTuple):
    """What a visitor chooses rows with.

    Attributes:
        kind: One of `KINDS`.
        source: A dataset of the catalogue.
        own_text: The visitor's own rows.
        own_file: A file with them.
        rows: How many to train on.
        held_out: How many to judge on.
        balanced: Whether all classes are taken equally.
        seed: Of the choice.
        hub: A dataset of the Hub.
    """

    kind: Any = "dataset"
    source: Any = DEFAULT_SOURCE
    own_text: Any = None
    own_file: Any = None
    rows: Any = 500
    held_out: Any = 200
    balanced: Any = True
    seed: Any = 0
    hub: Any = DatasetForm()


def build_rows_form(tuner: Tuner) -> RowsForm:
    """Lay out the choice of rows, and wire the look at them."""
    first = RowsForm()
    block("<h2>1 Data</h2>")
    kind = plain_radio(KINDS, "data-kind", "Rows", first.kind)
    with gr.Column(elem_id="from-dataset") as from_dataset:
        source = gr.Dropdown(
            tuner.sources(), value=first.source, label="Dataset", elem_id="dataset"
        )
        about = spoken(about_html(first.source), elem_id="about-dataset")
    with gr.Column(visible=False, elem_id="from-hub") as from_hub:
        hub = build_dataset_form(tuner)
    with gr.Column(visible=False, elem_id="from-own") as from_own:
        own_text = gr.Textbox(
            label="One row a line: text, label",
            info=OWN_RULES,
            placeholder=OWN_EXAMPLE,
            lines=6,
            max_lines=14,
            elem_id="own-text",
        )
        own_file = gr.File(
            label="or a CSV, TSV or JSONL file; it counts more than pasted lines",
            file_types=[".csv", ".tsv", ".txt", ".jsonl", ".ndjson"],
            height=110,
        )
    with gr.Column(elem_id="how-many") as how_many:
        with gr.Row():
            rows, held_out = (
                gr.Slider(MIN_ROWS, most, value, step=10, label=label)
                for most, value, label in (
                    (MAX_TRAIN_ROWS, first.rows, "Rows to train on"),
                    (MAX_HELD_OUT_ROWS, first.held_out, "Rows held out"),
                )
            )
        balanced = gr.Checkbox(first.balanced, label="Take all classes equally")
    seed = gr.Number(first.seed, label="Seed of the choice", minimum=0, precision=0)
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the rows", elem_id="look")
    seen = spoken(elem_id="rows-shown")
    form = RowsForm(kind, source, own_text, own_file, rows, held_out, balanced, seed, hub)
    look.click(**handler(lambda: GETTING, None, seen, queue=False)).then(
        concurrency_limit=8, **handler(partial(preview, tuner), form, seen)
    )
    source.change(**handler(about_html, source, about, queue=False))
    groups = {"dataset": from_dataset, "hub": from_hub, "own": from_own, "how many": how_many}
    kind.change(**handler(_groups_for, kind, groups, queue=False))
    return form


def choice_of(form: RowsForm) -> DataChoice:
    """Read the form.

    Raises:
        InputError: If a number is out of range.
    """
    return DataChoice(
        form.source if form.kind == "dataset" else None,
        form.own_text or "",
        Path(form.own_file) if form.own_file else None,
        whole(form.rows, "training rows", MIN_ROWS, MAX_TRAIN_ROWS),
        whole(form.held_out, "rows held out", MIN_ROWS, MAX_HELD_OUT_ROWS),
        bool(form.balanced),
        whole(form.seed, "the seed", 0, MAX_SEED),
        dataset_of(form.hub) if form.kind == "hub" else None,
    )


def about_html(key: str) -> str:
    """Say in a line what a dataset of the catalogue is, and whose."""
    source = SOURCES.get(key) if isinstance(key, str) else None
    if source is None:
        return ""
    facts = (
        f" ({source.config}, {source.train}): {source.rows:,} rows, {source.megabytes:g} MB, "
        f"{len(source.labels)} classes ({', '.join(source.labels)}). "
        f"Licence: {source.licence}. {source.citation}."
    )
    return hint_html(dataset_link(source.dataset, source.revision) + html.escape(facts))


def preview(tuner: Tuner, form: RowsForm) -> str:
    """Show the rows that would be trained on: how many of each class, and the first few."""
    try:
        return preview_html(tuner.material(choice_of(form)))
    except QBertError as error:
        return error_html(str(error))


def _groups_for(kind: str) -> dict[str, Any]:
    """Which parts of the form a kind of rows needs."""
    groups = {name: gr.update(visible=name == kind) for _, name in KINDS}
    return {**groups, "how many": gr.update(visible=kind != "own")}

"""The rows: which ones a visitor wants, and a look at them."""

import html
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.ranges import as_whole
from qbert_demo.service.training import (
    DATASETS,
    MAX_CLASSES,
    MAX_HELD_OUT_ROWS,
    MAX_OWN_ROWS,
    MAX_ROW_CHARACTERS,
    MAX_TRAIN_ROWS,
    MIN_CLASS_ROWS,
    MIN_CLASSES,
    MIN_ROWS,
    DataChoice,
)
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.hub_dataset import build_hub_dataset, hub_dataset_of
from qbert_demo.ui.finetune.words import preview_html
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.markup import commit_html
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

DEFAULT_SOURCE = "rotten_tomatoes"
"""Short sentences, bundled."""
OWN_RULES = (
    f"{MIN_CLASSES} to {MAX_CLASSES} classes, at least {MIN_CLASS_ROWS} rows each; at most "
    f"{MAX_OWN_ROWS:,} rows of {MAX_ROW_CHARACTERS:,} characters, best in English. "
    "Three tenths are held out."
)
OWN_EXAMPLE = """The train was late again, calm
I cannot believe they cancelled it, angry"""


def build_rows_form(tuner: Tuner) -> list[Any]:
    """Lay out the choice of rows; returns its controls in the order of `choice_of`.

    The last one is the box of a token, to be emptied when a training begins.
    """
    gr.HTML("<h2>1 Data</h2>", apply_default_css=False)
    sources = tuner.sources()
    kind = gr.Radio(
        [
            ("A dataset", "dataset"),
            ("Another dataset on the Hub", "hub"),
            ("My own sentences", "own"),
        ],
        value="dataset",
        label="Rows",
        elem_id="data-kind",
        elem_classes="plain-radio",
    )
    with gr.Column(elem_id="from-dataset") as from_dataset:
        source = gr.Dropdown(sources, value=DEFAULT_SOURCE, label="Dataset", elem_id="dataset")
        about = spoken(about_html(DEFAULT_SOURCE), elem_id="about-dataset")
    with gr.Column(visible=False, elem_id="from-hub") as from_hub:
        hub_dataset = build_hub_dataset(tuner)
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
            rows = gr.Slider(MIN_ROWS, MAX_TRAIN_ROWS, 500, step=10, label="Rows to train on")
            held_out = gr.Slider(MIN_ROWS, MAX_HELD_OUT_ROWS, 200, step=10, label="Rows held out")
        balanced = gr.Checkbox(True, label="Take all classes equally")
    seed = gr.Number(0, label="Seed of the choice", minimum=0, precision=0)
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the rows", elem_id="look")
    shown = spoken("", elem_id="rows-shown")
    form = [kind, source, own_text, own_file, rows, held_out, balanced, seed, *hub_dataset]
    look.click(_getting, None, shown, queue=False, **QUIET).then(
        partial(preview, tuner), form, shown, concurrency_limit=8, **QUIET
    )
    source.change(about_html, source, about, api_visibility="private", queue=False)
    parts = [from_dataset, from_hub, from_own, how_many]
    kind.change(_shown_for, kind, parts, queue=False, **QUIET)
    return form


def choice_of(
    kind: str,
    source: str,
    own_text: str | None,
    own_file: str | None,
    rows: float,
    held_out: float,
    balanced: bool,
    seed: float,
    *hub_dataset: Any,
) -> DataChoice:
    """Read the form, unchecked; ``hub_dataset`` are the boxes that `hub_dataset_of` reads."""
    return DataChoice(
        source if kind == "dataset" else None,
        own_text or "",
        Path(own_file) if own_file else None,
        as_whole(rows),
        as_whole(held_out),
        bool(balanced),
        as_whole(seed),
        hub_dataset_of(*hub_dataset) if kind == "hub" else None,
    )


def about_html(key: str) -> str:
    """Say in a line what a dataset of the catalogue is, and whose."""
    source = DATASETS.get(key) if isinstance(key, str) else None
    if source is None:
        return ""
    facts = (
        f" ({source.config}, {source.train}): {source.rows:,} rows, {source.megabytes:g} MB, "
        f"{len(source.labels)} classes ({', '.join(source.labels)}). "
        f"Licence: {source.licence}. {source.citation}."
    )
    link = commit_html(source.repo_id, source.revision, kind="datasets/")
    return f'<p class="hint">{link}{html.escape(facts)}</p>'


def preview(tuner: Tuner, *form: Any) -> str:
    """Show the rows that would be trained on: how many of each class, and the first few."""
    try:
        return preview_html(tuner.material(choice_of(*form)))
    except QBertError as error:
        return error_html(str(error))


def _shown_for(kind: str) -> list[Any]:
    """Which parts of the form a kind of rows needs."""
    wanted = (kind == "dataset", kind == "hub", kind == "own", kind != "own")
    return [gr.update(visible=is_wanted) for is_wanted in wanted]


def _getting() -> str:
    return "<p>Getting the rows …</p>"

"""The rows: which ones a visitor wants, and a look at them."""

import html
from functools import partial
from pathlib import Path
from typing import Any

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
from qbert_demo.ui.finetune.another import another_of, build_another, hub_link
from qbert_demo.ui.finetune.words import preview_html
from qbert_demo.ui.parts.forms import whole
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

DEFAULT_SOURCE = "rotten_tomatoes"
"""Short sentences, bundled."""
OWN_RULES = (
    f"{MIN_CLASSES} to {MAX_CLASSES} classes, at least {MIN_CLASS_ROWS} rows each; at most "
    f"{MAX_OWN_ROWS:,} rows of {MAX_OWN_CHARACTERS:,} characters, best in English. "
    "Three tenths are held out."
)
OWN_EXAMPLE = """The train was late again, calm
I cannot believe they cancelled it, angry"""


def build_data(tuner: Tuner) -> list[Any]:
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
        another = build_another(tuner)
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
    form = [kind, source, own_text, own_file, rows, held_out, balanced, seed, *another]
    look.click(
        _getting, None, shown, show_progress="hidden", api_visibility="private", queue=False
    ).then(
        partial(preview, tuner),
        form,
        shown,
        show_progress="hidden",
        concurrency_limit=8,
        api_visibility="private",
    )
    source.change(about_html, source, about, api_visibility="private", queue=False)
    kind.change(
        _shown_for,
        kind,
        [from_dataset, from_hub, from_own, how_many],
        show_progress="hidden",
        api_visibility="private",
        queue=False,
    )
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
    *another: Any,
) -> DataChoice:
    """Read the data form; ``another`` are the boxes that `another_of` reads.

    Raises:
        InputError: If a number is out of range.
    """
    return DataChoice(
        source if kind == "dataset" else None,
        own_text or "",
        Path(own_file) if own_file else None,
        whole(rows, "training rows", MIN_ROWS, MAX_TRAIN_ROWS),
        whole(held_out, "rows held out", MIN_ROWS, MAX_HELD_OUT_ROWS),
        bool(balanced),
        whole(seed, "the seed", 0, MAX_SEED),
        another_of(*another) if kind == "hub" else None,
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
    return f'<p class="hint">{hub_link(source.dataset, source.revision)}{html.escape(facts)}</p>'


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

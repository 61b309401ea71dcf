"""The rows: which ones a visitor wants, and a look at them."""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.training.recipe import MAX_SEED
from qbert_demo.tuning import MAX_HELD_OUT_ROWS, MAX_TRAIN_ROWS, MIN_ROWS, DataChoice, Tuner
from qbert_demo.ui.finetune.words import preview_html
from qbert_demo.ui.forms import whole
from qbert_demo.ui.spoken import spoken
from qbert_demo.ui.words import error_html

DEFAULT_SOURCE = "rotten_tomatoes"
"""Short sentences, bundled."""
OWN_EXAMPLE = """The train was late again, calm
I cannot believe they cancelled it, angry"""


def build_data(tuner: Tuner) -> list[Any]:
    """Lay out the choice of rows; returns its controls in the order of `choice_of`."""
    gr.HTML("<h2>1 Data</h2>", apply_default_css=False)
    sources = tuner.sources()
    kind = gr.Radio(
        [("A dataset", "dataset"), ("My own sentences", "own")],
        value="dataset",
        label="Rows",
        elem_id="data-kind",
        elem_classes="plain-radio",
    )
    with gr.Column(elem_id="from-dataset") as from_dataset:
        with gr.Row():
            source = gr.Dropdown(sources, value=DEFAULT_SOURCE, label="Dataset", elem_id="dataset")
            balanced = gr.Checkbox(True, label="Take all classes equally")
        with gr.Row():
            rows = gr.Slider(MIN_ROWS, MAX_TRAIN_ROWS, 500, step=10, label="Rows to train on")
            held_out = gr.Slider(MIN_ROWS, MAX_HELD_OUT_ROWS, 200, step=10, label="Rows held out")
    with gr.Column(visible=False, elem_id="from-own") as from_own:
        own_text = gr.Textbox(
            label="One row a line: text, label",
            info="2 to 20 classes, at least 4 rows each. Three tenths are held out.",
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
    seed = gr.Number(0, label="Seed of the choice", minimum=0, precision=0)
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the rows", elem_id="look")
    shown = spoken("", elem_id="rows-shown")
    form = [kind, source, own_text, own_file, rows, held_out, balanced, seed]
    look.click(
        partial(preview, tuner),
        form,
        shown,
        show_progress="hidden",
        concurrency_limit=8,
        api_visibility="private",
    )
    kind.change(
        lambda k: (gr.update(visible=k == "dataset"), gr.update(visible=k == "own")),
        kind,
        [from_dataset, from_own],
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
) -> DataChoice:
    """Read the data form.

    Raises:
        InputError: If a number is out of range.
    """
    return DataChoice(
        None if kind == "own" else source,
        own_text or "",
        Path(own_file) if own_file else None,
        whole(rows, "training rows", MIN_ROWS, MAX_TRAIN_ROWS),
        whole(held_out, "rows held out", MIN_ROWS, MAX_HELD_OUT_ROWS),
        bool(balanced),
        whole(seed, "the seed", 0, MAX_SEED),
    )


def preview(tuner: Tuner, *form: Any) -> str:
    """Show the rows that would be trained on: how many of each class, and the first few."""
    try:
        return preview_html(tuner.material(choice_of(*form)))
    except QBertError as error:
        return error_html(str(error))

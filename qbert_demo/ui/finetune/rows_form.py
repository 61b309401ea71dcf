"""The rows: which ones a visitor wants, and a look at them."""

import html
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

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
from qbert_demo.ui.finetune.words import preview_html
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.hub_dataset import BOXES, build_hub_dataset, hub_dataset_of
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


class RowsForm(NamedTuple):
    """The form's controls in the order of `choice_of`, and the box of a token among them.

    The token is to be forgotten when a training begins.
    """

    controls: list[Any]
    token: gr.Textbox


def build_rows_form(tuner: Tuner) -> RowsForm:
    """Lay out the choice of rows."""
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
        hub_dataset = build_hub_dataset(tuner, "hub", "a training begins")
    with gr.Column(visible=False, elem_id="from-own") as from_own:
        gr.HTML(f'<p class="hint">{OWN_RULES}</p>', apply_default_css=False)
        with gr.Row(elem_id="own-lists"):
            lists = _build_lists()
        own_text = gr.Textbox(
            label="or paste lines: text, label",
            info="They count where both lists are empty.",
            placeholder=OWN_EXAMPLE,
            lines=6,
            max_lines=14,
            elem_id="own-text",
        )
        own_file = gr.File(
            label="or a CSV, TSV or JSONL file; then lists and lines are not read",
            file_types=[".csv", ".tsv", ".txt", ".jsonl", ".ndjson"],
            height=110,
        )
    with gr.Column(elem_id="how-many") as how_many:
        with gr.Row():
            rows = gr.Slider(MIN_ROWS, MAX_TRAIN_ROWS, 500, step=10, label="Rows to train on")
            held_out = gr.Slider(MIN_ROWS, MAX_HELD_OUT_ROWS, 200, step=10, label="Rows held out")
        balanced = gr.Checkbox(True, label="Take all classes equally")
    seed = gr.Number(
        0,
        label="Seed of the choice",
        info="Any number; the same one draws the same rows again.",
        minimum=0,
        precision=0,
    )
    with gr.Row(elem_classes="buttons"):
        look = gr.Button("Look at the rows", elem_id="look")
    shown = spoken("", elem_id="rows-shown")
    form = [kind, source, own_text, own_file, rows, held_out, balanced, seed, *hub_dataset]
    form += lists
    look.click(_getting, None, shown, queue=False, **QUIET).then(
        partial(preview, tuner), form, shown, concurrency_limit=8, **QUIET
    )
    source.change(about_html, source, about, api_visibility="private", queue=False)
    gr.on([source.change, kind.change], lambda: "", None, shown, queue=False, **QUIET)
    parts = [from_dataset, from_hub, from_own, how_many]
    kind.change(_shown_for, kind, parts, queue=False, **QUIET)
    return RowsForm(form, hub_dataset[-1])


def _build_lists() -> list[Any]:
    """Two lists to fill: a class's name and its sentences, twice."""
    controls = []
    for letter, name, example in (
        ("a", "calm", "The train was late again"),
        ("b", "angry", "I cannot believe they cancelled it"),
    ):
        with gr.Column():
            controls += [
                gr.Textbox(
                    label=f"Class {letter.upper()}",
                    placeholder=f"such as: {name}",
                    max_lines=1,
                    elem_id=f"class-{letter}",
                ),
                gr.Textbox(
                    label=f"Sentences of class {letter.upper()}, one a line",
                    placeholder=example,
                    lines=5,
                    max_lines=12,
                    elem_id=f"sentences-{letter}",
                ),
            ]
    return controls


def choice_of(
    kind: str,
    source: str,
    own_text: str | None,
    own_file: str | None,
    rows: float,
    held_out: float,
    balanced: bool,
    seed: float,
    *more: Any,
) -> DataChoice:
    """Read the form, unchecked.

    Args:
        kind: ``dataset``, ``hub`` or ``own``.
        source: Key of a dataset of the catalogue.
        own_text, own_file, rows, held_out, balanced, seed: See `DataChoice`.
        more: The boxes that `hub_dataset_of` reads, then those that `listed_lines` does.
    """
    return DataChoice(
        source if kind == "dataset" else None,
        listed_lines(*more[BOXES:]) or own_text or "",
        Path(own_file) if own_file else None,
        as_whole(rows),
        as_whole(held_out),
        bool(balanced),
        as_whole(seed),
        hub_dataset_of(*more[:BOXES]) if kind == "hub" else None,
    )


def listed_lines(*lists: str | None) -> str:
    """Write lists as lines of a text, a tab and its class; empty if the lists are.

    Args:
        lists: Name and sentences of a class, then of the next.
    """
    lines = []
    for letter, name, sentences in zip("AB", lists[::2], lists[1::2], strict=False):
        label = " ".join((name or "").split()) or letter
        for sentence in filter(str.strip, (sentences or "").splitlines()):
            lines.append(f"{' '.join(sentence.split())}\t{label}")
    return "\n".join(lines)


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

"""What is to be evaluated: the task, its models, and the labelled texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.ranges import as_whole
from qbert_demo.results import TaskCard
from qbert_demo.service import PAIR
from qbert_demo.service.evaluating import MAX_ROWS, STREAMED, Evaluator, RowsWish
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.hub_dataset import BOXES, build_hub_dataset, hub_dataset_of

SAMPLE, MOST_SAMPLED = 200, 5_000
OWN_RULES = (
    "A text, a comma, its label, one a line; labels are the task's names or their numbers. "
    "Where there is a file, lines are not read."
)

HUB_RULES = (
    "Its classes must be the task's, by name or by number; the sample is drawn from at most "
    f"{STREAMED:,} rows that are streamed."
)


class Form(NamedTuple):
    """The controls in the order of `evaluate`."""

    task: Any
    heads: Any
    kind: Any
    source: Any
    split: Any
    whole: Any
    rows: Any
    seed: Any
    own_text: Any
    own_file: Any
    hub_dataset: Any = None
    hub_config: Any = None
    hub_split: Any = None
    hub_text: Any = None
    hub_label: Any = None
    hub_pin: Any = None
    hub_token: Any = None


def build_form(evaluator: Evaluator) -> Form:
    """Lay out the controls."""
    first = evaluator.explorer.tasks[0]
    with gr.Row(elem_classes="side-by-side"):
        task = gr.Dropdown(
            [(card.title, card.key) for card in evaluator.explorer.tasks],
            value=first.key,
            label="Task",
            info="A model of your own stands here once it answers in Compare.",
            elem_id="evaluate-task",
        )
        heads = gr.CheckboxGroup(
            list(first.heads),
            value=[head for head in PAIR if head in first.heads],
            label="Models",
            info="Two or more are compared on the same texts.",
            elem_id="evaluate-heads",
        )
    kind = gr.Radio(
        [
            ("A dataset", "dataset"),
            ("Another dataset on the Hub", "hub"),
            ("My own labelled texts", "own"),
        ],
        value="dataset",
        label="Texts",
        elem_id="evaluate-kind",
        elem_classes="plain-radio",
    )
    sources = evaluator.sources(first.key)
    with gr.Row(elem_classes="side-by-side") as from_dataset:
        source = gr.Dropdown(
            sources, value=sources[0][1] if sources else None, label="Dataset with its classes"
        )
        split = gr.Radio(
            [("Reported on", "report"), ("Train", "train")],
            value="report",
            label="Split",
            elem_classes="plain-radio",
        )
    with gr.Column(visible=False) as from_hub:
        gr.HTML(f'<p class="hint">{HUB_RULES}</p>', apply_default_css=False)
        hub = build_hub_dataset(evaluator.tuner, "evaluate-hub", "an evaluation begins")
    with gr.Column() as how_many, gr.Row(elem_classes="side-by-side"):
        rows = gr.Slider(20, MOST_SAMPLED, SAMPLE, step=20, label="Texts, drawn at random")
        whole = gr.Checkbox(
            False, label=f"All of the split (at most {MAX_ROWS:,})", elem_id="evaluate-whole"
        )
    with gr.Column(visible=False) as from_own:
        gr.HTML(f'<p class="hint">{OWN_RULES}</p>', apply_default_css=False)
        own_text = gr.Textbox(
            label="Lines: text, label",
            placeholder="A warm and funny film, positive\nDull and lifeless, negative",
            lines=5,
            max_lines=12,
            elem_id="evaluate-own",
        )
        own_file = gr.File(
            label="or a CSV, TSV or JSONL file",
            file_types=[".csv", ".tsv", ".txt", ".jsonl", ".ndjson"],
            height=110,
        )
    seed = gr.Number(0, label="Seed of sample and order", minimum=0, precision=0)
    kind.change(
        _shown_for,
        kind,
        [from_dataset, from_hub, from_own, how_many],
        queue=False,
        **QUIET,
    )
    return Form(task, heads, kind, source, split, whole, rows, seed, own_text, own_file, *hub)


def _shown_for(kind: str) -> list[Any]:
    """Which parts of the form a kind of texts needs."""
    parts = [gr.update(visible=kind == one) for one in ("dataset", "hub", "own")]
    return [*parts, gr.update(visible=kind != "own")]


def tasks_of(evaluator: Evaluator, own: Sequence[TaskCard] | None) -> Any:
    """What can be chosen on this page: the shipped tasks, and the visitor's own."""
    cards = (*evaluator.explorer.tasks, *(own or ()))
    return gr.update(choices=[(card.title, card.key) for card in cards])


def choices_of(evaluator: Evaluator, task: str) -> tuple[Any, Any]:
    """Models of a task, and datasets with its classes."""
    try:
        heads, sources = evaluator.explorer.task(task).heads, evaluator.sources(task)
    except QBertError:
        heads, sources = (), []
    usual = [head for head in heads if head in (*PAIR, "guest")] or list(heads)
    value = sources[0][1] if sources else None
    return gr.update(choices=list(heads), value=usual), gr.update(choices=sources, value=value)


def wish_of(form: Form) -> RowsWish:
    """Read which rows are wanted, unchecked."""
    is_own = form.kind == "own"
    hub = hub_dataset_of(*form[-BOXES:]) if form.kind == "hub" else None
    rows = None if is_own or form.whole else as_whole(form.rows)
    file = Path(form.own_file) if form.own_file else None
    source = None if is_own or hub else form.source or ""
    return RowsWish(
        source,
        "train" if form.split == "train" else "",
        rows,
        as_whole(form.seed),
        form.own_text or "",
        file,
        hub,
    )

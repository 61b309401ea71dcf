"""The Compare tab: one text, what each model says of it, and how the circuit decided."""

from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import Comparison, Prediction, TaskCard
from qbert_demo.service import HEADS, Explorer
from qbert_demo.ui.compare.asking import AskingBar
from qbert_demo.ui.compare.batch import build_batch
from qbert_demo.ui.compare.hub_model import GuestForm, build_guest_form
from qbert_demo.ui.compare.panels import (
    card_panel,
    circuit_panel,
    contribution_panel,
    expectation_panel,
)
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import cut_notice, error_html, shown, verdict

CARDS = (*HEADS, "guest")
"""The models' cards, in their order."""
INVITATION = '<p class="invitation">Type a sentence, or press one of the examples.</p>'
OPEN_CIRCUIT = "() => { document.getElementById('circuit-tab-button').click(); }"

Answer = tuple[Any, ...]


class Question(NamedTuple):
    """The controls that a visitor asks with; a new value of ``asking`` asks about that task."""

    task: gr.Radio
    text: gr.Textbox
    asking: AskingBar
    guest: GuestForm


def build_compare_tab(explorer: Explorer, page: gr.Blocks) -> Question:
    """Lay out the tab and wire every way of asking to `answer`.

    Args:
        explorer: What answers.
        page: The app, for what happens when it opens.

    Returns:
        What a visitor asks with, for tabs that go on with it.
    """
    task = explorer.tasks[0]
    text = task.examples[0].text if task.examples else ""
    first = answer(explorer, task.key, text, False)
    with gr.Tab("Compare", id="compare", elem_id="compare-tab"):
        task_box, text_box, button, asking, control, copy, copied = _build_question(
            explorer.tasks, text
        )
        outputs = _build_answer(first)
        build_batch(explorer, task_box)
        guest = build_guest_form()
    gr.on(
        [button.click, text_box.submit, asking.submit, control.input],
        partial(answer, explorer),
        [task_box, text_box, control],
        outputs,
        trigger_mode="always_last",
        show_progress="hidden",
        api_visibility="private",
        queue=False,  # one round trip, and no wait behind anybody's long batch
    )
    task_box.input(None, task_box, asking, js="(task) => task", api_visibility="private")
    read_link = (STATIC / "read_link.js").read_text("utf-8")
    copy_link = (STATIC / "copy_link.js").read_text("utf-8")
    here = [task_box, text_box, asking]
    page.load(None, here, here, js=read_link, api_visibility="private")
    copy.click(None, [task_box, text_box], copied, js=copy_link, api_visibility="private")
    return Question(task_box, text_box, asking, guest)


def answer(explorer: Explorer, task: str, text: str | None, with_control: bool) -> Answer:
    """Compare the models on a text.

    Returns:
        The words above the cards, the four cards, the circuit, the expectation values and the
        contributions. Without an answer only the words change, and they say why.
    """
    if not (text or "").strip():
        return INVITATION, *_nothing()
    try:
        comparison = explorer.compare(task, text or "", heads_of(explorer, task, with_control))
    except QBertError as error:
        return error_html(str(error)), *_nothing()
    return summary(comparison), *_panels(comparison)


def heads_of(explorer: Explorer, task: str, with_control: bool) -> tuple[str, ...]:
    """Return the heads to ask: those the task has, the control only on demand.

    Raises:
        InputError: If there is no such task.
    """
    return explorer.heads(task, with_control)


def summary(comparison: Comparison) -> str:
    """Write the sentence above the cards, and what was not read."""
    return f'<p class="verdict">{shown(verdict(comparison))}</p>{cut_notice(comparison)}'


def _nothing() -> list[Any]:
    return [gr.skip() for _ in range(len(CARDS) + 3)]


def _panels(comparison: Comparison) -> list[Panel | None]:
    predictions = [comparison.predictions.get(head) for head in CARDS]
    cards = [card_panel(p) if p else None for p in predictions]
    return [*cards, *_circuit_panels(comparison.predictions.get("hybrid"))]


def _circuit_panels(hybrid: Prediction | None) -> list[Panel | None]:
    if hybrid is None or hybrid.circuit is None:
        return [None, None, None]
    circuit = hybrid.circuit
    return [
        circuit_panel(circuit),
        expectation_panel(circuit),
        contribution_panel(hybrid, circuit),
    ]


def _build_question(tasks: tuple[TaskCard, ...], text: str) -> tuple[Any, ...]:
    """Lay out everything a visitor asks with."""
    task_box = gr.Radio(
        [(task.title, task.key) for task in tasks],
        value=tasks[0].key,
        label="Task",
        elem_id="task",
        elem_classes="plain-radio",
    )
    with gr.Row(elem_classes="question"):
        text_box = gr.Textbox(
            text,
            label="Sentence",
            placeholder="Type a sentence and press Enter",
            lines=1,
            max_lines=6,
            elem_id="sentence",
            scale=1,
        )
        button = gr.Button("Classify", variant="primary", elem_id="classify", scale=0)
    asking = AskingBar(
        tasks, text_id="sentence", live_id="live", button_id="classify", elem_id="examples"
    )
    with gr.Row(elem_classes="options"):
        gr.Checkbox(
            True,
            label="Classify while I type",
            elem_id="live",
            container=False,
            interactive=True,
        )
        control = gr.Checkbox(False, label="Show the control", elem_id="control", container=False)
        copy = gr.Button("Copy link", elem_id="copy-link", scale=0)
        copied = spoken("", elem_id="copied")
    return task_box, text_box, button, asking, control, copy, copied


def _build_answer(first: Answer) -> list[gr.HTML]:
    """Lay out what the models say, filled with the first answer."""
    panels = [None if isinstance(part, dict) else part for part in first[1:]]
    with gr.Column(elem_id="answer"):
        said = spoken(first[0], elem_id="said")
        with gr.Row(elem_id="cards"):
            cards = [
                PlotlyView(panel, elem_id=f"card-{head}", elem_classes="card")
                for head, panel in zip(CARDS, panels, strict=False)
            ]
        with gr.Column(elem_id="how"):
            with gr.Row(elem_classes="heading"):
                gr.HTML("<h2>How the circuit decided</h2>", apply_default_css=False)
                more = gr.Button("Open in Circuit", elem_id="open-circuit", scale=0)
                more.click(None, js=OPEN_CIRCUIT, api_visibility="private")
            with gr.Row(elem_id="circuit-row"):
                views = [
                    PlotlyView(panel, elem_id=name)
                    for name, panel in zip(
                        ("circuit", "expectations", "contributions"),
                        panels[len(CARDS) :],
                        strict=True,
                    )
                ]
    return [said, *cards, *views]

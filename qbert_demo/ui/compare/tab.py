"""The Compare tab: one text, what each model says of it, and how the circuit decided."""

from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import Comparison, Prediction
from qbert_demo.service import Explorer
from qbert_demo.ui.compare.asking import AskingBar
from qbert_demo.ui.compare.batch import build_batch
from qbert_demo.ui.compare.hub_model import GuestForm, build_guest_form
from qbert_demo.ui.compare.panels import (
    circuit_panel,
    compared_panel,
    contribution_panel,
    expectation_panel,
    sizes_html,
)
from qbert_demo.ui.compare.pins import Pinnable, build_pins
from qbert_demo.ui.compare.why import build_why
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import cut_notice, error_html, shown, unknown_notice, verdict

FIGURES = ("circuit", "expectations", "contributions")
INVITATION = '<p class="invitation">Type a sentence, or press one of the examples.</p>'
FROM_ANGLES = (
    "BERT turns the text into one angle for each qubit. In the tasks that come with this app it "
    "was trained together with the circuit, and the angles decide most of the answer. The circuit "
    "turns them into one number ⟨Z⟩ a qubit, and a plain layer weighs these numbers."
)
OPEN_CIRCUIT = "() => { document.getElementById('circuit-tab-button').click(); }"


class Answer(NamedTuple):
    """What stands below the question: words in HTML, `Panel` or nothing, and sizes in HTML."""

    said: Any
    compared: Any = KEEP
    circuit: Any = KEEP
    expectations: Any = KEEP
    contributions: Any = KEEP
    sizes: Any = KEEP


class Question(NamedTuple):
    """The controls that a visitor asks with; a new value of ``asking`` asks about that task."""

    task: gr.Radio
    text: gr.Textbox
    asking: AskingBar
    guest: GuestForm


class Options(NamedTuple):
    """The control's box, two buttons, and where it is said what they did."""

    control: gr.Checkbox
    copy: gr.Button
    pin: gr.Button
    told: gr.HTML


def build_compare_tab(explorer: Explorer, page: gr.Blocks) -> Question:
    """Lay out the tab and wire every way of asking to `answer`.

    Args:
        explorer: What answers.
        page: The app, for what happens when it opens.

    Returns:
        What a visitor asks with, for tabs that go on with it.
    """
    tasks = explorer.tasks
    text = tasks[0].examples[0].text if tasks[0].examples else ""
    with gr.Tab("Compare", id="compare", elem_id="compare-tab"):
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
        first = answer(explorer, tasks[0].key, text, False)
        with gr.Column(elem_id="answer"):
            said = spoken(first.said, elem_id="said")
            compared = PlotlyView(_panel(first.compared), elem_id="compared")
        options = _build_options()
        control = options.control
        views = _build_circuit(first)
        found = build_why(explorer, task_box, text_box, control)
        pinnable = Pinnable(task_box, text_box, control, found)
        build_pins(explorer, pinnable, options.pin, options.told)
        with gr.Accordion("Size and speed", open=False, elem_id="sizes", elem_classes="more"):
            sizes = gr.HTML(first.sizes or "", apply_default_css=False)
        build_batch(explorer, task_box)
        guest = build_guest_form()
    outputs = Answer(said, compared, **views, sizes=sizes)
    gr.on(
        [button.click, text_box.submit, asking.submit, control.input],
        partial(answer, explorer),
        [task_box, text_box, control],
        outputs,
        trigger_mode="always_last",
        queue=False,  # one round trip, and no wait behind anybody's long batch
        **QUIET,
    )
    task_box.input(None, task_box, asking, js="(task) => task", api_visibility="private")
    read_link = (STATIC / "read_link.js").read_text("utf-8")
    copy_link = (STATIC / "copy_link.js").read_text("utf-8")
    here = [task_box, text_box, asking]
    page.load(None, here, here, js=read_link, api_visibility="private")
    link = [task_box, text_box]
    options.copy.click(None, link, options.told, js=copy_link, api_visibility="private")
    return Question(task_box, text_box, asking, guest)


def answer(explorer: Explorer, task: str, text: str | None, with_control: bool) -> Answer:
    """Compare the models on a text; without an answer only the words change, and they say why."""
    if not (text or "").strip():
        return Answer(INVITATION)
    try:
        comparison = explorer.compare(task, text or "", heads_of(explorer, task, with_control))
    except QBertError as error:
        return Answer(error_html(str(error)))
    return Answer(
        summary(comparison),
        compared_panel(comparison, explorer.task(task).limits),
        **_circuit_panels(comparison.predictions.get("hybrid")),
        sizes=sizes_html(comparison),
    )


def heads_of(explorer: Explorer, task: str, with_control: bool) -> tuple[str, ...]:
    """Return the heads to ask: those the task has, the control only on demand.

    Raises:
        InputError: If there is no such task.
    """
    return explorer.heads(task, with_control)


def summary(comparison: Comparison) -> str:
    """Write the sentence above the figure, and what was not read."""
    said = f'<p class="verdict">{shown(verdict(comparison))}</p>'
    return f"{said}{unknown_notice(comparison)}{cut_notice(comparison)}"


def _circuit_panels(hybrid: Prediction | None) -> dict[str, Panel | None]:
    if hybrid is None or hybrid.circuit is None:
        return dict.fromkeys(FIGURES)
    return {
        "circuit": circuit_panel(hybrid.circuit),
        "expectations": expectation_panel(hybrid.circuit),
        "contributions": contribution_panel(hybrid, hybrid.circuit),
    }


def _panel(part: Any) -> Panel | None:
    return part if isinstance(part, Panel) else None


def _build_options() -> Options:
    """Lay out what is seldom changed or done."""
    with gr.Row(elem_classes="options"):
        gr.Checkbox(
            True, label="Classify while I type", elem_id="live", container=False, interactive=True
        )
        control = gr.Checkbox(
            False,
            label="Show the control, a plain layer as narrow as the circuit",
            elem_id="control",
            container=False,
        )
        copy = gr.Button("Copy link", elem_id="copy-link", scale=0)
        pin = gr.Button("Pin this text", elem_id="pin", scale=0)
        told = spoken("", elem_id="copied")
    return Options(control, copy, pin, told)


def _build_circuit(first: Answer) -> dict[str, PlotlyView]:
    """Lay out what the circuit did, filled with the first answer."""
    with gr.Column(elem_id="how"):
        with gr.Row(elem_classes="heading"):
            gr.HTML("<h2>From angles to a label</h2>", apply_default_css=False)
            more = gr.Button("Open in Circuit", elem_id="open-circuit", scale=0)
            more.click(None, js=OPEN_CIRCUIT, api_visibility="private")
        gr.HTML(f'<p class="hint">{FROM_ANGLES}</p>', apply_default_css=False)
        with gr.Row(elem_id="circuit-row"):
            return {n: PlotlyView(_panel(getattr(first, n)), elem_id=n) for n in FIGURES}

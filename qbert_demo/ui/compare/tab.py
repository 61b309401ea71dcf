"""The Compare tab: one text, what each model says of it, and how the circuit decided."""

from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.config import HEADS
from qbert_demo.errors import QBertError
from qbert_demo.results import Comparison
from qbert_demo.service import Explorer
from qbert_demo.ui.compare.batch import build_batch
from qbert_demo.ui.compare.examples import example_bar
from qbert_demo.ui.compare.hub_model import ModelForm, build_model_form
from qbert_demo.ui.compare.panels import (
    card_panel,
    circuit_panel,
    contribution_panel,
    expectation_panel,
)
from qbert_demo.ui.parts.events import KEEP, handler
from qbert_demo.ui.parts.forms import sentence_box, task_radio
from qbert_demo.ui.parts.html_blocks import block, spoken
from qbert_demo.ui.parts.markup import error_html, shown
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView
from qbert_demo.ui.parts.scripts import event_script
from qbert_demo.ui.parts.words import cut_notice, verdict

CARDS = (*HEADS, "guest")
"""The models' cards, in their order."""
INVITATION = '<p class="invitation">Type a sentence, or press one of the examples.</p>'
OPEN_CIRCUIT = "() => { document.getElementById('circuit-tab-button').click(); }"


class Question(NamedTuple):
    """The controls that a visitor asks with; a new value of ``asking`` asks about that task."""

    task: gr.Radio
    text: gr.Textbox
    asking: gr.HTML
    guest: ModelForm


class Answer(NamedTuple):
    """What stands below the question.

    Attributes:
        said: The words above the cards.
        cards: A `Panel` for each model that answered, by head.
        figures: How the circuit decided, by name.
    """

    said: Any = KEEP
    cards: Any = KEEP
    figures: Any = KEEP


def build_compare_tab(explorer: Explorer, page: gr.Blocks) -> Question:
    """Lay out the tab and wire every way of asking to `answer`.

    Args:
        explorer: What answers.
        page: The app, for what happens when it opens.

    Returns:
        What a visitor asks with, for tabs that go on with it.
    """
    task = explorer.tasks[0]
    first = task.examples[0].text if task.examples else ""
    with gr.Tab("Compare", id="compare", elem_id="compare-tab"):
        task_box = task_radio("task", explorer.tasks)
        with gr.Row(elem_classes="question"):
            text = sentence_box("sentence", first)
            button = gr.Button("Classify", variant="primary", elem_id="classify", scale=0)
        asking = example_bar(
            explorer.tasks,
            text_id="sentence",
            live_id="live",
            button_id="classify",
            elem_id="examples",
        )
        with gr.Row(elem_classes="options"):
            gr.Checkbox(
                True,
                label="Classify while I type",
                elem_id="live",
                container=False,
                interactive=True,
            )
            control = gr.Checkbox(
                False, label="Show the control", elem_id="control", container=False
            )
            copy = gr.Button("Copy link", elem_id="copy-link", scale=0)
            copied = spoken(elem_id="copied")
        outputs = _build_answer(answer(explorer, task.key, first, False))
        build_batch(explorer, task_box)
        guest = build_model_form()
    ask = handler(partial(answer, explorer), [task_box, text, control], outputs, queue=False)
    # One round trip, and no wait behind anybody's long batch.
    gr.on(
        [button.click, text.submit, asking.submit, control.input], trigger_mode="always_last", **ask
    )
    task_box.input(**handler(None, task_box, asking, js="(task) => task"))
    here = [task_box, text, asking]
    page.load(**handler(None, here, here, js=event_script("read_link")))
    copy.click(**handler(None, [task_box, text], copied, js=event_script("copy_link")))
    return Question(task_box, text, asking, guest)


def answer(explorer: Explorer, task: str, text: str | None, with_control: bool) -> Answer:
    """Compare the models on a text; without an answer only the words change, and they say why."""
    if not (text or "").strip():
        return Answer(INVITATION)
    try:
        heads = explorer.task(task).asked(with_control)
        comparison = explorer.compare(task, text or "", heads)
    except QBertError as error:
        return Answer(error_html(str(error)))
    cards = {head: card_panel(p) for head, p in comparison.predictions.items()}
    said = f'<p class="verdict">{shown(verdict(comparison))}</p>{cut_notice(comparison)}'
    return Answer(said, cards, _figures(comparison))


def _figures(comparison: Comparison) -> dict[str, Panel]:
    hybrid = comparison.predictions.get("hybrid")
    if hybrid is None or hybrid.circuit is None:
        return {}
    return {
        "circuit": circuit_panel(hybrid.circuit),
        "expectations": expectation_panel(hybrid.circuit),
        "contributions": contribution_panel(hybrid, hybrid.circuit),
    }


def _build_answer(first: Answer) -> Answer:
    """Lay out what the models say, filled with the first answer."""
    panels, figures = ({} if part is KEEP else part for part in (first.cards, first.figures))
    with gr.Column(elem_id="answer"):
        said = spoken(first.said, elem_id="said")
        with gr.Row(elem_id="cards"):
            cards = {
                head: PlotlyView(panels.get(head), elem_id=f"card-{head}", elem_classes="card")
                for head in CARDS
            }
        with gr.Column(elem_id="how"):
            with gr.Row(elem_classes="heading"):
                block("<h2>How the circuit decided</h2>")
                more = gr.Button("Open in Circuit", elem_id="open-circuit", scale=0)
                more.click(**handler(None, js=OPEN_CIRCUIT))
            with gr.Row(elem_id="circuit-row"):
                views = {
                    name: PlotlyView(figures.get(name), elem_id=name)
                    for name in ("circuit", "expectations", "contributions")
                }
    return Answer(said, cards, views)

"""The Circuit tab: what the circuit did to one sentence, gate by gate."""

from functools import partial

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.service import Explorer
from qbert_demo.ui.circuit.lab import lab_json
from qbert_demo.ui.circuit.tools import build_tools
from qbert_demo.ui.parts.events import handler
from qbert_demo.ui.parts.forms import sentence_box, task_radio
from qbert_demo.ui.parts.html_blocks import spoken
from qbert_demo.ui.parts.markup import error_html
from qbert_demo.ui.parts.scripts import Scripted, event_script
from qbert_demo.ui.parts.words import cut_notice

INVITATION = '<p class="invitation">Type a sentence to see what the circuit does to it.</p>'


def build_circuit_tab(explorer: Explorer, task: gr.Radio, text: gr.Textbox) -> gr.Radio:
    """Lay out the tab; it opens on what stands in the Compare tab.

    Args:
        explorer: What answers.
        task: The Compare tab's task.
        text: The Compare tab's sentence.

    Returns:
        This tab's task.
    """
    with gr.Tab("Circuit", id="circuit", elem_id="circuit-tab") as tab:
        own_task = task_radio("circuit-task", explorer.tasks)
        with gr.Row(elem_classes="question"):
            own_text = sentence_box("circuit-sentence", elem_classes="sentence")
            button = gr.Button("Show", variant="primary", elem_id="show-circuit", scale=0)
        said = spoken(elem_id="circuit-said")
        lab = Scripted("lab", elem_id="circuit-lab")
        build_tools(explorer, lab, own_task, own_text)
    mine = [own_task, own_text]
    follow = handler(None, [task, text, *mine], mine, js=event_script("follow_compare"))
    show = handler(partial(show_circuit, explorer), mine, [said, lab], queue=False)
    tab.select(**follow).then(**show)
    gr.on([button.click, own_text.submit, own_task.input], trigger_mode="always_last", **show)
    return own_task


def show_circuit(explorer: Explorer, task: str, text: str | None) -> tuple[str, str | None]:
    """Read a text with the hybrid and hand its circuit to the page.

    Returns:
        What is to be said (an error, or what was not read), and what the instrument shows.
    """
    if not (text or "").strip():
        return INVITATION, None
    try:
        card = explorer.task(task)
        heads = tuple(head for head in ("hybrid", "control") if head in card.heads)
        if "hybrid" not in heads:
            return error_html(f"There is no hybrid checkpoint for {card.title}."), None
        comparison = explorer.compare(task, text or "", heads)
    except QBertError as error:
        return error_html(str(error)), None
    hybrid = comparison.predictions["hybrid"]
    if hybrid.circuit is None:
        return error_html(f"The hybrid checkpoint for {card.title} has no circuit."), None
    control = comparison.predictions.get("control")
    return cut_notice(comparison), lab_json(hybrid, hybrid.circuit, control)

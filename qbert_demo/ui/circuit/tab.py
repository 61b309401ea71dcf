"""The Circuit tab: what the circuit did to one sentence, gate by gate."""

from functools import partial

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import AngleFacts
from qbert_demo.service import Explorer
from qbert_demo.ui.circuit.lab import CircuitLab, lab_json
from qbert_demo.ui.circuit.tools import build_tools
from qbert_demo.ui.parts.events import QUIET, Told
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import cut_notice, error_html, unknown_notice

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
        with gr.Row(elem_classes="circuit-question"):
            own_task = gr.Radio(
                [(card.title, card.key) for card in explorer.tasks],
                value=explorer.tasks[0].key,
                label="Task",
                elem_id="circuit-task",
                elem_classes="plain-radio",
            )
            own_text = gr.Textbox(
                label="Sentence",
                placeholder="Type a sentence",
                lines=1,
                max_lines=6,
                elem_id="circuit-sentence",
                elem_classes="sentence",
            )
        said = spoken("", elem_id="circuit-said")
        lab = CircuitLab(elem_id="circuit-lab")
        build_tools(explorer, lab, own_task, own_text)
    mine = [own_task, own_text]
    follow = (STATIC / "follow_compare.js").read_text("utf-8")
    shown = Told(said, lab)
    answer = {"fn": partial(show_circuit, explorer), "inputs": mine, "queue": False, **QUIET}
    tab.select(None, [task, text, *mine], mine, js=follow, api_visibility="private").then(
        outputs=shown, **answer
    )
    gr.on([own_text.submit, lab.submit], outputs=shown, trigger_mode="always_last", **answer)
    own_task.input(
        partial(text_for, explorer),
        mine,
        own_text,
        queue=False,
        trigger_mode="always_last",
        **QUIET,
    ).then(outputs=shown, **answer)
    return own_task


def text_for(explorer: Explorer, task: str, text: str | None) -> str:
    """Keep what a visitor typed; an example of another task gives way to one of this task.

    A visitor's own task, named after one that it stands beside, has that one's examples.
    """
    examples = {card.key: [example.text for example in card.examples] for card in explorer.tasks}
    ours = examples.get(task) or examples.get(task.partition("~")[2]) or []
    is_example = any(text in texts for texts in examples.values())
    if ours and text not in ours and (is_example or not (text or "").strip()):
        return ours[0]
    return text or ""


def show_circuit(explorer: Explorer, task: str, text: str | None) -> Told:
    """Read a text with the hybrid and hand its circuit to the page.

    Returns:
        What is to be said (an error, or what was not read), and what `CircuitLab` shows.
    """
    if not (text or "").strip():
        return Told(INVITATION)
    try:
        card = explorer.task(task)
        heads = tuple(head for head in ("hybrid", "control") if head in card.heads)
        if "hybrid" not in heads:
            return Told(error_html(f"There is no hybrid checkpoint for {card.title}."))
        comparison = explorer.compare(task, text or "", heads)
    except QBertError as error:
        return Told(error_html(str(error)))
    hybrid = comparison.predictions["hybrid"]
    if hybrid.circuit is None:
        return Told(error_html(f"The hybrid checkpoint for {card.title} has no circuit."))
    control = comparison.predictions.get("control")
    shown = lab_json(text or "", hybrid, hybrid.circuit, control, judged_angles(explorer, task))
    return Told(unknown_notice(comparison) + cut_notice(comparison), shown)


def judged_angles(explorer: Explorer, task: str) -> AngleFacts | None:
    """What is known of a task's hybrid over its judged split; ``None`` if nothing is."""
    try:
        return explorer.judgement(task).angles
    except QBertError:
        return None

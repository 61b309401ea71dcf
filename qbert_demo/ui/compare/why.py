"""Which words? Why the models say what they say, on demand: marks, bars, and the circuit's flow."""

import html
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.attribution import word_bars
from qbert_demo.figures.flow import ALL, Chosen, drawn_words, flow
from qbert_demo.results import Explanation, ModelExplanation
from qbert_demo.service import Explorer
from qbert_demo.service.explaining import expected_seconds
from qbert_demo.ui.compare.why_edit import FIND, Edited, Search, forget, press, search
from qbert_demo.ui.compare.why_page import page
from qbert_demo.ui.compare.why_words import HOW, flow_words, why_html
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.file_link import FileLink
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import error_html

OWN = "what each model says"
"""The choice that explains each model's own answer."""
ALL_PATHS = "everything"
CHOOSE = "Choose a word or a qubit, or click it, to see its paths."
HEAD = "hybrid"
"""Whose way through the circuit is drawn."""


class Why(NamedTuple):
    """What stands in the accordion: words, panels, two choices, the explanation, its `File`."""

    said: Any
    bars: Any = KEEP
    flow: Any = KEEP
    label: Any = KEEP
    follow: Any = KEEP
    found: Any = KEEP
    save: Any = KEEP


def build_why(
    explorer: Explorer, task: gr.Radio, text: gr.Textbox, control: gr.Checkbox
) -> gr.State:
    """Lay out the accordion and wire it to `explain`.

    Args:
        explorer: What answers.
        task: The tab's task chooser.
        text: Its sentence.
        control: Whether the control is shown, too.

    Returns:
        What holds the `Explanation`, if there is one.
    """
    with gr.Accordion("Which words?", open=False, elem_id="why") as door:
        with gr.Row(elem_classes="asking"):
            label = gr.Dropdown(
                [OWN], value=OWN, label="Explain", elem_id="why-label", scale=0, min_width=260
            )
            again = gr.Button("Explain the sentence above", elem_id="why-again", scale=0)
        said = spoken("", elem_id="why-said")
        bars = PlotlyView(elem_id="why-bars")
        follow = gr.Dropdown(
            [ALL_PATHS], value=ALL_PATHS, label="Follow", elem_id="why-follow", visible=False
        )
        paths = PlotlyView(elem_id="why-flow")
        with gr.Row(elem_classes="buttons"):
            edit = gr.Button(FIND, elem_id="why-find")
            save = FileLink("Save as {name}", elem_id="why-save")
        edited = spoken("", elem_id="why-edit")
    found, run = gr.State(None), gr.State(Search())
    outputs = Why(said, bars, paths, label, follow, found, save)
    outdated = (STATIC / "why_outdated.js").read_text("utf-8")
    for box in (task, text):
        box.change(None, [task, text], js=outdated, api_visibility="private")
    asked = [task, text, control, label]
    searched = Edited(edited, edit)
    asking = [door.expand, again.click, label.input]
    gr.on(asking, forget, run, searched, queue=False, **QUIET)
    gr.on(
        asking,
        partial(explain, explorer),
        asked,
        outputs,
        trigger_mode="once",
        concurrency_limit=1,
        concurrency_id="explain",
        **QUIET,
    )
    edit.click(press, [run, found, edit], searched, queue=False, **QUIET).then(
        partial(search, explorer),
        [run, found],
        searched,
        concurrency_limit=1,
        concurrency_id="edit",
        **QUIET,
    )
    follow.input(followed, [found, follow], paths, queue=False, **QUIET)
    paths.select(clicked, found, [paths, follow], queue=False, **QUIET)
    return found


def explain(
    explorer: Explorer, task: str, text: str | None, with_control: bool, label: str | None
) -> Iterator[Why]:
    """Tell how long it will take, then explain; an error changes nothing but the words."""
    try:
        card = explorer.task(task)
        heads = explorer.heads(task, with_control)
        chosen = label if label in card.labels else None
        comparison = explorer.compare(task, text or "", heads)
        seconds = max(1, round(expected_seconds(comparison)))
        yield Why(
            f"<p>Looking at {comparison.n_tokens} tokens in {len(heads)} models. This takes about "
            f"{seconds} s when nobody else asks.</p>"
        )
        found = explorer.explain(task, text or "", heads, chosen)
    except QBertError as error:
        yield Why(error_html(str(error)))
        return
    choices = gr.update(choices=[OWN, *card.labels], value=chosen or OWN)
    model = _with_circuit(found)
    panel = flow_panel(model) if model else None
    yield Why(
        outdated_html(found) + why_html(found),
        Panel(word_bars(found)),
        panel,
        choices,
        _choices(model),
        found,
        page(found),
    )


def outdated_html(found: Explanation) -> str:
    """Say that something else was explained; `why_outdated.js` shows it where that is so."""
    what = f'data-task="{html.escape(found.task)}" data-text="{html.escape(found.text)}"'
    return (
        f'<p class="notice" id="why-outdated" {what} hidden>Sentence or task above have changed '
        "since. Press the button to explain them as they are now.</p>"
    )


def followed(found: Explanation | None, choice: str) -> Panel | None:
    """Light the paths of a word or a qubit by its name in the list."""
    model = _with_circuit(found)
    return flow_panel(model, _named(model).get(choice, ALL)) if model else None


def clicked(found: Explanation | None, event: gr.EventData) -> tuple[Any, Any]:
    """Light the paths of what was clicked in the flow, and name it in the list."""
    model = _with_circuit(found)
    if model is None:
        return KEEP, KEEP
    chosen = _clicked(model, event.trace, event.index)
    name = next((name for name, known in _named(model).items() if known == chosen), ALL_PATHS)
    return flow_panel(model, chosen), name


def _clicked(model: ModelExplanation, trace: object, place: object) -> Chosen:
    """The word or qubit that a point of the flow stands for; all paths for any other."""
    places = {"words": drawn_words(model), "qubits": range(_n_qubits(model))}
    known = places.get(str(trace), ())
    if not isinstance(place, int) or not 0 <= place < len(known):
        return ALL
    return Chosen(str(trace)[:-1], known[place])


def flow_panel(model: ModelExplanation, chosen: Chosen = ALL) -> Panel:
    """Lay out the flow with its sentence, and how to read it."""
    words = f'<p>{flow_words(model, chosen)}</p><p class="hint">{HOW} {CHOOSE}</p>'
    return Panel(flow(model, chosen), below=words)


def _with_circuit(found: Explanation | None) -> ModelExplanation | None:
    model = found.models.get(HEAD) if found else None
    return model if model and model.circuit else None


def _n_qubits(model: ModelExplanation) -> int:
    return len(model.circuit.qubits) if model.circuit else 0


def _named(model: ModelExplanation) -> dict[str, Chosen]:
    """Everything that can be followed, by its name in the list."""
    n_qubits = _n_qubits(model)
    words = {f"{k + 1}. {model.words[k].text}": Chosen("word", k) for k in drawn_words(model)}
    return {ALL_PATHS: ALL, **{f"q{k}": Chosen("qubit", k) for k in range(n_qubits)}, **words}


def _choices(model: ModelExplanation | None) -> Any:
    if model is None:
        return gr.update(visible=False)
    return gr.update(choices=list(_named(model)), value=ALL_PATHS, visible=True)

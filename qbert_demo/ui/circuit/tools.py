"""The Circuit tab's tools that need the server, below the instrument."""

from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.circuit.shots import MAX_SHOTS
from qbert_demo.service import Explorer
from qbert_demo.ui.circuit.answers import FORMATS, compared, exported, measured, proved
from qbert_demo.ui.parts.events import QUIET, Told
from qbert_demo.ui.parts.file_link import CodeBox
from qbert_demo.ui.parts.plotly_view import PlotlyView
from qbert_demo.ui.parts.spoken import spoken

LAB = "document.querySelector('[data-is=lab]')"
SEND_CIRCUIT = f"(_, ...rest) => [JSON.stringify({LAB}?.current() ?? null), ...rest]"
STALE = '<p class="hint">The circuit has changed. Press the button to take it as it is now.</p>'


def build_tools(explorer: Explorer, lab: gr.HTML, task: gr.Radio, text: gr.Textbox) -> None:
    """Lay out the tools below the instrument and wire them to it."""
    circuit = gr.Textbox(visible=False)
    with gr.Accordion("Measure like a machine: shots and noise", open=False, elem_id="measure"):
        measurement = _build_measure(circuit)
    with gr.Accordion("Compare with another text", open=False, elem_id="pair"):
        _build_pair(explorer, task, text)
    with gr.Accordion("Take it with you: code and files", open=False, elem_id="export"):
        code = _build_export(circuit)
    with gr.Accordion("Check it with PennyLane", open=False, elem_id="proof"):
        proof = _build_proof(circuit)
    said = [measurement.said, code.said, proof]
    lab.input(outdated, said, [*measurement, *code, proof], **QUIET)


def outdated(measured: str | None, exported: str | None, proved: str | None) -> list[Any]:
    """Say that the circuit has changed where there is something that was found before."""
    told = [STALE if said else "" for said in (measured, exported, proved)]
    return [*Told(told[0]), *Told(told[1]), told[2]]


def _build_measure(circuit: gr.Textbox) -> Told:
    hint = (
        "A real machine repeats the circuit and averages, and every gate errs a little. "
        "<b>Depolarizing</b>: the chance that a gate scrambles its qubit. <b>Amplitude "
        "damping</b>: the chance that a 1 decays to 0 after a gate. <b>Readout flip</b>: the "
        "chance that a measured bit is read wrongly."
    )
    gr.HTML(f'<p class="hint">{hint}</p>', apply_default_css=False)
    exact = gr.Checkbox(False, label="Infinitely many shots")  # in a row a phone leaves it 4 pixels
    with gr.Row():
        shots = gr.Number(1000, label="Shots", minimum=1, maximum=MAX_SHOTS, precision=0)
        seed = gr.Number(0, label="Seed", minimum=0, precision=0)
    with gr.Row():
        noise = [
            gr.Slider(0, top, 0, step=0.001, label=name)
            for name, top in (
                ("Depolarizing, per gate and wire", 0.2),
                ("Amplitude damping, per gate and wire", 0.2),
                ("Readout flip, per qubit", 0.5),
            )
        ]
    with gr.Row(elem_classes="buttons"):
        button = gr.Button("Measure", variant="primary", elem_id="measure-button")
    outputs = Told(spoken("", elem_id="measured"), PlotlyView(None, elem_id="measured-figure"))
    inputs = [circuit, exact, shots, seed, *noise]
    triggers = [button.click, exact.input, shots.submit, seed.submit, *(s.release for s in noise)]
    _wire(triggers, measured, inputs, outputs)
    return outputs


def _build_pair(explorer: Explorer, task: gr.Radio, text: gr.Textbox) -> None:
    gr.HTML(
        '<p class="hint">How alike are two sentences to BERT, and how alike to the circuit? '
        "The first is the sentence above.</p>",
        apply_default_css=False,
    )
    with gr.Row(elem_classes="question"):
        other = gr.Textbox(label="Second sentence", elem_id="second", scale=1, max_lines=4)
        button = gr.Button("Compare", variant="primary", scale=0)
    words = spoken("", elem_id="compared")
    gr.on(
        [button.click, other.submit],
        partial(compared, explorer),
        [task, text, other],
        words,
        queue=False,
        **QUIET,
    )


def _build_export(circuit: gr.Textbox) -> Told:
    kind = gr.Radio(list(FORMATS), value="PennyLane", label="Language", elem_classes="plain-radio")
    with gr.Row(elem_classes="buttons"):
        button = gr.Button("Show the code", variant="primary", elem_id="export-button")
        for name in ("svg", "png"):
            save = gr.Button(f"Save the drawing as {name.upper()}", elem_id=f"save-{name}")
            save.click(None, js=f"() => {{ {LAB}?.save('{name}'); }}", api_visibility="private")
    outputs = Told(spoken("", elem_id="exported"), CodeBox("Download {name}", elem_id="code"))
    _wire([button.click, kind.input], exported, [circuit, kind], outputs)
    return outputs


def _build_proof(circuit: gr.Textbox) -> gr.HTML:
    gr.HTML(
        '<p class="hint">Everything above was computed in your browser. PennyLane can compute the '
        "same values independently, for the step you are looking at.</p>",
        apply_default_css=False,
    )
    with gr.Row(elem_classes="buttons"):
        button = gr.Button("Recompute with PennyLane", variant="primary", elem_id="proof-button")
    words = spoken("", elem_id="proved")
    _wire([button.click], proved, [circuit], words)
    return words


def _wire(triggers: list[Any], act: Callable[..., Any], inputs: list[Any], outputs: Any) -> None:
    """Let triggers send the circuit as it stands in the browser, with the other inputs."""
    gr.on(
        triggers,
        act,
        inputs,
        outputs,
        js=SEND_CIRCUIT,
        trigger_mode="always_last",
        queue=False,
        **QUIET,
    )

"""What learns: the heads that race, alone or with their encoders, and the settings they share."""

import html
from collections.abc import Sequence
from functools import partial
from typing import Any, get_args

import gradio as gr

from qbert_demo.circuit.spec import Ansatz, Encoding
from qbert_demo.config import MAX_LENGTH
from qbert_demo.ranges import as_whole
from qbert_demo.service import HEADS
from qbert_demo.service.training import (
    LOSSES,
    MAX_LORA_HELD_OUT_ROWS,
    MAX_LORA_ROWS,
    MAX_LORA_SECONDS,
    MAX_SECONDS,
    PRESETS,
    FrozenRecipe,
    LoraRecipe,
    RaceRecipe,
)
from qbert_demo.ui.parts.events import QUIET

ALONE, END_TO_END = "heads", "all"
LEARNS, PRESET = "learns", "preset"
LORA = "lora_"
"""Marks the settings that a training end to end alone has, or has other values of."""
SHARED = ("n_qubits", "n_layers", "encoding", "ansatz", "reupload", "loss", "seed")
HINTS = {
    ALONE: f"The encoder stays as it is, and reads the first {MAX_LENGTH} tokens of a text. A "
    f"training ends after {MAX_SECONDS // 60} minutes of its own work at the latest.",
    END_TO_END: "Each head learns together with an encoder of its own, by low-rank updates on "
    f"every dense layer (LoRA): the first {MAX_LENGTH} tokens of at most {MAX_LORA_ROWS:,} rows to "
    f"train on and {MAX_LORA_HELD_OUT_ROWS} held out, {LoraRecipe.RANGES['epochs'][1]} epochs and "
    f"{MAX_LORA_SECONDS // 60} minutes. Start measures first how long it will take here, and asks "
    "before more than a minute.",
}


def build_settings_form() -> tuple[gr.CheckboxGroup, dict[str, Any]]:
    """Return the choice of heads, and the other controls by the names that `recipe_of` reads."""
    gr.HTML("<h2>2 Heads and settings</h2>", apply_default_css=False)
    learns = gr.Radio(
        [
            ("Heads only, on a frozen encoder (seconds)", ALONE),
            ("End to end: encoder too, with LoRA (minutes)", END_TO_END),
        ],
        value=ALONE,
        label="What learns",
        elem_id="learns",
        elem_classes="plain-radio",
    )
    hint = gr.HTML(_hint(ALONE), elem_id="learns-hint", apply_default_css=False)
    heads = gr.CheckboxGroup(
        list(HEADS), value=list(HEADS), label="Heads that race", elem_id="race"
    )
    settings: dict[str, Any] = {LEARNS: learns}
    settings[PRESET] = preset = gr.Radio(
        [("chosen here", ""), *((each.title, name) for name, each in PRESETS.items())],
        value="",
        label="Settings",
        elem_id="preset",
        elem_classes="plain-radio",
    )
    note = gr.HTML("", visible=False, elem_id="preset-note", apply_default_css=False)
    with gr.Row():
        settings |= _sliders(
            FrozenRecipe(),
            ("n_qubits", "Qubits", "and width of the control"),
            ("n_layers", "Layers", "trained layers of the circuit"),
        )
        with gr.Column(elem_id="epochs-alone") as epochs_alone:
            settings |= _sliders(FrozenRecipe(), ("epochs", "Epochs", "passes over the rows"))
        with gr.Column(visible=False, elem_id="epochs-lora") as epochs_lora:
            settings |= _sliders(LoraRecipe(), ("epochs", "Epochs", "passes over the rows"))
    with gr.Accordion("More settings", open=False, elem_id="more-settings"):
        settings |= _circuit_and_loss()
        with gr.Row(elem_id="more-alone") as more_alone:
            settings |= _sliders(FrozenRecipe(), ("batch_size", "Batch size", "texts a step"))
            settings |= _rates(
                FrozenRecipe(),
                ("learning_rate", "Learning rate"),
                ("circuit_learning_rate", "Learning rate of the circuit's angles"),
            )
        with gr.Column(visible=False, elem_id="more-lora") as more_lora:
            with gr.Row():
                settings |= _sliders(
                    LoraRecipe(),
                    ("batch_size", "Batch size", "texts a step"),
                    ("adapter_rank", "Rank", "of the encoder's updates"),
                )
            with gr.Row():
                settings |= _rates(
                    LoraRecipe(),
                    ("learning_rate", "Peak learning rate of the encoder's updates"),
                    ("head_learning_rate", "Peak learning rate of the head"),
                )
        settings["seed"] = gr.Number(
            0,
            label="Seed",
            info="any number; the same one begins with the same weights and order",
            minimum=0,
            precision=0,
        )
    parts = [hint, epochs_alone, more_alone, epochs_lora, more_lora]
    learns.change(_shown, learns, parts, queue=False, **QUIET)
    fixed = {name: settings[name] for name in (LEARNS, *_preset_names()) if name in settings}
    preset.input(
        partial(_preset_chosen, list(fixed)), preset, [note, *fixed.values()], queue=False, **QUIET
    )
    return heads, settings


def _sliders(defaults: RaceRecipe, *controls: tuple[str, str, str]) -> dict[str, gr.Slider]:
    """A slider for each name, label and explanation, over the range of the recipe's field."""
    made = {}
    for name, label, info in controls:
        low, high = defaults.RANGES[name]
        value = getattr(defaults, name)
        made[_key(defaults, name)] = gr.Slider(low, high, value, step=1, label=label, info=info)
    return made


def _rates(defaults: RaceRecipe, *controls: tuple[str, str]) -> dict[str, gr.Number]:
    made = {}
    for name, label in controls:
        low, high = defaults.RANGES[name]
        value = getattr(defaults, name)
        made[_key(defaults, name)] = gr.Number(
            value, label=label, minimum=low, maximum=high, step=value / 5
        )
    return made


def _key(recipe: RaceRecipe, name: str) -> str:
    return LORA + name if isinstance(recipe, LoraRecipe) else name


def _circuit_and_loss() -> dict[str, Any]:
    defaults = RaceRecipe()
    settings: dict[str, Any] = {}
    with gr.Row():
        settings["encoding"] = gr.Dropdown(
            list(get_args(Encoding)), value="ry", label="Encoding", info="how angles enter"
        )
        settings["ansatz"] = gr.Dropdown(
            [(name.replace("_", " "), name) for name in get_args(Ansatz)],
            value=defaults.ansatz,
            label="Ansatz",
            info="the plan of the trained gates",
        )
        settings["loss"] = gr.Dropdown(
            [(name.replace("_", "-"), name) for name in LOSSES],
            value=defaults.loss,
            label="Loss",
            info="mse: squared error of the probabilities",
        )
    settings["reupload"] = gr.Checkbox(False, label="Encode again before every layer")
    return settings


def _hint(learns: str) -> str:
    return f'<p class="hint">{HINTS[learns]}</p>'


def _shown(learns: str) -> tuple[Any, ...]:
    """The hint, and which groups of settings are to be seen."""
    learns = learns if learns in HINTS else ALONE
    alone, lora = gr.update(visible=learns == ALONE), gr.update(visible=learns == END_TO_END)
    return _hint(learns), alone, alone, lora, lora


def _preset_names() -> list[str]:
    """Settings of heads alone that a preset decides."""
    return sorted({name for each in PRESETS.values() for name in each.shared | each.frozen})


def _preset_chosen(names: Sequence[str], chosen: str) -> list[Any]:
    """Its note, and the named controls: with the preset's values and held, or with the form's."""
    preset = PRESETS.get(chosen)
    values = {LEARNS: ALONE} | {name: getattr(FrozenRecipe(), name) for name in _preset_names()}
    if preset:
        values |= preset.shared | preset.frozen
    note = f'<p class="hint">{html.escape(preset.note)}</p>' if preset else ""
    held = [gr.update(value=values[name], interactive=preset is None) for name in names]
    return [gr.update(value=note, visible=preset is not None), *held]


def recipe_of(heads: Sequence[str], settings: dict[str, Any]) -> FrozenRecipe | LoraRecipe:
    """Read the settings form, whose whole numbers may arrive as floats.

    Raises:
        InputError: If a setting is out of range.
    """
    whole = {name: as_whole(value) for name, value in settings.items()}
    if preset := PRESETS.get(whole.pop(PRESET, "")):
        whole |= {LEARNS: ALONE} | preset.shared | preset.frozen
    if whole.pop(LEARNS, ALONE) == END_TO_END:
        own = {n.removeprefix(LORA): v for n, v in whole.items() if n.startswith(LORA)}
        shared = {name: value for name, value in whole.items() if name in SHARED}
        return LoraRecipe(heads=tuple(heads), **shared, **own)
    plain = {name: value for name, value in whole.items() if not name.startswith(LORA)}
    return FrozenRecipe(heads=tuple(heads), **plain)

"""The heads that race, and the settings they share."""

from collections.abc import Sequence
from typing import Any, get_args

import gradio as gr

from qbert_demo.circuit.spec import Ansatz, Encoding
from qbert_demo.config import HEADS
from qbert_demo.training.recipe import LOSSES, RANGES, FrozenRecipe
from qbert_demo.tuning import MAX_SECONDS

DEFAULTS = FrozenRecipe()


def build_settings() -> tuple[gr.CheckboxGroup, dict[str, Any]]:
    """Return the choice of heads, and the control of each field of `FrozenRecipe` by name."""
    gr.HTML(
        "<h2>2 Heads and settings</h2>"
        '<p class="hint">The encoder stays as it is; only the heads learn, which takes seconds. '
        f"A training ends after {MAX_SECONDS // 60} minutes at the latest.</p>",
        apply_default_css=False,
    )
    heads = gr.CheckboxGroup(
        list(HEADS), value=["classical", "hybrid"], label="Heads that race", elem_id="race"
    )

    def slider(name: str, label: str, info: str) -> gr.Slider:
        low, high = RANGES[name]
        return gr.Slider(low, high, getattr(DEFAULTS, name), step=1, label=label, info=info)

    with gr.Row():
        settings: dict[str, Any] = {
            "n_qubits": slider("n_qubits", "Qubits", "and width of the control"),
            "n_layers": slider("n_layers", "Layers", "trained layers of the circuit"),
            "epochs": slider("epochs", "Epochs", "passes over the rows"),
        }
    with gr.Accordion("More settings", open=False, elem_id="more-settings"):
        with gr.Row():
            settings["encoding"] = gr.Dropdown(
                list(get_args(Encoding)), value="ry", label="Encoding", info="how angles enter"
            )
            settings["ansatz"] = gr.Dropdown(
                [(name.replace("_", " "), name) for name in get_args(Ansatz)],
                value=DEFAULTS.ansatz,
                label="Ansatz",
                info="the trained layers' plan",
            )
            settings["loss"] = gr.Dropdown(
                [(name.replace("_", "-"), name) for name in LOSSES],
                value=DEFAULTS.loss,
                label="Loss",
                info="mse: squared error of the probabilities",
            )
        settings["reupload"] = gr.Checkbox(False, label="Encode again before every layer")
        with gr.Row():
            settings["batch_size"] = slider("batch_size", "Batch size", "texts a step")
            for name, label in (
                ("learning_rate", "Learning rate"),
                ("circuit_learning_rate", "Learning rate of the circuit's angles"),
            ):
                settings[name] = gr.Number(
                    getattr(DEFAULTS, name), label=label, minimum=0, maximum=1, step=0.001
                )
            settings["seed"] = gr.Number(
                0, label="Seed", info="of first weights and order", minimum=0, precision=0
            )
    return heads, settings


def recipe_of(heads: Sequence[str], settings: dict[str, Any]) -> FrozenRecipe:
    """Read the settings form, whose whole numbers may arrive as floats.

    Raises:
        InputError: If a setting is out of range.
    """
    read: dict[str, Any] = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in settings.items()
    }
    return FrozenRecipe(heads=tuple(heads), **read)

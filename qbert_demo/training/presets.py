"""Settings that belong together, by a name that can be chosen in their place."""

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """Settings of somebody else's training.

    Attributes:
        name: What the command line calls it.
        title: What people read.
        note: What it is and what it is not, in sentences.
        shared: Fields of both `Recipe` and `FrozenRecipe`.
        frozen: Further fields of `FrozenRecipe`.
        end_to_end: Further fields of `Recipe`, whose encoder they leave frozen.
    """

    name: str
    title: str
    note: str
    shared: dict[str, Any]
    frozen: dict[str, Any]
    end_to_end: dict[str, Any]


RATE = 1e-3

NOTEBOOK_2024 = Preset(
    "notebook-2024",
    "as in the author's 2024 notebook",
    "A public notebook of July 2024 by the first author of arXiv:2511.17677 "
    "(kaisarmasum/Quantum-Machine-Learning). It came 17 months before the paper, which never "
    "calls it its code: scores reached with it are not the paper's. The encoder is frozen; a "
    "linear layer and tanh times π/2 make the angles; then H and RY on every wire, four times "
    "CNOTs on even and odd pairs and a trained RY on every wire, Z on every wire, and a linear "
    "layer. AdamW at 0.001, cross-entropy.",
    shared={
        "n_layers": 4,
        "encoding": "h_ry",
        "ansatz": "brick",
        "reupload": False,
        "angle_scale": math.pi / 2,
        "weight_decay": 0.01,
    },
    frozen={
        "learning_rate": RATE,
        "circuit_learning_rate": RATE,
        "loss": "cross_entropy",
    },
    end_to_end={
        "adapter_rank": 0,
        "head_learning_rate": RATE,
        "dropout": 0.0,
        "label_smoothing": 0.0,
        "consistency": 0.0,
        "teacher_weight": 0.0,
    },
)

PRESETS = {preset.name: preset for preset in (NOTEBOOK_2024,)}
"""Every preset by its name."""

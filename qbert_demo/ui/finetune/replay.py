"""The race: one set of curves that grows while heads learn, and one slider over it afterwards.

The page draws the epochs at a pace of its own, since a training may outrun the eye; it has the
whole history, so that moving the slider asks nobody.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
import numpy as np

from qbert_demo.figures import Figure
from qbert_demo.figures import replay as frames
from qbert_demo.figures.training import accuracy_curves, gradient_curves, loss_curves
from qbert_demo.figures.watched import angle_curves, value_curves
from qbert_demo.results import Epoch, QuickReport
from qbert_demo.service.training import Material, TrainingRun
from qbert_demo.ui.finetune.words import watched_html
from qbert_demo.ui.parts.plotly_view import drawing
from qbert_demo.ui.parts.static import STATIC

Histories = Mapping[str, Sequence[Epoch]]
HINTS = {
    "loss": "Where dashes rise while the solid line falls, a head learns its rows by heart.",
    "accuracy": "The dot marks the epoch that is kept; with few rows, a few points mean nothing.",
    "gradients": "A norm that falls to a small part of the others' teaches that layer little.",
    "angles": (
        "A dial for each angle of the trained gates, anticlockwise from the right; the faint hand "
        "is where it stood after the first epoch."
    ),
    "turns": "Training turns each angle from where it began; a flat line was hardly taught.",
    "courses": "Each text has a plot; where its lines part, its qubits come to differ.",
}


class Replay(gr.HTML):
    """Shows what `replay_json` describes, or nothing for ``None``."""

    def __init__(self, **kwargs: Any) -> None:
        """Create it empty; ``kwargs`` are what ``gr.HTML`` takes."""
        markup = json.dumps((STATIC / "replay.html").read_text("utf-8"))
        scripts = ("lab_words.js", "replay_views.js", "replay.js")
        super().__init__(
            html_template="",
            js_on_load=drawing(*scripts, before=f"const REPLAY_HTML = {markup};\n"),
            apply_default_css=False,
            **kwargs,
        )


def replay_json(
    order: TrainingRun, histories: Histories, report: QuickReport | None = None
) -> str | None:
    """Write what is known of a training for the page; ``None`` before the first epoch.

    Args:
        order: Its rows and settings.
        histories: Epochs so far by head.
        report: Its result, once it has ended.
    """
    histories = {name: history for name, history in histories.items() if history}
    if not histories:
        return None
    material, n = order.material, order.recipe.epochs
    epochs = sorted({epoch.epoch for history in histories.values() for epoch in history})
    figures = {
        "loss": _panel(loss_curves(histories, n), _hint("loss")),
        "accuracy": _panel(accuracy_curves(histories, n), _hint("accuracy")),
    }
    told: dict[str, Any] = {
        "ended": report is not None,
        "planned": n if report is None else math.ceil(epochs[-1]),
        "epochs": epochs,
        "scores": [_scores(name, history, report) for name, history in histories.items()],
        "confusions": [
            _confusions(name, history, material.labels)
            for name, history in histories.items()
            if history[0].confusion.size
        ],
        "figures": figures,
    }
    if hybrid := histories.get("hybrid"):
        shape = order.recipe.spec().weight_shape
        told["dials"], figures["angles"] = _dials(hybrid, shape)
        told["bars"], figures["values"] = _bars(hybrid, material)
    if report:
        figures["gradients"] = _panel(gradient_curves(histories, n), _hint("gradients"))
        if hybrid:
            figures["turns"] = _panel(angle_curves(hybrid, n, shape), _hint("turns"))
            figures["courses"] = _panel(value_curves(hybrid, n), _hint("courses"))
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def _confusions(head: str, history: Sequence[Epoch], labels: Sequence[str]) -> dict[str, Any]:
    counts = [epoch.confusion for epoch in history]
    most = max(int(matrix.max()) for matrix in counts)
    told = [matrix.tolist() for matrix in counts]
    return {"head": head, "labels": labels, "counts": told, "most": max(1, most)}


def _scores(head: str, history: Sequence[Epoch], report: QuickReport | None) -> dict[str, Any]:
    """Accuracy of a head after each of its epochs, and the place of the one that is kept."""
    found = report.heads.get(head) if report else None
    return {
        "head": head,
        "epochs": [epoch.epoch for epoch in history],
        "shares": [epoch.accuracy for epoch in history],
        "kept": found.best_epoch - 1 if found else None,
    }


def _dials(
    history: Sequence[Epoch], shape: tuple[int, int, int]
) -> tuple[dict[str, Any], dict[str, Any]]:
    angles = [_rounded(epoch.angles) for epoch in history]
    told = {
        "middles": frames.dial_middles(shape),
        "names": frames.dial_names(shape),
        "radius": frames.RADIUS,
        "angles": angles,
    }
    return told, _panel(frames.angle_dials(shape, angles[0]), _hint("angles"))


def _bars(history: Sequence[Epoch], material: Material) -> tuple[dict[str, Any], dict[str, Any]]:
    n_texts, n_qubits = history[0].values.shape
    told = {
        "zeros": frames.bar_zeros(n_texts, n_qubits),
        "half": frames.HALF,
        "values": [_rounded(epoch.values) for epoch in history],
    }
    return told, _panel(frames.value_bars(n_texts, n_qubits), watched_html(material, n_texts))


def _hint(name: str) -> str:
    return f'<p class="hint">{HINTS[name]}</p>'


def _panel(figure: Figure, below: str) -> dict[str, Any]:
    return {"figure": json.loads(figure.as_json()), "below": below}


def _rounded(array: np.ndarray[Any, Any]) -> Any:
    return array.round(4).tolist()

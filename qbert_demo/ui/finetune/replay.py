"""The replay: one slider over the epochs of a finished training.

The server hands the page the whole history once; moving the slider asks nobody.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

import gradio as gr
import numpy as np

from qbert_demo.figures import Figure
from qbert_demo.figures import replay as frames
from qbert_demo.figures.training import accuracy_curves, loss_curves
from qbert_demo.results import Epoch, HeadReport, QuickReport
from qbert_demo.service.training import Material
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.words import watched_html
from qbert_demo.ui.parts.events import QUIET
from qbert_demo.ui.parts.plotly_view import drawing
from qbert_demo.ui.parts.static import STATIC

WEIGHTS = "classifier.middle.weights"
DIALS_HINT = (
    "A dial for each angle of the trained gates, anticlockwise from the right; the faint hand is "
    "where it stood after the first epoch."
)


class Replay(gr.HTML):
    """Shows what `replay_json` describes, or nothing for ``None``."""

    def __init__(self, **kwargs: Any) -> None:
        """Create it empty; ``kwargs`` are what ``gr.HTML`` takes."""
        markup = json.dumps((STATIC / "replay.html").read_text("utf-8"))
        scripts = ("lab_words.js", "replay.js")
        super().__init__(
            html_template="",
            js_on_load=drawing(*scripts, before=f"const REPLAY_HTML = {markup};\n"),
            apply_default_css=False,
            **kwargs,
        )


def build_replay(session: gr.State, result: gr.HTML) -> None:
    """Lay out the replay of a training that fills itself when there is another result.

    Args:
        session: The training's `Session`.
        result: What changes when a training begins or ends.
    """
    view = Replay(elem_id="replay")
    result.change(replayed, session, view, queue=False, **QUIET)


def replayed(session: Session | None) -> str | None:
    """What the replay shows of a visitor's latest training; ``None`` if it has no epoch."""
    if session is None or session.report is None or session.order is None:
        return None
    if not any(head.history for head in session.report.heads.values()):
        return None
    return replay_json(session.report, session.order.material)


def replay_json(report: QuickReport, material: Material) -> str:
    """Write a finished training for the page.

    Args:
        report: Its result; at least one head has finished an epoch.
        material: What it learnt from and was judged on.
    """
    histories = {name: head.history for name, head in report.heads.items()}
    epochs = sorted({epoch.epoch for history in histories.values() for epoch in history})
    n = math.ceil(epochs[-1])
    figures = {
        "loss": _panel(loss_curves(histories, n)),
        "accuracy": _panel(accuracy_curves(histories, n)),
    }
    told: dict[str, Any] = {
        "epochs": epochs,
        "scores": [_scores(head) for head in report.heads.values()],
        "confusions": [
            _confusions(name, history, material.labels)
            for name, history in histories.items()
            if history and history[0].confusion.size
        ],
        "figures": figures,
    }
    hybrid = report.heads.get("hybrid")
    if hybrid and hybrid.history:
        told["dials"], figures["angles"] = _dials(hybrid)
        told["bars"], figures["values"] = _bars(hybrid.history, material)
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def _confusions(head: str, history: Sequence[Epoch], labels: Sequence[str]) -> dict[str, Any]:
    counts = [epoch.confusion for epoch in history]
    most = max(int(matrix.max()) for matrix in counts)
    told = [matrix.tolist() for matrix in counts]
    return {"head": head, "labels": labels, "counts": told, "most": max(1, most)}


def _scores(head: HeadReport) -> dict[str, Any]:
    shares = [epoch.accuracy for epoch in head.history]
    return {"head": head.head, "shares": shares, "kept": head.best_epoch - 1}


def _dials(hybrid: HeadReport) -> tuple[dict[str, Any], dict[str, Any]]:
    n_layers, n_qubits, n_rotations = hybrid.tensors[WEIGHTS].shape
    shape = (n_layers, n_qubits, n_rotations)
    angles = [_rounded(epoch.angles) for epoch in hybrid.history]
    told = {
        "middles": frames.dial_middles(shape),
        "names": frames.dial_names(shape),
        "radius": frames.RADIUS,
        "angles": angles,
    }
    below = f'<p class="hint">{DIALS_HINT}</p>'
    return told, _panel(frames.angle_dials(shape, angles[0]), below)


def _bars(history: Sequence[Epoch], material: Material) -> tuple[dict[str, Any], dict[str, Any]]:
    n_texts, n_qubits = history[0].values.shape
    told = {
        "zeros": frames.bar_zeros(n_texts, n_qubits),
        "half": frames.HALF,
        "values": [_rounded(epoch.values) for epoch in history],
    }
    return told, _panel(frames.value_bars(n_texts, n_qubits), watched_html(material, n_texts))


def _panel(figure: Figure, below: str = "") -> dict[str, Any]:
    return {"figure": json.loads(figure.as_json()), "below": below}


def _rounded(array: np.ndarray[Any, Any]) -> Any:
    return array.round(4).tolist()

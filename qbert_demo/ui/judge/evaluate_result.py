"""What came of an evaluation: its figures, and the texts behind every number of them."""

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from qbert_demo.errors import QBertError
from qbert_demo.results import BatchComparison, Evaluation
from qbert_demo.service import HEADS
from qbert_demo.service.evaluating import Evaluator
from qbert_demo.ui.judge.evaluate_words import classes_html, result_html
from qbert_demo.ui.judge.panels import model_panels
from qbert_demo.ui.judge.texts import Behind, Number, behind, clicked, numbers_of
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.plotly_view import PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

NAMES = (*HEADS, "guest")
"""Models that one evaluation may be of."""


@dataclass
class Run:
    """What a page has of its evaluations.

    Attributes:
        wanted: Stands for the one that is prepared or under way; ``None`` if none is.
        job_id: Its job, once it has one.
        shown: The job of the one whose result is shown.
    """

    wanted: object | None = None
    job_id: str = ""
    shown: str = ""


class Shown(NamedTuple):
    """What the page shows from now on; a part that is left out stays as it is.

    Words and tables are HTML, figures a `Panel` or nothing.
    """

    said: Any
    start: Any = KEEP
    end: Any = KEEP
    result: Any = KEEP
    scores: Any = KEEP
    alone: Any = KEEP
    table: Any = KEEP
    classes: Any = KEEP
    confusion_classical: Any = KEEP
    confusion_hybrid: Any = KEEP
    confusion_control: Any = KEEP
    confusion_guest: Any = KEEP
    reliability_classical: Any = KEEP
    reliability_hybrid: Any = KEEP
    reliability_control: Any = KEEP
    reliability_guest: Any = KEEP
    number: Any = KEEP
    texts_said: Any = KEEP
    listed: Any = KEEP
    token: Any = KEEP


def build_result() -> dict[str, Any]:
    """Lay out the result by the names in `Shown`; it hides until there is one."""
    parts: dict[str, Any] = {}
    with gr.Column(elem_id="evaluate-result"):
        parts["result"] = spoken("", elem_id="evaluate-verdict")
        with gr.Row(elem_classes="side-by-side"):
            for name in ("scores", "alone"):
                parts[name] = _view(name)
        for name in ("table", "classes"):
            parts[name] = gr.HTML("", apply_default_css=False)
        for kind in ("confusion", "reliability"):
            with gr.Row(elem_classes="side-by-side"):
                for head in NAMES:
                    parts[f"{kind}_{head}"] = _view(f"{kind}-{head}")
        with gr.Column(elem_id="evaluate-texts"):
            gr.HTML("<h2>Which texts?</h2>", apply_default_css=False)
            parts["number"] = gr.Dropdown(
                [],
                label="Texts behind a number",
                info="Or click a bar, a cell or a point above. A text opens in Compare.",
                elem_id="evaluate-number",
            )
            parts["texts_said"] = spoken("", elem_id="evaluate-texts-said")
            parts["listed"] = gr.HTML("", apply_default_css=False, elem_id="evaluate-texts-list")
    return parts


def _view(name: str) -> PlotlyView:
    return PlotlyView(None, elem_id=f"evaluate-{name}")


def shown_of(found: Evaluation, sentence: str) -> Shown:
    """All that an evaluation shows."""
    kinds = ("confusion", "reliability")
    nothing = dict.fromkeys(f"{kind}_{head}" for kind in kinds for head in NAMES)
    return Shown(
        f"<p>{sentence or 'Finished.'}</p>",
        result=result_html(found),
        classes=classes_html(found),
        **nothing | model_panels(found.judgement, found.texts.label_names),
        number=gr.update(choices=[number.name for number in numbers(found)], value=None),
        texts_said="",
        listed="",
    )


def numbers(found: Evaluation) -> list[Number]:
    """The numbers that lead to texts; of three models or more also what one alone got right."""
    listed = numbers_of(found.judgement, found.texts.label_names, found.texts)
    heads = tuple(found.texts.probabilities)
    if len(heads) > 2:
        for head in heads:
            find = partial(_only_right, head=head)
            count = len(find(found.texts))
            listed.insert(0, Number(f"only the {head} right", count, (head,), (), find))
    return [number for number in listed if number.count != 0]


def _only_right(texts: BatchComparison, head: str) -> Any:
    right = {name: texts.labels(name) == texts.truth for name in texts.probabilities}
    ours = right.pop(head)
    return np.flatnonzero(ours & ~np.any([*right.values()], axis=0))


class Chosen:
    """Chooses the number behind a mark of a figure that was clicked."""

    __name__ = "choose_number"

    def __init__(self, evaluator: Evaluator, view: str) -> None:
        """Listen to one of the figures."""
        self._evaluator, self._view = evaluator, view

    def __call__(self, run: Run, event: gr.EventData) -> Any:
        """Choose; a mark that stands for no number, or one that is gone, changes nothing."""
        try:
            found = numbers(self._evaluator.kept(run.shown))
        except QBertError:
            return KEEP
        return clicked(found, self._view, event)


def show_texts(evaluator: Evaluator, run: Run, name: str | None) -> Behind:
    """List the texts behind a number."""
    if not name:
        return Behind(KEEP)
    try:
        found = evaluator.kept(run.shown)
    except QBertError as error:
        return Behind(KEEP, error_html(str(error)))
    return behind(found.texts, numbers(found), name)

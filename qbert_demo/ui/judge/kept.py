"""The slider under the formula's curve: how much of the circuit its largest products are."""

from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.formula import kept_steps
from qbert_demo.results import FormulaFacts, Judgement
from qbert_demo.service import Explorer
from qbert_demo.ui.judge.panels import read_panel
from qbert_demo.ui.judge.words import enough, enough_words, line_words, share_of
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView


class LiveSlider(gr.Slider):
    """A slider that is asked while a number is typed, before the page puts it right."""

    is_template = True  # the page draws it as its base

    def preprocess(self, payload: float | None) -> float | None:  # type: ignore[override]
        """The number or, if it is beyond, the nearest that may be; ``None`` of an empty box."""
        if payload is None:
            return None
        return super().preprocess(min(max(payload, self.minimum), self.maximum))


def build_kept(explorer: Explorer, tab: gr.Tab, task: gr.Radio, view: PlotlyView) -> None:
    """Lay out the slider and let it drive the curve.

    Args:
        explorer: What has the judgements.
        tab: The tab.
        task: Its task.
        view: Shows the curve.
    """
    slider = LiveSlider(
        1,
        2,
        value=1,
        step=1,
        label="Keep so many of the largest products",
        elem_id="judge-keep",
        buttons=[],
    )
    gr.on([tab.select, task.input], partial(reset, explorer), task, slider, queue=False, **QUIET)
    slider.change(  # not input, which tells nothing of a number that is typed and put right
        partial(keep, explorer),
        [task, slider],
        view,
        trigger_mode="always_last",
        queue=False,
        **QUIET,
    )


def reset(explorer: Explorer, task: str) -> Any:
    """Fit the slider to a task; without a formula there is none."""
    try:
        formula = explorer.judgement(task).formula
    except QBertError:
        formula = None
    if formula is None or len(formula.kept) < 2:
        return gr.Slider(visible=False)
    return gr.Slider(maximum=formula.kept[-1], value=start(formula), visible=True)


def keep(explorer: Explorer, task: str, number: float | None) -> Any:
    """Show what so many products say, from what was stored; an emptied box changes nothing."""
    if number is None:
        return KEEP
    try:
        return kept_panel(explorer.judgement(task), number)
    except QBertError:
        return KEEP


def kept_panel(judgement: Judgement, number: float | None = None) -> Panel | None:
    """The curve with a number of products marked, or the nearest smaller one that is known.

    Args:
        judgement: The task's.
        number: Of products; as many as `start` says if left out.
    """
    formula = judgement.formula
    if formula is None or not formula.kept:
        return None
    number = start(formula) if number is None else number
    *_, known = [k for k in formula.kept if k <= number] or [formula.kept[0]]
    words = [chosen_words(judgement, formula, known), line_words(formula), enough_words(formula)]
    return read_panel(kept_steps(formula, known), " ".join(filter(None, words)))


def start(formula: FormulaFacts) -> int:
    """Where the slider starts: at as few products as are enough, or at all that are known."""
    return enough(formula) or formula.kept[-1]


def chosen_words(judgement: Judgement, formula: FormulaFacts, kept: int) -> str:
    """What so many products give."""
    k = formula.kept.index(kept)
    products = "The largest product gives" if kept == 1 else f"The {kept} largest products give"
    words = (
        f"{products} the circuit's label on {share_of(formula.agreement[k])} of "
        f"{judgement.rows:,} texts"
    )
    whole = next((m.accuracy.value for m in judgement.models if m.head == "hybrid"), None)
    if formula.right and whole is not None:
        words += (
            f" and the true one on {share_of(formula.right[k])}; "
            f"the whole circuit, on {share_of(whole)}"
        )
    return f"{words}."

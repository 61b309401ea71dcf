"""The Judge tab: does the circuit help, how sure is that, and what is it doing?"""

from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.formula import order_bars
from qbert_demo.figures.judge import ladder_marks
from qbert_demo.results import Judgement
from qbert_demo.service import HEADS, Explorer
from qbert_demo.service.evaluating import Evaluator
from qbert_demo.service.nearest import NearestTexts
from qbert_demo.ui.judge.angles import build_angles
from qbert_demo.ui.judge.behaviour import build_behaviour
from qbert_demo.ui.judge.evaluate import build_evaluate
from qbert_demo.ui.judge.kept import build_kept, kept_panel
from qbert_demo.ui.judge.leaderboard import build_leaderboard, costs_of
from qbert_demo.ui.judge.map import build_map
from qbert_demo.ui.judge.panels import model_panels, read_panel
from qbert_demo.ui.judge.report import build_report
from qbert_demo.ui.judge.take import LANGUAGES, files, formula_file
from qbert_demo.ui.judge.texts import build_texts
from qbert_demo.ui.judge.words import formula_words, ladder_words, seeds_html, verdict_html
from qbert_demo.ui.parts.events import QUIET, Told
from qbert_demo.ui.parts.file_link import CodeBox, FileLink
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

FILES = ("json", "csv", "tex")


class Judged(NamedTuple):
    """What stands below the task: words in HTML, and a `Panel`, a `File` or nothing elsewhere."""

    said: Any
    scores: Any = None
    alone: Any = None
    ladder: Any = None
    orders: Any = None
    kept: Any = None
    costs: Any = ""
    table: Any = ""
    seeds: Any = ""
    confusion_classical: Any = None
    confusion_hybrid: Any = None
    confusion_control: Any = None
    reliability_classical: Any = None
    reliability_hybrid: Any = None
    reliability_control: Any = None
    json: Any = None
    csv: Any = None
    tex: Any = None


def build_judge_tab(
    explorer: Explorer, evaluator: Evaluator, cards: gr.State, compared: gr.Radio
) -> None:
    """Lay out the tab; what was measured of a task is read when the tab is opened.

    Args:
        explorer: What has the models.
        evaluator: What scores them anew.
        cards: The visitor's own tasks.
        compared: The Compare tab's task, which this one follows.
    """
    with gr.Tab("Judge", id="judge", elem_id="judge-tab") as tab:
        task = gr.Radio(
            [(card.title, card.key) for card in explorer.tasks],
            value=explorer.tasks[0].key,
            label="Task",
            elem_id="judge-task",
            elem_classes="plain-radio",
        )
        said = spoken("", elem_id="judge-said")
        views: dict[str, Any] = {}
        with gr.Row(elem_classes="side-by-side"):
            for name in ("scores", "alone"):
                views[name] = _view(name)
        views["costs"] = gr.HTML("", elem_id="judge-costs", apply_default_css=False)
        here = gr.Column(elem_id="judge-texts")
        with gr.Column(elem_id="judge-circuit"):
            gr.HTML("<h2>What is the circuit doing?</h2>", apply_default_css=False)
            views["ladder"] = _view("ladder")
            with gr.Row(elem_classes="side-by-side"):
                views["orders"] = _view("orders")
                with gr.Column():
                    views["kept"] = _view("kept")
                    build_kept(explorer, tab, task, views["kept"])
            with gr.Accordion("The formula itself", open=False, elem_id="judge-formula"):
                _build_formula(explorer, task)
        build_angles(explorer, tab, task)
        build_behaviour(explorer, tab, task)
        with gr.Accordion("Scores, mistakes and confidence", open=False, elem_id="judge-details"):
            views["table"] = gr.HTML("", apply_default_css=False)
            views["seeds"] = gr.HTML("", elem_id="judge-seeds", apply_default_css=False)
            for kind in ("confusion", "reliability"):
                with gr.Row(elem_classes="side-by-side"):
                    for head in HEADS:
                        views[f"{kind}_{head}"] = _view(f"{kind}_{head}")
        build_texts(NearestTexts(explorer, evaluator.tuner), tab, task, here, views)
        build_evaluate(evaluator, tab, task, cards)
        build_map(explorer, task)
        with gr.Accordion("Take it with you", open=False, elem_id="judge-take"):
            hint = (
                "Each says dataset, split, revision, number of texts, day, the weights' SHA-256, "
                "seeds, versions, and the command."
            )
            gr.HTML(f'<p class="hint">{hint}</p>', apply_default_css=False)
            with gr.Row(elem_classes="buttons"):
                for kind in FILES:
                    views[kind] = FileLink("Save {name}", elem_id=f"judge-{kind}")
            build_report(explorer, task, show_judgement)
        build_leaderboard(explorer, tab)
    follow = partial(judged_task, explorer)
    compared.change(follow, [compared, task], task, queue=False, **QUIET)
    gr.on(
        [tab.select, task.input],
        partial(show_judgement, explorer),
        task,
        Judged(said, **views),
        trigger_mode="always_last",
        queue=False,
        **QUIET,
    )


def judged_task(explorer: Explorer, compared: str, judged: str) -> str:
    """The task to judge where one is compared; ``judged`` stays where that has none of ours."""
    key = compared.rpartition("~")[2]
    return key if key in {card.key for card in explorer.tasks} else judged


def show_judgement(explorer: Explorer, task: str) -> Judged:
    """Read what was measured of a task; without it, words that say how to measure it."""
    try:
        judgement, others = explorer.judgement(task), explorer.unjudged(task)
        labels = explorer.task(task).labels
    except QBertError as error:
        return Judged(error_html(str(error)))
    panels = model_panels(judgement, labels) | _circuit_panels(judgement)
    costs, said_of_costs = costs_of(explorer, task)
    return Judged(
        verdict_html(judgement, others),
        costs=said_of_costs,
        seeds=seeds_html(judgement),
        **panels,
        **files(judgement, costs),
    )


def write_formula(explorer: Explorer, task: str, language: str) -> Told:
    """Write the hybrid of a task as a formula: words if it cannot be, and the `File`."""
    try:
        formula = explorer.formula(task)
        return Told("", formula_file(formula, explorer.task(task).labels, language))
    except QBertError as error:
        return Told(error_html(str(error)))


def _circuit_panels(judgement: Judgement) -> dict[str, Panel | None]:
    panels: dict[str, Panel | None] = {}
    if judgement.ladder:
        panels["ladder"] = read_panel(ladder_marks(judgement.ladder), ladder_words(judgement))
    if judgement.formula is not None:
        orders = order_bars(judgement.formula)
        panels["orders"] = read_panel(orders, formula_words(judgement.formula))
        panels["kept"] = kept_panel(judgement)
    return panels


def _view(name: str) -> PlotlyView:
    return PlotlyView(None, elem_id=f"judge-{name.replace('_', '-')}")


def _build_formula(explorer: Explorer, task: gr.Radio) -> None:
    hint = (
        "For each label, its logit less the mean of all, with six digits, largest products first; "
        "x0, x1, … are the circuit's encoding angles in radians."
    )
    gr.HTML(f'<p class="hint">{hint}</p>', apply_default_css=False)
    languages = list(LANGUAGES)
    language = gr.Radio(languages, value="Text", label="Written as", elem_classes="plain-radio")
    with gr.Row(elem_classes="buttons"):
        button = gr.Button("Show the formula", variant="primary", elem_id="formula-button")
    outputs = Told(
        spoken("", elem_id="formula-said"), CodeBox("Download {name}", elem_id="formula-code")
    )
    gr.on(
        [button.click, language.input],
        partial(write_formula, explorer),
        [task, language],
        outputs,
        trigger_mode="always_last",
        queue=False,
        **QUIET,
    )
    task.input(lambda: Told(""), None, outputs, **QUIET)

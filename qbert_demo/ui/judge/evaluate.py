"""Evaluate now: models of a task on labelled texts, live, and the texts behind every number."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.service.evaluating import Evaluator, Order, RowsWish
from qbert_demo.ui.api import answered
from qbert_demo.ui.judge.evaluate_form import (
    SAMPLE,
    Form,
    build_form,
    choices_of,
    tasks_of,
    wish_of,
)
from qbert_demo.ui.judge.evaluate_result import (
    Chosen,
    Run,
    Shown,
    build_result,
    show_texts,
    shown_of,
)
from qbert_demo.ui.judge.evaluate_words import progress_html
from qbert_demo.ui.judge.texts import Behind
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.plotly_view import PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import error_html

PAUSE = 0.35
"""Seconds between two looks at a running evaluation."""
INTRODUCTION = (
    "Have the models read labelled texts now, in a process of its own. Every model reads a part of "
    "them before any reads the next; if you press Stop, the parts that all models have read by "
    "then are scored. Texts are read in random order, so any part of them is a sample."
)
TO_TEXTS = "() => document.getElementById('evaluate-texts').scrollIntoView({ block: 'start' })"


def build_evaluate(evaluator: Evaluator, tab: gr.Tab, task: gr.Radio, cards: gr.State) -> None:
    """Lay out the accordion and wire it.

    Args:
        evaluator: What evaluates.
        tab: The tab it stands in.
        task: The tab's task, which is evaluated unless another is chosen.
        cards: The visitor's own tasks.
    """
    run = gr.State(Run())
    with gr.Accordion("Evaluate now", open=False, elem_id="judge-evaluate"):
        gr.HTML(f'<p class="hint">{INTRODUCTION}</p>', apply_default_css=False)
        form = build_form(evaluator)
        with gr.Row(elem_classes="buttons"):
            start = gr.Button("Evaluate", variant="primary", elem_id="evaluate-start")
            end = gr.Button("Stop", visible=False, elem_id="evaluate-stop")
        said = spoken("", elem_id="evaluate-said")
        shown = Shown(said, start, end, token=form.hub_token, **build_result())
    start.click(
        partial(evaluate, evaluator),
        [run, *form],
        shown,
        trigger_mode="multiple",
        concurrency_limit=64,
        **QUIET,
    )
    end.click(partial(stop, evaluator), run, said, queue=False, **QUIET)
    tab.select(partial(tasks_of, evaluator), cards, form.task, queue=False, **QUIET)
    task.input(lambda key: key, task, form.task, queue=False, **QUIET)
    form.task.change(
        partial(choices_of, evaluator), form.task, [form.heads, form.source], queue=False, **QUIET
    )
    texts = Behind(shown.number, shown.texts_said, shown.listed)
    shown.number.change(partial(show_texts, evaluator), [run, shown.number], texts, **QUIET)
    for name, view in zip(Shown._fields, shown, strict=True):
        if isinstance(view, PlotlyView) and name != "scores":
            view.select(Chosen(evaluator, name), run, shown.number, queue=False, **QUIET).then(
                None, js=TO_TEXTS, api_visibility="private"
            )


def evaluate(evaluator: Evaluator, run: Run, *form: Any) -> Iterator[Shown]:
    """Evaluate and tell: progress, then the result; a second press meanwhile does nothing.

    Args:
        evaluator: What evaluates.
        run: What the page has.
        form: The controls of `Form`.
    """
    if run.wanted is not None:
        yield Shown(KEEP)
        return
    run.wanted = this = object()
    wanted = Form(*form)
    idle = {"start": gr.update(visible=True), "end": gr.update(visible=False)}
    try:
        busy = {"start": gr.update(visible=False), "end": gr.update(visible=True)}
        yield Shown("<p>Getting the texts …</p>", **busy)
        order = evaluator.start(wanted.task, wanted.heads or (), wish_of(wanted))
        run.job_id = order.job_id
        if run.wanted is not this:
            raise InputError("Stopped before it began.")
        yield Shown(progress_html(0, (0, 0), 0), result="", token="")
        yield from _follow(evaluator, run, order, idle)
    except QBertError as error:
        yield Shown(error_html(str(error)), **idle)
    finally:
        if run.job_id:
            evaluator.drop(run.job_id)
        run.wanted, run.job_id = None, ""


def stop(evaluator: Evaluator, run: Run) -> str:
    """End what is under way; what all models have read by then is scored."""
    if run.wanted is None:
        return KEEP
    if run.job_id:
        evaluator.stop(run.job_id)
    else:
        run.wanted = object()
    return "<p>Stopping …</p>"


def _follow(evaluator: Evaluator, run: Run, order: Order, idle: dict[str, Any]) -> Iterator[Shown]:
    """Tell how far an evaluation is until it has ended."""
    since, start, read = 0, time.monotonic(), (0, 0)
    place: int | None = 0
    while True:
        events = evaluator.tuner.events(order.job_id, since, PAUSE)
        for event in events:
            since = event.number + 1
            if event.is_last and event.value:
                found = evaluator.finish(order, event.value)
                run.shown = order.job_id
                yield shown_of(found, event.sentence)._replace(**idle)
                return
            if event.is_last:
                raise InputError(event.sentence)
            if event.kind == "waiting":
                place = event.value
            elif event.kind == "started":
                place = None
            elif "read" in event.value:
                start = start if read[0] else time.monotonic()
                read = event.value["read"]
        yield Shown(progress_html(place, read, time.monotonic() - start))
        time.sleep(PAUSE if events else 0)


def build_evaluate_api(evaluator: Evaluator) -> None:
    """Add the endpoint ``/evaluate`` to the app that is being built."""

    def evaluate(
        task: str,
        dataset: str = "",
        rows: int = SAMPLE,
        head: str = "hybrid",
        split: str = "",
        seed: int = 0,
        lines: str = "",
    ) -> dict[str, Any]:
        """Score a model on labelled texts: of a dataset, or lines "text,label"."""
        wish = RowsWish(dataset or None, split, rows, seed, lines)
        return answered(evaluator.evaluate, task, head, wish)

    gr.api(evaluate, api_name="evaluate", concurrency_limit=2, concurrency_id="evaluate")

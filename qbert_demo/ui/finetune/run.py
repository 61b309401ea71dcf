"""One visitor's training as the page sees it: from the rows to curves that grow and a table."""

import html
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from qbert_demo.config import HEADS
from qbert_demo.data.subset import Material
from qbert_demo.errors import InputError, QBertError
from qbert_demo.figures.training import (
    accuracy_curves,
    angle_curves,
    confusion_matrix,
    gradient_curves,
    loss_curves,
    value_curves,
)
from qbert_demo.results import Epoch, QuickReport
from qbert_demo.tuning import Order, Tuner
from qbert_demo.ui.finetune.data import choice_of
from qbert_demo.ui.finetune.settings import recipe_of
from qbert_demo.ui.finetune.words import progress_html, result_html
from qbert_demo.ui.plotly_view import Panel
from qbert_demo.ui.words import error_html

PAUSE = 0.35
"""Seconds between two looks at a running training."""
N_VIEWS = 5 + len(HEADS)
ASK_AGAIN = (
    '<p class="notice">A training of yours is running. Press Start once more to drop it and begin '
    "anew.</p>"
)

Update = tuple[Any, ...]


@dataclass
class Session:
    """What a visitor's page remembers.

    Attributes:
        job_id: The latest training, or empty.
        is_running: Whether it has not ended yet.
        is_asked: Whether the visitor was asked before it is dropped for a new one.
        order: Its rows and settings.
        report: Its result, once there is one.
    """

    job_id: str = ""
    is_running: bool = False
    is_asked: bool = False
    order: Order | None = None
    report: QuickReport | None = None


@dataclass
class _Progress:
    """What has been heard of a training."""

    n_epochs: int
    heads: tuple[str, ...]
    epochs: list[Epoch] = field(default_factory=list)
    embedded: tuple[int, int] = (0, 1)
    place: int = 0
    is_started: bool = False
    start: float = field(default_factory=time.monotonic)  # of embedding, then of learning

    def histories(self) -> dict[str, list[Epoch]]:
        return {head: [e for e in self.epochs if e.head == head] for head in self.heads}


def run(
    tuner: Tuner,
    session: Session,
    heads: Sequence[str],
    settings: dict[str, Any],
    form: Sequence[Any],
) -> Iterator[Update]:
    """Train and tell.

    Yields:
        The session, the words, the progress bar, five figures, the result and a confusion
        matrix for each head; ``gr.skip()`` for what stays as it is.
    """
    if session.is_running and not session.is_asked:
        session.is_asked = True
        yield session, ASK_AGAIN, *_still(N_VIEWS + 2)
        return
    if session.is_running:
        stop(tuner, session, drop=True)
    session = Session()
    yield session, "<p>Getting the rows …</p>", "", *_still(5), "", *([None] * len(HEADS))
    try:
        recipe = recipe_of(heads, settings)
        order = Order(tuner.material(choice_of(*form)), recipe)
        job_id = tuner.start(order.material, recipe)
    except QBertError as error:
        yield session, error_html(str(error)), "", *_still(N_VIEWS + 1)
        return
    session.job_id, session.is_running, session.order = job_id, True, order
    try:
        yield from _follow(tuner, session, order)
    finally:
        if session.is_running:
            stop(tuner, session, drop=True)


def stop(tuner: Tuner, session: Session, *, drop: bool = False) -> None:
    """End a visitor's training, if there is one; with ``drop`` forget it, too."""
    try:
        if session.job_id:
            (tuner.drop if drop else tuner.stop)(session.job_id)
    except InputError:
        session.is_running = False
    if drop:
        session.is_running = False


def _follow(tuner: Tuner, session: Session, order: Order) -> Iterator[Update]:
    progress = _Progress(order.recipe.epochs, order.recipe.heads)
    since = 0
    while True:
        try:
            events = tuner.events(session.job_id, since, PAUSE)
        except InputError:
            return  # dropped for a newer training of the same visitor
        before = len(progress.epochs)
        for event in events:
            since = event.number + 1
            if event.is_last:
                session.is_running = False
                session.report = event.value
                yield _ended(session, event.sentence, event.kind, order, progress)
                return
            if event.kind == "waiting":
                progress.place = event.value
            elif event.kind == "started":
                progress.is_started, progress.start = True, time.monotonic()
            elif "embedded" in event.value:
                progress.embedded = done, total = event.value["embedded"]
                if done == total:
                    progress.start = time.monotonic()
            else:
                progress.epochs.append(event.value["epoch"])
        stage, bar = progress_html(
            progress.place if not progress.is_started else None,
            progress.embedded,
            len(progress.epochs) / len(progress.heads),
            progress.n_epochs,
            time.monotonic() - progress.start,
        )
        if session.is_asked:
            stage += ASK_AGAIN
        views = _curves(progress) if len(progress.epochs) > before else _still(5)
        yield session, stage, bar, *views, *_still(1 + len(HEADS))
        time.sleep(PAUSE if events else 0)


def _ended(session: Session, sentence: str, kind: str, order: Order, progress: _Progress) -> Update:
    report = session.report
    if report is None:
        said = error_html(sentence) if kind == "failed" else f"<p>{html.escape(sentence)}</p>"
        return session, said, "", *_curves(progress), "", *([None] * len(HEADS))
    said = f"<p>{html.escape(sentence) or 'Finished.'}</p>"
    return (
        session,
        said,
        "",
        *_curves(progress),
        result_html(report, order.material),
        *(_confusion(report, order.material, head) for head in HEADS),
    )


def _confusion(report: QuickReport, material: Material, head: str) -> Panel | None:
    found = report.heads.get(head)
    if found is None:
        return None
    truth, predicted = material.held_out.labels, found.predicted.tolist()
    return Panel(confusion_matrix(head, truth, predicted, material.labels))


def _curves(progress: _Progress) -> list[Panel | None]:
    histories, n = progress.histories(), progress.n_epochs
    common: list[Panel | None] = [
        Panel(draw(histories, n)) for draw in (loss_curves, accuracy_curves, gradient_curves)
    ]
    hybrid = histories.get("hybrid", [])
    if not hybrid:
        return [*common, None, None]
    n_qubits = hybrid[0].values.shape[1]
    return [*common, Panel(angle_curves(hybrid, n, n_qubits)), Panel(value_curves(hybrid, n, 0))]


def _still(n: int) -> list[Any]:
    return [gr.skip() for _ in range(n)]

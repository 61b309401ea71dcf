"""One visitor's training as the page sees it: from the rows to curves that grow and a table."""

import html
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from qbert_demo.errors import InputError, QBertError
from qbert_demo.figures.training import (
    accuracy_curves,
    confusion_matrix,
    gradient_curves,
    loss_curves,
)
from qbert_demo.figures.watched import angle_curves, value_curves
from qbert_demo.results import Epoch, QuickReport
from qbert_demo.service.terms import Event, LoraRecipe, Material, Order
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.heads_form import recipe_of
from qbert_demo.ui.finetune.rows_form import GETTING, RowsForm, choice_of
from qbert_demo.ui.finetune.words import (
    estimate_html,
    progress_html,
    result_html,
    steps_html,
    watched_html,
)
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.markup import error_html
from qbert_demo.ui.parts.plotly_view import Panel

PAUSE = 0.35
"""Seconds between two looks at a running training."""
CURVES = ("loss", "accuracy", "gradients", "angles", "values")
ASK_AGAIN = (
    '<p class="notice">A training of yours is running. Press Start once more to drop it and begin '
    "anew.</p>"
)

UNASKED_SECONDS = 60
"""A training end to end that takes longer is begun by a second press only."""
MEASURING = "<p>Measuring a few steps, to say how long it will take here …</p>"


class Progress(NamedTuple):
    """What a visitor sees of a training, and what the page remembers.

    Attributes:
        session: A `Session`.
        said: What is happening, in words.
        bar: How far it is.
        curves: A `Panel` for each of `CURVES`.
        result: The table at the end, and what was got wrong.
        matrices: A `Panel` for each head.
        token: The box of the token that opened the rows; empty once the training has begun.
    """

    session: Any
    said: Any = KEEP
    bar: Any = KEEP
    curves: Any = KEEP
    result: Any = KEEP
    matrices: Any = KEEP
    token: Any = KEEP


@dataclass
class Session:
    """What a visitor's page remembers.

    Attributes:
        job_id: The latest training, or empty.
        is_running: Whether it has not ended yet.
        notice: What was said about dropping it for another one, if anything; HTML.
        preparing: Stands for another one whose rows are being got, or whose time is measured.
        foretold: Rows and settings of a training whose time was told, to be started or not.
        order: Rows and settings of the latest training.
        report: Its result, once there is one.
    """

    job_id: str = ""
    is_running: bool = False
    notice: str = ""
    preparing: object | None = None
    foretold: Order | None = None
    order: Order | None = None
    report: QuickReport | None = None


@dataclass
class _Heard:
    """What has been heard of a training."""

    order: Order
    epochs: list[Epoch] = field(default_factory=list)
    embedded: tuple[int, int] = (0, 0)
    moved: tuple[int, int] = (0, 0)
    place: int = 0
    is_started: bool = False
    start: float = field(default_factory=time.monotonic)  # of embedding, then of learning

    def hear(self, event: Event) -> None:
        if event.kind == "waiting":
            self.place = event.value
        elif event.kind == "started":
            self.is_started, self.start = True, time.monotonic()
        elif "moved" in event.value:
            if not self.moved[0]:
                self.start = time.monotonic()
            self.moved = event.value["moved"]
        elif "embedded" in event.value:
            self.embedded = done, total = event.value["embedded"]
            if done == total:
                self.start = time.monotonic()
        elif "epoch" in event.value:
            self.epochs.append(event.value["epoch"])

    def histories(self) -> dict[str, list[Epoch]]:
        heads = self.order.recipe.heads
        return {head: [e for e in self.epochs if e.head == head] for head in heads}

    def html(self) -> tuple[str, str]:
        recipe = self.order.recipe
        place = None if self.is_started else self.place
        seconds = time.monotonic() - self.start
        if isinstance(recipe, LoraRecipe):
            return steps_html(place, self.moved, seconds)
        epochs = len(self.epochs) / len(recipe.heads)
        return progress_html(place, self.embedded, epochs, recipe.epochs, seconds)


def run(
    tuner: Tuner,
    session: Session,
    heads: Sequence[str] | None,
    settings: dict[str, Any],
    rows: RowsForm,
) -> Iterator[Progress]:
    """Train and tell."""
    if session.preparing:
        yield Progress(session)
        return
    if session.is_running and not session.notice:
        session.notice = ASK_AGAIN
        yield Progress(session, ASK_AGAIN)
        return
    session.preparing = this = object()
    try:
        yield Progress(session, GETTING, "")
        words = "<p>Starting …</p>"
        order = Order(tuner.material(choice_of(rows)), recipe_of(heads, settings))
        if isinstance(order.recipe, LoraRecipe) and order != session.foretold:
            yield Progress(session, MEASURING)
            estimate = tuner.estimate(order, lambda: session.preparing is not this)
            words = estimate_html(estimate, order.seconds(), UNASKED_SECONDS)
            if estimate.seconds > UNASKED_SECONDS:
                session.foretold = order if estimate.seconds <= order.seconds() else None
                yield Progress(session, _noted(session, words))
                return
        if session.preparing is not this:
            raise InputError("Stopped before it began.")
        if session.is_running:
            stop(tuner, session, drop=True)
        job_id = tuner.start(order.material, order.recipe)
    except QBertError as error:
        yield Progress(session, _noted(session, error_html(str(error))))
        return
    finally:
        if session.preparing is this:
            session.preparing = None
    session = Session(job_id, is_running=True, order=order)
    try:
        yield Progress(session, words, "", curves={}, result="", matrices={}, token="")
        yield from _follow(tuner, session, order)
    finally:
        if session.is_running:
            stop(tuner, session, drop=True)


def _noted(session: Session, words: str) -> str:
    """Let words about another training stand beside the progress of the one that runs."""
    session.notice = words if session.is_running else ""
    return words


def stop(tuner: Tuner, session: Session, *, drop: bool = False) -> None:
    """End a visitor's training or the preparation of one; with ``drop`` forget the training."""
    session.preparing = None
    try:
        if session.job_id:
            (tuner.drop if drop else tuner.stop)(session.job_id)
    except InputError:
        session.is_running = False
    if drop:
        session.is_running = False


def stop_training(tuner: Tuner, session: Session) -> Any:
    """End what is under way; says so at once where that may take a while."""
    is_preparing = session.preparing is not None
    stop(tuner, session)
    return "<p>Stopping …</p>" if is_preparing else KEEP


def _follow(tuner: Tuner, session: Session, order: Order) -> Iterator[Progress]:
    heard = _Heard(order)
    since = 0
    while True:
        try:
            events = tuner.events(session.job_id, since, PAUSE)
        except InputError:
            return  # dropped for a newer training of the same visitor
        before = len(heard.epochs)
        for event in events:
            since = event.number + 1
            if event.is_last:
                session.is_running = False
                session.report = event.value
                last = Progress(session, _last_words(session, event), "")
                yield last  # figures take longer to draw
                if session.report is None:
                    yield last._replace(curves={}, result="", matrices={})
                else:
                    yield last._replace(
                        curves=_curves(heard),
                        result=result_html(session.report, order.material),
                        matrices=_matrices(session.report, order.material),
                    )
                return
            heard.hear(event)
        if session.preparing:
            continue  # what is said is about that
        stage, bar = heard.html()
        curves = _curves(heard) if len(heard.epochs) > before else KEEP
        yield Progress(session, stage + session.notice, bar, curves)
        time.sleep(PAUSE if events else 0)


def _last_words(session: Session, event: Event) -> str:
    if event.kind == "failed":
        return error_html(event.sentence)
    words = html.escape(event.sentence) or "Finished."
    if session.report is None:
        return f"<p>{words} Nothing had been learnt yet.</p>"
    heads = session.order.recipe.heads if session.order else ()
    missing = [head for head in heads if head not in session.report.heads]
    if missing:
        words += f" Nothing had been learnt yet by: {', '.join(missing)}."
    return f"<p>{words}</p>"


def _matrices(report: QuickReport, material: Material) -> dict[str, Panel]:
    truth = material.held_out.labels
    return {
        name: Panel(confusion_matrix(name, truth, head.predicted.tolist(), material.labels))
        for name, head in report.heads.items()
    }


def _curves(heard: _Heard) -> dict[str, Panel]:
    histories, recipe = heard.histories(), heard.order.recipe
    n = recipe.epochs
    panels = {
        "loss": Panel(loss_curves(histories, n)),
        "accuracy": Panel(accuracy_curves(histories, n)),
        "gradients": Panel(gradient_curves(histories, n)),
    }
    if hybrid := histories.get("hybrid"):
        texts = watched_html(heard.order.material, len(hybrid[0].values))
        panels["angles"] = Panel(angle_curves(hybrid, n, recipe.spec().weight_shape))
        panels["values"] = Panel(value_curves(hybrid, n), below=texts)
    return panels

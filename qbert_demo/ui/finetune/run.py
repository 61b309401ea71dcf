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
from qbert_demo.service import HEADS
from qbert_demo.service.training import Event, LoraRecipe, Material, TrainingRun
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.rows_form import choice_of
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.settings_form import recipe_of
from qbert_demo.ui.finetune.words import (
    estimate_html,
    progress_html,
    result_html,
    steps_html,
    watched_html,
)
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.plotly_view import Panel
from qbert_demo.ui.parts.words import error_html

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


class Shown(NamedTuple):
    """What the page shows from now on; a part that is left out stays as it is.

    The other fields are a `Panel` for each of `CURVES` and for each head's confusion matrix;
    ``None`` empties a place.

    Attributes:
        session: What the page remembers.
        said: The words; HTML.
        bar: How far the training is; HTML.
        result: The table; HTML.
        token: What stands in the box of the token that opened the rows.
    """

    session: Any
    said: Any = KEEP
    bar: Any = KEEP
    result: Any = KEEP
    token: Any = KEEP
    loss: Any = KEEP
    accuracy: Any = KEEP
    gradients: Any = KEEP
    angles: Any = KEEP
    values: Any = KEEP
    classical: Any = KEEP
    hybrid: Any = KEEP
    control: Any = KEEP


@dataclass
class _Progress:
    """What has been heard of a training."""

    order: TrainingRun
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
    heads: Sequence[str],
    settings: dict[str, Any],
    form: Sequence[Any],
) -> Iterator[Shown]:
    """Train and tell; the token is forgotten once the training has begun.

    Args:
        tuner: What trains.
        session: The visitor's.
        heads: Those that race.
        settings: The controls of `recipe_of` by name.
        form: The controls of `choice_of`.
    """
    if session.preparing:
        yield Shown(session)
        return
    if session.is_running and not session.notice:
        session.notice = ASK_AGAIN
        yield Shown(session, ASK_AGAIN)
        return
    session.preparing = this = object()
    try:
        yield Shown(session, "<p>Getting the rows …</p>", "")
        words = "<p>Starting …</p>"
        order = TrainingRun(tuner.material(choice_of(*form)), recipe_of(heads, settings))
        if isinstance(order.recipe, LoraRecipe) and order != session.foretold:
            yield Shown(session, MEASURING)
            estimate = tuner.estimate(order, lambda: session.preparing is not this)
            words = estimate_html(estimate, order.seconds(), UNASKED_SECONDS)
            if estimate.seconds > UNASKED_SECONDS:
                session.foretold = order if estimate.seconds <= order.seconds() else None
                tuner.keep(session)
                yield Shown(session, _noted(session, words))
                return
        if session.preparing is not this:
            raise InputError("Stopped before it began.")
        if session.is_running:
            stop(tuner, session, drop=True)
        job_id = tuner.start(order.material, order.recipe)
    except QBertError as error:
        yield Shown(session, _noted(session, error_html(str(error))))
        return
    finally:
        if session.preparing is this:
            session.preparing = None
    session = Session(job_id, is_running=True, order=order)
    tuner.keep(session)
    try:
        yield _emptied(session, words)._replace(token="")
        yield from _follow(tuner, session, _Progress(order))
    finally:
        stop(tuner, session, drop=True)
        tuner.keep(session)


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


def _emptied(session: Session, words: str) -> Shown:
    """Words, and nothing left of an earlier training."""
    return Shown(session, words, bar="", result="", **dict.fromkeys((*CURVES, *HEADS)))


def _follow(tuner: Tuner, session: Session, progress: _Progress) -> Iterator[Shown]:
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
                words = _last_words(session, event)
                yield Shown(session, words, "")  # figures take longer to draw
                yield _ended(session, words, progress)
                return
            progress.hear(event)
        if session.preparing:
            continue  # what is said is about that
        stage, bar = progress.html()
        curves = _curves(progress) if len(progress.epochs) > before else {}
        yield Shown(session, stage + session.notice, bar, **curves)
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


def _ended(session: Session, words: str, progress: _Progress) -> Shown:
    """All figures, the result and a confusion matrix for each head."""
    report, material = session.report, progress.order.material
    if report is None:
        return _emptied(session, words)
    matrices = {head: _confusion(report, material, head) for head in HEADS}
    result = result_html(report, material)
    return Shown(session, words, "", result, **_curves(progress), **matrices)


def _confusion(report: QuickReport, material: Material, head: str) -> Panel | None:
    found = report.heads.get(head)
    if found is None:
        return None
    truth, predicted = material.held_out.labels, found.predicted.tolist()
    return Panel(confusion_matrix(head, truth, predicted, material.labels))


def _curves(progress: _Progress) -> dict[str, Panel | None]:
    histories, recipe = progress.histories(), progress.order.recipe
    n = recipe.epochs
    curves: dict[str, Panel | None] = dict.fromkeys(CURVES)
    curves["loss"] = Panel(loss_curves(histories, n))
    curves["accuracy"] = Panel(accuracy_curves(histories, n))
    curves["gradients"] = Panel(gradient_curves(histories, n))
    if hybrid := histories.get("hybrid"):
        texts = watched_html(progress.order.material, len(hybrid[0].values))
        curves["angles"] = Panel(angle_curves(hybrid, n, recipe.spec().weight_shape))
        curves["values"] = Panel(value_curves(hybrid, n), below=texts)
    return curves

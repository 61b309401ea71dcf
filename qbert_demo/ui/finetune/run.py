"""One visitor's training as the page sees it: from the rows to curves that grow and a table."""

import html
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.results import Epoch
from qbert_demo.service.training import Event, LoraRecipe, TrainingRun
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.replay import replay_json
from qbert_demo.ui.finetune.result import result_html, wrong_html
from qbert_demo.ui.finetune.rows_form import choice_of
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.settings_form import recipe_of
from qbert_demo.ui.finetune.words import estimate_html, progress_html, steps_html
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.words import error_html

PAUSE = 0.35
"""Seconds between two looks at a running training."""
ASK_AGAIN = (
    '<p class="notice">A training of yours is running. Press once more to drop it and begin '
    "anew.</p>"
)

UNASKED_SECONDS = 60
"""A training end to end that takes longer is begun by a second press only."""
MEASURING = "<p>Measuring a few steps, to say how long it will take here …</p>"


class Shown(NamedTuple):
    """What the page shows from now on; a part that is left out stays as it is.

    Attributes:
        session: What the page remembers.
        said: The words; HTML.
        bar: How far the training is; HTML.
        form: The form, which folds away when a training begins.
        end: The button Stop, which is there while there is something to stop.
        result: The verdict and the table; HTML.
        replay: What `replay_json` writes; ``None`` empties it.
        wrong: What the heads got wrong; HTML.
        token: What stands in the box of the token that opened the rows.
    """

    session: Any
    said: Any = KEEP
    bar: Any = KEEP
    form: Any = KEEP
    end: Any = KEEP
    result: Any = KEEP
    replay: Any = KEEP
    wrong: Any = KEEP
    token: Any = KEEP


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
        yield Shown(session, "<p>Getting the rows …</p>", "", end=gr.update(visible=True))
        words = "<p>Starting …</p>"
        order = TrainingRun(tuner.material(choice_of(*form)), recipe_of(heads, settings))
        if isinstance(order.recipe, LoraRecipe) and order != session.foretold:
            yield Shown(session, MEASURING)
            estimate = tuner.estimate(order, lambda: session.preparing is not this)
            words = estimate_html(estimate, order.seconds(), UNASKED_SECONDS)
            if estimate.seconds > UNASKED_SECONDS:
                session.foretold = order if estimate.seconds <= order.seconds() else None
                tuner.keep(session)
                yield _refused(session, words)
                return
        if session.preparing is not this:
            raise InputError("Stopped before it began.")
        if session.is_running:
            stop(tuner, session, drop=True)
        job_id = tuner.start(order.material, order.recipe)
    except QBertError as error:
        yield _refused(session, error_html(str(error)))
        return
    finally:
        if session.preparing is this:
            session.preparing = None
    session = Session(job_id, is_running=True, order=order)
    tuner.keep(session)
    try:
        begun = {"form": gr.update(open=False), "token": ""}
        yield _emptied(session, words)._replace(**begun)
        yield from _follow(tuner, session, _Progress(order))
    finally:
        stop(tuner, session, drop=True)
        tuner.keep(session)


def _refused(session: Session, words: str) -> Shown:
    """Say why no training begins; the words stay beside the progress of one that runs."""
    session.notice = words if session.is_running else ""
    return Shown(session, words, end=gr.update(visible=session.is_running))


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
    return Shown(session, words, bar="", result="", replay=None, wrong="")


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
                yield _ended(session, _last_words(session, event), progress)
                return
            progress.hear(event)
        if session.preparing:
            continue  # what is said is about that
        stage, bar = progress.html()
        has_news = len(progress.epochs) > before
        replay = replay_json(progress.order, progress.histories()) if has_news else KEEP
        yield Shown(session, stage + session.notice, bar, replay=replay)
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
    """The result, and what all its figures are drawn from."""
    report, order = session.report, progress.order
    gone = gr.update(visible=False)
    if report is None:
        return _emptied(session, words)._replace(end=gone)
    histories = {name: head.history for name, head in report.heads.items()}
    return Shown(
        session,
        words,
        bar="",
        end=gone,
        result=result_html(report, order.material),
        replay=replay_json(order, histories, report),
        wrong=wrong_html(report, order.material),
    )

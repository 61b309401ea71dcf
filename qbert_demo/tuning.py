"""Quick fine-tuning for visitors: rows to learn from, a queue of trainings, and what came of them.

Every training runs in a process of its own. Everything about it is kept in memory under an id that
cannot be guessed, and dropped some time after its owner has left.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from cachetools import TTLCache

from qbert_demo.data.another import Another, Look, load_another, look_at
from qbert_demo.data.fetching import LabelledRows, available, load_source
from qbert_demo.data.loading import Rows
from qbert_demo.data.own import MAX_OWN_CHARACTERS, OwnRows, read_own, read_own_file
from qbert_demo.data.sources import SOURCES
from qbert_demo.data.subset import Material, take_subset
from qbert_demo.errors import BusyError, InputError
from qbert_demo.model.inference import Classifier
from qbert_demo.results import Estimate, QuickReport
from qbert_demo.settings import trainings_at_once
from qbert_demo.training.fork_server import ForkServer
from qbert_demo.training.jobs import Event, Jobs
from qbert_demo.training.orders import MAX_SECONDS, Order, measure_order, train_order
from qbert_demo.training.quick import adopt, fresh_classifier
from qbert_demo.training.recipe import MAX_SEED, FrozenRecipe, LoraRecipe

MIN_ROWS = 10
MAX_TRAIN_ROWS = 2000
MAX_HELD_OUT_ROWS = 1000
MEASURING_SECONDS = 60
"""Longest time for an estimate, once it is its turn."""
WAITING, WAITING_TO_BE_MEASURED = 60, 30
"""Trainings and estimates that may stand in line; a class presses Start at once."""
OWN_HELD_OUT_SHARE = 0.3
DRAWN, STREAMED = 20, 5
"""Rows drawn or streamed for each that is wanted, so that small classes and repeats have room."""
KEPT_CHOICES, KEPT_SECONDS = 8, 300
"""So many gathered choices are kept, for so long: a class takes the same rows, then starts."""


@dataclass(frozen=True)
class DataChoice:
    """Which rows a visitor wants.

    Attributes:
        source: Key of a catalogue's dataset, or ``None`` for rows of another kind.
        own_text: Pasted lines ``text,label``.
        own_file: A CSV, TSV or JSONL file; it counts more than pasted lines.
        rows: Training rows of a dataset, at most 2,000.
        held_out: Rows of a dataset that are held out, at most 1,000.
        balanced: Whether the classes of a dataset are taken equally.
        seed: Of the choice.
        another: A dataset of the Hub that is not in the catalogue; it counts more than own rows.
    """

    source: str | None
    own_text: str = ""
    own_file: Path | None = None
    rows: int = 500
    held_out: int = 200
    balanced: bool = True
    seed: int = 0
    another: Another | None = None


class Tuner:
    """Prepares rows and runs trainings for many visitors."""

    def __init__(self, datasets_dir: Path | None = None, at_once: int | None = None) -> None:
        """Start nothing yet.

        Args:
            datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.
            at_once: Trainings at the same time; ``QBERT_TRAININGS`` or 2 if left out.

        Raises:
            InputError: If ``QBERT_TRAININGS`` is not a whole number from 1 to 16.
        """
        self._datasets_dir = datasets_dir
        self.at_once = trainings_at_once() if at_once is None else at_once
        self._lock = Lock()
        self._base: Classifier | None = None
        self._gathered: TTLCache[str, Future[Material]] = TTLCache(KEPT_CHOICES, KEPT_SECONDS)
        server = ForkServer((__name__, "qbert_demo.model.inference"))
        self._jobs = Jobs(
            train_order,
            at_once=self.at_once,
            waiting=WAITING,
            seconds=MAX_SECONDS,
            server=server,
        )
        self._measurements = Jobs(
            measure_order,
            at_once=1,
            waiting=WAITING_TO_BE_MEASURED,
            seconds=MEASURING_SECONDS,
            server=server,
        )

    def sources(self) -> list[tuple[str, str]]:
        """Title and key of every dataset; those that need no network come first and say so."""
        choices = []
        for source in SOURCES.values():
            is_here = available(source, self._datasets_dir)
            choices.append((not is_here, f"{source.title}{' (bundled)' * is_here}", source.key))
        return [(title, key) for _, title, key in sorted(choices, key=lambda c: c[0])]

    def material(self, choice: DataChoice) -> Material:
        """Gather the rows that a visitor wants.

        What anyone may read is gathered once for all who choose the same, and kept for
        `KEPT_SECONDS`.

        Raises:
            InputError: If a number or the visitor's own rows cannot be used.
            DataError: If a dataset cannot be had.
        """
        if choice.source is None and choice.another is None:
            return _own(choice)
        if choice.another is not None and choice.another.token is not False:
            return self._gather(choice)
        key = repr(replace(choice, own_text="", own_file=None))
        with self._lock:
            found = self._gathered.get(key)
            is_mine = found is None
            if found is None:
                found = self._gathered[key] = Future()
        if is_mine:
            try:
                found.set_result(self._gather(choice))
            except BaseException as error:
                with self._lock:
                    self._gathered.pop(key, None)
                found.set_exception(error)
                raise
        return found.result()

    def look(self, another: Another) -> Look:
        """Look at a dataset of the Hub, so that its columns can be chosen.

        Raises:
            InputError: If its id or the token cannot be one.
            DataError: If it cannot be had or used.
        """
        return look_at(another)

    def _gather(self, choice: DataChoice) -> Material:
        _check(choice.rows, "training rows", MIN_ROWS, MAX_TRAIN_ROWS)
        _check(choice.held_out, "rows held out", MIN_ROWS, MAX_HELD_OUT_ROWS)
        _check(choice.seed, "the seed", 0, MAX_SEED)
        found, said = self._found(choice)
        taken = take_subset(
            found.rows,
            found.labels,
            choice.rows,
            balanced=choice.balanced,
            held_out=choice.held_out,
            seed=choice.seed,
        )
        notes = (*found.notes, *taken.notes, *([said] if said else []))
        return Material(_cut(taken.train), _cut(taken.held_out), taken.labels, notes)

    def _found(self, choice: DataChoice) -> tuple[LabelledRows, str]:
        """More rows than are asked for, and what must be known to judge a score on them."""
        wanted = choice.rows + choice.held_out
        if choice.source is None and choice.another is not None:
            return load_another(choice.another, STREAMED * wanted), ""
        source = SOURCES.get(choice.source) if isinstance(choice.source, str) else None
        if source is None:
            raise InputError(f"There is no dataset {str(choice.source)[:40]!r} here.")
        drawn = load_source(
            source,
            datasets_dir=self._datasets_dir,
            limit=DRAWN * wanted,
            streamed=STREAMED * wanted,
        )
        return drawn, source.note

    def warm_up(self) -> None:
        """Have a process import what a training needs, so that the first one starts soon."""
        self._jobs.warm_up()

    def start(self, material: Material, recipe: FrozenRecipe | LoraRecipe) -> str:
        """Train as soon as there is a place; returns the id that all else asks for.

        Raises:
            InputError: If there are more rows than may be trained on end to end.
            BusyError: If too many wait already.
        """
        order = Order(material, recipe)
        return self._jobs.submit(order, order.seconds())

    def estimate(self, order: Order, given_up: Callable[[], bool] = lambda: False) -> Estimate:
        """Measure how long a training end to end will take; this takes some seconds itself.

        Others' measurements come first, but only its own time is limited.

        Args:
            order: Its rows and settings.
            given_up: Asked several times a second; once true, the estimate is.

        Raises:
            InputError: If it has too many rows, or was given up.
            BusyError: If too many are measured already, or the machine is too busy for it.
        """
        order.seconds()
        job_id, since = self._measurements.submit(order), 0
        try:
            while not given_up():
                for event in self._measurements.events(job_id, since):
                    since = event.number + 1
                    if event.kind == "finished":
                        return event.value
                    if event.kind == "stopped":
                        raise BusyError(
                            "The machine is too busy to say how long this will take. "
                            "Try again later."
                        )
                    if event.is_last:
                        raise BusyError(event.sentence)
        finally:
            self._measurements.drop(job_id)
        raise InputError("Stopped before it began.")

    def classifiers(self, report: QuickReport, order: Order) -> dict[str, Classifier]:
        """Put trained heads to use.

        Those that learnt alone share one encoder, whoever trained them.

        Raises:
            BackboneError: If the encoder cannot be had.
        """
        base = self.base()
        return {
            name: adopt(base, head, order.material, order.recipe)
            for name, head in report.heads.items()
        }

    def base(self) -> Classifier:
        """The encoder that visitors' heads share, with a head of no meaning.

        Raises:
            BackboneError: If the encoder cannot be had.
        """
        with self._lock:
            self._base = self._base or fresh_classifier()
            return self._base

    def events(self, job_id: str, since: int = 0, timeout: float = 0.25) -> list[Event]:
        """See `qbert_demo.training.jobs.Jobs.events`; results are `QuickReport`s."""
        return self._jobs.events(job_id, since, timeout)

    def stop(self, job_id: str) -> None:
        """End a training within a second; what it learnt so far is its result."""
        self._jobs.stop(job_id)

    def drop(self, job_id: str) -> None:
        """Forget a training at once."""
        self._jobs.drop(job_id)

    def close(self) -> None:
        """End everything and leave no process behind."""
        self._measurements.close()
        self._jobs.close()


def _cut(rows: Rows) -> Rows:
    """The same rows without what the encoder, which reads 128 tokens, never comes to."""
    return replace(rows, texts=tuple(text[:MAX_OWN_CHARACTERS].rstrip() for text in rows.texts))


def _own(choice: DataChoice) -> Material:
    _check(choice.seed, "the seed", 0, MAX_SEED)
    if choice.own_file is not None:
        try:
            data = choice.own_file.read_bytes()
        except OSError as error:
            raise InputError("The file could not be read. Upload it again.") from error
        own = read_own_file(choice.own_file.name, data)
    else:
        own = read_own(choice.own_text)
    return _divided(own, choice.seed)


def _divided(own: OwnRows, seed: int) -> Material:
    n = len(own.rows)
    held_out = max(len(own.labels), round(OWN_HELD_OUT_SHARE * n))
    taken = take_subset(
        own.rows, own.labels, n - held_out, balanced=False, held_out=held_out, seed=seed
    )
    return Material(taken.train, taken.held_out, taken.labels, (*own.notes, *taken.notes))


def _check(value: object, name: str, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise InputError(f"For {name}, give a whole number from {low:,} to {high:,}.")

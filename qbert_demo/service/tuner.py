"""Quick fine-tuning for visitors: rows to learn from, a queue of trainings, and what came of them.

Every training runs in a process of its own. Everything about it is kept in memory under an id that
cannot be guessed, and dropped some time after its owner has left.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from cachetools import TTLCache

from qbert_demo.checkpoints import zipped
from qbert_demo.checkpoints.publish import push_folder
from qbert_demo.data.bundled import is_bundled
from qbert_demo.data.catalogue import DATASETS
from qbert_demo.data.catalogue_rows import available
from qbert_demo.data.choice import DataChoice, Material, gather
from qbert_demo.data.hub_dataset import HubDataset, Look, look_at
from qbert_demo.errors import BusyError, InputError
from qbert_demo.evaluation.embedding import EmbeddingRun, embed_run
from qbert_demo.evaluation.live import EvaluationRun, evaluate_run
from qbert_demo.hub.commits import check_repo_id, writing_token
from qbert_demo.jobs.queue import CLOSING, Event, Jobs
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.prediction import predict
from qbert_demo.results import Estimate, HeadReport, Prediction, QuickReport
from qbert_demo.service.checks import check_text, tokens_of
from qbert_demo.service.kept import Kept, Training
from qbert_demo.settings import trainings_at_once
from qbert_demo.training.fine_tune import MAX_SECONDS, TrainingRun, measure_run, train_run
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from qbert_demo.training.trained_head import adopt, fresh_classifier, head_folder

__all__ = ["CLOSING", "Tuner", "archive", "push_head"]

MEASURING_SECONDS = 60
"""Longest time for an estimate, once it is its turn."""
WAITING, WAITING_TO_BE_MEASURED = 60, 30
"""Trainings and estimates that may stand in line; a class presses Start at once."""
MAX_READING_SECONDS = 900
MAX_KEPT_BYTES = 500_000_000
"""Of rows and results of all visitors' trainings."""
KEPT_CHOICES, KEPT_SECONDS = 8, 300
"""So many gathered choices are kept, for so long: a class takes the same rows, then starts."""


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
        self.datasets_dir = datasets_dir
        self.at_once = trainings_at_once() if at_once is None else at_once
        self._lock = Lock()
        self._base: LoadedModel | None = None
        self._gathered: TTLCache[str, Future[Material]] = TTLCache(KEPT_CHOICES, KEPT_SECONDS)
        self._kept = Kept(MAX_KEPT_BYTES)
        self._store = TemporaryDirectory(prefix="vectors-", ignore_cleanup_errors=True)
        self._jobs = Jobs(
            train_run,
            at_once=self.at_once,
            waiting=WAITING,
            seconds=MAX_SECONDS,
        )
        self._measurements = Jobs(
            measure_run,
            at_once=1,
            waiting=WAITING_TO_BE_MEASURED,
            seconds=MEASURING_SECONDS,
        )

    def sources(self) -> list[tuple[str, str]]:
        """Title and key of every dataset; those that need no network come first and say so."""
        choices = []
        for source in DATASETS.values():
            is_here = available(source, self.datasets_dir)
            words = " (bundled)" if is_bundled(source.key) else " (local copy)" * is_here
            choices.append((not is_here, source.title + words, source.key))
        return [(title, key) for _, title, key in sorted(choices, key=lambda c: c[0])]

    def material(self, choice: DataChoice) -> Material:
        """Gather the rows that a visitor wants.

        What anyone may read is gathered once for all who choose the same, and kept for
        `KEPT_SECONDS`.

        Raises:
            InputError: If a number or the visitor's own rows cannot be used.
            DataError: If a dataset cannot be had.
        """
        is_own = choice.source is None and choice.hub is None
        if is_own or (choice.hub is not None and choice.hub.token is not False):
            return gather(choice, self.datasets_dir)
        key = repr(replace(choice, own_text="", own_file=None))
        with self._lock:
            found = self._gathered.get(key)
            is_mine = found is None
            if found is None:
                found = self._gathered[key] = Future()
        if is_mine:
            try:
                found.set_result(gather(choice, self.datasets_dir))
            except BaseException as error:
                with self._lock:
                    self._gathered.pop(key, None)
                found.set_exception(error)
                raise
        return found.result()

    def look(self, dataset: HubDataset) -> Look:
        """Look at a dataset of the Hub, so that its columns can be chosen.

        Raises:
            InputError: If its id or the token cannot be one.
            DataError: If it cannot be had or used.
        """
        return look_at(dataset)

    def warm_up(self) -> None:
        """Have a process import what a training needs, so that the first one starts soon."""
        self._jobs.warm_up()

    def start(self, material: Material, recipe: FrozenRecipe | LoraRecipe) -> str:
        """Train as soon as there is a place; returns the id that all else asks for.

        Rows of the catalogue are embedded once for all who choose them.

        Raises:
            InputError: If there are more rows than may be trained on end to end.
            BusyError: If too many wait already.
        """
        is_public = material.chosen is not None and material.chosen.source is not None
        order = TrainingRun(material, recipe, Path(self._store.name) if is_public else None)
        return self._jobs.submit(order, order.seconds())

    def read(self, run: EvaluationRun | EmbeddingRun) -> str:
        """Have models read texts in the same queue; see `evaluate_run` and `embed_run`.

        Raises:
            BusyError: If too many wait already.
        """
        target = evaluate_run if isinstance(run, EvaluationRun) else embed_run
        return self._jobs.submit(run, MAX_READING_SECONDS, target)

    def keep(self, training: Training) -> None:
        """See `Kept.keep`; asked again once it has another result."""
        self._kept.keep(training)

    def estimate(
        self, order: TrainingRun, given_up: Callable[[], bool] = lambda: False
    ) -> Estimate:
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

    def classifiers(self, report: QuickReport, order: TrainingRun) -> dict[str, LoadedModel]:
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

    def answers(self, report: QuickReport, order: TrainingRun, text: str) -> list[Prediction]:
        """What trained heads say of a text, each in the order of its report.

        Raises:
            InputError: If there is nothing to read, or too much.
            BackboneError: If the encoder cannot be had.
        """
        text = check_text(text)
        predictions = []
        for name, model in self.classifiers(report, order).items():
            predictions.append(predict(model, name, tokens_of(model, text)))
        return predictions

    def base(self) -> LoadedModel:
        """The encoder that visitors' heads share, with a head of no meaning.

        Raises:
            BackboneError: If the encoder cannot be had.
        """
        with self._lock:
            self._base = self._base or fresh_classifier()
            return self._base

    def restore(self, data: bytes) -> tuple[str, LoadedModel]:
        """Read a zip file that `archive` made; returns the head's name and its model.

        Raises:
            CheckpointError: If anything about it is not as it should be.
            BackboneError: If the encoder cannot be had.
        """
        return zipped.restore(data, self.base())

    def events(self, job_id: str, since: int = 0, timeout: float = 0.25) -> list[Event]:
        """See `qbert_demo.jobs.queue.Jobs.events`; results are `QuickReport`s."""
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
        self._store.cleanup()


def archive(report: HeadReport, order: TrainingRun) -> bytes:
    """Make a zip file of a trained head's checkpoint folder.

    Raises:
        CheckpointError: If there is no room for temporary files.
        BackboneError: If the encoder cannot be had.
    """
    with head_folder(report, order.material, order.recipe) as folder:
        return zipped.archive(folder)


def push_head(
    report: HeadReport, order: TrainingRun, repo_id: str, token: str, *, private: bool = True
) -> str:
    """Push a head that a visitor trained, as the visitor.

    Args:
        report: The head.
        order: What it was trained on, and how.
        repo_id: The repository; it is created if need be.
        token: The visitor's; nothing keeps it.
        private: Whether the repository must be private.

    Returns:
        The commit's full sha.

    Raises:
        InputError: If name or token cannot be used, or the Hub refuses.
        BackboneError: If the encoder cannot be had.
        CheckpointError: If there is no room for temporary files.
    """
    check_repo_id(repo_id)
    writing_token(token)
    with head_folder(report, order.material, order.recipe) as folder:
        return push_folder(folder, repo_id, token, f"Add a {report.head} head", private=private)

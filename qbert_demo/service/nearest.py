"""Training texts nearest to a text in the hybrid's encoder, where the rows are at hand.

They are read once a task, in random order, in a process of its own and in the queue of the
trainings, into a file that is gone when the app ends. What was read is known at once, to everybody,
and reading goes on from there when somebody asks again. It pauses while nobody wants it.
"""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Condition, Lock

import numpy as np
from cachetools import cached
from numpy.typing import NDArray
from torch import nn

from qbert_demo.checkpoints.card import read_facts
from qbert_demo.data.catalogue import TASKS, Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import Rows, held_out_positions
from qbert_demo.errors import DataError, InputError
from qbert_demo.evaluation.embedding import EmbeddingRun
from qbert_demo.jobs.queue import Event
from qbert_demo.results import Neighbour, Neighbours
from qbert_demo.service.checks import check_text, tokens_of
from qbert_demo.service.explorer import Explorer
from qbert_demo.service.tuner import Tuner
from qbert_demo.settings import DATASETS_DIR
from qbert_demo.training.recipe import HELD_OUT_SEED

HEAD = "hybrid"
MOST = 8
"""Training texts that are told."""
COMPARED = 8192
"""Vectors compared at once."""
PAUSE = 0.5
"""Longest wait in seconds for news of the reading."""
SEED = 0
"""Of the order that the training texts are read in."""


Vectors = NDArray[np.float16]


@dataclass
class _Shelf:
    """A task's training texts and their vectors.

    Attributes:
        rows: In the order that they are read in.
        trained: See `Neighbours`.
        folder: Of the model.
        path: Of the vectors.
        read: How many have one.
        job: What reads on; empty if nothing does.
        watchers: Who wants it to.
    """

    rows: Rows
    trained: int | None
    folder: Path
    path: Path
    read: int = 0
    job: str = ""
    watchers: int = 0


class NearestTexts:
    """Finds training texts; safe between threads."""

    def __init__(self, explorer: Explorer, tuner: Tuner) -> None:
        """Read nothing yet.

        Args:
            explorer: What has the models.
            tuner: What has the queue, and says where datasets are.
        """
        self.explorer = explorer
        self._tuner = tuner
        self._lock = Lock()
        self._store = TemporaryDirectory(prefix="neighbours-", ignore_cleanup_errors=True)
        shelves: dict[str, _Shelf] = {}
        self._shelf = cached(shelves, key=lambda task, _: task.key, condition=Condition())(
            self._open
        )

    def near(self, task: str, text: str) -> Generator[Neighbours]:
        """Look among the training texts that were read, again and again until all are.

        Args:
            task: Key of a task with a shipped hybrid.
            text: What they are to be near to.

        Raises:
            InputError: If there is nothing to read, no such hybrid, or the rows cannot be had.
            BusyError: If too many wait in the queue.
            CheckpointError: If the model is not usable.
        """
        text = check_text(text)
        folder = None
        if HEAD in self.explorer.task(task).heads and task in TASKS:
            model = self.explorer.classifier(task, HEAD)
            folder = self.explorer.folder(task, HEAD)
        if folder is None:
            raise InputError("Training texts are known of the shipped hybrids alone.")
        ids = tokens_of(model, text).ids
        said = int(model.logits([ids])[0].argmax())
        vector = nn.functional.normalize(model.embed([ids]))[0].cpu().numpy()
        return self._follow(self._shelf(TASKS[task], folder), text, said, vector)

    def _follow(
        self, shelf: _Shelf, text: str, said: int, vector: NDArray[np.float32]
    ) -> Generator[Neighbours]:
        vectors = np.load(shelf.path, mmap_mode="r")
        nearest: list[tuple[float, int]] = []
        job, seen, since = "", 0, 0
        waiting: int | None = 0
        with self._lock:
            shelf.watchers += 1
        try:
            while True:
                with self._lock:
                    self._read_on(shelf)
                    since = since if shelf.job == job else 0
                    job, read = shelf.job, shelf.read
                if read > seen:
                    nearest = _nearest(nearest, vectors[seen:read], vector, seen)
                    seen = read
                found = tuple(
                    Neighbour(shelf.rows.texts[k], shelf.rows.labels[k], alike)
                    for alike, k in nearest
                )
                facts = (len(shelf.rows), shelf.trained, waiting, shelf.rows.notes)
                yield Neighbours(text, said, found, seen, *facts)
                if seen == len(shelf.rows):
                    return
                for event in self._tuner.events(job, since, PAUSE):
                    since = event.number + 1
                    waiting = event.value if event.kind == "waiting" else None
                    self._hear(shelf, job, event)
        finally:
            with self._lock:
                shelf.watchers -= 1
                if not shelf.watchers and shelf.job:
                    with suppress(InputError):
                        self._tuner.drop(shelf.job)
                    shelf.job = ""

    def _read_on(self, shelf: _Shelf) -> None:
        """Have somebody read what is left, if nobody does."""
        if not shelf.job and shelf.read < len(shelf.rows):
            run = EmbeddingRun(shelf.folder, shelf.rows.texts, shelf.read, shelf.path)
            shelf.job = self._tuner.read(run)

    def _hear(self, shelf: _Shelf, job: str, event: Event) -> None:
        """Take over how far a job is; one that failed ends this."""
        with self._lock:
            if event.kind == "sent":
                shelf.read = max(shelf.read, event.value["read"])
            if event.is_last and shelf.job == job:
                shelf.job = ""
        if event.kind == "failed":
            raise InputError(event.sentence)

    def _open(self, task: Dataset, folder: Path) -> _Shelf:
        try:
            rows = load_task(task, task.train, self._tuner.datasets_dir)
        except DataError as error:
            raise InputError(
                f"The training texts of {task.repo_id} are not to be had now; set {DATASETS_DIR} "
                "to a folder that has them, or try again when the Hub can be reached."
            ) from error
        kept, trained = _trained_on(rows, folder)
        order = np.random.default_rng(SEED).permutation(kept)
        rows = rows.take(order.tolist()).cut()
        path = Path(self._store.name) / f"{task.key}.npy"
        width = self.explorer.classifier(task.key, HEAD).model.bert.config.hidden_size
        np.lib.format.open_memmap(path, "w+", np.float16, (len(rows), width))
        return _Shelf(rows, trained, folder, path)


def _trained_on(rows: Rows, folder: Path) -> tuple[list[int], int | None]:
    """Positions of the rows that a checkpoint was trained on, or of all and how many it was."""
    facts = read_facts(folder)
    recipe, n = facts["recipe"], int(facts["data"]["train_rows"])
    kept = list(range(len(rows)))
    if recipe["held_out"]:
        part = (recipe["held_out"], HELD_OUT_SEED, recipe["leak_words"], recipe["held_out_words"])
        try:
            kept, _ = held_out_positions(rows, *part)
        except DataError:  # there are fewer rows here than were held out
            kept = []
    return (kept, None) if len(kept) == n else (list(range(len(rows))), n)


def _nearest(
    known: list[tuple[float, int]], vectors: Vectors, vector: NDArray[np.float32], first: int
) -> list[tuple[float, int]]:
    """The nearest of those known and of more vectors, the first of which is number ``first``."""
    for start in range(0, len(vectors), COMPARED):
        alike = vectors[start : start + COMPARED].astype(np.float32) @ vector
        best = np.argsort(-alike, kind="stable")[:MOST]
        known = known + [(float(alike[k]), first + start + int(k)) for k in best]
    return sorted(known, key=lambda pair: -pair[0])[:MOST]

"""Evaluations for visitors: models of a task on labelled rows, in the queue of the trainings.

What came of one is kept in memory under the id of its job, which cannot be guessed, while there is
room and for `KEPT_SECONDS`.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from threading import Condition, Lock

import numpy as np
from cachetools import TTLCache, cached

from qbert_demo.config import MAX_SEED
from qbert_demo.data.bundled import is_bundled
from qbert_demo.data.catalogue import DATASETS, Dataset, leak
from qbert_demo.data.catalogue_rows import available
from qbert_demo.data.hub_dataset import HubDataset, load_hub_rows
from qbert_demo.data.own_rows import PASTED, read_given
from qbert_demo.data.rows import Rows
from qbert_demo.data.scored_rows import fit_labels, in_catalogue, load_catalogue, read_as_text
from qbert_demo.errors import BusyError, InputError
from qbert_demo.evaluation.live import Answers, EvaluationRun, carried
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.evaluation.scores import score
from qbert_demo.evaluation.words import UNKNOWN_ROWS, UNKNOWN_TRAINING
from qbert_demo.jobs.queue import Event
from qbert_demo.ranges import whole
from qbert_demo.results import BatchComparison, Evaluation, Judgement, TaskCard
from qbert_demo.service.checks import check_heads
from qbert_demo.service.explorer import Explorer
from qbert_demo.service.plain_json import Json, evaluation_json
from qbert_demo.service.tuner import Tuner

__all__ = [
    "MAX_API_ROWS",
    "MAX_ROWS",
    "PASTED",
    "STREAMED",
    "Evaluator",
    "Event",
    "Order",
    "RowsWish",
]

MAX_ROWS = 25_000
"""Of one evaluation: the largest reported split."""
MAX_API_ROWS = 2_000
"""Of one that a program waits for."""
STREAMED = 20_000
"""Rows that a train split, or one of any other dataset, is sampled from if the Hub is asked."""
FEWEST_STREAMED, DRAWN = 2_000, 5
"""Of another dataset, and rows streamed for each that is wanted."""
KEPT_BYTES, KEPT_SECONDS = 300_000_000, 3600
"""Of all results together, and how long one is kept."""
KEPT_SPLITS, KEPT_SPLIT_SECONDS = 4, 600
FIRST = ("hybrid",)
"""What the others are compared with."""
GONE = "This evaluation was dropped to make room for others'. Evaluate again."


@dataclass(frozen=True)
class RowsWish:
    """Which rows a visitor wants.

    Attributes:
        source: Key of a dataset of the catalogue; ``None`` for others.
        split: Its reported one if empty, or its train split.
        rows: A sample of so many; all, up to `MAX_ROWS`, if ``None``.
        seed: Of the sample and the order.
        own_text: Pasted lines ``text,label``.
        own_file: A CSV, TSV or JSONL file; it counts more than pasted lines.
        hub: Any other dataset of the Hub, with its own split; it counts more than rows of one's
            own.
    """

    source: str | None
    split: str = ""
    rows: int | None = None
    seed: int = 0
    own_text: str = ""
    own_file: Path | None = None
    hub: HubDataset | None = None


@dataclass(frozen=True)
class Order:
    """An evaluation that was begun.

    Attributes:
        job_id: What its events are asked for with.
        card: The task.
        rows: What is read, in random order.
        available: How many rows there were.
        dataset, split: Where they are from.
        seed: Of the sample and the order.
        names: What visitors' models are called, by head.
        warnings: See `Evaluation`.
    """

    job_id: str
    card: TaskCard
    rows: Rows
    available: int
    dataset: str
    split: str
    seed: int
    names: dict[str, str]
    warnings: tuple[str, ...]


class Evaluator:
    """Scores models of the explorer in the queue of the tuner."""

    def __init__(self, explorer: Explorer, tuner: Tuner) -> None:
        """Start nothing yet."""
        self.explorer, self.tuner = explorer, tuner
        self._lock = Lock()
        self._kept: TTLCache[str, Evaluation] = TTLCache(KEPT_BYTES, KEPT_SECONDS, getsizeof=_size)
        splits: TTLCache[tuple[str, str], Rows] = TTLCache(KEPT_SPLITS, KEPT_SPLIT_SECONDS)
        self._split = cached(splits, key=lambda d, s: (d.key, s), condition=Condition())(
            partial(_load, datasets_dir=tuner.datasets_dir)
        )

    def sources(self, task: str) -> list[tuple[str, str]]:
        """Title and key of every dataset with the classes of a task, its own first.

        Raises:
            InputError: If there is no such task.
        """
        card = self.explorer.task(task)
        found = [d for d in DATASETS.values() if {*map(str.lower, d.labels)} == _names(card)]
        found.sort(key=lambda d: d.key != _home(card))
        return [(d.title + self._words(d), d.key) for d in found]

    def start(self, task: str, heads: Sequence[str], wish: RowsWish) -> Order:
        """Evaluate as soon as there is a place in the queue.

        Args:
            task: Key of the task.
            heads: Which of its models.
            wish: Which rows.

        Raises:
            InputError: If the rows are not of the task's classes, or something cannot be used.
            DataError: If a dataset cannot be had.
            CheckpointError: If a model is not usable.
            BusyError: If too many wait already.
        """
        card = self.explorer.task(task)
        heads = check_heads(card, list(dict.fromkeys(heads)))
        whole("The seed", wish.seed, 0, MAX_SEED)
        if wish.rows is not None:
            whole("Rows", wish.rows, 1, MAX_ROWS)
        everything, dataset, split, known = self._rows(card, wish)
        rows = fit_labels(everything, card.labels)
        order = np.random.default_rng(wish.seed).permutation(len(rows))
        rows = rows.take(order[: wish.rows or MAX_ROWS].tolist())
        models, own = {}, {}
        for head in heads:
            folder = self.explorer.folder(task, head)
            if folder is None:
                model = self.explorer.classifier(task, head)
                own[head] = model.name or card.title
            models[head] = folder or carried(model)
        warnings = [UNKNOWN_TRAINING.format(name) for name in dict.fromkeys(own.values())]
        if known and len(own) < len(heads):
            warnings += filter(None, [leak(_home(card), known, split)])
        elif wish.hub and len(own) < len(heads):
            warnings.append(UNKNOWN_ROWS.format(dataset))
        names = {head: name for head, name in own.items() if head == "guest"}
        facts = (card, rows, len(everything), dataset, split, wish.seed, names, tuple(warnings))
        return Order(self.tuner.read(EvaluationRun(models, rows.texts)), *facts)

    def finish(self, order: Order, answers: Answers) -> Evaluation:
        """Score what was said, and keep it under the order's job."""
        n = len(answers)
        rows = order.rows.take(range(n))
        truth = np.array(rows.labels)
        scores = tuple(
            score(head, said, truth, n / answers.seconds[head])
            for head, said in answers.probabilities.items()
        )
        right = {h: p.argmax(1) == truth for h, p in answers.probabilities.items()}
        pairs = paired_tests(dict(sorted(right.items(), key=lambda pair: pair[0] not in FIRST)))
        where = (order.dataset, order.split, rows.revision or None)
        key, day = order.card.key, date.today().isoformat()
        judgement = Judgement(key, *where, n, 0, day, scores, pairs, (), None)
        texts = BatchComparison(
            key, rows.texts, order.card.labels, truth, answers.probabilities, answers.n_cut
        )
        counts = (len(order.rows), order.available, order.seed)
        found = Evaluation(judgement, texts, *counts, order.names, order.warnings, rows.notes)
        with self._lock:
            self._kept[order.job_id] = found
        return found

    def kept(self, job_id: str) -> Evaluation:
        """What came of an evaluation.

        Raises:
            InputError: If it is kept no longer.
        """
        with self._lock:
            found = self._kept.get(job_id)
        if found is None:
            raise InputError(GONE)
        return found

    def evaluate(self, task: str, head: str, wish: RowsWish) -> Json:
        """Evaluate one model and wait for it; errors are those of `start`.

        Returns:
            What `evaluation_json` reports, ``warnings``, and ``predictions_file``, always ``None``.

        Raises:
            BusyError: If it could not be finished.
        """
        whole("Rows", wish.rows, 1, MAX_API_ROWS)
        order, since = self.start(task, [head], wish), 0
        try:
            while True:
                for event in self.tuner.events(order.job_id, since, 1):
                    since = event.number + 1
                    if event.is_last and event.value:
                        found = self.finish(order, event.value)
                        (model,) = found.judgement.models
                        name = self._name(order.card, head)
                        report = evaluation_json(model, name, order.dataset, order.split)
                        return {**report, "warnings": [*order.warnings], "predictions_file": None}
                    if event.is_last:
                        raise BusyError(event.sentence)
        finally:
            self.drop(order.job_id)

    def stop(self, job_id: str) -> None:
        """End an evaluation within a second; its result is what all models have read by then."""
        with suppress(InputError):
            self.tuner.stop(job_id)

    def drop(self, job_id: str) -> None:
        """Forget a job, if it is there."""
        with suppress(InputError):
            self.tuner.drop(job_id)

    def _words(self, dataset: Dataset) -> str:
        """What of a dataset needs no network."""
        if is_bundled(dataset.key):
            return " (train split bundled)"
        return " (local copy)" * available(dataset, self.tuner.datasets_dir)

    def _name(self, card: TaskCard, head: str) -> str:
        """Where a model came from, or the name of a bundled one's folder."""
        source = self.explorer.classifier(card.key, head).source
        return f"{_home(card)}-{head}" if source == "bundled" else source

    def _rows(self, card: TaskCard, wish: RowsWish) -> tuple[Rows, str, str, Dataset | None]:
        """All rows of a kind, their dataset and split in words, and the one of the catalogue."""
        if wish.hub is not None:
            n = STREAMED if wish.rows is None else max(FEWEST_STREAMED, DRAWN * wish.rows)
            rows, place = load_hub_rows(wish.hub, min(n, STREAMED))
            known = in_catalogue(place.repo_id)
            return rows.cut(), place.repo_id, place.split, known
        if wish.source is None:
            rows = read_as_text(read_given(wish.own_text, wish.own_file, is_for_training=False))
            return rows, rows.origin, "", None
        dataset = DATASETS.get(wish.source) if isinstance(wish.source, str) else None
        if dataset is None:
            raise InputError(f"There is no dataset {str(wish.source)[:40]!r} here.")
        splits = (dataset.report, dataset.train)
        split = wish.split or dataset.report
        if split not in splits:
            raise InputError(f"The splits of {dataset.title} here are {' and '.join(splits)}.")
        return self._split(dataset, split), dataset.repo_id, split, dataset


def _load(dataset: Dataset, split: str, datasets_dir: Path | None) -> Rows:
    streamed = None if split == dataset.report else STREAMED
    return load_catalogue(dataset, split, datasets_dir, streamed)


def _names(card: TaskCard) -> set[str]:
    return {label.lower() for label in card.labels}


def _home(card: TaskCard) -> str:
    """The shipped task that a task is, or that a visitor's stands beside."""
    return card.key.rpartition("~")[2]


def _size(evaluation: Evaluation) -> int:
    texts = evaluation.texts
    arrays = sum(said.nbytes for said in texts.probabilities.values())
    return arrays + sum(map(sys.getsizeof, texts.texts))

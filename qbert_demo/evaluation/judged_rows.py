"""What is behind a judgement: its rows, each seed's runs, and the weights that were judged."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from qbert_demo.checkpoints.card import FACTS, read_facts
from qbert_demo.checkpoints.runs import FOLDER, Run, read_runs
from qbert_demo.data.rows import Rows, fingerprint
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.metrics import accuracy, confusion
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.hub.files import WEIGHTS
from qbert_demo.model.heads import HEADS
from qbert_demo.results import Array, Judgement, SeedRun

ORDER = ("hybrid", "control", "classical")
"""Of two models that are compared, the earlier is the first."""


def are_judged(judgement: Judgement, rows: Rows, said: Mapping[str, Array]) -> bool:
    """Whether rows are those of a stored judgement.

    Args:
        judgement: The judgement.
        rows: Those at hand.
        said: What was predicted of the judged ones, ``(n, n_labels)`` of each head; with the true
            labels it must give the confusion matrices that were measured.
    """
    if judgement.rows_sha256 and judgement.rows_sha256 != fingerprint(rows):
        return False
    truth = np.array(rows.labels)
    for model in judgement.models:
        probabilities = said.get(model.head)
        if probabilities is None or not len(probabilities) == len(truth) == judgement.rows:
            return False
        found = confusion(probabilities.argmax(1), truth, len(model.confusion))
        if not np.array_equal(found, model.confusion):
            return False
    return True


def digest(folder: Path) -> str:
    """SHA-256 of a checkpoint's weights."""
    return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()


def seed_runs(task: str, folder: Path, rows: Rows) -> tuple[SeedRun, ...]:
    """Score and compare the runs that are kept of a task, each seed by itself.

    Args:
        task: Its key.
        folder: Where its checkpoints lie.
        rows: All of the reported split.

    Raises:
        CheckpointError: If the runs are damaged, or of other rows or of another recipe than the
            checkpoints.
    """
    places = [folder / f"{task}-{head}" for head in HEADS]
    facts = [read_facts(place) for place in places if (place / FACTS).is_file()]
    found = read_runs(task, folder, facts[0]["recipe"] if facts else None)
    if found is None:
        return ()
    if found.rows_sha256 != fingerprint(rows):
        raise CheckpointError(
            f"{folder / FOLDER / f'{task}.json'} holds runs that were scored on other rows than "
            f"{rows.origin}. Delete it, or train again."
        )
    seeds = sorted({run.seed for run in found.runs})
    return tuple(_seed(seed, [r for r in found.runs if r.seed == seed], rows) for seed in seeds)


def _seed(seed: int, runs: list[Run], rows: Rows) -> SeedRun:
    truth, said = np.array(rows.labels), {run.head: run.predicted for run in runs}
    return SeedRun(
        seed,
        {head: accuracy(said[head], truth) for head in HEADS if head in said},
        paired_tests({head: said[head] == truth for head in ORDER if head in said}),
    )

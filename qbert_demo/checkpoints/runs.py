"""What several seeds of each head scored: scores and predictions are kept, not the weights.

The file of a task, ``<task>.json``, is JSON: the split and a fingerprint of its rows, the recipe
less the seed, and under ``runs`` one entry a head and seed. Predictions are a string of one digit a
text, in the order of the rows.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.checkpoints.recipes import alike
from qbert_demo.disk import draft
from qbert_demo.errors import CheckpointError, DataError
from qbert_demo.model.heads import HEADS
from qbert_demo.results import Spread

FOLDER = "runs"
"""Where the files lie in the folder of the checkpoints."""
SHARED = ("task", "split", "rows_sha256", "recipe")
"""What all runs of a file have in common."""


@dataclass(frozen=True)
class Run:
    """One training of a head, scored on the reported split.

    Attributes:
        head: What was trained.
        seed: Of the training.
        accuracy: On the split.
        predicted: Index of each text's label, shape ``(n,)``.
    """

    head: str
    seed: int
    accuracy: float
    predicted: NDArray[np.int64]


@dataclass(frozen=True)
class Runs:
    """All runs that are kept of a task.

    Attributes:
        rows_sha256: Of the rows of the split; see `qbert_demo.data.rows.fingerprint`.
        runs: By head, then by seed.
    """

    rows_sha256: str
    runs: tuple[Run, ...]

    def spreads(self) -> dict[str, Spread]:
        """Mean and range of accuracy of each head, of those that have several seeds."""
        found = {
            head: Spread.of([run.accuracy for run in self.runs if run.head == head])
            for head in HEADS
        }
        return {head: spread for head, spread in found.items() if spread}


def add_runs(path: Path, file: dict[str, Any]) -> None:
    """Add runs to a task's file, each in the place of the one of its head and seed.

    Args:
        path: The file; it is made if it is not there, and written whole or not at all.
        file: What such a file holds.

    Raises:
        DataError: If the file is of other rows, or of another recipe.
    """
    shared = {name: file[name] for name in SHARED}
    known = json.loads(path.read_text("utf-8")) if path.is_file() else shared | {"runs": []}
    if other := sorted(name for name, value in shared.items() if not alike(known[name], value)):
        raise DataError(
            f"{path} holds runs with another {', '.join(other)}. Name another file, or delete it."
        )
    runs = {(run["head"], run["seed"]): run for run in (*known["runs"], *file["runs"])}
    order = sorted(runs, key=lambda place: (list(HEADS).index(place[0]), place[1]))
    text = json.dumps(shared | {"runs": [runs[place] for place in order]}, indent=1) + "\n"
    with draft(path) as folder:
        (folder / path.name).write_text(text, encoding="utf-8")
        (folder / path.name).replace(path)


def add_files(task: str, folder: Path, files: list[Path]) -> None:
    """Add what is in several files to that of a task in the folder of its checkpoints.

    Raises:
        CheckpointError: If a file is not to be had, or damaged.
        DataError: If one is of other rows, or of another recipe.
    """
    for path in files:
        _read(path)
        add_runs(folder / FOLDER / f"{task}.json", json.loads(path.read_text("utf-8")))


def read_runs(task: str, folder: Path, recipe: dict[str, Any] | None = None) -> Runs | None:
    """Read what is kept of a task in the folder of its checkpoints; ``None`` if nothing is.

    Args:
        task: Its key.
        folder: Where checkpoints lie, and ``runs`` beside them.
        recipe: Of the checkpoints beside it, which the runs must be made by; any if left out.

    Raises:
        CheckpointError: If the file is damaged, or of another recipe.
    """
    path = folder / FOLDER / f"{task}.json"
    if not path.is_file():
        return None
    runs, made_by = _read(path)
    if recipe is not None and not alike(made_by, recipe):
        raise CheckpointError(
            f"{path} holds runs of another recipe than the checkpoints beside it. Put the "
            "checkpoints of these runs there, or delete it."
        )
    return runs


def spreads_in(task: str, folder: Path, recipe: dict[str, Any] | None = None) -> dict[str, Spread]:
    """Mean and range of the heads with several seeds; arguments and errors are `read_runs`'s."""
    found = read_runs(task, folder, recipe)
    return found.spreads() if found else {}


def seeds_words(seed: int, spread: Spread | None) -> str:
    """How many seeds of a head were trained, and which one a checkpoint is of."""
    if spread is None:
        return "One seed was trained"
    return f"{spread.n} seeds were trained, and these are the weights of seed {seed}"


def _read(path: Path) -> tuple[Runs, dict[str, Any]]:
    try:
        values = json.loads(path.read_text("utf-8"))
        runs = tuple(_run(run, values["split"]) for run in values["runs"])
        return Runs(str(values["rows_sha256"]), runs), dict(values["recipe"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(
            f"{path} does not hold what `train --runs` writes ({error!s:.100}). Train anew, or "
            "name another file."
        ) from error


def _run(values: dict[str, Any], split: str) -> Run:
    predicted = np.array([int(digit) for digit in values["predicted"]])
    accuracy = float(values["scores"][split]["accuracy"]["value"])
    return Run(str(values["head"]), int(values["seed"]), accuracy, predicted)

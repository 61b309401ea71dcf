"""What the Judge tab asks: a task's stored judgement, its words, and the hybrid's formula."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from qbert_demo.checkpoints.behaviour import FOLDER
from qbert_demo.circuit.formula import Formula
from qbert_demo.data.behaviour import FAMILIES, STEADY, families_for
from qbert_demo.data.catalogue import TASKS
from qbert_demo.errors import InputError
from qbert_demo.evaluation.behaviour import failure_rate
from qbert_demo.evaluation.judged_rows import digest
from qbert_demo.evaluation.judgement import head_formula, read_judgement
from qbert_demo.evaluation.leaderboard import leaderboard
from qbert_demo.evaluation.words import (
    p_value,
    paired_seeds,
    power,
    seeds_words,
    signed,
    undecided,
    unneeded,
    verdict,
)
from qbert_demo.model.heads import CircuitHead
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Judgement, TaskCard
from qbert_demo.training.provenance import versions

__all__ = [
    "STEADY",
    "command",
    "failure_rate",
    "formula_in",
    "leaderboard",
    "others",
    "p_value",
    "paired_seeds",
    "power",
    "seeds_words",
    "signed",
    "stored",
    "unasked",
    "undecided",
    "unneeded",
    "verdict",
    "versions",
]


def command(task: str) -> str:
    """What measures a judgement."""
    return f"python -m qbert_demo judge --task {task} --measure"


def stored(card: TaskCard, folder: Path) -> Judgement:
    """Read what was measured of a task.

    Raises:
        InputError: If nothing was; the message says how.
        CheckpointError: If it is damaged.
    """
    if card.key not in TASKS:
        known = ", ".join(TASKS)
        raise InputError(f"{card.title} cannot be judged here; the tasks that can are: {known}.")
    path = folder / FOLDER / f"{card.key}.json"
    if not path.is_file():
        raise InputError(f"{card.title} was not judged yet. `{command(card.key)}` does it.")
    return _read(card.key, folder, path.stat().st_mtime_ns)


@lru_cache(maxsize=len(TASKS))
def _read(task: str, folder: Path, changed: int) -> Judgement:
    """Read a judgement once, until its file changes."""
    return read_judgement(task, folder)


def unasked(labels: Sequence[str]) -> tuple[str, ...]:
    """Names of the families of short texts that ask nothing of a task with these labels."""
    asked = families_for(labels)
    return tuple(family.name for family in FAMILIES if family not in asked)


def others(judgement: Judgement, folders: Mapping[str, Path]) -> tuple[str, ...]:
    """Heads whose weights are not those that were judged.

    Args:
        judgement: What was judged.
        folders: Of the checkpoints in use, by head.
    """
    judged = judgement.weights_sha256
    here = judged.keys() & folders.keys()
    return tuple(head for head in judged if head in here and digest(folders[head]) != judged[head])


def formula_in(model: LoadedModel) -> Formula:
    """Each logit less the mean of all, as a formula of the circuit's encoding angles in radians.

    Raises:
        InputError: If the model has no circuit, or its formula is too long.
    """
    head = model.model.classifier
    if not isinstance(head, CircuitHead):
        raise InputError("This model has no circuit, so there is no formula of it.")
    try:
        return head_formula(head)
    except ValueError as error:
        raise InputError(str(error)) from error

"""All shipped models in one table, from what is stored with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qbert_demo.checkpoints.behaviour import FOLDER
from qbert_demo.checkpoints.card import FACTS, read_facts
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.data.catalogue import TASKS
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.judgement import read_judgement
from qbert_demo.model.heads import HEADS, angles_in
from qbert_demo.results import Judgement, ModelScore, Standing, Unread


def leaderboard(folder: Path) -> Iterator[Standing | Unread]:
    """List the models of every judged task, in the order of the tasks.

    Args:
        folder: Where checkpoints lie, and ``judgements`` beside them.
    """
    for task in TASKS.values():
        if not (folder / FOLDER / f"{task.key}.json").is_file():
            continue
        try:
            judgement = read_judgement(task.key, folder)
        except CheckpointError as error:
            yield Unread(task.key, str(error))
            continue
        for model in judgement.models:
            name = f"{task.key}-{model.head}"
            try:
                yield _standing(judgement, model, task.task_title, read_facts(folder / name))
            except CheckpointError as error:
                yield Unread(task.key, f"{name} could not be opened: {error}")
            except (KeyError, TypeError) as error:
                yield Unread(task.key, f"{name} could not be opened: its {FACTS} lacks {error}.")


def _standing(
    judgement: Judgement, model: ModelScore, title: str, facts: dict[str, Any]
) -> Standing:
    return Standing(
        judgement.task,
        title,
        model.head,
        model.accuracy,
        model.macro_f1,
        facts["parameters"]["head"],
        facts["parameters"]["head"] - _dead(model.head, facts["recipe"]),
        judgement.head_milliseconds.get(model.head),
        facts["seconds"] / 3600,
        facts["device"],
        judgement.day,
        judgement.spread(model.head),
    )


def _dead(head: str, recipe: dict[str, Any]) -> int:
    """How many angles of a head's circuit change nothing."""
    if not HEADS[head].has_circuit:
        return 0
    names = ("n_qubits", "n_layers", "encoding", "ansatz", "reupload")
    return angles_in(CircuitSpec(**{name: recipe[name] for name in names})).dead

"""What the command line runs: training, evaluation and publishing."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from qbert_demo.checkpoints.publish import publish, write_cards
from qbert_demo.data.catalogue import TASKS, find_task
from qbert_demo.data.choice import DataChoice
from qbert_demo.evaluation.judgement import judge, read_judgement
from qbert_demo.evaluation.scores import evaluate
from qbert_demo.evaluation.words import as_text
from qbert_demo.results import Judgement
from qbert_demo.service.tuner import Tuner
from qbert_demo.training.cost import cost_of_training
from qbert_demo.training.fine_tune import fine_tune
from qbert_demo.training.recipe import RECIPES, FrozenRecipe, Recipe
from qbert_demo.training.soft_labels import FOLDER as SOFT_LABELS
from qbert_demo.training.teach import make_soft_labels, teacher_recipe
from qbert_demo.training.train_task import train
from qbert_demo.training.trained_head import write_head

__all__ = [
    "RECIPES",
    "SOFT_LABELS",
    "TASKS",
    "Recipe",
    "as_text",
    "cost_of_training",
    "evaluate_task",
    "judge_task",
    "publish",
    "read_judgement",
    "teach_task",
    "train_frozen",
    "train_task",
    "write_cards",
]


def evaluate_task(key: str, checkpoints: Path, datasets_dir: Path | None) -> str:
    """Score the task with this key as `evaluate` does."""
    return evaluate(find_task(key), checkpoints, datasets_dir)


def judge_task(key: str, checkpoints: Path, datasets_dir: Path | None) -> Judgement:
    """Measure the task with this key as `judge` does, and keep what was found."""
    return judge(find_task(key), checkpoints, datasets_dir)


def train_task(
    key: str, head: str, settings: dict[str, Any], output: Path, **how: Any
) -> dict[str, Any] | None:
    """Fine-tune end to end; result and errors are those of `train`.

    Args:
        key: Of the task.
        head: Kind of the head.
        settings: Fields of `Recipe` that are to differ from the task's.
        output: Folder of the checkpoint.
        **how: What else `train` takes.
    """
    return train(find_task(key), head, replace(RECIPES[key], **settings), output, **how)


def teach_task(
    key: str, teacher: str, settings: dict[str, Any], output: Path, **how: Any
) -> dict[str, Any]:
    """Make a task's soft labels; result and errors are those of `make_soft_labels`.

    Args:
        key: Of the task.
        teacher: A folder or a Hub id.
        settings: Fields of `Recipe` that are to differ from the teacher's.
        output: The file of the soft labels.
        **how: What else `make_soft_labels` takes.
    """
    recipe = teacher_recipe(RECIPES[key], settings)
    return make_soft_labels(find_task(key), teacher, recipe, output, **how)


def train_frozen(
    choice: DataChoice, recipe: FrozenRecipe, output: Path, datasets_dir: Path | None
) -> dict[str, Any]:
    """Train one head in seconds and write its checkpoint.

    Args:
        choice: Which rows.
        recipe: Settings, with one head.
        output: Folder of the checkpoint.
        datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.

    Returns:
        Numbers of rows, the held-out accuracy, what was decided about the rows, seconds by stage,
        and the folder.

    Raises:
        InputError: If a number or the rows cannot be used.
        DataError: If a dataset cannot be had.
    """
    start = time.perf_counter()
    material = Tuner(datasets_dir).material(choice)
    loaded = time.perf_counter()
    report = fine_tune(material, recipe)
    (head,) = report.heads.values()
    write_head(head, material, recipe, output)
    return {
        "rows": len(material.train),
        "held_out_rows": len(material.held_out),
        "held_out_accuracy": head.accuracy.value,
        "notes": list(material.notes),
        "seconds": {
            "load": round(loaded - start, 3),
            **{name: round(seconds, 3) for name, seconds in report.seconds.items()},
            "total": round(time.perf_counter() - start, 3),
        },
        "output": str(output),
    }

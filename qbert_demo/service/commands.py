"""What the command line runs: training, evaluation and publishing."""

import json
import os
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from qbert_demo.checkpoints.card import FACTS
from qbert_demo.checkpoints.hub_model import open_source
from qbert_demo.checkpoints.publish import publish, write_cards
from qbert_demo.checkpoints.runs import add_files
from qbert_demo.data.catalogue import TASKS, find_task, leak
from qbert_demo.data.choice import DataChoice
from qbert_demo.data.scored_rows import RowsPlace, fit_labels, in_catalogue, load_rows
from qbert_demo.errors import InputError
from qbert_demo.evaluation.judgement import judge, read_judgement, take_seeds
from qbert_demo.evaluation.scores import evaluate, halved, measure
from qbert_demo.evaluation.words import UNKNOWN_TRAINING, as_text
from qbert_demo.model.heads import head_of
from qbert_demo.results import Judgement
from qbert_demo.service.plain_json import Json, evaluation_json
from qbert_demo.service.tuner import Tuner
from qbert_demo.settings import max_model_bytes
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
    "RowsPlace",
    "as_text",
    "cost_of_training",
    "evaluate_checkpoint",
    "evaluate_task",
    "judge_task",
    "predictions_file",
    "publish",
    "read_judgement",
    "seed_task",
    "teach_task",
    "train_frozen",
    "train_task",
    "write_cards",
]


def evaluate_task(key: str, checkpoints: Path, datasets_dir: Path | None) -> str:
    """Score the task with this key as `evaluate` does."""
    return evaluate(find_task(key), checkpoints, datasets_dir)


def evaluate_checkpoint(
    source: str,
    revision: str | None,
    place: RowsPlace,
    n: int | None,
    output: Path,
    datasets_dir: Path | None,
) -> tuple[Json, tuple[str, ...]]:
    """Score any checkpoint on labelled rows, and write what it said of them.

    Args:
        source: A folder or a Hub repository.
        revision: Branch, tag or commit on the Hub.
        place: Where the rows are.
        n: Most rows, a sample that is the same each time.
        output: The safetensors file: ``probabilities`` ``(rows, classes)`` in float16, and the
            index of each row's true class, ``labels``.
        datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.

    Returns:
        What ``evaluate --json`` prints, and notes on the rows, in sentences.

    Raises:
        InputError: If the rows are not of the model's classes, or a number cannot be used.
        CheckpointError: If the checkpoint is not to be had, or not usable.
        DataError: If a dataset is not to be had.
    """
    if n is not None and n < 1:
        raise InputError(f"{n} rows cannot be scored. Take at least 1.")
    model = open_source(source, revision, max_model_bytes())
    rows, where = load_rows(place, datasets_dir)
    rows = fit_labels(rows, model.labels).sample(n)
    head = head_of(model.model.config.head).name
    found, probabilities, _ = measure(model, head, rows)
    tensors = {"probabilities": halved(probabilities), "labels": np.array(rows.labels)}
    facts = {"checkpoint": model.source, "dataset": where.name, "split": where.split}
    output.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, output, {**facts, "classes": json.dumps(model.labels)})
    report = evaluation_json(found, model.source, where.name, where.split)
    return {**report, "predictions_file": str(output)}, (*_unfair(source, where), *rows.notes)


def predictions_file(source: str, place: RowsPlace) -> Path:
    """Where predictions go if nothing else is said: beside a checkpoint's folder.

    Those of a repository of the Hub, and of a folder whose neighbourhood cannot be written, go
    to the current folder.
    """
    folder = Path(source).resolve()
    beside = folder.parent if folder.exists() and os.access(folder.parent, os.W_OK) else Path()
    parts = (folder.name if folder.exists() else source, place.name)
    model, dataset = (re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in parts)
    name = f"{model}-on-{'-'.join(filter(None, (dataset, place.split)))}.safetensors"
    return beside / name


def _unfair(source: str, where: RowsPlace) -> list[str]:
    """What is to be known of a checkpoint's training to judge its scores."""
    path = Path(source) / FACTS
    task = json.loads(path.read_text("utf-8")).get("task", "") if path.is_file() else ""
    if not task:
        return [UNKNOWN_TRAINING.format(source)]
    dataset = in_catalogue(where.name)
    return [found] if dataset and (found := leak(task, dataset, where.split)) else []


def judge_task(key: str, checkpoints: Path, datasets_dir: Path | None) -> Judgement:
    """Measure the task with this key as `judge` does, and keep what was found."""
    return judge(find_task(key), checkpoints, datasets_dir)


def seed_task(
    key: str, checkpoints: Path, files: list[Path], datasets_dir: Path | None
) -> Judgement:
    """Add runs of several seeds to a task's, and take them into its judgement as `take_seeds` does.

    Args:
        key: Of the task.
        checkpoints: Where its checkpoints, runs and judgement are.
        files: What `train --runs` wrote, to be added to the task's runs.
        datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.
    """
    task = find_task(key)
    add_files(key, checkpoints, files)
    return take_seeds(task, checkpoints, datasets_dir)


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

"""From a task's rows and a pretrained encoder to the soft labels that heads are distilled from."""

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import Rows, held_out_positions
from qbert_demo.errors import InputError
from qbert_demo.evaluation.metrics import accuracy
from qbert_demo.model.precision import has_bf16
from qbert_demo.training.provenance import describe, versions
from qbert_demo.training.recipe import HELD_OUT_SEED, Recipe
from qbert_demo.training.resume import last_state
from qbert_demo.training.soft_labels import write_soft_labels
from qbert_demo.training.teacher import (
    SCORED_AT_ONCE,
    Place,
    TeacherRecipe,
    TokenTable,
    fine_tune,
    load_teacher,
    logits_of,
)
from qbert_demo.training.teacher_state import TeacherState

OF_THE_TASK = ("held_out_words", "leak_words", "max_length")
"""Settings that a teacher shares with the heads that learn from it."""
TOLD_EVERY = 200
"""Batches scored from one word to the next."""


def teacher_recipe(recipe: Recipe, given: dict[str, Any]) -> TeacherRecipe:
    """The settings of a teacher for heads of a recipe.

    Args:
        recipe: The task's.
        given: Settings to change.

    Raises:
        InputError: If one of them has no meaning for a teacher.
    """
    known = {field.name for field in fields(TeacherRecipe)}
    if surplus := sorted(set(given) - known):
        raise InputError(f"These have no meaning with --teacher: {', '.join(surplus)}.")
    shared = {name: getattr(recipe, name) for name in OF_THE_TASK}
    return replace(TeacherRecipe(**shared), **given)


def make_soft_labels(
    task: Dataset,
    source: str,
    recipe: TeacherRecipe,
    output: Path,
    *,
    datasets_dir: Path | None = None,
    device: str = "auto",
    bf16: bool | None = None,
    fresh: bool = False,
    told: Callable[[str], None] = lambda sentence: None,
) -> dict[str, Any]:
    """Fine-tune a teacher on a task's training rows and write its logits for all of them.

    A run that was interrupted goes on from its last saved state; the state lies beside the
    output, in ``.<name>.run``, until the logits are written.

    Args:
        task: What is learnt.
        source: The pretrained encoder: a folder or a Hub id.
        recipe: The settings.
        output: The file; see `qbert_demo.training.soft_labels`.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.
        device: ``cpu``, ``cuda``, or ``auto``.
        bf16: Whether to use bfloat16; if left out, where the machine has it.
        fresh: Start over even if there is a state to resume from.
        told: Called with a sentence on how far it is, every minute or so.

    Returns:
        What the file's metadata say.

    Raises:
        QBertError: If rows or encoder cannot be had, or an interrupted run with other settings
            is in the way.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    place = Place(device, has_bf16(device) if bf16 is None else bf16)
    rows = load_task(task, task.train, datasets_dir)
    kept, held_out = held_out_positions(
        rows, recipe.held_out, HELD_OUT_SEED, recipe.leak_words, recipe.held_out_words
    )
    report_rows = load_task(task, task.report, datasets_dir)
    teacher, tokenizer, origin = load_teacher(source, len(task.labels), recipe)
    run_dir = output.resolve().with_name(f".{output.name}.run")
    settings = {"task": task.key, "teacher": origin["sha256"], **asdict(recipe)}
    last_state(run_dir, settings, fresh=fresh)

    start = time.monotonic()

    def tell(step: int, total: int, loss: float) -> None:
        minutes = (time.monotonic() - start) / 60
        told(f"step {step:,} of {total:,}, loss {loss:.4f}, {minutes:.1f} minutes")

    learnt = rows.take(kept)
    table = TokenTable(learnt.texts, tokenizer, recipe.max_length)
    steps = fine_tune(teacher, table, learnt.labels, recipe, TeacherState(run_dir), place, tell)

    def scored(part: Rows) -> Tensor:
        def tell(done: int, total: int) -> None:
            if done == total or done % (SCORED_AT_ONCE * TOLD_EVERY) == 0:
                told(f"scored {done:,} of {total:,} rows")

        known = TokenTable(part.texts, tokenizer, recipe.max_length)
        return logits_of(teacher, known, place, tell)

    logits, reported = scored(rows), scored(report_rows)
    scores = {
        "held_out": _score(logits[held_out], rows.take(held_out)),
        task.report: _score(reported, report_rows),
    }
    facts = {
        "task": task.key,
        "date": date.today().isoformat(),
        "teacher": origin,
        "recipe": asdict(recipe),
        "data": {
            "train": rows.origin,
            "train_split": task.train,
            "train_rows": len(kept),
            "held_out_rows": len(held_out),
            "report_split": task.report,
            "hub_revision": task.revision,
        },
        "steps": steps,
        "scores": scores,
        "minutes": round((time.monotonic() - start) / 60, 1),
        "device": describe(device),
        "bf16": place.bf16,
        "versions": versions(),
    }
    write_soft_labels(output, logits, rows, facts)
    shutil.rmtree(run_dir, ignore_errors=True)
    told(f"{output}: " + ", ".join(f"{k} accuracy {v['value']:.4f}" for k, v in scores.items()))
    return facts


def _score(logits: Tensor, rows: Rows) -> dict[str, Any]:
    return asdict(accuracy(logits.argmax(1).numpy(), np.array(rows.labels)))

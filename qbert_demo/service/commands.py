"""What the command line alone does: train, score and publish checkpoints."""

import time
from pathlib import Path
from typing import Any

from qbert_demo.checkpoints.publish import publish, write_cards
from qbert_demo.data.tasks import TASKS, find_task
from qbert_demo.evaluation.table import evaluate
from qbert_demo.service.terms import DataChoice, FrozenRecipe
from qbert_demo.service.tuner import Tuner
from qbert_demo.training.quick import train_quickly, write_head
from qbert_demo.training.recipe import RECIPES, Recipe
from qbert_demo.training.train_task import train

__all__ = [
    "RECIPES",
    "TASKS",
    "Recipe",
    "evaluate",
    "find_task",
    "publish",
    "train",
    "train_head",
    "write_cards",
]


def train_head(
    choice: DataChoice, recipe: FrozenRecipe, output: Path, datasets_dir: Path | None = None
) -> dict[str, Any]:
    """Train one head in seconds, on a frozen encoder, and write its checkpoint.

    Args:
        choice: What it learns from.
        recipe: How; it names the one head.
        output: Folder of the checkpoint.
        datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.

    Returns:
        Rows, held-out accuracy, seconds by stage, and the folder.

    Raises:
        InputError: If the rows or the settings cannot be used.
        DataError: If a dataset cannot be had.
        BackboneError: If the encoder cannot be had.
        CheckpointError: If the checkpoint cannot be written.
    """
    start = time.perf_counter()
    material = Tuner(datasets_dir).material(choice)
    loaded = time.perf_counter()
    report = train_quickly(material, recipe)
    (head,) = report.heads.values()
    write_head(head, material, recipe, output)
    seconds = {"load": loaded - start, **report.seconds, "total": time.perf_counter() - start}
    return {
        "rows": len(material.train),
        "held_out_rows": len(material.held_out),
        "held_out_accuracy": head.accuracy.value,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "output": str(output),
    }

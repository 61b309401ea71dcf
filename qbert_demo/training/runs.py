"""A training's scores and predictions, put beside those of its other seeds."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.checkpoints.runs import add_runs
from qbert_demo.data.rows import Rows, fingerprint
from qbert_demo.errors import DataError

MAX_CLASSES = 10
"""Classes that one digit can tell apart."""


def record(path: Path, facts: dict[str, Any], rows: Rows, predicted: NDArray[np.int64]) -> None:
    """Add a run to a task's file, or put it in the place of the one of its head and seed.

    Args:
        path: The file; see `qbert_demo.checkpoints.runs`.
        facts: What `qbert_demo.training.train_task.train` returns.
        rows: Those of the reported split.
        predicted: Index of each one's label, shape ``(n,)``.

    Raises:
        DataError: If the file is of other rows, of another recipe, or there are too many classes.
    """
    if predicted.max() >= MAX_CLASSES:
        raise DataError(f"Predictions of more than {MAX_CLASSES} classes cannot be recorded.")
    run = {
        "head": facts["name"],
        "seed": facts["recipe"]["seed"],
        "steps": facts["steps"],
        "scores": facts["scores"],
        "held_out": facts["held_out"],
        "calibration": facts["calibration"],
        "predicted": "".join(map(str, predicted.tolist())),
    }
    file = {
        "task": facts["task"],
        "split": facts["data"]["report_split"],
        "rows_sha256": fingerprint(rows),
        "recipe": {name: value for name, value in facts["recipe"].items() if name != "seed"},
        "runs": [run],
    }
    add_runs(path, file)

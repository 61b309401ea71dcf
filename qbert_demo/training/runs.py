"""What several seeds of a head scored: scores and predictions are kept in a file, not the weights.

The file of a task is JSON: the split and a fingerprint of its rows, and under ``runs`` one entry a
head and seed. Predictions are a string of one digit a text, in the order of the rows.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.checkpoints.card import alike
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.rows import Rows
from qbert_demo.disk import draft
from qbert_demo.errors import DataError
from qbert_demo.model.heads import HEADS
from qbert_demo.training.soft_labels import fingerprint

FOLDER = CHECKPOINTS / "runs"
"""Where the file of a task, ``<task>.json``, is shipped."""
MAX_CLASSES = 10
"""Classes that one digit can tell apart."""


def record(path: Path, facts: dict[str, Any], rows: Rows, predicted: NDArray[np.int64]) -> None:
    """Add a run to a task's file, or put it in the place of the one of its head and seed.

    Args:
        path: The file; it is made if it is not there, and written whole or not at all.
        facts: What `qbert_demo.training.train_task.train` returns.
        rows: Those of the reported split.
        predicted: Index of each one's label, shape ``(n,)``.

    Raises:
        DataError: If the file is of other rows, of another recipe, or there are too many classes.
    """
    if predicted.max() >= MAX_CLASSES:
        raise DataError(f"Predictions of more than {MAX_CLASSES} classes cannot be recorded.")
    shared = {
        "task": facts["task"],
        "split": facts["data"]["report_split"],
        "rows_sha256": fingerprint(rows),
        "recipe": {name: value for name, value in facts["recipe"].items() if name != "seed"},
    }
    known = json.loads(path.read_text("utf-8")) if path.is_file() else shared | {"runs": []}
    if other := sorted(name for name, value in shared.items() if not alike(known[name], value)):
        raise DataError(
            f"{path} holds runs with another {', '.join(other)}. Name another file, or delete it."
        )
    run = {
        "head": facts["name"],
        "seed": facts["recipe"]["seed"],
        "steps": facts["steps"],
        "scores": facts["scores"],
        "held_out": facts["held_out"],
        "calibration": facts["calibration"],
        "predicted": "".join(map(str, predicted.tolist())),
    }
    place = (run["head"], run["seed"])
    runs = [old for old in known["runs"] if (old["head"], old["seed"]) != place] + [run]
    runs.sort(key=lambda kept: (list(HEADS).index(kept["head"]), kept["seed"]))
    text = json.dumps(shared | {"runs": runs}, indent=1) + "\n"
    with draft(path) as folder:
        (folder / path.name).write_text(text, encoding="utf-8")
        (folder / path.name).replace(path)

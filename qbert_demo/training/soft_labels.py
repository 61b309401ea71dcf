"""A teacher's logits for every training row of a task, in a file that heads are distilled from.

The file is a safetensors one with the tensor ``logits``, float16, shape ``(rows, n_labels)``, in
the order of the dataset; its metadata say what they were made from and by. They belong to exactly
those rows: texts and labels are fingerprinted, and any others are refused.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.rows import Rows, fingerprint
from qbert_demo.disk import draft
from qbert_demo.errors import DataError

FOLDER = CHECKPOINTS / "teachers"
"""Where `train` finds the file of a task, ``<task>.safetensors``, unless told otherwise."""
FACTS = "facts"
REMEDY = "Make them with `python -m qbert_demo train --task TASK --teacher FOLDER_OR_ID`."


@dataclass(frozen=True)
class SoftLabels:
    """What a teacher says of rows.

    Attributes:
        logits: float32, shape ``(rows, n_labels)``, in the order of the rows.
        facts: What they were made from and by, as JSON values.
    """

    logits: Tensor
    facts: dict[str, Any]


def write_soft_labels(path: Path, logits: Tensor, rows: Rows, facts: dict[str, Any]) -> None:
    """Write the file whole or not at all.

    Args:
        path: Where it goes; an older one is replaced.
        logits: Of every row, shape ``(rows, n_labels)``.
        rows: All rows of the training split.
        facts: What is worth knowing of them.
    """
    known = facts | {"rows_sha256": fingerprint(rows)}
    tensors = {"logits": logits.half().contiguous()}
    with draft(path) as folder:
        fresh = folder / path.name
        save_file(tensors, fresh, metadata={FACTS: json.dumps(known, indent=1)})
        fresh.chmod(0o644)
        fresh.replace(path)


def read_soft_labels(path: Path, rows: Rows, n_labels: int) -> SoftLabels:
    """Read the logits of exactly these rows.

    Args:
        path: The file.
        rows: All rows of the training split, in the order of the dataset.
        n_labels: Classes of the task.

    Raises:
        DataError: If the file is missing, damaged, or of other rows or classes.
    """
    if not path.is_file():
        raise DataError(f"There are no soft labels at {path}. {REMEDY}")
    try:
        with safe_open(path, framework="pt") as stream:
            facts = json.loads((stream.metadata() or {})[FACTS])
            logits = stream.get_tensor("logits").float()
            of_rows = facts["rows_sha256"]
    except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"The soft labels at {path} cannot be read: {error}. {REMEDY}") from error
    if logits.shape != (len(rows), n_labels):
        raise DataError(
            f"The soft labels at {path} have shape {tuple(logits.shape)}; {len(rows):,} rows of "
            f"{n_labels} classes need {(len(rows), n_labels)}. {REMEDY}"
        )
    if of_rows != fingerprint(rows):
        raise DataError(f"The soft labels at {path} are of other rows than {rows.origin}. {REMEDY}")
    if not torch.isfinite(logits).all():
        raise DataError(f"The soft labels at {path} hold NaN or infinity. {REMEDY}")
    return SoftLabels(logits, facts)

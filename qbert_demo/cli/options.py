"""Options that have a meaning only beside others: refused where they have none."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from qbert_demo.errors import InputError

COLUMNS = {
    "config": "configuration of a Hub id",
    "split": "its split",
    "text-column": "column of the text, of a Hub id or a file",
    "label-column": "column of the class, of a Hub id or a file",
}
COLUMN_OPTIONS = tuple(name.replace("-", "_") for name in COLUMNS)
QUICK = ("dataset", *COLUMN_OPTIONS, "loss", "circuit_learning_rate")
"""What belongs to --frozen-encoder alone."""
NOT_QUICK = ("task", "soft_labels", "runs", "bf16", "fresh")
NOT_OF_A_TEACHER = ("head", "preset", "frozen_encoder", "rows", "soft_labels", "runs", *QUICK)
CIRCUIT = (
    "n_qubits",
    "n_layers",
    "encoding",
    "ansatz",
    "reupload",
    "angle_scale",
    "circuit_learning_rate",
)
UNUSED_BY = {"linear": CIRCUIT, "bottleneck": ("encoding", "reupload", "circuit_learning_rate")}
"""Settings that a kind of head does not have."""
NEEDS = {
    "teacher_temperature": "teacher_weight",
    "adapter_scale": "adapter_rank",
    "patience": "held_out",
    "held_out_words": "held_out",
    "leak_words": "held_out",
}
"""Settings that change nothing while another is 0."""


def check_meaning(options: argparse.Namespace) -> None:
    """Refuse options that would change nothing.

    Raises:
        InputError: If there is one; the message names it and what it goes with.
    """
    if options.teacher is not None:
        refuse(options, NOT_OF_A_TEACHER, "with --teacher")
        return
    if options.frozen_encoder:
        refuse(options, NOT_QUICK, "with --frozen-encoder")
        if options.device == "cuda":
            raise InputError("--frozen-encoder trains on the processor. Leave --device cuda out.")
        _check_dataset(options)
    else:
        refuse(options, QUICK, "without --frozen-encoder")
    if options.head in UNUSED_BY:
        refuse(options, UNUSED_BY[options.head], f"with --head {options.head}")


def check_needs(options: argparse.Namespace, recipe: object) -> None:
    """Refuse settings whose other setting is 0 in the recipe that is trained by.

    Raises:
        InputError: If there is one.
    """
    for name, other in NEEDS.items():
        if not getattr(recipe, other):
            refuse(options, [name], f"while {_flag(other)} is 0")
    if not getattr(recipe, "teacher_weight", 0):
        refuse(options, ["soft_labels"], "while --teacher-weight is 0")


def refuse(options: argparse.Namespace, names: Iterable[str], where: str) -> None:
    """Refuse options that are given.

    Args:
        options: What was read.
        names: Of the options.
        where: Beside what they have no meaning.

    Raises:
        InputError: If there is one.
    """
    given = [name for name in names if _is_given(options, name)]
    if given:
        flags = ", ".join(map(_flag, given))
        raise InputError(f"These have no meaning {where}: {flags}. Leave them out.")


def _check_dataset(options: argparse.Namespace) -> None:
    name = options.dataset or ""
    if name and "/" not in name and not Path(name).is_file():
        refuse(options, COLUMN_OPTIONS, f"with {name}, which is read as it is known here")


def _is_given(options: argparse.Namespace, name: str) -> bool:
    value = getattr(options, name, None)
    return value is not None and (value is not False or name in ("bf16", "reupload"))


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"

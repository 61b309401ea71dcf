"""The command ``evaluate``: the shipped checkpoints of a task, or any checkpoint on any rows."""

import argparse
import sys
from pathlib import Path

from qbert_demo.cli.common import add_datasets_dir, parted, print_json
from qbert_demo.cli.options import COLUMNS, refuse
from qbert_demo.config import CHECKPOINTS
from qbert_demo.disk import told
from qbert_demo.errors import InputError
from qbert_demo.service import HEADS
from qbert_demo.service.commands import (
    TASKS,
    RowsPlace,
    evaluate_checkpoint,
    evaluate_task,
    predictions_file,
)
from qbert_demo.service.training import DATASETS

ONE = ("dataset", "split", "rows", "output", "json", "config", "text_column", "label_column")
"""Options that have a meaning beside --checkpoint alone."""


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """Describe the options of ``evaluate``."""
    parser.description = (
        "Score the shipped checkpoints on the splits that are reported, as the README's table; or, "
        "with --checkpoint, any checkpoint on any labelled rows."
    )
    parser.add_argument("--task", choices=TASKS, action="append", help="all there are if left out")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="FOLDER")
    add_datasets_dir(parser)
    one = parser.add_argument_group("one checkpoint")
    one.add_argument("--checkpoint", metavar="FOLDER_OR_HUB_ID[@REVISION]")
    one.add_argument(
        "--dataset",
        metavar="ID_OR_FOLDER_OR_FILE",
        help=f"{', '.join(DATASETS)}, a Hub id ORG/NAME[@REVISION], a folder of Parquet files, or "
        "a CSV, TSV or JSONL file",
    )
    one.add_argument("--rows", type=int, help="a sample of so many, the same each time")
    one.add_argument("--json", action="store_true", help="print JSON")
    one.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="safetensors file of the class probabilities and true labels (default: "
        "CHECKPOINT-on-DATASET-SPLIT.safetensors beside the checkpoint's folder)",
    )
    for name, help_text in COLUMNS.items():
        one.add_argument(f"--{name}", metavar="NAME", help=f"{help_text}; guessed if left out")
    parser.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> None:
    if options.checkpoint is not None:
        _evaluate_one(options)
        return
    refuse(options, ONE, "without --checkpoint")
    folder = options.checkpoints
    shipped = [k for k in TASKS if any((folder / f"{k}-{head}").is_dir() for head in HEADS)]
    for key in options.task or shipped or TASKS:
        print(evaluate_task(key, folder, options.datasets_dir))  # noqa: T201


def _evaluate_one(options: argparse.Namespace) -> None:
    refuse(options, ["task"], "with --checkpoint, which knows its task")
    if options.dataset is None:
        raise InputError("Name the rows to score on with --dataset.")
    parts = (options.split, options.config, options.text_column, options.label_column)
    place = RowsPlace(options.dataset, *(part or "" for part in parts))
    source, revision = parted(options.checkpoint)
    output = options.output or predictions_file(source, place)
    with told(output):
        report, notes = evaluate_checkpoint(
            source, revision, place, options.rows, output, options.datasets_dir
        )
    for note in notes:
        print(note, file=sys.stderr)  # noqa: T201
    if options.json:
        print_json(report)
        return
    for name, value in report.items():
        print(f"{name:18} {f'{value:.4f}' if isinstance(value, float) else value}")  # noqa: T201

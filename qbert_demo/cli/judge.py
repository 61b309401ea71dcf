"""The command that judges: ``judge``."""

import argparse
import os
from pathlib import Path

from qbert_demo.cli.common import add_datasets_dir, print_json
from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import InputError
from qbert_demo.service.commands import TASKS, as_text, judge_task, read_judgement
from qbert_demo.service.plain_json import judgement_json


def add_judge(parser: argparse.ArgumentParser) -> None:
    """Describe the options of ``judge``."""
    parser.description = (
        "Say whether the models of a task differ, what is left of the hybrid without parts of its "
        "circuit, and what formula the circuit is. Prints what was measured last; --measure "
        "measures anew and keeps it beside the checkpoints."
    )
    parser.add_argument("--task", choices=TASKS, default="sst2")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--measure", action="store_true", help="read the rows and measure anew")
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="FOLDER")
    add_datasets_dir(parser)
    parser.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> None:
    if options.measure:
        found = judge_task(options.task, options.checkpoints, options.datasets_dir)
    elif options.datasets_dir and str(options.datasets_dir) != os.environ.get("QBERT_DATASETS_DIR"):
        raise InputError("--datasets-dir says where rows are, which only --measure reads. Add it.")
    else:
        found = read_judgement(options.task, options.checkpoints)
    if options.json:
        print_json(judgement_json(found))
    else:
        print(as_text(found))  # noqa: T201

"""The command that judges: ``judge``."""

import argparse
import os
from pathlib import Path

from qbert_demo.cli.common import add_datasets_dir, print_json
from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import InputError
from qbert_demo.service.commands import TASKS, as_text, judge_task, read_judgement, seed_task
from qbert_demo.service.plain_json import judgement_json


def add_judge(parser: argparse.ArgumentParser) -> None:
    """Describe the options of ``judge``."""
    parser.description = (
        "Say whether the models of a task differ, what is left of the hybrid without parts of its "
        "circuit, and what formula the circuit is. Prints what was measured last; --measure "
        "measures anew and keeps it beside the checkpoints, --seeds adds what other seeds scored."
    )
    parser.add_argument("--task", choices=TASKS, default="sst2")
    parser.add_argument("--json", action="store_true", help="print JSON")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--measure", action="store_true", help="read the rows and measure anew")
    how.add_argument(
        "--seeds",
        type=Path,
        nargs="*",
        metavar="RUNS",
        help="read the rows but ask no model: check that they are those that were judged, and "
        "compare the runs of each seed, those in these files of `train --runs` added to the "
        "runs beside the checkpoints",
    )
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="FOLDER")
    add_datasets_dir(parser)
    parser.set_defaults(run=_judge)


def _judge(options: argparse.Namespace) -> None:
    if options.measure:
        found = judge_task(options.task, options.checkpoints, options.datasets_dir)
    elif options.seeds is not None:
        found = seed_task(options.task, options.checkpoints, options.seeds, options.datasets_dir)
    elif options.datasets_dir and str(options.datasets_dir) != os.environ.get("QBERT_DATASETS_DIR"):
        raise InputError(
            "--datasets-dir says where rows are, which --measure and --seeds read. Add one of them."
        )
    else:
        found = read_judgement(options.task, options.checkpoints)
    if options.json:
        print_json(judgement_json(found))
    else:
        print(as_text(found))  # noqa: T201

"""What several commands share."""

import argparse
import json
import os
from pathlib import Path


def add_datasets_dir(parser: argparse.ArgumentParser) -> None:
    """Let a command read datasets from a folder."""
    parser.add_argument(
        "--datasets-dir",
        type=Path,
        default=os.environ.get("QBERT_DATASETS_DIR"),
        metavar="FOLDER",
        help="read datasets from ORG/NAME folders here instead of the Hub "
        "(default: $QBERT_DATASETS_DIR)",
    )


def print_json(value: object) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201

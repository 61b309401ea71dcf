"""What several commands share."""

import argparse
import json
import os
from pathlib import Path

from qbert_demo.errors import InputError


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


def parted(checkpoint: str) -> tuple[str, str | None]:
    """A folder as it stands, or a Hub id and its revision.

    Raises:
        InputError: If a folder is named with a revision.
    """
    source, _, revision = checkpoint.partition("@")
    if Path(checkpoint).exists() or not revision:
        return checkpoint if Path(checkpoint).exists() else source, None
    if Path(source).exists():
        raise InputError(f"{source} is a folder, which has no revision {revision}. Leave it out.")
    return source, revision

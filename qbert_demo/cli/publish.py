"""The commands that bring checkpoints to the Hub: ``publish`` and ``cards``."""

import argparse
from pathlib import Path

from qbert_demo.config import CHECKPOINTS
from qbert_demo.service.commands import publish, write_cards


def add_publish(parser: argparse.ArgumentParser) -> None:
    """Describe the options of ``publish``."""
    parser.description = (
        "Create or update one Hub repository a checkpoint and write the commits into the registry. "
        "The login is that of `hf auth login` or HF_TOKEN. Can be repeated: what is there already "
        "is not sent again."
    )
    parser.add_argument("--org", required=True, help="organization or user that is to own them")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="such as sst2-hybrid")
    parser.add_argument("--dry-run", action="store_true", help="change nothing, tell what would")
    _add_checkpoints(parser)
    parser.set_defaults(run=_publish)


def add_cards(parser: argparse.ArgumentParser) -> None:
    """Describe the options of ``cards``."""
    _add_checkpoints(parser)
    parser.set_defaults(run=_cards)


def _add_checkpoints(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--checkpoints", type=Path, default=CHECKPOINTS, metavar="FOLDER")


def _publish(options: argparse.Namespace) -> None:
    publish(options.checkpoints, options.org, options.only, dry_run=options.dry_run, tell=print)


def _cards(options: argparse.Namespace) -> None:
    for path in write_cards(options.checkpoints):
        print(f"wrote {path}")  # noqa: T201

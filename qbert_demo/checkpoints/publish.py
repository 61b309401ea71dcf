"""What is published: the shipped checkpoints under an organization, a visitor's head under theirs.

A login is never an argument of a command, and a visitor's token lives as long as the push.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from huggingface_hub import HfApi, get_token

from qbert_demo.checkpoints.card import card_of
from qbert_demo.checkpoints.registry import RegistryEntry, read_registry, write_registry
from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.hub.commits import (
    Changes,
    check_repo_id,
    compare,
    send,
    writing_token,
)
from qbert_demo.hub.files import CONFIG, WEIGHTS
from qbert_demo.model.checkpoint import PATTERNS

CARD = "README.md"


def write_cards(folder: Path) -> list[Path]:
    """Write the model card of every shipped checkpoint anew.

    Args:
        folder: Where the checkpoints and their registry are.

    Returns:
        The cards that were out of date.

    Raises:
        CheckpointError: If the registry or a ``training.json`` is missing or unreadable.
    """
    outdated = []
    for entry in _entries(folder):
        path, card = folder / entry.folder / CARD, card_of(folder / entry.folder)
        if not path.is_file() or path.read_text("utf-8") != card:
            path.write_text(card, encoding="utf-8")
            outdated.append(path)
    return outdated


def publish(
    folder: Path,
    org: str,
    only: Collection[str] = (),
    *,
    dry_run: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> None:
    """Publish shipped checkpoints, each in a repository of its own.

    The login is the machine's (``HF_TOKEN`` or ``hf auth login``). Each commit is written into
    the registry as soon as it is made.

    Args:
        folder: Where the checkpoints and their registry are.
        org: Organization or user that is to own the repositories.
        only: Folders of the checkpoints to publish; all if empty.
        dry_run: Change nothing and tell what would be done; needs no login for what is public.
        tell: Called once for each repository, in a dry run with a line for each file.

    Raises:
        InputError: If there is no login, a name is unknown, or the Hub refuses.
        CheckpointError: If a checkpoint or the registry is not whole.
    """
    entries = _entries(folder)
    if unknown := sorted(set(only) - {entry.folder for entry in entries}):
        known = ", ".join(entry.folder for entry in entries)
        raise InputError(f"There is no checkpoint {', '.join(unknown)}; there are: {known}.")
    token = get_token()
    if token is None and not dry_run:
        raise InputError(
            "Publishing needs a token that may write. Run `hf auth login`, or set HF_TOKEN."
        )
    api = HfApi(token=False if token is None else writing_token(token))
    for i, entry in enumerate(entries):
        if only and entry.folder not in only:
            continue
        repo_id = check_repo_id(f"{org}/{entry.repo_name}")
        files = checkpoint_files(folder / entry.folder, repo_id)
        found = compare(api, repo_id, files)
        if dry_run:
            tell(_would(found, is_logged_in=token is not None))
            continue
        sha = send(api, found, files, f"Publish {entry.title}")
        entries[i] = replace(entry, repo_id=repo_id, revision=sha)
        _remember(folder, entries, f"{repo_id} @ {sha}")
        sent = ", ".join(found.to_send)
        tell(f"{repo_id} @ {sha[:7]}: {f'sent {sent}' if sent else 'unchanged'}")


def push_folder(
    folder: Path, repo_id: str, token: str, message: str, *, private: bool = True
) -> str:
    """Push a visitor's checkpoint folder, as the visitor.

    Args:
        folder: The checkpoint, with its ``training.json``.
        repo_id: The repository; it is created if need be.
        token: The visitor's; nothing keeps it.
        message: Of the commit.
        private: Whether the repository must be private.

    Returns:
        The commit's full sha.

    Raises:
        InputError: If name or token cannot be used, or the Hub refuses.
        CheckpointError: If the folder is no whole checkpoint.
    """
    api = HfApi(token=writing_token(token))
    files = checkpoint_files(folder, repo_id)
    found = compare(api, repo_id, files)
    if private and found.head is not None and not found.is_private:
        raise InputError(
            f"{repo_id} is there already and public. Choose another name, or let it be public."
        )
    return send(api, found, files, message, private=private)


def checkpoint_files(folder: Path, repo_id: str) -> dict[str, bytes]:
    """What a checkpoint's repository holds, by name: the folder's files, and a card for the Hub.

    Raises:
        CheckpointError: If the folder is no whole checkpoint.
    """
    paths = sorted(path for pattern in PATTERNS for path in folder.glob(pattern))
    files = {path.name: path.read_bytes() for path in paths}
    if missing := [name for name in (CONFIG, WEIGHTS) if name not in files]:
        raise CheckpointError(f"{folder} has no {' and no '.join(missing)}. Train it first.")
    return {CARD: card_of(folder, repo_id).encode(), **files}


def _entries(folder: Path) -> list[RegistryEntry]:
    entries = list(read_registry(folder))
    if not entries:
        raise CheckpointError(f"{folder} has no registry.json that lists checkpoints.")
    return entries


def _remember(folder: Path, entries: list[RegistryEntry], done: str) -> None:
    try:
        write_registry(folder, entries)
    except OSError as error:
        raise CheckpointError(
            f"{done} is published, but {folder} cannot be written. Make it writable and publish "
            "again; nothing is sent twice."
        ) from error


def _would(found: Changes, *, is_logged_in: bool) -> str:
    """What a dry run tells; without a login the Hub does not own up to private repositories."""
    if found.head is None:
        state = "would be created" if is_logged_in else "is not there, or is private"
    else:
        state = f"is at {found.head[:7]}{'' if found.to_send else ', unchanged'}"
    lines = [f"  {change:<8} {name}" for name, change in found.files.items()]
    return "\n".join([f"{found.repo_id} {state}", *lines])

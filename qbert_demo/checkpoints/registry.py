"""The list of shipped checkpoints: which there are, and where on the Hub each is published.

``registry.json`` stands in the checkpoints folder. A folder without one is no error: its
checkpoints are then found by name, ``<task>-<head>``.
"""

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id

from qbert_demo.disk import draft
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import SHA
from qbert_demo.model.heads import HEADS

FILE = "registry.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class RegistryEntry:
    """One shipped checkpoint.

    Attributes:
        task: Key of its task, such as ``sst2``.
        head: Name of its head.
        title: Its name for people.
        repo_id: Its Hub repository, such as ``qbert-explorer/sst2-hybrid``.
        revision: The commit that was published last, as a full sha; ``None`` before the first.
        folder: Name of the bundled copy's folder, beside the registry.
    """

    task: str
    head: str
    title: str
    repo_id: str
    revision: str | None
    folder: str

    @property
    def repo_name(self) -> str:
        """Its repository without the owner; `publish` puts it under another."""
        return self.repo_id.rpartition("/")[2]

    def problem(self) -> str | None:
        """What is wrong with this entry, in words; ``None`` if nothing is."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) and not (field.name == "revision" and value is None):
                return f"{field.name} must be a string, not {value!r:.60}"
        if self.head not in HEADS:
            return f"head must be one of {', '.join(HEADS)}, not {self.head!r:.60}"
        for name in ("task", "folder"):
            if not _NAME.fullmatch(getattr(self, name)):
                return f"{name} must be lower-case letters and digits, not {getattr(self, name)!r}"
        if not self.title.strip():
            return "title must not be empty"
        if self.revision is not None and not SHA.fullmatch(self.revision):
            return f"revision must be null or a full commit sha, not {self.revision!r:.60}"
        try:
            validate_repo_id(self.repo_id)
        except HFValidationError:
            return f"repo_id must be a Hub id such as org/name, not {self.repo_id!r:.120}"
        return None


def read_registry(folder: Path) -> tuple[RegistryEntry, ...]:
    """Read the registry of a checkpoints folder.

    Args:
        folder: Where ``registry.json`` is looked for.

    Returns:
        Its entries in their order; none if there is no such file.

    Raises:
        CheckpointError: If the file is no registry; the message names the entry and the rule.
    """
    path = folder / FILE
    try:
        values = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}. Restore it.") from error
    if not isinstance(values, list):
        raise CheckpointError(f"{path} must hold a list of checkpoints. Restore it.")
    names = [field.name for field in fields(RegistryEntry)]
    entries = []
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict) or sorted(value) != sorted(names):
            raise CheckpointError(f"{path}, entry {number} must have exactly {', '.join(names)}.")
        entries.append(RegistryEntry(**value))
    _check(path, entries)
    return tuple(entries)


def write_registry(folder: Path, entries: Sequence[RegistryEntry]) -> None:
    """Write the registry in one step; the same entries always make the same bytes.

    Args:
        folder: Where ``registry.json`` goes.
        entries: All shipped checkpoints in the order they are to be read.

    Raises:
        CheckpointError: If an entry breaks a rule; the file is left as it was.
    """
    path = folder / FILE
    _check(path, entries)
    text = json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=2)
    with draft(path) as fresh:
        with (fresh / FILE).open("w", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
            stream.flush()
            os.fsync(stream.fileno())
        (fresh / FILE).chmod(0o644)
        (fresh / FILE).replace(path)


def _check(path: Path, entries: Sequence[RegistryEntry]) -> None:
    seen: set[tuple[str, str]] = set()
    repositories: set[str] = set()
    for number, entry in enumerate(entries, 1):
        problem = entry.problem()
        if problem is None and (entry.task, entry.head) in seen:
            problem = f"there are two of {entry.task}-{entry.head}"
        if problem is None and entry.repo_name.lower() in repositories:
            problem = (
                f"another entry's repository is called {entry.repo_name}, too, and under one owner "
                "they would be the same. Rename one"
            )
        if problem:
            raise CheckpointError(f"{path}, entry {number}: {problem}.")
        seen.add((entry.task, entry.head))
        repositories.add(entry.repo_name.lower())

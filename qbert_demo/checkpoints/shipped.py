"""Where each shipped checkpoint is loaded from: the cache, the Hub, or the bundled copy."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from qbert_demo.checkpoints.registry import Entry, read_registry
from qbert_demo.config import HEADS
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import SHIPPED, HubFiles, cached, fetch
from qbert_demo.hub.waiting import Patience, begun, result_within
from qbert_demo.hub.words import brief
from qbert_demo.results import Place

Key = tuple[str, str]
"""Task and head."""


@dataclass(frozen=True)
class Checkpoint:
    """A shipped checkpoint.

    Attributes:
        title: Its name for people.
        place: Where its files are.
        bundle: Where the bundled copy is, if this is another.
    """

    title: str
    place: Place
    bundle: Path | None = None

    def bundled(self, trouble: str) -> "Checkpoint | None":
        """The bundled copy in place of this one, and why; ``None`` if there is no other."""
        if self.bundle is None:
            return None
        return Checkpoint(self.title, Place(self.bundle, "bundled", None, trouble))


def bundled_checkpoints(folder: Path, tasks: Sequence[str]) -> dict[Key, Checkpoint]:
    """The checkpoints in a folder, by the name of theirs: ``<task>-<head>``."""
    found = {}
    for task in tasks:
        for head in HEADS:
            path = folder / f"{task}-{head}"
            if path.is_dir():
                found[task, head] = Checkpoint(path.name, Place(path, "bundled"))
    return found


def find_checkpoints(
    folder: Path, tasks: Sequence[str], patience: Patience
) -> tuple[dict[Key, Checkpoint], list[str]]:
    """Find every checkpoint in the first place that has it.

    A published one is looked for in the cache at its commit, which takes no call; then on the
    Hub, all of them together for as long as ``patience`` lasts; then among the bundled copies.

    Args:
        folder: The checkpoints folder, with or without a registry.
        tasks: Keys of the tasks that are wanted.
        patience: How long the Hub may take.

    Returns:
        The checkpoints, in the order of tasks and heads; and a sentence on each that is nowhere.

    Raises:
        CheckpointError: If the registry is damaged.
    """
    found = bundled_checkpoints(folder, tasks)
    entries = [entry for entry in read_registry(folder) if entry.task in tasks]
    lost = []
    hub = _from_hub([entry for entry in entries if entry.revision], patience)
    for entry in entries:
        key = entry.task, entry.head
        got = hub.get(key, "")
        bundle = folder / entry.folder if (folder / entry.folder).is_dir() else None
        if isinstance(got, Path):
            files = HubFiles(entry.repo_id, str(entry.revision))
            found[key] = Checkpoint(entry.title, Place(got, files.source, files.link), bundle)
        elif bundle:
            found[key] = Checkpoint(entry.title, Place(bundle, "bundled", None, got))
        else:
            found.pop(key, None)
            lost.append(f"Left out {entry.folder}: {got or 'its folder is missing'}.")
    order = [(task, head) for task in tasks for head in HEADS]
    return {key: found[key] for key in order if key in found}, lost


def _from_hub(entries: Sequence[Entry], patience: Patience) -> dict[Key, Path | str]:
    """The folder of each published checkpoint, or what is in the way."""
    found: dict[Key, Path | str] = {}
    cold: dict[Key, tuple[str, str]] = {}
    for entry in entries:
        place = entry.repo_id, str(entry.revision)
        here = cached(*place, SHIPPED)
        if here:
            found[entry.task, entry.head] = here
        else:
            cold[entry.task, entry.head] = place
    if not cold:
        return found
    trouble = patience.trouble(*next(iter(cold.values())))
    if trouble:
        return found | dict.fromkeys(cold, trouble)
    downloads = {key: _download(*place) for key, place in cold.items()}
    return found | {key: _result(work, patience) for key, work in downloads.items()}


def _download(repo_id: str, revision: str) -> "Future[Path]":
    return begun(lambda: fetch(repo_id, revision, SHIPPED))


def _result(work: "Future[Path]", patience: Patience) -> Path | str:
    try:
        return result_within(patience.left(), work)
    except TimeoutError:
        return "the Hub was too slow"
    except CheckpointError as error:
        return brief(str(error))

"""Where each shipped checkpoint is loaded from: the cache, the Hub, or the bundled copy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from qbert_demo.checkpoints.registry import RegistryEntry, read_registry
from qbert_demo.hub.files import SHIPPED, Repo
from qbert_demo.hub.places import first_place
from qbert_demo.hub.waiting import Patience, begun
from qbert_demo.model.heads import HEADS
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
    searches = [begun(partial(_find, folder / entry.folder, entry, patience)) for entry in entries]
    for entry, search in zip(entries, searches, strict=True):
        key, place = (entry.task, entry.head), search.result()
        bundle = folder / entry.folder
        if place.folder is None:
            found.pop(key, None)
            lost.append(f"Left out {entry.folder}: {place.trouble or 'its folder is missing'}.")
        else:
            has_other = place.link is not None and bundle.is_dir()
            found[key] = Checkpoint(entry.title, place, bundle if has_other else None)
    order = [(task, head) for task in tasks for head in HEADS]
    return {key: found[key] for key in order if key in found}, lost


def _find(bundle: Path, entry: RegistryEntry, patience: Patience) -> Place:
    """The first place that has a checkpoint; without a folder if none has."""
    copy = Place(bundle if bundle.is_dir() else None, "bundled")
    if entry.revision is None:
        return copy
    repo = Repo("model", entry.repo_id, entry.revision)
    place = first_place(repo, SHIPPED, patience, copy=copy)
    return replace(place, source=repo.source) if place.link else place

"""Which files hold a model's weights: ``model.safetensors``, or those that its index names."""

import json
import re
from pathlib import Path

from qbert_demo.errors import CheckpointError

WEIGHTS = "model.safetensors"
INDEX = f"{WEIGHTS}.index.json"
MAX_SHARDS = 100
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}\.safetensors")
"""A file beside the index; no path leads out of its folder."""


def weight_files(folder: Path) -> list[Path]:
    """The files with a model's tensors; the index counts where there is no single file.

    Raises:
        CheckpointError: If there are none, or one that the index names is not there.
    """
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        raise CheckpointError(f"It has no {WEIGHTS}.")
    paths = [folder / name for name in shard_names(folder)]
    if lost := [path.name for path in paths if not path.is_file()]:
        raise CheckpointError(f"It has no {lost[0]}, which its {INDEX} names.")
    return paths


def shard_names(folder: Path) -> tuple[str, ...]:
    """The names of the files that a folder's index is of.

    Raises:
        CheckpointError: If it is no index, or names anything but safetensors beside it.
    """
    try:
        names = set(json.loads((folder / INDEX).read_text("utf-8"))["weight_map"].values())
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"Its {INDEX} cannot be read: {error!s:.200}") from error
    for name in names:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise CheckpointError(
                f"Its {INDEX} names {name!a:.100}; only safetensors beside it are read."
            )
    if not 1 <= len(names) <= MAX_SHARDS:
        raise CheckpointError(f"Its {INDEX} names {len(names)} files, not 1 to {MAX_SHARDS}.")
    return tuple(sorted(names))

"""The app's own folder for temporary files, uploads among them; it is gone when the app is."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qbert_demo.errors import InputError

PREFIX = "qbert-"
LOCK = "lock"
UPLOADS = "GRADIO_TEMP_DIR"
"""The variable that tells Gradio where uploads go, and before that, where our folder may be."""
LONGEST = 70
"""Characters of the folder's path that leave room for the sockets of `multiprocessing`."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Have all temporary files of this process and its children in one folder.

    It is deleted at the end. The lock that the folder holds is free once its process has ended,
    in whatever way, and the next one to start deletes it.

    Raises:
        InputError: If there is no place for it.
    """
    try:
        parent = Path(os.environ.get(UPLOADS) or tempfile.gettempdir())
        parent.mkdir(parents=True, exist_ok=True)
        _delete_leftovers(parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    except OSError as error:
        raise InputError(
            f"Temporary files need a folder, and none can be made ({error.strerror}). "
            f"Set TMPDIR or {UPLOADS} to a folder that can be written."
        ) from error
    if len(str(folder)) > LONGEST:
        folder.rmdir()
        raise InputError(
            f"The folder for temporary files, {str(parent)!r:.200}, has too long a path. "
            f"Set TMPDIR to one of at most {LONGEST - len(folder.name) - 1} characters."
        )
    ours = {"TMPDIR": str(folder), UPLOADS: str(folder / "uploads")}
    usual, usual_folder = {name: os.environ.get(name) for name in ours}, tempfile.tempdir
    try:
        with (folder / "new").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            os.rename(folder / "new", folder / LOCK)
            os.environ.update(ours)
            tempfile.tempdir = str(folder)
            yield folder
    finally:
        tempfile.tempdir = usual_folder
        for name, value in usual.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)


def size_of(folder: str | Path) -> int:
    """Bytes of all files in a folder, those that are just arriving included."""
    total = 0
    for file in _files(folder):
        with suppress(OSError):
            total += file.stat().st_size
    return total


def delete_old(folder: str | Path, seconds: float) -> None:
    """Delete the files of a folder that were last written so long ago."""
    due = time.time() - seconds
    for file in list(_files(folder)):
        with suppress(OSError):
            if file.stat().st_mtime < due:
                file.unlink()
                if file.parent != Path(folder):
                    file.parent.rmdir()


def _files(folder: str | Path) -> Iterator[Path]:
    """The files of a folder, whatever comes and goes meanwhile."""
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names)


def _delete_leftovers(parent: Path) -> None:
    """Delete the folders of processes that were killed."""
    for lock in parent.glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError), lock.open("r+") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)

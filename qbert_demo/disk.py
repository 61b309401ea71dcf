"""Writing beside a target and then moving there, and what is said where the disk does not let us.

A draft is locked while it is written. What a killed write left behind is held by nobody, so the
next one of the same target sweeps it.
"""

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qbert_demo.errors import InputError, QBertError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
    errno.ENAMETOOLONG,
)  # fmt: skip
RUST = re.compile(r"\(os error (\d+)\)")
"""How tokenizers and safetensors tell an error number, in words alone."""
TORCH = re.compile(r"PytorchStreamWriter failed|inline_container\.cc|iostream error")
"""How torch tells that a file could not be written."""


@contextmanager
def draft(target: Path) -> Iterator[Path]:
    """A new folder beside a target; whatever is left of it goes at the end.

    Args:
        target: The file or the folder that is to be written; its own folder is made if missing.

    Raises:
        OSError: If the disk does not let us.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.draft-"
    for left in target.parent.iterdir():
        if left.name.startswith(prefix):
            with suppress(OSError), _locked(left):
                shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        with _locked(fresh):
            yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder.

    Raises:
        OSError: If another process holds it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextmanager
def told(output: Path) -> Iterator[None]:
    """Say in a sentence that an output cannot be written.

    Raises:
        InputError: In place of whatever the disk made a library raise.
    """
    try:
        yield
    except Exception as error:
        reason = None if isinstance(error, QBertError) else _reason(error, output)
        if reason is None:
            raise
        raise InputError(
            f"{output} cannot be written: {reason}. Make room there, or choose another place; an "
            "interrupted training goes on when its command is repeated."
        ) from error


def _reason(error: BaseException, output: Path) -> str | None:
    """What the disk has to do with an error; ``None`` if nothing."""
    number = getattr(error, "errno", None) if isinstance(error, OSError) else None
    if found := RUST.search(str(error)):
        number = int(found[1])
    if number in FULL or TORCH.search(str(error)):
        return "there is no room on its disk"
    folder = str(output.absolute().parent)
    if number in CLOSED and str(getattr(error, "filename", None) or folder).startswith(folder):
        return os.strerror(number).lower()
    cause = error.__cause__ or error.__context__
    return _reason(cause, output) if cause else None

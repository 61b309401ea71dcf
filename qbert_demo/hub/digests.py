"""Whether a file of the Hub arrived whole.

The Hub's client checks a file's size alone. Here its hash is checked as well: the Hub knows a
large file by its SHA-256 and a small one by the SHA-1 that git gives it, and the client's cache
names each file so.
"""

import re
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from huggingface_hub.utils.sha import git_hash, sha_fileobj


def is_whole(path: Path, digest: str | None = None) -> bool:
    """Whether a cached file has its hash; one that has not is deleted, where that is allowed.

    Args:
        path: The file, as the client's cache presents it.
        digest: SHA-256 or git's SHA-1; if left out, the name that the cache gave the content.
    """
    try:
        content = path.resolve(strict=True)
    except OSError:
        return False
    expected = digest or content.name
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", expected) or has_digest(content, expected):
        return True
    with suppress(OSError):
        path.unlink()
        content.unlink(missing_ok=True)
    return False


def remedy(*paths: Path) -> str:
    """What is to be done about cached files that are not whole."""
    if any(path.is_symlink() or path.exists() for path in paths):
        return "It cannot be deleted. Set HF_HOME to a folder that can be written."
    return "It was deleted. Try again."


def has_digest(path: Path, digest: str) -> bool:
    """Whether a file has a SHA-256, or the SHA-1 that git would give it."""
    try:
        with path.open("rb") as stream:
            return stream_has_digest(stream, digest)
    except OSError:
        return False


def stream_has_digest(stream: BinaryIO, digest: str) -> bool:
    """The same for what is read from here to the end."""
    if len(digest) == 40:
        return git_hash(stream.read()) == digest
    return sha_fileobj(stream).hex() == digest

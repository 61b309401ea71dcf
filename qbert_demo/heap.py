"""What glibc is told about memory; another C library has no such options, and is left alone."""

import ctypes
from contextlib import suppress

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""Options of glibc's ``mallopt``."""
ARENAS = 2
LARGE_BYTES = 4 * 2**20


def share_heaps() -> None:
    """Have all threads allocate from `ARENAS` heaps, since each keeps what was freed in it.

    Else glibc makes up to eight a core.
    """
    _tell(M_ARENA_MAX, ARENAS)


def return_large_blocks() -> None:
    """Have blocks of `LARGE_BYTES` and more go back to the system as soon as they are freed.

    Else glibc comes to keep blocks of up to 32 MB, in a heap that batches of many lengths leave
    full of holes: 10 GB instead of 4 where an encoder learns from 256 tokens.
    """
    _tell(M_MMAP_THRESHOLD, LARGE_BYTES)


def _tell(option: int, value: int) -> None:
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(option, value)

"""Whether checkpoints were trained alike."""

from typing import Any


def alike(one: Any, other: Any) -> bool:
    """Whether two values are the same, or two tables of settings wherever both name one.

    A setting that an older version did not have stands in the later one's table alone.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return all(one[name] == other[name] for name in one.keys() & other.keys())
    return bool(one == other)

"""Numbers from outside: one rule for what is in range, and one sentence for what is not.

A value is quoted at most 40 characters long; neither ``True`` nor NaN is a number here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from qbert_demo.errors import InputError

Refusal = Callable[[str], Exception]
"""Makes the error of the sentence: its class, or what adds a remedy."""


def whole(name: str, value: object, low: int, high: int, error: Refusal = InputError) -> int:
    """Read a whole number.

    Args:
        name: What to call it.
        value: What was sent.
        low: The smallest that is accepted.
        high: The largest.
        error: What is raised otherwise.

    Raises:
        error: If it is no whole number in this range.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise error(f"{name} must be a whole number from {low:,} to {high:,}, not {value!r:.40}.")
    return value


def as_whole(value: Any) -> Any:
    """A number as a form's whole number was meant, which may arrive as a float such as 3.0.

    Anything else stays as it is.
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def real(
    name: str, value: object, low: float, high: float, error: Refusal = InputError
) -> int | float:
    """Read a number; arguments and error as those of `whole`."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        raise error(f"{name} must be a number from {low:,g} to {high:,g}, not {value!r:.40}.")
    return value


def check_fields(
    of: object, ranges: Mapping[str, tuple[float, float]], error: Refusal = InputError
) -> None:
    """Check fields of an object; one must be whole where its range begins with an ``int``.

    Args:
        of: The object.
        ranges: The least and the most that each field may be, by its name.
        error: What is raised otherwise.

    Raises:
        error: If a field is out of range.
    """
    for name, (low, high) in ranges.items():
        if isinstance(low, int):
            whole(name, getattr(of, name), low, int(high), error)
        else:
            real(name, getattr(of, name), low, high, error)

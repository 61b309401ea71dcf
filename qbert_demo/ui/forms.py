"""What arrives from number fields, which a program may send anything to."""

from qbert_demo.errors import InputError


def whole(value: object, name: str, low: int, high: int) -> int:
    """Read a whole number.

    Args:
        value: What the form sent.
        name: What to call it.
        low: The smallest that is accepted.
        high: The largest.

    Raises:
        InputError: If it is no whole number in this range.
    """
    if not isinstance(value, int | float) or not low <= value <= high or value != int(value):
        raise InputError(f"For {name}, give a whole number from {low:,} to {high:,}.")
    return int(value)

"""Labels as visitors write them: names of a task's classes, or their numbers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from qbert_demo.errors import InputError


class Labelled(Protocol):
    """What has a label, and the line that it stands in."""

    @property
    def line(self) -> int:
        """Number of the line."""

    @property
    def label(self) -> str:
        """The label, empty where there is none."""


def plain_label(value: object) -> str:
    """A label as it is compared: without surrounding white space, a whole number as one.

    Nothing and "not a number" are no label, which is an empty one.
    """
    if value is None or value != value:
        return ""
    label = str(value).strip()
    whole, point, zeros = label.partition(".")
    is_whole = point and not zeros.strip("0") and whole.removeprefix("-").isdecimal()
    return whole if is_whole else label


def class_numbers(names: Sequence[str], start: int = 0) -> Mapping[str, int]:
    """Index of a class by what it may be called: its name in lower case, or its number.

    Where a name is itself a number, numbers are names.
    """
    known = {name.lower(): k for k, name in enumerate(names)}
    if not any(name.isdecimal() for name in known):
        known |= {str(k): k - start for k in range(start, start + len(names))}
    return known


def match_labels(
    entries: Sequence[Labelled], names: Sequence[str]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Translate labels into a task's label names.

    A label is a name, whatever its case, or the number of one. Numbers count from 0, or from 1
    where one of them can count no otherwise and none is 0.

    Returns:
        The names, ``None`` where no row has one, and notes on how the labels were read.

    Raises:
        InputError: If a label is missing or unknown; the message names the line.
    """
    labels = [plain_label(entry.label).lower() for entry in entries]
    if not any(labels):
        return None, ()
    numbers = {label for label in labels if label.isdecimal()}
    start = int("0" not in numbers and str(len(names)) in numbers)
    known = class_numbers(names, start)
    if not any(label in known for label in labels):
        entry = next(entry for entry in entries if entry.label.strip())
        return None, (
            f"There is no accuracy, for no label is one of this task ({', '.join(names)}): "
            f"line {entry.line} has “{entry.label[:60]}”.",
        )
    for entry, label in zip(entries, labels, strict=True):
        if label not in known:
            what = f"has the label “{entry.label[:60]}”" if label else "has no label"
            raise InputError(
                f"Line {entry.line} {what}. Labels of this task are {', '.join(names)}, "
                f"or their numbers 0 to {len(names) - 1}."
            )
    found = tuple(names[known[label]] for label in labels)
    read = sorted((int(label), names[known[label]]) for label in numbers)
    has_names = known.keys() == {name.lower() for name in names}
    if not read or "0" in numbers or has_names:
        return found, ()
    pairs = ", ".join(f"{number} is {name}" for number, name in read)
    return found, (f"The labels were read as numbers that count from {start}: {pairs}.",)

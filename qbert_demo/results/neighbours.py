"""Training texts near a text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Neighbour:
    """A training text.

    Attributes:
        text: It.
        label: Index of its class.
        alike: Cosine of the angle between its vector and the other text's, at most 1.
    """

    text: str
    label: int
    alike: float


@dataclass(frozen=True)
class Neighbours:
    """The training texts nearest to a text, of those that were read so far.

    Attributes:
        text: The text.
        said: Index of the label that the model gives it.
        nearest: The training texts, nearest first.
        read: Training texts that were read, a random sample of all.
        rows: Training texts in all.
        trained: Rows that the model was trained on; ``None`` where these are they.
        waiting: Place in the queue, 0 while it starts; ``None`` once it reads.
        notes: What to know about where the rows are from.
    """

    text: str
    said: int
    nearest: tuple[Neighbour, ...]
    read: int
    rows: int
    trained: int | None
    waiting: int | None
    notes: tuple[str, ...]

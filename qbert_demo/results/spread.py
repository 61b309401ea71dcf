"""How much a score differs from seed to seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Spread:
    """Accuracies of one head trained with several seeds.

    Attributes:
        n: Seeds, at least two.
        mean: Of the accuracies.
        low, high: Least and most of them.
    """

    n: int
    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self | None:
        """What values tell of their spread; ``None`` of fewer than two."""
        if len(values) < 2:
            return None
        return cls(len(values), sum(values) / len(values), min(values), max(values))

    def __str__(self) -> str:
        """As tables tell it."""
        return f"{self.mean:.4f} ({self.n} seeds, {self.low:.4f} to {self.high:.4f})"

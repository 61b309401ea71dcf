"""What models make of short texts that were written to see whether they read, and are fair."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """What a model says of one text.

    Attributes:
        label: The label it gives; where the answer must not move, the one whose probability is
            watched, the same for all models.
        probability: Of that label.
        failed: Whether that is not what was asked.
    """

    label: str
    probability: float
    failed: bool


@dataclass(frozen=True)
class Case:
    """A text and every model's answer.

    Attributes:
        text: What was read.
        word: What fills its sentence.
        right: The labels that are right; none where the answer must not move.
        said: By head.
    """

    text: str
    word: str
    right: tuple[str, ...]
    said: dict[str, Said]


@dataclass(frozen=True)
class Family:
    """Texts that ask the same of a model.

    Attributes:
        name: What is asked, in a word or three.
        asks: The same in a sentence.
        cases: The texts.
    """

    name: str
    asks: str
    cases: tuple[Case, ...]

    @property
    def heads(self) -> tuple[str, ...]:
        """Who was asked."""
        return tuple(self.cases[0].said)

    @property
    def is_swap(self) -> bool:
        """Whether one word of a neutral sentence changes, and the answer must not."""
        return not self.cases[0].right

    def by_word(self, head: str) -> dict[str, float]:
        """Mean probability of the label that a model gives the texts with each word, least first.

        It tells something where `is_swap`, since there the label is one.
        """
        given: dict[str, list[float]] = {}
        for case in self.cases:
            given.setdefault(case.word, []).append(case.said[head].probability)
        means = {word: sum(values) / len(values) for word, values in given.items()}
        return dict(sorted(means.items(), key=lambda item: item[1]))

    def reach(self, head: str) -> float:
        """How far apart the two words are that `by_word` puts first and last."""
        means = list(self.by_word(head).values())
        return means[-1] - means[0]

    def failures(self, head: str) -> int:
        """How many texts a model fails."""
        return sum(case.said[head].failed for case in self.cases)

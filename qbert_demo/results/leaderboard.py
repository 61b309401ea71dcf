"""What a model costs beside what it scores."""

from dataclasses import dataclass

from qbert_demo.results.spread import Spread
from qbert_demo.results.training import Score


@dataclass(frozen=True)
class Standing:
    """A shipped model on the leaderboard.

    Attributes:
        task, title: Its task's key, and the name for people.
        head: Of the model.
        accuracy: On the reported split, with its 95 % interval.
        macro_f1: Unweighted mean over the classes.
        in_head: Parameters that the head stores.
        live: Those of them that can change an answer.
        milliseconds: Of the head for one text alone; ``None`` if it was never measured.
        hours: That its training took.
        device: What it was trained on.
        day: When it was judged.
        spread: Of its accuracy over the seeds of its training; ``None`` where there is but one.
    """

    task: str
    title: str
    head: str
    accuracy: Score
    macro_f1: float
    in_head: int
    live: int
    milliseconds: float | None
    hours: float
    device: str
    day: str
    spread: Spread | None = None


@dataclass(frozen=True)
class Unread:
    """What should be on the leaderboard, but cannot be read.

    Attributes:
        task: Its key.
        why: What cannot be opened and why, in one sentence.
    """

    task: str
    why: str

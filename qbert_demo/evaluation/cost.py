"""What a head costs beside the encoder, which is the same for every head of a task."""

from collections.abc import Sequence
from statistics import median

from qbert_demo.model.loaded import LoadedModel

TIMED = 50
"""Texts that are timed, one after the other."""
TRIES = 5
"""How often each is; the fastest counts, since a busy machine only makes an answer slower."""


def head_milliseconds(model: LoadedModel, texts: Sequence[str]) -> float:
    """Median over the first of some texts of the time that head and circuit take, one by one."""
    model.warm_up()
    times = [
        [model.answer(tokens.ids).timing for _ in range(TRIES)]
        for tokens in model.tokenize(texts[:TIMED])
    ]
    return median(min(t.circuit + t.head for t in tries) for tries in times)

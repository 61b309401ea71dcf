"""What a head costs beside the encoder, which is the same for every head of a task."""

from collections.abc import Sequence
from statistics import median

from qbert_demo.model.loaded import LoadedModel

TRIES = 5
"""How often each is; the fastest counts, since a busy machine only makes an answer slower."""


def head_milliseconds(model: LoadedModel, ids: Sequence[list[int]]) -> float:
    """Median over the token ids of some texts of what head and circuit take, one by one."""
    model.warm_up()
    times = [[model.answer(row).timing for _ in range(TRIES)] for row in ids]
    return median(min(t.circuit + t.head for t in tries) for tries in times)

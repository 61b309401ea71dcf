"""How right models are on a batch of labelled texts, and how they stand against each other."""

from qbert_demo.evaluation.metrics import accuracy
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.results import BatchComparison, PairedTest, Score


def batch_scores(batch: BatchComparison) -> dict[str, Score]:
    """Accuracy of each head with its 95 % interval; empty without true labels."""
    if batch.truth is None:
        return {}
    return {head: accuracy(batch.labels(head), batch.truth) for head in batch.probabilities}


def against(batch: BatchComparison, first: str) -> dict[str, PairedTest]:
    """How a head stands against each other one; empty without it, or without true labels.

    Args:
        batch: What the heads say of the texts.
        first: The head.
    """
    if batch.truth is None or first not in batch.probabilities:
        return {}
    right = {head: batch.labels(head) == batch.truth for head in batch.probabilities}
    ours = right.pop(first)
    tests = paired_tests({first: ours} | right)
    return {test.b: test for test in tests if test.a == first}

"""How right models are on a batch of labelled texts, and how they stand against each other."""

from qbert_demo.evaluation.metrics import accuracy, difference, mcnemar
from qbert_demo.results import BatchComparison, Paired, Score


def batch_scores(batch: BatchComparison) -> dict[str, Score]:
    """Accuracy of each head with its 95 % interval; empty without true labels."""
    if batch.truth is None:
        return {}
    return {head: accuracy(batch.labels(head), batch.truth) for head in batch.probabilities}


def against(batch: BatchComparison, first: str) -> dict[str, Paired]:
    """How a head stands against each other one; empty without it, or without true labels.

    Args:
        batch: What the heads say of the texts.
        first: The head.
    """
    truth = batch.truth
    if truth is None or first not in batch.probabilities:
        return {}
    found = {}
    for head in batch.probabilities:
        if head != first:
            ours, theirs = batch.labels(first), batch.labels(head)
            only_ours = int(((ours == truth) & (theirs != truth)).sum())
            only_theirs = int(((ours != truth) & (theirs == truth)).sum())
            gap = difference(ours, theirs, truth)
            found[head] = Paired(gap, only_ours, only_theirs, mcnemar(only_ours, only_theirs))
    return found

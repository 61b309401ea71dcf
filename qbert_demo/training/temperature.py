"""One temperature a checkpoint, so that 0.9 means about nine in ten (Guo et al., arXiv:1706.04599).

It is fitted on held-out training rows and changes no label.
"""

import numpy as np
from numpy.typing import NDArray

SHARPEST, FLATTEST = 0.05, 20.0
"""Between these the temperature is looked for."""
HALVINGS = 60


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The temperature whose softmax gives the labels the smallest log loss.

    The log loss is convex in 1 / T, so its one minimum is found by halving.

    Args:
        logits: Shape ``(n, n_labels)``.
        labels: Index of each row's class, shape ``(n,)``.

    Returns:
        T, from `SHARPEST` to `FLATTEST`; one of these if the best lies beyond.
    """
    low, high = 1 / FLATTEST, 1 / SHARPEST
    for _ in range(HALVINGS):
        middle = np.sqrt(low * high)
        chances = np.exp(_log_softmax(middle * logits))
        slope = (chances * logits).sum(1) - logits[np.arange(len(labels)), labels]
        low, high = (low, middle) if slope.mean() > 0 else (middle, high)
    return float(1 / np.sqrt(low * high))


def log_loss(
    logits: NDArray[np.float64], labels: NDArray[np.int64], temperature: float = 1.0
) -> float:
    """Mean negative logarithm of the probability given to the true label; arguments as above."""
    chances = _log_softmax(logits / temperature)
    return float(-chances[np.arange(len(labels)), labels].mean())


def _log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    shifted = logits - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))

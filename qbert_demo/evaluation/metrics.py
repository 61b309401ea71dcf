"""Scores with their uncertainty."""

import math

import numpy as np
from numpy.typing import NDArray

from qbert_demo.results import Score

Z95 = 1.959964
Labels = NDArray[np.int64]


def accuracy(predicted: Labels, truth: Labels) -> Score:
    """Share of correct labels, with Wilson's 95 % interval (Wilson 1927).

    Args:
        predicted: Shape ``(n,)``.
        truth: Shape ``(n,)``.
    """
    n = len(truth)
    p = float((predicted == truth).mean())
    centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n)) / (1 + Z95**2 / n)
    return Score(p, centre - half, centre + half, n)


def difference(first: Labels, second: Labels, truth: Labels) -> Score:
    """Accuracy of ``first`` minus that of ``second`` on the same texts.

    The interval is the paired normal one: only texts that exactly one of the two gets right
    carry information (Agresti, Categorical Data Analysis, section 11.1).
    """
    n = len(truth)
    gap = (first == truth).astype(float) - (second == truth)
    half = Z95 * float(gap.std()) / math.sqrt(n)
    mean = float(gap.mean())
    return Score(mean, mean - half, mean + half, n)


def mcnemar(first: Labels, second: Labels, truth: Labels) -> float:
    """Two-sided exact p-value of McNemar's test on the same texts (McNemar 1947).

    Only texts that exactly one of the two gets right count; without a difference between the
    two, each of these would be either's with a chance of one half.
    """
    alone = int(np.sum((first == truth) & (second != truth)))
    other = int(np.sum((first != truth) & (second == truth)))
    n, least = alone + other, min(alone, other)
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(least + 1)) / 2**n)


def macro_f1(predicted: Labels, truth: Labels, n_labels: int) -> float:
    """Unweighted mean of the classes' F1."""
    return float(np.mean(f1_scores(predicted, truth, n_labels)))


def f1_scores(predicted: Labels, truth: Labels, n_labels: int) -> list[float]:
    """2 TP / (2 TP + FP + FN) of each class; 0 for a class never met."""
    scores = []
    for label in range(n_labels):
        hit = np.sum((predicted == label) & (truth == label))
        missed = np.sum((predicted == label) != (truth == label))
        scores.append(float(2 * hit / (2 * hit + missed)) if hit else 0.0)
    return scores


def macro_recall(predicted: Labels, truth: Labels, n_labels: int) -> float:
    """Unweighted mean, over the classes that are there, of the share found of each."""
    classes = [label for label in range(n_labels) if (truth == label).any()]
    return float(np.mean([(predicted[truth == label] == label).mean() for label in classes]))


def confusion(predicted: Labels, truth: Labels, n_labels: int) -> Labels:
    """Texts by true class (rows) and label given (columns), shape ``(n_labels, n_labels)``."""
    counts = np.bincount(truth * n_labels + predicted, minlength=n_labels**2)
    return counts.reshape(n_labels, n_labels)

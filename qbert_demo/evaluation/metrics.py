"""Scores with their uncertainty."""

import math

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, recall_score

from qbert_demo.results import ClassScore, Score

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
    low = 0.0 if p == 0 else max(0.0, centre - half)
    high = 1.0 if p == 1 else min(1.0, centre + half)
    return Score(p, low, high, n)


def difference(first: Labels, second: Labels, truth: Labels) -> Score:
    """Accuracy of ``first`` minus that of ``second`` on the same texts.

    The interval is the paired normal one: only texts that exactly one of the two gets right
    carry information (Agresti, Categorical Data Analysis, section 11.1). No difference lies beyond
    -1 and 1.
    """
    n = len(truth)
    gap = (first == truth).astype(float) - (second == truth)
    half = Z95 * float(gap.std()) / math.sqrt(n)
    mean = float(gap.mean())
    return Score(mean, max(-1.0, mean - half), min(1.0, mean + half), n)


def macro_f1(predicted: Labels, truth: Labels, n_labels: int) -> float:
    """Unweighted mean of the classes' F1."""
    return float(np.mean([one.f1 for one in class_scores(predicted, truth, n_labels)]))


def class_scores(predicted: Labels, truth: Labels, n_labels: int) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of each class; 0 where a class is never met or never called."""
    columns = precision_recall_fscore_support(
        truth, predicted, labels=np.arange(n_labels), average=None, zero_division=0
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(ClassScore(precision, recall, f1, int(n)) for precision, recall, f1, n in rows)


def macro_recall(predicted: Labels, truth: Labels, n_labels: int) -> float:
    """Unweighted mean, over the classes that are there, of the share found of each."""
    there = np.intersect1d(np.arange(n_labels), truth)
    return float(recall_score(truth, predicted, labels=there, average="macro"))


def confusion(predicted: Labels, truth: Labels, n_labels: int) -> Labels:
    """Texts by true class (rows) and label given (columns), shape ``(n_labels, n_labels)``."""
    return confusion_matrix(truth, predicted, labels=np.arange(n_labels))

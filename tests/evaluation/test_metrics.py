import numpy as np
import pytest
from scipy.stats import binomtest

from qbert_demo.evaluation.metrics import (
    accuracy,
    class_scores,
    confusion,
    difference,
    macro_f1,
    macro_recall,
)

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize(("right", "n"), [(0, 10), (10, 10), (801, 872), (7100, 7600)])
def test_interval_is_wilsons(right: int, n: int) -> None:
    truth = np.zeros(n, int)
    predicted = np.where(np.arange(n) < right, 0, 1)
    score = accuracy(predicted, truth)
    reference = binomtest(right, n).proportion_ci(method="wilson")
    assert score.value == right / n
    assert score.low == pytest.approx(reference.low, abs=1e-6)
    assert score.high == pytest.approx(reference.high, abs=1e-6)


@pytest.mark.parametrize("n", range(1, 200))
def test_intervals_of_all_and_of_none_end_exactly_at_them(n: int) -> None:
    truth = np.zeros(n, int)
    every, none = accuracy(truth, truth), accuracy(truth + 1, truth)
    assert every.high == every.value == 1
    assert none.low == none.value == 0
    assert 0 < every.low == pytest.approx(1 - none.high)


def test_no_difference_lies_beyond_one() -> None:
    truth = np.zeros(2, int)
    score = difference(truth, np.array([0, 1]), truth)
    assert (score.value, score.high) == (0.5, 1)
    assert difference(np.array([0, 1]), truth, truth).low == -1


def test_paired_difference_covers_its_bootstrap() -> None:
    truth = RANDOM.integers(0, 2, 900)
    first = np.where(RANDOM.random(900) < 0.9, truth, 1 - truth)
    second = np.where(RANDOM.random(900) < 0.7, first, 1 - truth)
    score = difference(first, second, truth)
    gap = (first == truth).astype(int) - (second == truth)
    means = gap[RANDOM.integers(0, 900, (4000, 900))].mean(1)
    assert score.value == pytest.approx(gap.mean())
    assert [score.low, score.high] == pytest.approx(np.percentile(means, [2.5, 97.5]), abs=4e-3)


def test_macro_f1_by_hand() -> None:
    truth, predicted = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 0])
    assert macro_f1(predicted, truth, 3) == pytest.approx((4 / 6 + 2 / 3 + 0) / 3)


def test_f1_of_each_class_and_macro_recall_by_hand() -> None:
    truth, predicted = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 0])
    assert [c.f1 for c in class_scores(predicted, truth, 3)] == pytest.approx([4 / 6, 2 / 3, 0])
    assert macro_recall(predicted, truth, 3) == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert macro_recall(predicted, truth, 4) == macro_recall(predicted, truth, 3)


def test_confusion_counts_true_classes_in_rows() -> None:
    predicted, truth = np.array([2, 2, 1, 0]), np.array([0, 0, 1, 2])
    assert confusion(predicted, truth, 3).tolist() == [[0, 0, 2], [0, 1, 0], [1, 0, 0]]

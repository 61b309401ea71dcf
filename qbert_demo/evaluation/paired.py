"""Whether two models differ: exact tests on the texts that one of them alone gets right."""

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from qbert_demo.evaluation.metrics import Z95, difference
from qbert_demo.results import PairedTest, Score

FEWEST = 6
"""With fewer texts on which one model alone is right, no exact test at 5 % shows a difference."""
LEVEL = 0.05
"""A difference is called one where the corrected p value is below this."""
Z80 = 0.841621
"""Quantile of the normal distribution for a power of 80 %."""

Right = NDArray[np.bool_]


def paired_tests(right: Mapping[str, Right]) -> tuple[PairedTest, ...]:
    """Compare every pair of models on the same texts.

    Args:
        right: Which texts each model got right, shape ``(n,)`` each; of two, the first is ``a``.

    Returns:
        Exact McNemar tests, corrected for their number by Holm's method, in the order of the pairs.
    """
    pairs = list(combinations(right, 2))
    counts = [_counts(right[a], right[b]) for a, b in pairs]
    p_values = [exact_p(right[a], right[b]) for a, b in pairs]
    corrected = multipletests(p_values, method="holm")[1] if p_values else []
    return tuple(
        PairedTest(
            a,
            b,
            _difference(right[a], right[b]),
            p,
            float(holm),
            table[0][1],
            table[1][0],
            bool(holm < LEVEL),
            smallest_difference(table[0][1] + table[1][0], len(right[a])),
        )
        for (a, b), table, p, holm in zip(pairs, counts, p_values, corrected, strict=True)
    )


def exact_p(a: Right, b: Right) -> float:
    """Two-sided p value of the exact McNemar test, from which texts each of two got right."""
    return float(mcnemar(_counts(a, b), exact=True).pvalue)


def smallest_difference(discordant: int, n: int) -> float:
    """The smallest difference that n texts would show with a power of 80 %, at 5 %, two-sided.

    Solves Connor's formula for McNemar's test (Biometrics 43, 1987), with the share of texts on
    which one model alone is right as it was found, or that of `FEWEST` texts, if it was less.

    Args:
        discordant: Texts that one model alone got right.
        n: All texts.
    """
    share = max(discordant, FEWEST) / n
    low, high = 0.0, share
    for _ in range(60):
        gap = (low + high) / 2
        spread = Z95 * math.sqrt(share) + Z80 * math.sqrt(max(share - gap * gap, 0))
        low, high = (low, gap) if n * gap * gap >= spread * spread else (gap, high)
    return high


def _counts(a: Right, b: Right) -> list[list[int]]:
    """Texts by whether ``a`` (rows) and ``b`` (columns) are right; right comes first."""
    return [[int(np.sum((a == x) & (b == y))) for y in (True, False)] for x in (True, False)]


def _difference(a: Right, b: Right) -> Score:
    """Accuracy of ``a`` minus that of ``b``."""
    return difference(a.astype(np.int64), b.astype(np.int64), np.ones(len(a), np.int64))

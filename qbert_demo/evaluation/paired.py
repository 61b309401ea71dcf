"""Whether two models differ: exact tests on the texts that one of them alone gets right."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from qbert_demo.evaluation.metrics import difference
from qbert_demo.results import PairedTest, Score

FEWEST = 6
"""With fewer texts on which one model alone is right, no exact test at 5 % shows a difference."""
LEVEL = 0.05
"""A difference is called one where the corrected p value is below this."""
POWER = 0.8
NEVER = 1e-9
"""Numbers of texts that come up less often than this are left out of a power."""

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
    corrected = holm(p_values)
    return tuple(
        PairedTest(
            a,
            b,
            _difference(right[a], right[b]),
            p,
            once,
            table[0][1],
            table[1][0],
            once < LEVEL,
            smallest_difference(table[0][1] + table[1][0], len(right[a])),
        )
        for (a, b), table, p, once in zip(pairs, counts, p_values, corrected, strict=True)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p values for their number."""
    return multipletests(p_values, method="holm")[1].tolist() if p_values else []


def exact_p(a: Right, b: Right) -> float:
    """Two-sided p value of the exact McNemar test, from which texts each of two got right."""
    return float(mcnemar(_counts(a, b), exact=True).pvalue)


def smallest_difference(discordant: int, n: int) -> float:
    """The smallest difference that n texts would show with a power of 80 %, at 5 %, two-sided.

    Of the exact McNemar test, taken by itself, with the share of texts on which one model alone is
    right as it was found, or that of `FEWEST` texts, if it was less, or the difference itself, if
    that is more.

    Args:
        discordant: Texts that one model alone got right.
        n: All texts.

    Returns:
        As a share of the texts; 1 where no difference would be shown so often.
    """
    share = min(max(discordant, FEWEST) / n, 1.0)
    low, high = 0.0, 1.0
    for _ in range(30):
        gap = (low + high) / 2
        low, high = (low, gap) if exact_power(gap, max(share, gap), n) >= POWER else (gap, high)
    return high


def exact_power(gap: float, share: float, n: int) -> float:
    """How often the exact McNemar test shows a difference at 5 %, two-sided.

    Args:
        gap: Accuracy of one model less that of the other.
        share: Of texts that one model alone gets right, at least ``gap``.
        n: All texts.
    """
    few, many = binom.ppf((NEVER, 1 - NEVER), n, share)
    discordant = np.arange(few, many + 1)
    # The most texts on which the worse may be right alone while p stays below the level.
    most = binom.ppf(LEVEL / 2, discordant, 0.5) - 1
    better = min((1 + gap / share) / 2, 1.0)
    shown = binom.cdf(most, discordant, 1 - better) + binom.cdf(most, discordant, better)
    return float((binom.pmf(discordant, n, share) * shown).sum())


def _counts(a: Right, b: Right) -> list[list[int]]:
    """Texts by whether ``a`` (rows) and ``b`` (columns) are right; right comes first."""
    return [[int(np.sum((a == x) & (b == y))) for y in (True, False)] for x in (True, False)]


def _difference(a: Right, b: Right) -> Score:
    """Accuracy of ``a`` minus that of ``b``."""
    return difference(a.astype(np.int64), b.astype(np.int64), np.ones(len(a), np.int64))

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest

from qbert_demo.evaluation.paired import paired_tests, smallest_difference
from qbert_demo.evaluation.words import p_value, power, signed, undecided, verdict
from qbert_demo.results import Score


def right(*counts: int) -> dict[str, np.ndarray]:
    """Texts that both got right, the first alone, the second alone, neither."""
    kinds = np.repeat([0, 1, 2, 3], counts)
    return {"hybrid": kinds < 2, "classical": (kinds == 0) | (kinds == 2)}


def test_the_p_value_is_the_binomial_one() -> None:
    (test,) = paired_tests(right(700, 15, 5, 100))
    tail = sum(comb(20, k) for k in range(6)) / 2**20
    assert test.p == pytest.approx(2 * tail)
    assert (test.a, test.b, test.only_a, test.only_b) == ("hybrid", "classical", 15, 5)
    assert test.difference.value == pytest.approx(10 / 820)
    assert test.difference.low < test.difference.value < test.difference.high


def test_what_an_interval_shows_but_the_test_does_not_is_no_difference() -> None:
    (test,) = paired_tests(right(750, 27, 14, 81))
    assert test.difference.low > 0
    assert not test.differs
    words = verdict(test, 872, 1)
    assert words.startswith(
        "No difference between hybrid and classical can be shown on 872 texts: hybrid +1.5 points"
    )
    assert "27 texts only the hybrid got right, 14 only the classical" in words


def test_a_bound_that_rounds_to_zero_has_no_sign() -> None:
    assert [signed(x, 1) for x in (0.04, -0.04, 0.05, -2.7)] == ["0.0", "0.0", "+0.1", "-2.7"]
    (test,) = paired_tests(right(770, 24, 12, 66))
    test = replace(test, difference=Score(0.0138, 0.0002, 0.027, 872))
    assert "+1.4 points (0.0 to +2.7)" in verdict(test, 872, 3)


def test_a_single_comparison_is_not_called_corrected() -> None:
    (test,) = paired_tests(right(700, 15, 5, 100))
    assert "exact McNemar p = 0.041; 15 texts" in verdict(test, 820, 1)
    assert "exact McNemar p = 0.041, 0.041 after Holm; 15 texts" in verdict(test, 820, 2)


def test_a_worse_model_is_called_worse_whichever_stands_first() -> None:
    (test,) = paired_tests(right(500, 5, 300, 67))
    assert test.differs
    assert verdict(test, 872, 1).startswith("The classical is better than the hybrid on 872 texts")


def test_several_comparisons_are_corrected_for() -> None:
    some = right(700, 17, 6, 100)
    (alone,) = paired_tests(some)
    assert alone.differs
    tests = paired_tests(some | {"control": some["classical"]})
    assert [(t.a, t.b) for t in tests] == [
        ("hybrid", "classical"),
        ("hybrid", "control"),
        ("classical", "control"),
    ]
    assert tests[0].corrected == pytest.approx(3 * alone.p)
    assert not tests[0].differs
    assert (tests[2].p, tests[2].only_a, tests[2].differs) == (1, 0, False)


@pytest.mark.parametrize(("discordant", "n"), [(40, 872), (2, 1119), (1, 100)])
def test_the_smallest_difference_is_found_four_times_in_five(discordant: int, n: int) -> None:
    gap = smallest_difference(discordant, n)
    share = max(discordant / n, 6 / n, gap)
    chances = [(share + gap) / 2, (share - gap) / 2, 1 - share]
    rng = np.random.default_rng(0)
    drawn = np.clip(rng.multinomial(n, np.clip(chances, 0, 1), 2000), 0, None)[:, :2]
    p_values = [binomtest(int(few), int(few + more)).pvalue for more, few in drawn if few + more]
    assert sum(p < 0.05 for p in p_values) / 2000 == pytest.approx(0.8, abs=0.03)


def test_the_words_say_between_which_two_and_by_which_test() -> None:
    (test,) = paired_tests(right(780, 21, 19, 52))
    words = power(test, 872)
    assert words.startswith(
        "By this test alone, 872 texts show a difference between hybrid and classical of"
    )
    assert f"{100 * smallest_difference(40, 872):.1f} points" in words


def test_too_few_texts_show_nothing_however_one_sided() -> None:
    assert smallest_difference(0, 5) == 1
    few, enough = (paired_tests(right(0, k, 0, 0))[0] for k in (5, 6))
    assert power(few, 5) == "So few texts show no difference, however large: it takes 6 or more."
    assert "points or more" in power(enough, 6)
    (five,), (six,) = (paired_tests(right(1000, k, 0, 100)) for k in (5, 6))
    assert (five.differs, six.differs) == (False, True)


def test_no_p_value_reads_as_nothing() -> None:
    assert [p_value(p) for p in (1.0, 0.0596, 3e-4, 1e-9)] == ["1", "0.06", "0.0003", "< 0.0001"]


def test_an_interval_that_leaves_out_0_without_a_difference_is_explained() -> None:
    (test,) = paired_tests(right(700, 9, 2, 100))
    assert test.difference.low > 0
    assert not test.differs
    assert "the exact test decided" in undecided([test])
    assert undecided(paired_tests(right(700, 20, 2, 100))) == ""
    assert undecided(paired_tests(right(700, 9, 9, 100))) == ""

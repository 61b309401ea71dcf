import math

import numpy as np
import pytest

from qbert_demo.circuit.shots import MAX_SHOTS, RUNS, Measurement, measure
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import trace
from qbert_demo.results import Array
from tests.circuit.test_trace import random_gates

Case = tuple[Array, Array, Array]


def case(n: int, n_labels: int, lead: float, seed: int = 0) -> Case:
    """A random circuit's probabilities and a last layer whose label 1 leads by ``lead``."""
    random = np.random.default_rng(seed)
    seen = trace(random_gates(CircuitSpec(n, 2), seed), n)
    weight = random.normal(size=(n_labels, n))
    bias = -weight @ seen.bloch[-1, :, 2]
    bias[1] += lead
    return seen.probabilities[-1], weight, bias


def bits(n: int) -> Array:
    """Z of every qubit in every basis state, read off the binary numerals."""
    return np.array([[1 - 2 * int(bit) for bit in f"{i:0{n}b}"] for i in range(2**n)], float)


def share(drawn: Case, label: int, shots: int, runs: int = 2000) -> float:
    """How often independent runs, drawn shot by shot, give a label."""
    probabilities, weight, bias = drawn
    random, signs = np.random.default_rng(99), bits(weight.shape[1])
    below = np.cumsum(probabilities)[:-1]
    hits = 0
    for _ in range(runs):
        outcomes = np.searchsorted(below, random.random(shots), "right")
        counts = np.bincount(outcomes, minlength=len(signs))
        hits += int((weight @ (counts @ signs) / shots + bias).argmax() == label)
    return hits / runs


def test_infinitely_many_shots_give_the_expectation_values() -> None:
    probabilities, weight, bias = case(4, 3, lead=0.2)
    seen = trace(random_gates(CircuitSpec(4, 2)), 4)
    result = measure(probabilities, weight, bias, None, seed=0)
    np.testing.assert_allclose(result.exact, seen.bloch[-1, :, 2], atol=1e-12)
    np.testing.assert_array_equal(result.estimates, result.exact)
    np.testing.assert_array_equal(result.errors, 0)
    np.testing.assert_array_equal(result.shares, [0, 1, 0])
    assert (result.label, result.shots, result.runs) == (1, None, RUNS)


@pytest.mark.parametrize("shots", [1, 7, 400])
@pytest.mark.parametrize("n_qubits", [1, 3])
def test_estimates_scatter_as_theory_says(n_qubits: int, shots: int) -> None:
    drawn = case(n_qubits, 2, lead=1.0, seed=3)
    results = [measure(*drawn, shots, seed) for seed in range(200)]
    estimates = np.array([result.estimates for result in results])
    exact = results[0].exact
    spread = np.sqrt((1 - exact**2) / shots)
    assert (np.abs(estimates.mean(0) - exact) < 4 * spread / math.sqrt(200)).all()
    np.testing.assert_allclose(estimates.std(0), spread, rtol=0.2)
    zeros = (estimates + 1) / 2 * shots
    np.testing.assert_allclose(zeros, zeros.round(), atol=1e-9)
    for result in results:
        own = np.sqrt(1 - result.estimates**2) / math.sqrt(shots)
        np.testing.assert_allclose(result.errors, own, atol=1e-12)


@pytest.mark.parametrize(
    ("n_qubits", "shots"), [(1, 5), (3, 1), (3, 40), (3, 3000), (8, 16), (6, 300), (6, 5000)]
)
def test_shares_are_those_of_independent_runs(n_qubits: int, shots: int) -> None:
    drawn = case(n_qubits, 3, lead=0.6 / math.sqrt(shots))
    result = measure(*drawn, shots, seed=5)
    assert result.shares.sum() == pytest.approx(1)
    for label, ours in enumerate(result.shares):
        assert ours == pytest.approx(share(drawn, label, shots, runs=1000), abs=0.09)
    own = drawn[1] @ result.estimates + drawn[2]
    assert result.label == own.argmax()


@pytest.mark.parametrize("lead", [0.08, 0.3, 1.5])
@pytest.mark.parametrize(("n_qubits", "n_labels"), [(1, 2), (3, 2), (6, 4)])
def test_the_steady_number_of_shots_is_steady_and_60_percent_of_it_is_not(
    n_qubits: int, n_labels: int, lead: float
) -> None:
    drawn = case(n_qubits, n_labels, lead)
    steady = measure(*drawn, None, seed=1).stable_shots
    assert steady
    assert share(drawn, 1, steady) >= 0.93
    assert share(drawn, 1, int(0.6 * steady) or 1) < 0.955 or steady == 1


def test_a_rare_outcome_that_decides_is_not_taken_for_normal() -> None:
    """The lead is decided by outcomes of one in 500, whose counts are far from normal."""
    drawn = np.array([0.998, 0.002]), np.array([[0.0], [-1.0]]), np.array([0.0, 0.9985])
    result = measure(*drawn, 1000, seed=0)
    at_least_one = 1 - 0.998**1000
    assert result.shares[1] == pytest.approx(at_least_one, abs=0.035)


def test_a_certain_outcome_needs_one_shot() -> None:
    certain = np.eye(8)[5]
    result = measure(certain, np.ones((2, 3)), np.array([0.0, 1.0]), 1, seed=0)
    np.testing.assert_array_equal(result.estimates, [-1, 1, -1])
    np.testing.assert_array_equal(result.errors, 0)
    assert (result.label, result.stable_shots) == (1, 1)


def test_a_narrow_lead_needs_more_than_the_most_shots() -> None:
    drawn = case(4, 2, lead=1e-4)
    assert measure(*drawn, None, seed=0).stable_shots is None
    wider = measure(*case(4, 2, lead=0.02), None, seed=0).stable_shots
    assert wider
    assert 10_000 < wider <= MAX_SHOTS


def test_a_tie_goes_to_the_first_label_whatever_rounding_says() -> None:
    fair = np.full(2, 0.5)
    weight, none = np.array([[-0.3], [0.3]]), np.zeros(2)
    result = measure(fair, weight, none, 2, seed=0)
    assert measure(fair, weight, none, None, seed=0).label == 0
    assert result.shares[0] == pytest.approx(0.75, abs=0.05)
    assert result.stable_shots is None
    same = measure(fair, np.full((2, 1), 0.1), np.zeros(2), 3, seed=0)
    assert (same.label, same.stable_shots) == (0, 1)
    np.testing.assert_array_equal(same.shares, [1, 0])
    rounded = np.array([[0.3, 0.0], [0.1, 0.2]])
    assert measure(np.eye(4)[0], rounded, np.zeros(2), None, seed=0).label == 0


def flat(result: Measurement) -> list[Array]:
    return [np.ravel(value if value is not None else -1) for value in vars(result).values()]


def test_the_same_seed_gives_the_same_result_and_another_seed_another() -> None:
    drawn = case(3, 2, lead=0.2)
    first, again, other = (measure(*drawn, 50, seed) for seed in (1, 1, 2))
    for one, two in zip(flat(first), flat(again), strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first.estimates != other.estimates).any()
    assert measure(*drawn, 60, 1).stable_shots == first.stable_shots


@pytest.mark.parametrize("shots", [0, -1, MAX_SHOTS + 1, 10.0, True, "10"])
def test_an_impossible_number_of_shots_is_refused(shots: int) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 100,000, not {shots!r}"):
        measure(np.ones(1), np.zeros((2, 0)), np.zeros(2), shots, seed=0)


def test_probabilities_of_another_circuit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"2 qubits have 4 basis states.*\(8,\)"):
        measure(np.full(8, 1 / 8), np.zeros((2, 2)), np.zeros(2), 10, seed=0)

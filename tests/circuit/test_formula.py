"""The circuit as a formula, held against PennyLane."""

from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.circuit import CircuitSpec
from qbert_demo.circuit.formula import Formula, formula_of
from qbert_demo.circuit.pennylane_bridge import qnode
from qbert_demo.results import Array

RNG = np.random.default_rng(4)


def pennylane(spec: CircuitSpec, angles: Array, weights: Array) -> Array:
    run = qnode(spec)
    return np.array([run(row, weights) for row in angles])


@pytest.mark.parametrize(
    "spec",
    [
        CircuitSpec(1, 1),
        CircuitSpec(2, 1, "rx", "basic"),
        CircuitSpec(3, 2, "rz"),
        CircuitSpec(4, 2),
        CircuitSpec(2, 3, reupload=True),
        CircuitSpec(3, 2, "rx", "basic", reupload=True),
        CircuitSpec(4, 4, "h_ry", "brick"),
        CircuitSpec(3, 2, "h_ry", "brick", reupload=True),
    ],
    ids=str,
)
def test_it_gives_the_values_of_pennylane(spec: CircuitSpec) -> None:
    weights = RNG.uniform(0, 2 * np.pi, spec.weight_shape)
    angles = RNG.uniform(-np.pi, np.pi, (6, spec.n_qubits))
    formula = formula_of(spec, weights)
    expected = pennylane(spec, angles, weights)
    np.testing.assert_allclose(formula(angles), expected, atol=1e-10)
    changed = formula.coefficients.copy()
    changed.flat[np.abs(changed).argmax()] += 1e-3
    assert np.abs(replace(formula, coefficients=changed)(angles) - expected).max() > 1e-6


def test_a_linear_layer_on_it_is_a_formula_again() -> None:
    spec = CircuitSpec(3, 2)
    formula = formula_of(spec, RNG.uniform(0, 6, spec.weight_shape))
    weight, bias = RNG.normal(size=(2, 3)), RNG.normal(size=2)
    angles = RNG.uniform(-3, 3, (7, 3))
    logits = formula(angles) @ weight.T + bias
    combined = formula.combined(weight, bias)
    np.testing.assert_allclose(combined(angles), logits, atol=1e-12)
    centred = logits - logits.mean(1, keepdims=True)
    np.testing.assert_allclose(combined.centred()(angles), centred, atol=1e-12)


def one(terms: dict[tuple[int, ...], float]) -> Formula:
    coefficients = np.zeros((1, 3, 3))
    for index, value in terms.items():
        coefficients[(0, *index)] = value
    return Formula(1, coefficients)


def test_orders_share_the_variance() -> None:
    formula = one({(0, 0): 5, (1, 0): 1, (0, 2): 1, (2, 2): 2})
    assert formula.share_by_order() == pytest.approx((0.5, 0.5))
    assert one({(0, 0): 5}).share_by_order() == (0, 0)


def test_the_largest_products_come_first_beside_the_constant() -> None:
    formula = one({(0, 0): 0.1, (1, 0): 1, (0, 2): -3, (2, 2): 2})
    angles = RNG.uniform(-3, 3, (20, 2))
    x0, x1 = angles.T
    sums = [
        0.1 - 3 * np.sin(x1),
        0.1 - 3 * np.sin(x1) + 2 * np.sin(x0) * np.sin(x1),
        0.1 - 3 * np.sin(x1) + 2 * np.sin(x0) * np.sin(x1) + np.cos(x0),
    ]
    for found, expected in zip(formula.growing(angles, 8), sums, strict=True):
        np.testing.assert_allclose(found[:, 0], expected, atol=1e-12)
    assert len(list(formula.growing(angles, 2))) == 2


@pytest.mark.parametrize("reupload", [False, True])
def test_all_products_together_are_the_formula(reupload: bool) -> None:
    spec = CircuitSpec(3, 2, reupload=reupload)
    formula = formula_of(spec, RNG.uniform(0, 6, spec.weight_shape))
    angles = RNG.uniform(-3, 3, (20, 3))
    *_, last = formula.growing(angles, formula.n_terms)
    np.testing.assert_allclose(last, formula(angles), atol=1e-12)


def test_it_can_be_copied_as_text_latex_and_python() -> None:
    formula = one({(0, 0): 0.5, (1, 2): -0.25})
    assert formula.text(0) == "0.5 - 0.25 cos(x0) sin(x1)"
    assert formula.latex(0) == r"0.5 - 0.25 \cos x_{0} \sin x_{1}"
    x = np.array([0.3, 1.1])
    value = eval(formula.numpy(0), {"np": np, "x": x})  # noqa: S307
    assert value == pytest.approx(float(formula(x[None])[0, 0]))
    spec = CircuitSpec(2, 2, reupload=True)
    twice = formula_of(spec, RNG.uniform(0, 6, spec.weight_shape))
    value = eval(twice.numpy(1), {"np": np, "x": x})  # noqa: S307
    assert value == pytest.approx(float(twice(x[None])[0, 1]), abs=1e-4)


def test_many_texts_are_worked_on_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = CircuitSpec(2, 1)
    formula = formula_of(spec, RNG.uniform(0, 6, spec.weight_shape))
    angles = RNG.uniform(-3, 3, (50, 2))
    whole = formula(angles)
    monkeypatch.setattr("qbert_demo.circuit.formula.CHUNK", 40)
    np.testing.assert_array_equal(formula(angles), whole)


def test_a_formula_that_is_too_long_is_refused() -> None:
    spec = CircuitSpec(4, 8, reupload=True)
    with pytest.raises(ValueError, match=r"has 83,521 terms; up to 60,000"):
        formula_of(spec, np.zeros(spec.weight_shape))

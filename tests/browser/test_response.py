"""What the browser says about each encoding angle agrees with the server's simulator."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page

from qbert_demo.circuit import CircuitSpec, expectations
from qbert_demo.results import Array
from tests.browser.test_statevector import as_json, blank_page, parameters

pytestmark = pytest.mark.browser

Head = dict[str, list[Any]]
SPECS = [
    CircuitSpec(n, 1 + k % 3, encoding, ansatz, reupload)
    for k, (n, encoding, ansatz, reupload) in enumerate(
        itertools.product(
            [1, 2, 3, 5],
            ("rx", "ry", "rz", "h_ry"),
            ("strongly_entangling", "basic", "brick"),
            (False, True),
        )
    )
]
FLIP = """([gates, n, head, angles]) => smallestFlip(
  gates, n, head, angles, angles.map((_, k) => responseSeries(gates, n, angles, k)))"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    yield from blank_page(browser, "statevector.js", "response.js")


def values_of(spec: CircuitSpec, angles: Array, weights: Array) -> Array:
    """Expectation values of torch, shape ``(batch, n_qubits)``."""
    return expectations(torch.tensor(angles), torch.tensor(weights), spec).numpy()


def random_head(spec: CircuitSpec, n_labels: int) -> Head:
    """An output layer that puts no label far ahead."""
    random = np.random.default_rng([5, spec.n_qubits, n_labels])
    weight = random.normal(size=(n_labels, spec.n_qubits))
    return {"weight": weight.tolist(), "bias": random.normal(0, 0.3, n_labels).tolist()}


def one_qubit(angle: float, **changes: Any) -> dict[str, Any]:
    """RY on one qubit, whose <Z> is the cosine of its angle."""
    gate = {"name": "RY", "wires": [0], "angles": [angle], "feature": 0, "removed": False}
    return gate | changes


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_series_are_the_values_at_every_angle(page: Page, spec: CircuitSpec) -> None:
    n = spec.n_qubits
    angles, weights = parameters(spec)
    at = np.random.default_rng(3).uniform(-7, 7, 4)
    degrees, found = page.evaluate(
        """([gates, n, angles, at]) => {
          const all = angles.map((_, k) => responseSeries(gates, n, angles, k));
          const seen = all.map(({ series }) => at.map((x) => series.map((s) => seriesAt(s, x))));
          return [all.map(({ degree }) => degree), seen];
        }""",
        [as_json(spec.read(np.zeros(n), weights)), n, angles.tolist(), at.tolist()],
    )
    batch = np.tile(angles, (n, 4, 1))
    for k in range(n):
        batch[k, :, k] = at
    expected = values_of(spec, batch.reshape(-1, n), weights).reshape(n, 4, n)
    assert degrees == [spec.n_layers if spec.reupload else 1] * n
    np.testing.assert_allclose(found, expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize(("removed", "degree"), [([0], 2), ([0, 12], 1), ([0, 12, 24], 0)])
def test_removed_gates_lower_the_degree(page: Page, removed: list[int], degree: int) -> None:
    spec = CircuitSpec(4, 3, reupload=True)
    angles, weights = parameters(spec)
    gates = as_json(spec.read(angles, weights), removed)
    assert [gates[k]["feature"] for k in (0, 12, 24)] == [0, 0, 0]
    found, along, expected = page.evaluate(
        """([gates, angles]) => {
          const { degree, series } = responseSeries(gates, 4, angles, 0);
          const points = [-2.5, 0.3, 1.9];
          const direct = (x) => valuesOf(gates, 4, [x, ...angles.slice(1)]);
          return [degree, points.map((x) => series.map((s) => seriesAt(s, x))), points.map(direct)];
        }""",
        [gates, angles.tolist()],
    )
    assert found == degree
    np.testing.assert_allclose(along, expected, atol=1e-12)


@pytest.mark.parametrize("n_labels", [2, 4])
def test_the_answer_to_other_angles_is_the_servers(page: Page, n_labels: int) -> None:
    spec = CircuitSpec(5, 2, reupload=True)
    angles, weights = parameters(spec)
    head = random_head(spec, n_labels)
    shared, values, logits, shares, winner = page.evaluate(
        """([gates, angles, head]) => {
          const encoded = encode(gates, angles);
          const shared = gates.map((gate, k) => gate === encoded[k]);
          const values = valuesOf(gates, 5, angles);
          const logits = logitsOf(values, head);
          return [shared, values, logits, softmaxOf(logits), winnerOf(logits)];
        }""",
        [as_json(spec.read(np.zeros(5), weights)), angles.tolist(), head],
    )
    assert shared == [gate.feature is None for gate in spec.read(angles, weights)]
    expected = values_of(spec, angles[None], weights)[0]
    np.testing.assert_allclose(values, expected, atol=1e-12)
    expected = np.array(head["weight"]) @ expected + head["bias"]
    np.testing.assert_allclose(logits, expected, atol=1e-12)
    np.testing.assert_allclose(shares, torch.tensor(expected).softmax(0), atol=1e-12)
    assert winner == expected.argmax()


@pytest.mark.parametrize("n_labels", [2, 4])
@pytest.mark.parametrize("spec", SPECS[12:], ids=str)
def test_no_smaller_change_of_one_angle_gives_another_label(
    page: Page, spec: CircuitSpec, n_labels: int
) -> None:
    n = spec.n_qubits
    angles, weights = parameters(spec, n_labels)
    head = random_head(spec, n_labels)
    gates = as_json(spec.read(angles, weights))
    flip = page.evaluate(FLIP, [gates, n, head, angles.tolist()])

    def labels(batch: Array) -> Array:
        logits = values_of(spec, batch, weights) @ np.array(head["weight"]).T + head["bias"]
        return logits.argmax(1)

    scan = np.linspace(-np.pi, np.pi, 2001)
    batch = np.tile(angles, (n, len(scan), 1))
    for k in range(n):
        batch[k, :, k] = scan
    label = labels(angles[None])[0]
    differs = (labels(batch.reshape(-1, n)) != label).reshape(n, -1)
    if flip is None:
        assert not differs.any()
        return
    k, change = flip["feature"], flip["change"]
    assert np.abs(scan - angles[:, None])[differs].min(initial=np.inf) > abs(change) - 1e-12
    assert -np.pi <= flip["angle"] <= np.pi
    assert flip["angle"] == pytest.approx(angles[k] + change, abs=1e-15)
    beyond, before = angles.copy(), angles.copy()
    beyond[k] = flip["angle"]
    before[k] = flip["angle"] - np.sign(change) * 2e-9
    assert labels(np.stack([before, beyond])).tolist() == [label, flip["label"]]
    assert flip["label"] != label


@pytest.mark.parametrize("angle", [-3.1, -0.6, 0.2, 1.4, 2.9])
@pytest.mark.parametrize("bias", [-0.99, -0.3, 0.8])
def test_the_flip_of_one_qubit_is_where_its_cosine_says(
    page: Page, angle: float, bias: float
) -> None:
    head = {"weight": [[1], [-1]], "bias": [bias, -bias]}
    flip = page.evaluate(FLIP, [[one_qubit(angle)], 1, head, [angle]])
    crossing = np.copysign(np.arccos(-bias), angle)
    beyond = np.copysign(1e-9, crossing - angle)
    assert flip["angle"] == pytest.approx(crossing + beyond, abs=1e-12)
    assert flip["label"] == int(np.cos(angle) > -bias)


def test_a_crossing_beyond_pi_is_out_of_reach(page: Page) -> None:
    """Going up from 3.1 the label changes at 0.5 + pi - 0.4 = 3.24, which no slider reaches."""
    gates = [one_qubit(3.1), one_qubit(-0.5, feature=None)]
    head = {"weight": [[1], [-1]], "bias": [np.cos(0.4), -np.cos(0.4)]}
    flip = page.evaluate(FLIP, [gates, 1, head, [3.1]])
    assert flip["angle"] == pytest.approx(0.5 + 0.4 - np.pi - 1e-9, abs=1e-12)


def test_a_crossing_less_than_a_hair_from_pi_stays_within_reach(page: Page) -> None:
    gates = [one_qubit(3.0), one_qubit(5e-10 - np.pi / 2, feature=None)]
    head = {"weight": [[1], [-1]], "bias": [0, 0]}
    flip = page.evaluate(FLIP, [gates, 1, head, [3.0]])
    assert (flip["angle"], flip["label"]) == (np.pi, 1)


def test_of_two_labels_that_cross_within_a_hair_the_larger_is_named(page: Page) -> None:
    head = {"weight": [[1], [-1], [-2]], "bias": [0, 0, -0.6e-9]}
    flip = page.evaluate(FLIP, [[one_qubit(1.0)], 1, head, [1.0]])
    assert flip["angle"] == pytest.approx(np.pi / 2 + 1e-9, abs=1e-12)
    assert flip["label"] == 2


@pytest.mark.parametrize("change", [{"removed": True}, {"feature": None}, {"name": "RZ"}, {}])
def test_without_a_way_to_another_label_there_is_no_flip(page: Page, change: Any) -> None:
    bias = [0, 0] if change else [1.5, -1.5]
    head = {"weight": [[1], [-1]], "bias": bias}
    assert page.evaluate(FLIP, [[one_qubit(0.4, **change)], 1, head, [0.4]]) is None


def test_two_crossings_close_together_are_both_found(page: Page) -> None:
    """(1 - cos u - 1e-8) (1.5 + cos u) with u = x - 0.7 is negative only where |u| < 1.4e-4."""
    u = np.array([1.5 - 1.5e-8 - 0.5, 1 - 1e-8 - 1.5, -0.5])
    shift = 0.7 * np.arange(3)
    one = {
        "constant": u[0],
        "cos": (u * np.cos(shift))[1:].tolist(),
        "sin": (u * np.sin(shift))[1:].tolist(),
    }
    half = np.arccos(1 - 1e-8)
    roots = page.evaluate("(one) => rootsOf(one, 3)", one)
    np.testing.assert_allclose(roots, [0.7 - half, 0.7 + half], atol=1e-9)


def test_all_crossings_of_a_high_degree_are_found(page: Page) -> None:
    one = {"constant": 0.2, "cos": [0] * 7 + [1], "sin": [0] * 8}
    roots = page.evaluate("(one) => rootsOf(one, 0.1)", one)
    first = np.arccos(-0.2)
    turns = 2 * np.pi * np.arange(-4, 5)
    expected = np.sort(np.concatenate([turns + first, turns - first])) / 8
    np.testing.assert_allclose(roots, expected[np.abs(expected) < np.pi], atol=1e-11)


def test_random_angles_follow_their_seed(page: Page) -> None:
    ours = page.evaluate("() => [0, 1, 4294967295].map((seed) => randomAngles(1000, seed))")
    assert ours == [mulberry32(1000, seed) for seed in (0, 1, 4294967295)]
    assert ours[1] == page.evaluate("() => randomAngles(1000, 1)")
    assert 0 <= np.min(ours) < 0.02
    assert 2 * np.pi - 0.02 < np.max(ours) < 2 * np.pi
    assert np.std(ours) == pytest.approx(np.pi / np.sqrt(3), rel=0.03)


def mulberry32(count: int, seed: int) -> list[float]:
    """Tommy Ettinger's generator in Python's whole numbers, as angles in [0, 2 pi)."""
    full = 2**32
    angles = []
    for step in range(1, count + 1):
        state = (seed + step * 0x6D2B79F5) % full
        mixed = (state ^ state >> 15) * (state | 1) % full
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % full
        angles.append((mixed ^ mixed >> 14) / full * 2 * np.pi)
    return angles


def test_one_move_of_a_slider_is_answered_at_once(page: Page) -> None:
    spec = CircuitSpec(6, 2)
    angles, weights = parameters(spec)
    times = page.evaluate(
        """([gates, angles, head]) => Array.from({ length: 41 }, (_, move) => {
          const start = performance.now();
          logitsOf(valuesOf(gates, 6, [move / 10, ...angles.slice(1)]), head);
          return performance.now() - start;
        })""",
        [as_json(spec.read(angles, weights)), angles.tolist(), random_head(spec, 2)],
    )
    assert np.median(times) < 50

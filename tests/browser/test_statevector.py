"""The browser's simulator agrees with the server's, after every gate of random circuits."""

import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page

import qbert_demo.ui
from qbert_demo.circuit import CircuitSpec, expectations
from qbert_demo.circuit.trace import entangling, trace
from qbert_demo.results import Array, GateReading

pytestmark = pytest.mark.browser

STATIC = Path(qbert_demo.ui.__file__).parent / "static"
SIZES = [1, 2, 3, 5, 8]
SPECS = [
    CircuitSpec(n, 1 + k % 3, encoding, ansatz, reupload)
    for k, (n, encoding, ansatz, reupload) in enumerate(
        itertools.product(
            SIZES,
            ("rx", "ry", "rz", "h_ry"),
            ("strongly_entangling", "basic", "brick"),
            (False, True),
        )
    )
]
EVERYTHING = """([gates, n]) => JSON.stringify(allStates(gates, n).map((state) => {
  const bloch = blochVectors(state, n);
  const entropies = qubitEntropies(bloch);
  return {
    bloch, entropies, entangling: entanglingOf(bloch),
    re: Array.from(state.re), im: Array.from(state.im),
    values: expectationsZ(state, n), probabilities: Array.from(probabilitiesOf(state)),
    mutual: mutualInformation(state, n, entropies),
  };
}))"""


def blank_page(browser: Browser, *scripts: str) -> Iterator[Page]:
    """Yield a page with these scripts and nothing else."""
    page = browser.new_page()
    for name in scripts:
        page.add_script_tag(path=STATIC / name)
    yield page
    page.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    yield from blank_page(browser, "statevector.js")


def parameters(spec: CircuitSpec, seed: int = 0) -> tuple[Array, Array]:
    """Encoding angles in (-pi, pi) and weights."""
    random = np.random.default_rng([seed, spec.n_qubits, spec.n_layers])
    return random.uniform(-np.pi, np.pi, spec.n_qubits), random.uniform(0, 6, spec.weight_shape)


def as_json(gates: Sequence[GateReading], removed: Sequence[int] = ()) -> list[dict[str, Any]]:
    """The gates as the app sends them, some of them removed."""
    return [
        {
            "name": gate.name,
            "wires": list(gate.wires),
            "angles": list(gate.angles),
            "feature": gate.feature,
            "removed": k in removed,
        }
        for k, gate in enumerate(gates)
    ]


def stacked(page: Page, gates: list[dict[str, Any]], n: int) -> dict[str, Array]:
    """Every quantity of `EVERYTHING`, first axis the start and then each gate."""
    steps = json.loads(page.evaluate(EVERYTHING, [gates, n]))
    return {name: np.array([step[name] for step in steps]) for name in steps[0]}


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_quantity_after_every_gate_is_the_servers(page: Page, spec: CircuitSpec) -> None:
    angles, weights = parameters(spec)
    gates = spec.read(angles, weights)
    ours = stacked(page, as_json(gates), spec.n_qubits)
    seen = trace(gates, spec.n_qubits)
    for name, expected in {
        "re": seen.states.real,
        "im": seen.states.imag,
        "probabilities": seen.probabilities,
        "bloch": seen.bloch,
        "values": seen.bloch[:, :, 2],
        "entropies": seen.entropies,
        "entangling": entangling(seen.states, spec.n_qubits),
        "mutual": seen.mutual_information,
    }.items():
        np.testing.assert_allclose(ours[name][1:], expected, atol=1e-9, rtol=0, err_msg=name)
    assert ours["re"][0].tolist() == [1] + [0] * (2**spec.n_qubits - 1)
    assert not ours["im"][0].any()
    assert not ours["mutual"][0].any()
    last = expectations(torch.tensor(angles)[None], torch.tensor(weights), spec)[0]
    np.testing.assert_allclose(ours["values"][-1], last, atol=1e-9)


def test_the_largest_circuit_ends_as_in_torch(page: Page) -> None:
    spec = CircuitSpec(12, 8, reupload=True)
    angles, weights = parameters(spec)
    gates = as_json(spec.read(angles, weights))
    values = page.evaluate("([gates]) => expectationsZ(runCircuit(gates, 12), 12)", [gates])
    expected = expectations(torch.tensor(angles)[None], torch.tensor(weights), spec)[0]
    np.testing.assert_allclose(values, expected, atol=1e-9)


def test_matrices_are_numpys(page: Page) -> None:
    gates = [
        GateReading(name, wires, angles, (), "")
        for name, wires, angles in [
            *[(name, (0,), (angle,)) for name in ("RX", "RY", "RZ") for angle in (-2.7, 0.4, 5.1)],
            ("Rot", (0,), (0.3, -1.9, 4.2)),
            ("Hadamard", (0,), ()),
            ("CNOT", (0, 1), ()),
        ]
    ]
    ours = page.evaluate("(gates) => gates.map(gateMatrix)", as_json(gates))
    for gate, one in zip(gates, ours, strict=True):
        found = np.array(one["re"]) + 1j * np.array(one["im"])
        np.testing.assert_allclose(found, gate.matrix(), atol=1e-15, err_msg=gate.name)


def test_an_unknown_gate_is_refused(page: Page) -> None:
    with pytest.raises(Exception, match="No gate is called 'Toffoli'"):
        page.evaluate("() => gateMatrix({ name: 'Toffoli', wires: [0, 1, 2], angles: [] })")


@pytest.mark.parametrize("spec", SPECS[10::7], ids=str)
def test_a_removed_gate_is_as_good_as_absent(page: Page, spec: CircuitSpec) -> None:
    gates = spec.read(*parameters(spec))
    removed = np.random.default_rng(1).choice(len(gates), len(gates) // 3, replace=False)
    ours = stacked(page, as_json(gates, removed), spec.n_qubits)
    assert len(ours["re"]) == len(gates) + 1
    left = [gate for k, gate in enumerate(gates) if k not in removed]
    steps = np.cumsum([k not in removed for k in range(len(gates))])
    seen = trace(left, spec.n_qubits)
    some = steps > 0
    np.testing.assert_allclose(ours["bloch"][1:][some], seen.bloch[steps[some] - 1], atol=1e-9)
    np.testing.assert_allclose(ours["mutual"][-1], seen.mutual_information[-1], atol=1e-9)


def test_running_up_to_a_gate_gives_that_state_and_changes_no_other(page: Page) -> None:
    spec = CircuitSpec(3, 2)
    gates = spec.read(*parameters(spec))
    steps = page.evaluate(
        """([gates]) => {
          const copy = copyState(zeroState(3));
          const states = gates.map((_, upTo) => runCircuit(gates, 3, upTo));
          applyGate(copy, 3, gates[0]);
          return [copy, ...states].map(({ re, im }) => [Array.from(re), Array.from(im)]);
        }""",
        [as_json(gates)],
    )
    found = np.array(steps)[:, 0] + 1j * np.array(steps)[:, 1]
    states = trace(gates, 3).states
    np.testing.assert_allclose(found[0], states[0], atol=1e-12)
    np.testing.assert_allclose(found[1], np.eye(8)[0], atol=0)
    np.testing.assert_allclose(found[2:], states[:-1], atol=1e-12)


def test_eigenvalues_are_numpys(page: Page) -> None:
    random = np.random.default_rng(2)
    parts = random.normal(size=(60, 2, 4, 4)) * 10.0 ** random.uniform(-9, 0, (60, 1, 4, 4))
    full = parts[:, 0] + 1j * parts[:, 1]
    vectors = np.linalg.qr(full)[0]
    spectra = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [1, 1, 1, 1], [1, 1e-7, 1e-7, 0]])
    known = (vectors * np.resize(spectra, (60, 4))[:, None]) @ vectors.conj().transpose(0, 2, 1)
    matrices = np.concatenate([full + full.conj().transpose(0, 2, 1), known])
    ours = page.evaluate(
        "(all) => all.map(([re, im]) => hermitianEigenvalues({ re, im }).sort((a, b) => a - b))",
        [[m.real.ravel().tolist(), m.imag.ravel().tolist()] for m in matrices],
    )
    np.testing.assert_allclose(ours, np.linalg.eigvalsh(matrices), atol=1e-12)


def test_a_bell_pair_is_one_bit_each_and_two_together(page: Page) -> None:
    gates = (
        GateReading("Hadamard", (2,), (), (), ""),
        GateReading("CNOT", (2, 0), (), (), ""),
    )
    ours = stacked(page, as_json(gates), 3)
    np.testing.assert_allclose(ours["entropies"][-1], [1, 0, 1], atol=1e-12)
    np.testing.assert_allclose(ours["entangling"][-1], 2 / 3, atol=1e-12)
    shared = [[0, 0, 2], [0, 0, 0], [2, 0, 0]]
    np.testing.assert_allclose(ours["mutual"][-1], shared, atol=1e-12)
    np.testing.assert_allclose(ours["probabilities"][-1], [0.5, 0, 0, 0, 0, 0.5, 0, 0], atol=1e-12)

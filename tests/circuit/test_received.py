"""What a browser sends is read exactly, and nothing else is let in."""

import copy
import json
from typing import Any

import numpy as np
import pytest

from qbert_demo.circuit.received import MAX_LENGTH, read_circuit
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.errors import InputError
from tests.circuit.test_trace import random_gates

SPEC = CircuitSpec(3, 2, encoding="rz", reupload=True)
GATES = random_gates(SPEC)


def sent(**changes: Any) -> dict[str, Any]:
    """Return what the page sends for a circuit of three qubits and two labels."""
    circuit: dict[str, Any] = {
        "n_qubits": 3,
        "gates": [
            {"name": g.name, "wires": list(g.wires), "angles": list(g.angles)} for g in GATES
        ],
        "step": 4,
        "head": {"weight": [[1, 2, 3], [4, 5, 6.5]], "bias": [0, -1]},
        "labels": ["no", "yes"],
        "shown": {
            "bloch": [[0, 0, 1]] * 3,
            "probabilities": [1] + [0] * 7,
            "entropies": [0] * 3,
            "mutual_information": [[0] * 3] * 3,
            "expectation_values": [1, 1, 1],
        },
    }
    return {**copy.deepcopy(circuit), **changes}


def test_a_circuit_arrives_as_it_was_sent() -> None:
    circuit = read_circuit(json.dumps(sent()))
    assert [(g.name, g.wires, g.angles) for g in circuit.gates] == [
        (g.name, g.wires, g.angles) for g in GATES
    ]
    assert (circuit.n_qubits, circuit.step, circuit.labels) == (3, 4, ("no", "yes"))
    np.testing.assert_array_equal(circuit.output_weight, [[1, 2, 3], [4, 5, 6.5]])
    np.testing.assert_array_equal(circuit.shown["bloch"], [0, 0, 1] * 3)


@pytest.mark.parametrize("text", [None, "", "null", 7])
def test_without_a_circuit_the_remedy_is_a_sentence(text: object) -> None:
    with pytest.raises(InputError, match="Type a sentence"):
        read_circuit(text)


GATE = {"name": "RY", "wires": [0], "angles": [0.5]}
BAD = {
    "no json": "{",
    "a list": "[]",
    "deep": "[" * 100_000,
    "too long": " " * (MAX_LENGTH + 1),
    "13 qubits": sent(n_qubits=13),
    "no qubit": sent(n_qubits=0),
    "a fraction of a qubit": sent(n_qubits=2.5),
    "true qubits": sent(n_qubits=True),
    "unknown gate": sent(gates=[{**GATE, "name": "__class__"}]),
    "gate of no name": sent(gates=[{"wires": [0], "angles": []}]),
    "a wire too far": sent(gates=[{**GATE, "wires": [3]}]),
    "a wire before": sent(gates=[{**GATE, "wires": [-1]}]),
    "two wires": sent(gates=[{**GATE, "wires": [0, 1]}]),
    "one wire twice": sent(gates=[{"name": "CNOT", "wires": [1, 1], "angles": []}]),
    "no angle": sent(gates=[{**GATE, "angles": []}]),
    "a word for an angle": sent(gates=[{**GATE, "angles": ["1"]}]),
    "an infinite angle": json.dumps(sent(gates=[{**GATE, "angles": [float("inf")]}])),
    "too many gates": sent(gates=[GATE] * 1001),
    "a step beyond": sent(step=10_000),
    "a narrow head": sent(head={"weight": [[1, 2], [3, 4]], "bias": [0, 0]}),
    "no labels": sent(labels=[]),
    "a value too few": sent(shown={**sent()["shown"], "entropies": [0, 0]}),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_anything_else_is_refused_with_a_remedy(bad: Any) -> None:
    with pytest.raises(InputError, match="Reload the page"):
        read_circuit(bad if isinstance(bad, str) else json.dumps(bad))

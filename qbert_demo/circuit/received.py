"""A circuit that came back from a visitor's browser, checked before anything is done with it."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from qbert_demo.circuit.spec import MAX_QUBITS
from qbert_demo.config import MAX_LABELS
from qbert_demo.errors import InputError
from qbert_demo.ranges import whole
from qbert_demo.results import Array, GateReading

ANGLES = {"RX": 1, "RY": 1, "RZ": 1, "Rot": 3, "Hadamard": 0, "CNOT": 0}
MAX_GATES = 1000
MAX_LENGTH = 1_000_000


@dataclass(frozen=True)
class Received:
    """A circuit as a visitor left it.

    Attributes:
        n_qubits: Number of wires.
        gates: In order of time.
        step: After how many gates the visitor looks.
        output_weight: The last linear layer, shape ``(n_labels, n_qubits)``.
        output_bias: Its bias, shape ``(n_labels,)``.
        labels: Names of the classes.
        shown: By name, every quantity that the page shows at this step, as a flat array.
    """

    n_qubits: int
    gates: tuple[GateReading, ...]
    step: int
    output_weight: Array
    output_bias: Array
    labels: tuple[str, ...]
    shown: dict[str, Array]


def read_circuit(text: object) -> Received:
    """Read the JSON that the page sends.

    Raises:
        InputError: If it is not the description of a circuit of at most 12 qubits.
    """
    if not isinstance(text, str) or not text or text == "null":
        raise InputError("There is no circuit yet. Type a sentence above.")
    try:
        if len(text) > MAX_LENGTH:
            raise ValueError("it is too long")
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = str(error)[:80].rstrip(".")
        raise InputError(
            f"The circuit did not arrive in one piece ({reason}). Reload the page."
        ) from error


def _read(data: Any) -> Received:
    n = whole("n_qubits", data["n_qubits"], 1, MAX_QUBITS, ValueError)
    if len(data["gates"]) > MAX_GATES:
        raise ValueError(f"more than {MAX_GATES} gates")
    gates = tuple(_gate(gate, n) for gate in data["gates"])
    labels = tuple(str(label) for label in data["labels"])
    whole("the number of labels", len(labels), 1, MAX_LABELS, ValueError)
    step = whole("step", data["step"], 0, len(gates), ValueError)
    weight = _numbers(data["head"]["weight"], len(labels) * n).reshape(len(labels), n)
    bias = _numbers(data["head"]["bias"], len(labels))
    sizes = {
        "bloch": 3 * n,
        "probabilities": 2**n,
        "entropies": n,
        "mutual_information": n * n,
        "expectation_values": n,
    }
    shown = {name: _numbers(data["shown"][name], size) for name, size in sizes.items()}
    return Received(n, gates, step, weight, bias, labels, shown)


def _gate(data: Any, n_qubits: int) -> GateReading:
    name, wires = data["name"], tuple(data["wires"])
    if name not in ANGLES:
        raise ValueError("an unknown gate")
    if len(wires) != (2 if name == "CNOT" else 1) or len(set(wires)) != len(wires):
        raise ValueError(f"wrong wires for {name}")
    if not all(type(wire) is int and 0 <= wire < n_qubits for wire in wires):
        raise ValueError("no such wire")
    angles = tuple(_numbers(data["angles"], ANGLES[name]).tolist())
    return GateReading(name, wires, angles, ("",) * len(angles), "")


def _numbers(values: Any, count: int) -> Array:
    """Flatten nested lists to exactly ``count`` finite numbers."""
    flat = list(_flat(values))
    if len(flat) != count:
        raise ValueError(f"{count} numbers expected, not {len(flat)}")
    return np.array(flat, float)


def _flat(values: Any) -> Iterable[float]:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        elif type(value) in (int, float) and math.isfinite(value):
            yield value
        else:
            raise ValueError("something that is no finite number")

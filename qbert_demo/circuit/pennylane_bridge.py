"""The same circuit in PennyLane: the reference, and the way to other devices.

PennyLane is slow to import, so nothing else in the package imports this module at its top.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pennylane as qml

from qbert_demo.circuit.spec import CircuitSpec, Data
from qbert_demo.ranges import whole
from qbert_demo.results import Array, GateReading


@dataclass(frozen=True)
class Reference:
    """What PennyLane finds in a circuit, to hold `qbert_demo.circuit.trace` against.

    Attributes:
        bloch: <X>, <Y>, <Z> of each qubit after the first gates, shape ``(n_qubits, 3)``.
        probabilities: Of each basis state then, shape ``(2**n_qubits,)``.
        entropies: Of each qubit against the rest then, in bits, shape ``(n_qubits,)``.
        mutual_information: Of each pair of qubits then, in bits, with zeros on the diagonal;
            shape ``(n_qubits, n_qubits)``.
        expectation_values: <Z_k> after all gates, shape ``(n_qubits,)``.
    """

    bloch: Array
    probabilities: Array
    entropies: Array
    mutual_information: Array
    expectation_values: Array


def qnode(spec: CircuitSpec, device: Any = "default.qubit", **options: Any) -> qml.QNode:
    """Make the QNode that measures Z on each wire.

    Args:
        spec: The circuit.
        device: A PennyLane device, or the name of one, such as ``lightning.qubit``.
        **options: Passed to ``qml.QNode``, such as ``diff_method``.

    Returns:
        A QNode called with ``inputs`` (``(n_qubits,)`` or ``(batch, n_qubits)``) and ``weights``
        (``spec.weight_shape``), the names `qml.qnn.TorchLayer` wants; it returns one expectation
        value a wire, each a scalar or of shape ``(batch,)``.
    """
    if isinstance(device, str):
        device = qml.device(device, wires=spec.n_qubits)

    def circuit(inputs: Any, weights: Any) -> list[Any]:
        for gate in spec.gates:
            angles = [
                inputs[..., source.k]
                if isinstance(source, Data)
                else weights[source.l, source.k, source.j]
                for source in gate.sources
            ]
            getattr(qml, gate.name)(*angles, wires=gate.wires)
        return [qml.expval(qml.PauliZ(wire)) for wire in range(spec.n_qubits)]

    return qml.QNode(circuit, device, **options)


def recompute(gates: Sequence[GateReading], n_qubits: int, step: int) -> Reference:
    """Run the circuit once more, on PennyLane's ``default.qubit`` and with its own functions.

    Expectation values and probabilities are measured by a QNode. Entropies and mutual information
    are taken by ``qml.math`` from the QNode's state, because the measurements ``qml.vn_entropy``
    and ``qml.mutual_info`` build density matrices that need seconds from about 7 wires on.

    Args:
        gates: In order of time, with their angles.
        n_qubits: Number of wires.
        step: After how many gates to look, 0 to ``len(gates)``.

    Raises:
        ValueError: If ``step`` is out of range.
    """
    whole("step", step, 0, len(gates), ValueError)
    wires = range(n_qubits)
    paulis = [pauli(k) for k in wires for pauli in (qml.PauliX, qml.PauliY, qml.PauliZ)]

    @qml.qnode(qml.device("default.qubit", wires=n_qubits))
    def measured(n_gates: int, observables: list[Any]) -> Any:
        for gate in gates[:n_gates]:
            getattr(qml, gate.name)(*gate.angles, wires=gate.wires)
        return [qml.expval(o) for o in observables], qml.probs(wires=wires), qml.state()

    bloch, probabilities, state = measured(step, paulis)
    values, _, _ = measured(len(gates), paulis[2::3])
    entropies = [
        qml.math.vn_entropy(qml.math.reduce_statevector(state, [k]), [0], base=2) for k in wires
    ]
    mutual = np.zeros((n_qubits, n_qubits))
    for i, j in itertools.combinations(wires, 2):
        pair = qml.math.reduce_statevector(state, [i, j])
        mutual[i, j] = mutual[j, i] = qml.math.mutual_info(pair, [0], [1], base=2)
    return Reference(
        np.reshape(bloch, (n_qubits, 3)),
        np.asarray(probabilities),
        np.array(entropies, float),
        mutual,
        np.array(values, float),
    )

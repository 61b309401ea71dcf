"""The same circuit as a PennyLane QNode: the reference, and the way to other devices.

PennyLane is slow to import, so nothing else in the package imports this module at its top.
"""

from typing import Any

import pennylane as qml

from qbert_demo.circuit.spec import CircuitSpec, Data


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

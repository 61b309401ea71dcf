"""The benchmarked circuit in other libraries, each used as its documentation advises.

Every entry of `PEERS` takes a `CircuitSpec` (RY encoding, strongly entangling) and its weights
``(n_layers, n_qubits, 3)``, and returns a function of angles ``(batch, n_qubits)`` that gives <Z>
of every qubit, ``(batch, n_qubits)``, differentiable in both. A library is imported when it is
asked for, so one that is not installed is reported instead of breaking the run.

Three of them are quicker when <Z> is taken as signs times the probabilities of their final state
than when they are asked for it, so that is what they are timed with.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter

from qbert_demo.circuit import CircuitSpec
from qbert_demo.circuit.spec import Data

Circuit = Callable[[Tensor], Tensor]
Make = Callable[[CircuitSpec, Parameter], Circuit]


def elementary_gates(spec: CircuitSpec) -> Iterator[tuple[str, tuple[int, ...], Any]]:
    """The gate list with Rot as RZ, RY, RZ: name, wires and the angle's source."""
    for gate in spec.gates:
        if gate.name == "Rot":
            for name, source in zip(("RZ", "RY", "RZ"), gate.sources, strict=True):
                yield name, gate.wires, source
        else:
            yield gate.name, gate.wires, gate.sources[0] if gate.sources else None


def z_signs(n_qubits: int) -> Tensor:
    """Z of every qubit in every basis state, shape ``(2**n, n)``; qubit 0 is the first bit."""
    states = np.arange(2**n_qubits)[:, None]
    bits = states >> np.arange(n_qubits - 1, -1, -1) & 1
    return torch.tensor(1 - 2 * bits, dtype=torch.float32)


def pennylane(spec: CircuitSpec, weights: Parameter) -> Circuit:
    """``qml.qnn.TorchLayer`` on ``default.qubit``, differentiated by backpropagation."""
    qml = import_module("pennylane")

    def circuit(inputs: Tensor, weights: Tensor) -> list[Any]:
        qml.AngleEmbedding(inputs, wires=range(spec.n_qubits), rotation="Y")
        qml.StronglyEntanglingLayers(weights, wires=range(spec.n_qubits))
        return [qml.expval(qml.PauliZ(k)) for k in range(spec.n_qubits)]

    device = qml.device("default.qubit", wires=spec.n_qubits)
    node = qml.QNode(circuit, device, interface="torch", diff_method="backprop")
    layer = qml.qnn.TorchLayer(node, {"weights": spec.weight_shape})
    layer.qnode_weights["weights"] = weights
    return layer


def pyqtorch(spec: CircuitSpec, weights: Parameter) -> Circuit:
    """``pyqtorch.run``; its default, backpropagation."""
    pyq = import_module("pyqtorch")
    operations = []
    for name, wires, source in elementary_gates(spec):
        operations.append(
            pyq.CNOT(*wires) if source is None else getattr(pyq, name)(wires[0], str(source))
        )
    circuit = pyq.QuantumCircuit(spec.n_qubits, operations).to(torch.complex64)
    sources = [source for _, _, source in elementary_gates(spec) if source is not None]
    signs = z_signs(spec.n_qubits)

    def run(angles: Tensor) -> Tensor:
        values = {str(s): _value(s, angles, weights) for s in sources}
        state = circuit.run(circuit.init_state(len(angles)), values)
        return (state.abs().square().flatten(0, -2)).T @ signs

    return run


def deepquantum(spec: CircuitSpec, weights: Parameter) -> Circuit:
    """``QubitCircuit`` with its encoders fed by data, batched by its own ``vmap``."""
    dq = import_module("deepquantum")
    circuit = dq.QubitCircuit(spec.n_qubits)
    sources = []
    for name, wires, source in elementary_gates(spec):
        if source is None:
            circuit.cnot(*wires)
        else:
            getattr(circuit, name.lower())(wires[0], encode=True)
            sources.append(source)
    signs = z_signs(spec.n_qubits)

    def run(angles: Tensor) -> Tensor:
        columns = [_value(s, angles, weights).expand(len(angles)) for s in sources]
        state = circuit(data=torch.stack(columns, dim=1))
        return state.squeeze(-1).abs().square() @ signs

    return run


def tensorcircuit(spec: CircuitSpec, weights: Parameter) -> Circuit:
    """``tensorcircuit.Circuit`` on its PyTorch backend, batched by the backend's ``vmap``."""
    tc = import_module("tensorcircuit")
    backend = tc.set_backend("pytorch")
    tc.set_dtype("complex64")
    signs = z_signs(spec.n_qubits)

    def probabilities(angles: Tensor, weights: Tensor) -> Tensor:
        circuit = tc.Circuit(spec.n_qubits)
        for name, wires, source in elementary_gates(spec):
            if source is None:
                circuit.cnot(*wires)
            else:
                theta = _value(source, angles, weights)
                getattr(circuit, name.lower())(wires[0], theta=theta)
        return circuit.state().abs().square()

    batched = backend.vmap(probabilities, vectorized_argnums=0)

    def run(angles: Tensor) -> Tensor:
        return batched(angles, weights) @ signs

    return run


def flagquantum(spec: CircuitSpec, weights: Parameter) -> Circuit:
    """``flagquantum.Circuit`` with a batch dimension, on its native CPU kernels."""
    fq = import_module("flagquantum")

    def run(angles: Tensor) -> Tensor:
        circuit = fq.Circuit(spec.n_qubits, bsz=len(angles))
        for name, wires, source in elementary_gates(spec):
            if source is None:
                circuit.cx(*wires)
            else:
                getattr(circuit, name.lower())(wires[0], _value(source, angles, weights))
        return circuit.expectation_z()

    return run


def _value(source: Any, angles: Tensor, weights: Tensor) -> Tensor:
    if isinstance(source, Data):
        return angles[..., source.k]
    return weights[source.l, source.k, source.j]


PEERS: dict[str, Make] = {
    "pennylane": pennylane,
    "pyqtorch": pyqtorch,
    "deepquantum": deepquantum,
    "tensorcircuit-ng": tensorcircuit,
    "FlagQuantum": flagquantum,
}

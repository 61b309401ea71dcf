"""The ladder's rungs without parts, held against the same circuits run by PennyLane."""

import numpy as np
import pennylane as qml
import pytest
import torch

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.evaluation.ladder import Embedded, climb
from qbert_demo.evaluation.metrics import accuracy
from qbert_demo.model.heads import CircuitHead
from qbert_demo.results import Array, GateReading

RNG = np.random.default_rng(6)
SPECS = [CircuitSpec(3, 4, "h_ry", "brick"), CircuitSpec(3, 2)]


def pennylane(gates: list[GateReading], n: int) -> Array:
    @qml.qnode(qml.device("default.qubit", wires=n))
    def run() -> list[object]:
        for gate in gates:
            getattr(qml, gate.name)(*gate.angles, wires=list(gate.wires))
        return [qml.expval(qml.PauliZ(k)) for k in range(n)]

    return np.array(run())


def drawn(head: CircuitHead, n: int) -> Embedded:
    pooled = torch.from_numpy(RNG.normal(size=(n, 12))).float()
    return Embedded.of(head, pooled, RNG.integers(0, 2, n))


def is_out(gate: GateReading, rung: str) -> bool:
    """Whether a rung is without this gate."""
    if rung.endswith("cut"):
        return int(rung.split()[1]) in gate.wires
    return rung == "CNOTs removed" and gate.name == "CNOT"


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_rungs_are_as_right_as_pennylane_says(spec: CircuitSpec) -> None:
    torch.manual_seed(3)
    head = CircuitHead(12, 2, 0.0, spec).eval()
    with torch.no_grad():
        head.middle.weights.copy_(torch.from_numpy(RNG.uniform(0, 6, spec.weight_shape)))
        head.reduction.weight.mul_(4)
    rows, other = drawn(head, 60), drawn(head, 60)
    rungs = {rung.name: rung for rung in climb(head, rows, other)}
    weights = head.middle.weights.detach().double().numpy()
    weight, bias = (part.detach().double().numpy() for part in head.output.applied())
    names = ["as trained", "CNOTs removed", *(f"qubit {k} cut" for k in range(spec.n_qubits))]
    seen = set()
    for name in names:
        readings = [
            [gate for gate in spec.read(angles, weights) if not is_out(gate, name)]
            for angles in rows.angles
        ]
        values = np.stack([pennylane(gates, spec.n_qubits) for gates in readings])
        if name.endswith("cut"):
            values[:, int(name.split()[1])] = 0
        labels = (values @ weight.T + bias).argmax(1)
        assert rungs[name].as_trained == accuracy(labels, rows.labels), name
        seen.add(labels.tobytes())
    assert len(seen) > 2, "rungs that give the same labels tell nothing"

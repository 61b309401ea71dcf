"""The circuit seen after every gate, beside PennyLane: ``python -m benchmarks.trace``.

Both give the same quantities after each gate: <X>, <Y> and <Z> of each qubit, the probabilities of
the basis states, each qubit's entropy and each pair's mutual information. PennyLane's way is a
``qml.Snapshot`` of the state after every gate, then its own functions on all these states at once:
``qml.math.reduce_statevector`` and ``vn_entropy``. Its measurements ``qml.vn_entropy`` and
``qml.mutual_info`` give the same, but need over a minute at 10 qubits. Before a size is timed, the
answers have to agree. Processor time, one thread, best of several turns.

Fails unless PennyLane takes at least 5 times as long at every size.
"""

import argparse
import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pennylane as qml

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import Trace, trace
from qbert_demo.results import Array, GateReading

TIMES = 5
TOLERANCE = 1e-6
PAULIS = np.stack([qml.matrix(pauli(0)) for pauli in (qml.PauliX, qml.PauliY, qml.PauliZ)])


def main() -> None:
    """Print one row a size."""
    parser = argparse.ArgumentParser(prog="benchmarks.trace", description=__doc__)
    parser.add_argument("--qubits", type=int, nargs="+", default=[4, 8, 10, 12])
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    print(f"{date.today()}, {os.cpu_count()} cores, PennyLane {qml.version()}")
    print("| qubits | gates | ours, ms | PennyLane, ms | times |\n|---:|---:|---:|---:|---:|")
    random = np.random.default_rng(0)
    ratios = []
    for n in options.qubits:
        spec = CircuitSpec(n, options.layers)
        gates = spec.read(random.uniform(-3, 3, n), random.uniform(0, 6, spec.weight_shape))
        _check(trace(gates, n), _pennylane(gates, n))
        ours = _seconds(partial(trace, gates, n), options.turns)
        theirs = _seconds(partial(_pennylane, gates, n), options.turns)
        ratios.append(theirs / ours)
        row = f"{n} | {len(gates)} | {1e3 * ours:.1f} | {1e3 * theirs:.1f} | {ratios[-1]:.1f}"
        print(f"| {row} |", flush=True)
    if min(ratios) < TIMES:
        sys.exit(f"PennyLane takes only {min(ratios):.1f} times as long; {TIMES} are claimed.")


def _pennylane(gates: Sequence[GateReading], n: int) -> tuple[Array, ...]:
    @qml.qnode(qml.device("default.qubit", wires=n))
    def circuit() -> Any:
        for gate in gates:
            getattr(qml, gate.name)(*gate.angles, wires=gate.wires)
            qml.Snapshot()
        return qml.state()

    seen = qml.snapshots(circuit)()
    states = np.stack([seen[step] for step in range(len(gates))])
    single = [qml.math.reduce_statevector(states, [k]) for k in range(n)]
    bloch = np.stack([np.einsum("tij,pji->tp", matrix, PAULIS).real for matrix in single], 1)
    own = np.stack([qml.math.vn_entropy(matrix, [0], base=2) for matrix in single], 1)
    mutual = np.zeros((len(gates), n, n))
    for i, j in itertools.combinations(range(n), 2):
        pair = qml.math.reduce_statevector(states, [i, j])
        joint = qml.math.vn_entropy(pair, [0, 1], base=2)
        mutual[:, i, j] = mutual[:, j, i] = own[:, i] + own[:, j] - joint
    return bloch, np.abs(states) ** 2, own, mutual


def _check(ours: Trace, theirs: tuple[Array, ...]) -> None:
    mine = (ours.bloch, ours.probabilities, ours.entropies, ours.mutual_information)
    error = max(float(np.abs(a - b).max()) for a, b in zip(mine, theirs, strict=True))
    if not error < TOLERANCE:
        sys.exit(f"PennyLane and we differ by {error:.1e}, so times mean nothing.")


def _seconds(call: Callable[[], Any], turns: int) -> float:
    times = []
    for _ in range(turns):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()

"""The circuit seen after every gate, beside PennyLane: ``python -m benchmarks.trace``.

Both give the same quantities after each gate: the state, <X>, <Y> and <Z> of each qubit, the
probabilities, each qubit's entropy and each pair's mutual information. PennyLane's way is one
``qml.Snapshot`` a quantity; at 10 qubits a turn takes it over a minute, at 12 far longer.
Processor time, one thread, best of several turns.
"""

import argparse
import itertools
import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pennylane as qml

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import trace
from qbert_demo.results import GateReading


def main() -> None:
    """Print one row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qubits", type=int, nargs="+", default=[4, 8, 10])
    parser.add_argument("--layers", type=int, default=2)
    options = parser.parse_args()
    print(f"{date.today()}, {os.cpu_count()} cores, PennyLane {qml.version()}")
    print("| qubits | gates | ours, ms | PennyLane, ms | times |\n|---:|---:|---:|---:|---:|")
    random = np.random.default_rng(0)
    for n in options.qubits:
        spec = CircuitSpec(n, options.layers)
        gates = spec.read(random.uniform(-3, 3, n), random.uniform(0, 6, spec.weight_shape))
        ours = _seconds(partial(trace, gates, n), turns=7)
        theirs = _seconds(_snapshots(gates, n), turns=2)
        row = f"{n} | {len(gates)} | {1e3 * ours:.1f} | {1e3 * theirs:.0f} | {theirs / ours:.0f}"
        print(f"| {row} |", flush=True)


def _snapshots(gates: Sequence[GateReading], n: int) -> Callable[[], Any]:
    @qml.qnode(qml.device("default.qubit", wires=n))
    def circuit() -> Any:
        for gate in gates:
            getattr(qml, gate.name)(*gate.angles, wires=gate.wires)
            _snap(n)
        return qml.state()

    return lambda: qml.snapshots(circuit)()


def _snap(n: int) -> None:
    qml.Snapshot(measurement=qml.state())
    qml.Snapshot(measurement=qml.probs(wires=range(n)))
    for wire in range(n):
        for pauli in (qml.PauliX, qml.PauliY, qml.PauliZ):
            qml.Snapshot(measurement=qml.expval(pauli(wire)))
        qml.Snapshot(measurement=qml.vn_entropy(wire, log_base=2))
    for first, second in itertools.combinations(range(n), 2):
        qml.Snapshot(measurement=qml.mutual_info(first, second, log_base=2))


def _seconds(call: Callable[[], Any], turns: int) -> float:
    times = []
    for _ in range(turns):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()

"""Memory that one forward and backward pass adds: ``python -m benchmarks.memory NAME``.

Read from Linux's ``/proc/self/status``; ``getrusage`` would report the parent's peak as ours.
"""

import subprocess
import sys
import warnings
from pathlib import Path

import torch

from benchmarks.peers import PEERS, Circuit
from qbert_demo.circuit import CircuitLayer, CircuitSpec

SPEC = CircuitSpec(n_qubits=12, n_layers=2)
BATCH = 256


def measure_growth(name: str) -> float:
    """Megabytes that a library's pass adds to a fresh process that has made one at batch 1."""
    command = [sys.executable, "-m", "benchmarks.memory", name]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def run(circuit: Circuit, batch: int) -> None:
    """One forward and backward pass."""
    circuit(torch.rand(batch, SPEC.n_qubits, requires_grad=True)).sum().backward()


def megabytes(entry: str) -> float:
    """``VmRSS``, the memory held now, or ``VmHWM``, the most held so far."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(entry)) / 1024


def main() -> None:
    """Print the growth in megabytes."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    layer = CircuitLayer(SPEC)
    name = sys.argv[1]
    circuit = PEERS[name](SPEC, layer.weights) if name in PEERS else layer
    run(circuit, batch=1)
    before = megabytes("VmRSS")
    run(circuit, BATCH)
    print(megabytes("VmHWM") - before)


if __name__ == "__main__":
    main()

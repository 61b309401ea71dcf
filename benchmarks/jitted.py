"""Time the circuit layer beside PennyLane compiled by JAX: ``python -m benchmarks.jitted``.

One step is values and gradients to angles and weights, in single precision on one thread, for RY
encoding and two strongly entangling layers. JAX compiles it into one function for each size, which
takes seconds that do not count here; our layer needs none. By turns in one process, medians of
processor time; the weights move before each step. Prints a Markdown table.
"""

import os

os.environ.update(XLA_FLAGS="--xla_cpu_multi_thread_eigen=false", OMP_NUM_THREADS="1")

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.circuit import TOLERANCE, machine, row
from qbert_demo.circuit import CircuitLayer, CircuitSpec

SIZES = ((2, 1), (4, 1), (4, 32), (6, 32), (8, 256), (10, 256))
"""Qubits and batch."""
STEPS, SKIPPED = 40, 5


def jitted(n_qubits: int) -> Callable[..., Any]:
    """``default.qubit`` differentiated by backpropagation, forward and backward in one `jit`."""
    jax, qml = import_module("jax"), import_module("pennylane")

    @qml.qnode(qml.device("default.qubit", wires=n_qubits), interface="jax", diff_method="backprop")
    def circuit(angles: Any, weights: Any) -> list[Any]:
        qml.AngleEmbedding(angles, wires=range(n_qubits), rotation="Y")
        qml.StronglyEntanglingLayers(weights, wires=range(n_qubits))
        return [qml.expval(qml.PauliZ(k)) for k in range(n_qubits)]

    def step(angles: Any, weights: Any, grad: Any) -> Any:
        values, back = jax.vjp(lambda a, w: jax.numpy.stack(circuit(a, w), -1), angles, weights)
        return values, *back(grad)

    compiled = jax.jit(step)
    return lambda *arrays: jax.block_until_ready(compiled(*arrays))


def time_size(n_qubits: int, batch: int) -> tuple[float, float]:
    """Median processor seconds a step: ours, JAX's."""
    torch.manual_seed(n_qubits + batch)
    layer = CircuitLayer(CircuitSpec(n_qubits, n_layers=2))
    angles = torch.randn(batch, n_qubits, requires_grad=True)
    weights, grad = layer.weights, torch.randn(batch, n_qubits)
    step, to_jax = jitted(n_qubits), import_module("jax").numpy.asarray

    def ours() -> tuple[Tensor, ...]:
        values = layer(angles)
        return values.detach(), *torch.autograd.grad(values, (angles, weights), grad)

    taken: tuple[list[float], list[float]] = ([], [])
    for index in range(STEPS + SKIPPED):
        with torch.no_grad():
            weights.add_(1e-3)
        arrays = [to_jax(t.detach().numpy().copy()) for t in (angles, weights, grad)]
        answers = []
        calls: tuple[Callable[[], Any], ...] = ours, partial(step, *arrays)
        for seconds, call in zip(taken, calls, strict=True):
            start = time.process_time()
            answers.append(call())
            if index >= SKIPPED:
                seconds.append(time.process_time() - start)
        error = max(np.abs(a.numpy() - np.asarray(b)).max() for a, b in zip(*answers, strict=True))
        if not error < TOLERANCE:
            sys.exit(f"JAX and we differ by {error:.1e}, so times mean nothing.")
    return statistics.median(taken[0]), statistics.median(taken[1])


def main() -> None:
    """Time every size and print the table."""
    torch.set_num_threads(1)
    print(f"{machine()}; PyTorch {torch.__version__}, JAX {import_module('jax').__version__}\n")
    print(*row("qubits", "batch", "ours, ms", "JAX, ms", "JAX takes, times"), sep="\n")
    print(*row(*["---:"] * 5), sep="\n")
    for n_qubits, batch in SIZES:
        ours, theirs = time_size(n_qubits, batch)
        cells = f"{1e3 * ours:.2f}", f"{1e3 * theirs:.2f}", f"{theirs / ours:.2f}"
        print(*row(n_qubits, batch, *cells), sep="\n", flush=True)


if __name__ == "__main__":
    main()

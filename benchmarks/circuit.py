"""Time the circuit layer beside other simulators: ``python -m benchmarks.circuit [--quick]``.

One call is a forward and a backward pass with gradients to angles and weights, in single
precision on one thread, for RY encoding and two strongly entangling layers. All libraries are
timed in one process by turns: in each round every one of them makes one call that does not count
and some that do, and the weights are moved before each call, as training moves them, so nobody
lives off what it kept from the last one. What counts is processor time, so that other work on
the machine lengthens nobody's call; on an idle machine it is the time on the clock. Before a cell
is timed, values and gradients have to be ours to 1e-4.

The table is printed as Markdown; progress goes to the error stream.
"""

import argparse
import math
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import Parameter
from transformers import BertConfig, BertModel

from benchmarks.memory import measure_growth
from benchmarks.peers import PEERS, Circuit, Make
from qbert_demo.circuit import CircuitLayer, CircuitSpec

OURS = "ours"
REFERENCE = "pennylane"
TOLERANCE = 1e-4


class Plan(NamedTuple):
    """What to time, and in how many rounds."""

    qubits: tuple[int, ...]
    batches: tuple[int, ...]
    rounds: int


FULL = Plan(qubits=(2, 4, 6, 8, 10), batches=(1, 32, 256), rounds=7)
QUICK = Plan(qubits=(2, 4, 8), batches=(1, 32), rounds=3)
CALLS = 10
CALLS_OF_LARGE_STATES = 3
LARGE_STATE = 2**13

Medians = dict[str, float]


def ours(spec: CircuitSpec, weights: Parameter) -> Circuit:
    """Our layer."""
    layer = CircuitLayer(spec)
    layer.weights = weights
    return layer


def time_cell(makers: dict[str, Make], n_qubits: int, batch: int, rounds: int) -> Medians:
    """Median processor seconds a call of each library."""
    torch.manual_seed(n_qubits + batch)
    spec = CircuitSpec(n_qubits, n_layers=2)
    angles = torch.randn(batch, n_qubits, requires_grad=True)
    weights = Parameter(2 * math.pi * torch.rand(spec.weight_shape))
    grad = torch.randn(batch, n_qubits)
    circuits = {name: make(spec, weights) for name, make in makers.items()}

    def call(circuit: Circuit) -> None:
        angles.grad = weights.grad = None
        circuit(angles).backward(grad)

    def answer(circuit: Circuit) -> list[Tensor]:
        values = circuit(angles)
        return [values.detach(), *torch.autograd.grad(values, (angles, weights), grad)]

    expected = answer(circuits[OURS])
    for name, circuit in circuits.items():
        check(name, answer(circuit), expected)
    seconds: dict[str, list[float]] = {name: [] for name in circuits}
    calls = CALLS if batch * 2**n_qubits < LARGE_STATE else CALLS_OF_LARGE_STATES
    for _ in range(rounds):
        for name, circuit in circuits.items():
            for index in range(calls + 1):
                with torch.no_grad():
                    weights.add_(1e-3)
                start = time.process_time()
                call(circuit)
                if index:
                    seconds[name].append(time.process_time() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def check(name: str, actual: list[Tensor], expected: list[Tensor]) -> None:
    """Stop unless a library computes what we do."""
    for what, mine, theirs in zip(
        ("values", "angle gradients", "weight gradients"), expected, actual, strict=True
    ):
        error = (mine - theirs).abs().max().item()
        if not error < TOLERANCE:
            sys.exit(f"{name} and we differ by {error:.1e} in {what}, so times mean nothing.")


def installed(names: Iterable[str]) -> dict[str, str]:
    """The version of each library that is there."""
    versions = {}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            print(f"{name}: not installed", file=sys.stderr)
    return versions


def report(cells: dict[tuple[int, int], Medians], peers: list[str]) -> list[str]:
    """The table, its geometric means and its worst cells."""
    others = [name for name in peers if name != REFERENCE]
    columns = [(name, [name]) for name in peers]
    if others:
        columns.append(("fastest but PennyLane", others))
    ratios = [
        [min(cell[name] for name in names) / cell[OURS] for _, names in columns]
        for cell in cells.values()
    ]
    lines = row("qubits", "batch", "ours, ms", *(f"{title}, times" for title, _ in columns))
    lines += row(*["---:"] * (3 + len(columns)))
    for ((n_qubits, batch), cell), line in zip(cells.items(), ratios, strict=True):
        lines += row(n_qubits, batch, f"{1e3 * cell[OURS]:.2f}", *(f"{r:.1f}" for r in line))
    by_column = list(zip(*ratios, strict=True))
    means = [statistics.geometric_mean(column) for column in by_column]
    lines += row("**geometric mean**", "", "", *(f"**{mean:.1f}**" for mean in means))
    lines += row("**worst cell**", "", "", *(f"**{min(column):.1f}**" for column in by_column))
    return lines


def row(*cells: object) -> list[str]:
    """One line of a Markdown table."""
    return ["| " + " | ".join(str(cell) for cell in cells) + " |"]


def median_milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Median time of a call."""
    taken = []
    for _ in range(repeats + 3):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return 1e3 * statistics.median(taken[3:])


def report_beside_encoder() -> str:
    """The circuit's forward with unchanged weights beside the encoder it sits on."""
    config = BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536
    )
    encoder = BertModel(config).eval()
    tokens = torch.randint(1000, 20000, (1, 16))
    layer = CircuitLayer(CircuitSpec(n_qubits=4, n_layers=2))
    angles = torch.randn(1, 4)
    with torch.inference_mode():
        encoder_time = median_milliseconds(lambda: encoder(tokens), 30)
        circuit_time = median_milliseconds(lambda: layer(angles), 300)
    return (
        f"Forward with unchanged weights, 4 qubits, 2 layers, batch 1: {circuit_time:.3f} ms, "
        f"{circuit_time / encoder_time:.2%} of the {encoder_time:.1f} ms of a MiniLM-sized "
        "encoder (6 layers, hidden 384) on 16 tokens."
    )


def report_memory(names: list[str]) -> str:
    """Growth of memory at 12 qubits, batch 256, each library in a process of its own."""
    grown = ", ".join(f"{name} {measure_growth(name):,.0f} MB" for name in names)
    return f"Memory that forward + backward adds at 12 qubits, 2 layers, batch 256: {grown}."


def machine() -> str:
    """Processor and cores."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    name = models[0] if models else platform.processor()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}"


def main() -> None:
    """Time every cell and print the report."""
    parser = argparse.ArgumentParser(prog="benchmarks.circuit", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer sizes and rounds")
    plan = QUICK if parser.parse_args().quick else FULL
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    versions = installed(PEERS)
    makers: dict[str, Make] = {OURS: ours} | {name: PEERS[name] for name in versions}
    cells = {}
    for n_qubits in plan.qubits:
        for batch in plan.batches:
            print(f"{n_qubits} qubits, batch {batch}", file=sys.stderr)
            cells[n_qubits, batch] = time_cell(makers, n_qubits, batch, plan.rounds)
    listed = ", ".join(f"{name} {number}" for name, number in versions.items())
    missing = [name for name in PEERS if name not in versions]
    print(f"Circuit benchmark, {datetime.now(UTC):%Y-%m-%d}; {machine()}")
    print(f"\nPython {platform.python_version()}, torch {torch.__version__}, {listed}")
    if missing:
        print(f"\nNot installed: {', '.join(missing)}")
    load = os.getloadavg()[0]
    print(
        "\nForward + backward, 2 strongly entangling layers, complex64, one thread, median "
        f"processor time of {plan.rounds} turns of {CALLS} calls each "
        f"({CALLS_OF_LARGE_STATES} for large states); load of the machine {load:.1f}. "
        "A library's column says how many times our time it takes.\n"
    )
    print("\n".join(report(cells, list(versions))))
    print(f"\n{report_beside_encoder()}")
    print(f"\n{report_memory([OURS, *([] if plan is QUICK else versions)])}")


if __name__ == "__main__":
    main()

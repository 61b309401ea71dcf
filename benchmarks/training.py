"""Time the loop of the fine-tuning tab beside PennyLane: ``python -m benchmarks.training``.

The same loop, the same head and batches; once with our circuit in the middle, once with
PennyLane's ``TorchLayer`` (``default.qubit``, backprop). Both first must give the same losses.
"""

import argparse
import os
import statistics
import time
from datetime import date

import pennylane as qml
import torch

from qbert_demo.circuit import CircuitLayer
from qbert_demo.circuit.pennylane_bridge import qnode
from qbert_demo.model.heads import SqueezeHead
from qbert_demo.training.learner import Cost
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.training.train_frozen import SPREAD, Features, FrozenLearner

HIDDEN, LABELS = 384, 2


def main() -> None:
    """Print one line; exit with an error below 10 times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    recipe = FrozenRecipe(("hybrid",), circuit_learning_rate=0.003)
    vectors = SPREAD * torch.randn(options.rows, HIDDEN)
    seen = Features(vectors, (vectors[:, 0] > 0).long())
    batches = torch.randperm(options.rows).split(recipe.batch_size)
    learners = [
        FrozenLearner("hybrid", head, seen, seen, recipe, Cost(0.0, 0)) for head in _pair(recipe)
    ]
    times: list[list[float]] = [[], []]
    for _ in range(options.turns):
        losses = []
        for learner, taken in zip(learners, times, strict=True):
            start = time.process_time()
            steps = [learner.learn(batch) for batch in batches]
            taken.append(time.process_time() - start)
            losses.append(sum(step.loss * step.rows for step in steps) / options.rows)
        if abs(losses[0] - losses[1]) > 1e-3:
            raise SystemExit(f"The two loops disagree: {losses}")
    ours, theirs = (1e3 * statistics.median(taken) for taken in times)
    print(f"{date.today()}, {os.cpu_count()} cores, PennyLane {qml.version()}")
    print(
        f"one epoch, {options.rows} rows, batch {recipe.batch_size}, {recipe.n_qubits} qubits, "
        f"{recipe.n_layers} layers: {ours:.0f} ms, TorchLayer {theirs:.0f} ms, "
        f"{theirs / ours:.1f} times (median of {options.turns})"
    )
    if theirs < 10 * ours:
        raise SystemExit("Less than 10 times faster.")


def _pair(recipe: FrozenRecipe) -> list[SqueezeHead]:
    """Two heads with the same first weights: with our circuit, and with PennyLane's."""
    spec = recipe.spec()
    ours = SqueezeHead(HIDDEN, spec.n_qubits, LABELS, 0.0, CircuitLayer(spec))
    layer = qml.qnn.TorchLayer(qnode(spec), {"weights": spec.weight_shape})
    theirs = SqueezeHead(HIDDEN, spec.n_qubits, LABELS, 0.0, layer)
    theirs.load_state_dict(ours.state_dict())
    return [ours, theirs]


if __name__ == "__main__":
    main()

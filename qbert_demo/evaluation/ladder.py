"""The ablation ladder of a hybrid: what is left of its accuracy when a part is taken away.

Each rung is scored twice: with the output layer as it was trained, and with one fitted anew on
other rows. The first tells what that layer was trained on, the second what the part is good for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qbert_demo.circuit.formula import fit
from qbert_demo.circuit.noise import MAX_NOISY_QUBITS, Noise, noisy_probabilities
from qbert_demo.circuit.plain import plain_expectations, probabilities, signs
from qbert_demo.circuit.spec import CircuitSpec, Gate
from qbert_demo.evaluation.metrics import accuracy
from qbert_demo.evaluation.paired import exact_p
from qbert_demo.model.heads import CircuitHead
from qbert_demo.results import Array, Rung, Score

SEEDS = 20
SHOTS = (100, 1_000, 10_000)
NOISE = (0.001, 0.01, 0.05, 0.2)

Labels = NDArray[np.int64]
Middle = Callable[[Array], Array]


@dataclass(frozen=True)
class Embedded:
    """Labelled texts as the encoder gives them to the head.

    Attributes:
        pooled: Shape ``(n, hidden)``.
        angles: Radians, shape ``(n, n_qubits)``.
        labels: Shape ``(n,)``.
    """

    pooled: Array
    angles: Array
    labels: Labels

    @classmethod
    def of(cls, head: CircuitHead, pooled: torch.Tensor, labels: Labels) -> "Embedded":
        """Reduce pooled vectors to angles as ``head`` does."""
        with torch.no_grad():
            angles = head.reduce(pooled).double().numpy()
        return cls(pooled.double().numpy(), angles, labels)


@dataclass(frozen=True)
class Part:
    """Some of a circuit's gates."""

    n_qubits: int
    gates: tuple[Gate, ...]


def climb(head: CircuitHead, rows: Embedded, other: Embedded) -> Iterator[Rung]:
    """Score every rung.

    Args:
        head: The hybrid's head, in evaluation mode.
        rows: What is scored.
        other: What output layers are fitted on.
    """
    spec, n = head.middle.spec, head.middle.spec.n_qubits
    trained = head.middle.weights.detach().double()
    weight, bias = (part.double().numpy() for part in head.output.applied())

    whole = Part(n, spec.gates)
    run_whole = partial(_run, whole, trained)
    known = _refitted(run_whole(other.angles), other.labels, run_whole(rows.angles)) == rows.labels

    def rung(name: str, middle: Middle) -> Rung:
        values = middle(rows.angles)
        labels = (values @ weight.T + bias).argmax(1)
        fitted = _refitted(middle(other.angles), other.labels, values)
        p = exact_p(fitted == rows.labels, known)
        as_trained, anew = (accuracy(said, rows.labels) for said in (labels, fitted))
        return Rung(name, as_trained, anew, p_fitted=p)

    without = Part(n, tuple(gate for gate in spec.gates if gate.name != "CNOT"))
    yield replace(rung("as trained", run_whole), p_fitted=None)
    yield rung("CNOTs removed", partial(_run, without, trained))
    for qubit in range(n):
        yield rung(f"qubit {qubit} cut", partial(_cut, spec, trained, qubit))
    yield _spread(
        "trained angles replaced by random ones",
        [rung("", partial(_run, whole, drawn_weights(spec, seed))) for seed in range(SEEDS)],
    )
    shuffled = [
        replace(rows, angles=np.random.default_rng(seed).permutation(rows.angles))
        for seed in range(SEEDS)
    ]
    scores = []
    for mixed in shuffled:
        values = _run(whole, trained, mixed.angles)
        logits = values @ weight.T + bias
        scores.append(Rung("", accuracy(logits.argmax(1), rows.labels), None))
    yield _spread("angles shuffled between texts", scores)
    yield rung("circuit replaced by cos of its angles", np.cos)
    yield rung("circuit replaced by its angles", lambda angles: angles)
    for shots in SHOTS:
        yield rung(f"{shots:,} shots", partial(_measured, whole, trained, shots))
    if n <= MAX_NOISY_QUBITS:
        for level in NOISE:
            yield rung(f"depolarizing noise {level:.1%}", _noisy(spec, trained, level))
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    yield Rung("linear probe on the encoder's vector", None, _probe(probe, rows, other))
    few = make_pipeline(PCA(n), LogisticRegression(max_iter=1000))
    yield Rung(
        f"linear probe on its first {n} principal components", None, _probe(few, rows, other)
    )


def _run(circuit: Part, weights: torch.Tensor, angles: Array) -> Array:
    return plain_expectations(torch.from_numpy(angles), weights, circuit).numpy()


def _cut(spec: CircuitSpec, weights: torch.Tensor, qubit: int, angles: Array) -> Array:
    """Without the gates on a qubit, which then says nothing."""
    gates = tuple(gate for gate in spec.gates if qubit not in gate.wires)
    values = _run(Part(spec.n_qubits, gates), weights, angles)
    values[:, qubit] = 0
    return values


def drawn_weights(spec: CircuitSpec, seed: int) -> torch.Tensor:
    """Random trained angles, uniform in [0, 2 pi)."""
    drawn = np.random.default_rng(seed).uniform(0, 2 * np.pi, spec.weight_shape)
    return torch.from_numpy(drawn)


def _measured(circuit: Part, weights: torch.Tensor, shots: int, angles: Array) -> Array:
    """Means of so many shots, drawn with seed 0."""
    exact = probabilities(torch.from_numpy(angles), weights, circuit).numpy()
    exact = np.clip(exact, 0, None)
    counts = np.random.default_rng(0).multinomial(shots, exact / exact.sum(1, keepdims=True))
    return counts @ signs(circuit.n_qubits).numpy() / shots


def _noisy(spec: CircuitSpec, weights: torch.Tensor, level: float) -> Middle:
    """Noise leaves the values linear in the state, so that they have a formula, too."""
    z = signs(spec.n_qubits).numpy()
    noise = Noise(depolarizing=level)

    def run(grid: Array) -> Array:
        gates = (spec.read(angles, weights.numpy()) for angles in grid)
        return np.stack([noisy_probabilities(g, spec.n_qubits, noise) @ z for g in gates])

    return fit(run, spec)


def _refitted(fitted: Array, truth: Labels, scored: Array) -> Labels:
    """Labels that an output layer gives which was fitted on other values."""
    layer = LogisticRegression(C=100.0, max_iter=1000).fit(fitted, truth)
    return cast(Labels, layer.predict(scored))


def _probe(model: LogisticRegression, rows: Embedded, other: Embedded) -> Score:
    return accuracy(model.fit(other.pooled, other.labels).predict(rows.pooled), rows.labels)


def _spread(name: str, rungs: list[Rung]) -> Rung:
    """The rung in the middle of several seeds, with the range of all."""
    ends, middles = [], []
    for scores in ([r.as_trained for r in rungs], [r.fitted for r in rungs]):
        known = sorted((s for s in scores if s is not None), key=lambda score: score.value)
        middles.append(known[len(known) // 2] if known else None)
        ends.append((known[0].value, known[-1].value) if known else None)
    p = next(r.p_fitted for r in rungs if r.fitted is middles[1])
    return Rung(name, middles[0], middles[1], len(rungs), (ends[0], ends[1]), p)

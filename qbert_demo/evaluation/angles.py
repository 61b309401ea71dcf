"""Which angles of a hybrid live, how much its circuit entangles, and its encoding as a kernel."""

from collections.abc import Sequence

import numpy as np
import torch

from qbert_demo.circuit.live import live_angles
from qbert_demo.circuit.plain import amplitudes
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import States, entangling
from qbert_demo.evaluation.kernels import alignment, fidelities, geometric_difference, rbf
from qbert_demo.evaluation.ladder import SEEDS, Embedded, drawn_weights
from qbert_demo.model.heads import CircuitHead
from qbert_demo.results import AngleFacts, Array, KernelFacts, Range

KERNEL_ROWS = 300
"""Texts of a sample on which kernels are compared."""
WIDTHS = (0.25, 0.5, 1, 2, 4, 8, 16)
"""Widths of RBF kernels, times the median distance, of which the best is chosen."""


def angle_facts(head: CircuitHead, rows: Embedded) -> AngleFacts:
    """Look at a hybrid's angles over labelled texts.

    Args:
        head: The hybrid's head, in evaluation mode.
        rows: Texts that it was not trained on.
    """
    spec, weights = head.middle.spec, head.middle.weights.detach().double()
    with torch.no_grad():
        pooled = torch.from_numpy(rows.pooled).to(head.reduction.weight.dtype)
        logits = head(pooled).logits.double().numpy()
    states = _states(rows.angles, weights, spec)
    n = spec.n_qubits
    random = [
        _entangling(_states(rows.angles, drawn_weights(spec, seed), spec), n)
        for seed in range(SEEDS)
    ]
    return AngleFacts(
        tuple(rows.angles.std(0).tolist()),
        _correlation(rows.angles, logits - logits.mean(1, keepdims=True)),
        tuple(tuple(map(tuple, layer)) for layer in weights.tolist()),
        tuple(tuple(map(tuple, layer)) for layer in live_angles(spec).tolist()),
        _entangling(states, n),
        _range(random),
        SEEDS,
        _kernel_facts(states, rows),
    )


def _states(angles: Array, weights: torch.Tensor, spec: CircuitSpec) -> States:
    return amplitudes(torch.from_numpy(angles), weights, spec).numpy()


def _entangling(states: States, n_qubits: int) -> float:
    return float(entangling(states, n_qubits).mean())


def _correlation(angles: Array, logits: Array) -> tuple[tuple[float, ...], ...]:
    """Pearson's, of every angle with every logit; 0 for an angle that never changes."""
    n = angles.shape[1]
    with np.errstate(invalid="ignore"):
        whole = np.corrcoef(angles, logits, rowvar=False)[:n, n:]
    return tuple(map(tuple, np.nan_to_num(whole).tolist()))


def _kernel_facts(states: States, rows: Embedded) -> KernelFacts:
    n = min(KERNEL_ROWS, len(rows.labels))
    ours, theirs, tuned, apart = [], [], [], []
    for seed in range(SEEDS):
        chosen = np.random.default_rng(seed).permutation(len(rows.labels))[:n]
        quantum, classical = fidelities(states[chosen]), rbf(rows.angles[chosen])
        ours.append(alignment(quantum, rows.labels[chosen]))
        theirs.append(alignment(classical, rows.labels[chosen]))
        wider = (rbf(rows.angles[chosen], factor) for factor in WIDTHS)
        tuned.append(max(alignment(kernel, rows.labels[chosen]) for kernel in wider))
        apart.append(geometric_difference(classical, quantum))
    ahead = sum(a > b for a, b in zip(ours, tuned, strict=True))
    return KernelFacts(n, SEEDS, _range(ours), _range(theirs), _range(tuned), ahead, _range(apart))


def _range(values: Sequence[float]) -> Range:
    return Range(float(np.median(values)), min(values), max(values))

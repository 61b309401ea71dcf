"""Kernels on the same texts: how well they fit the labels, and how far apart they are."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import euclidean_distances, rbf_kernel
from sklearn.preprocessing import KernelCenterer

from qbert_demo.circuit.trace import States
from qbert_demo.results import Array

LEAST_FIT = 0.045
"""Training error that the regularization of the geometric difference may leave."""


def fidelities(states: States) -> Array:
    """Fidelity |<psi_a|psi_b>|^2 of every two of n states, shape ``(n, n)``."""
    return np.abs(states.conj() @ states.T) ** 2


def rbf(values: Array, factor: float = 1.0) -> Array:
    """RBF kernel of n rows, shape ``(n, n)``; its width is the median distance times a factor."""
    distances = euclidean_distances(values)[np.triu_indices(len(values), 1)]
    width = factor * (float(np.median(distances)) or 1.0)
    return rbf_kernel(values, gamma=1 / (2 * width**2))


def alignment(kernel: Array, labels: NDArray[np.int64]) -> float:
    """How well a kernel ``(n, n)`` fits labels ``(n,)``: centred alignment, at most 1.

    After Cortes, Mohri and Rostamizadeh (JMLR 13, 2012), with a target of 1 for texts of one class
    and 0 for others.
    """
    target = (labels[:, None] == labels).astype(float)
    one, other = (KernelCenterer().fit_transform(k) for k in (kernel, target))
    return float((one * other).sum() / (np.linalg.norm(one) * np.linalg.norm(other)))


def geometric_difference(classical: Array, quantum: Array) -> float:
    """How much better than a classical kernel a quantum one can be on some labels, at most.

    Far below the square root of n, no labels exist that the quantum kernel predicts much better. Of
    Huang et al. (Nature Communications 12, 2631, 2021) with the regularization of their supplement:
    the largest that leaves a training error of at most `LEAST_FIT`.

    Args:
        classical, quantum: Kernels of the same n texts with ones on their diagonals, ``(n, n)``.
    """
    values, vectors = np.linalg.eigh(classical)
    values = np.clip(values, 0, None)
    turned = vectors.T @ quantum @ vectors

    def largest(scale: Array) -> float:
        found = np.linalg.eigvalsh(scale[:, None] * turned * scale)[-1]
        return float(np.sqrt(max(found, 0)))

    low, high = -12.0, 3.0
    for _ in range(30):
        middle = (low + high) / 2
        size = 10**middle
        fits = size * largest(1 / (values + size)) <= LEAST_FIT
        low, high = (middle, high) if fits else (low, middle)
    return largest(np.sqrt(values) / (values + 10**low))

"""Trained angles to matrices, and readings back to gradients."""

import torch
from torch import Tensor

from qbert_demo.circuit.tables import Tables


def fold(weights: Tensor, tables: Tables) -> tuple[tuple[Tensor, ...], ...]:
    """Make each layer's rotations, with the encoding's A before them, one matrix a block.

    Args:
        weights: Trained angles in radians, shape ``(n_layers, n_qubits, 3 or 1)``.
        tables: The circuit's constants.

    Returns:
        For each layer, one matrix a block, shape ``(size, size)``.
    """
    n_layers, n_qubits, n_angles = weights.shape
    arguments = torch.addmm(tables.offsets, weights.reshape(-1, n_angles), tables.slopes)
    entries = torch.polar(arguments[:, :4].cos(), arguments[:, 4:])
    rotations = entries.view(n_layers, n_qubits, 2, 2) @ tables.a
    blocks = [kronecker(block) for block in rotations.split(tables.widths, dim=1)]
    return tuple(zip(*blocks, strict=True))


def kronecker(factors: Tensor) -> Tensor:
    """Kronecker product over the wires: ``(layers, wires, d, d)`` to ``(layers, D, D)``."""
    wires = factors.shape[1]
    if wires == 1:
        return factors[:, 0]
    pairs = kronecker(_pairwise(factors[:, 0 : wires - 1 : 2], factors[:, 1::2]))
    return _pairwise(pairs, factors[:, -1]) if wires % 2 else pairs


def _pairwise(a: Tensor, b: Tensor) -> Tensor:
    product = a[..., :, None, :, None] * b[..., None, :, None, :]
    size = a.shape[-1] * b.shape[-1]
    return product.view(*a.shape[:-2], size, size)


def angle_gradients(weights: Tensor, readings: Tensor) -> Tensor:
    """Gradient of the trained angles.

    A rotation by t about an axis has the gradient Im <bra|axis.(X, Y, Z)|ket>, taken where the
    axis has got to by the end of the layer: omega's is z, theta's is y turned about z by omega,
    phi's is z tilted by theta and turned likewise.

    Args:
        weights: Trained angles in radians, shape ``(n_layers, n_qubits, 3 or 1)``.
        readings: Im <bra|X, Y, Z|ket> after each layer's rotations, shape
            ``(n_layers, n_qubits, 3)``.
    """
    x, y, z = readings.unbind(-1)
    if weights.shape[-1] == 1:
        return x.unsqueeze(-1)
    _, cos_theta, cos_omega = weights.cos().unbind(-1)
    _, sin_theta, sin_omega = weights.sin().unbind(-1)
    along = cos_omega * x + sin_omega * y
    across = cos_omega * y - sin_omega * x
    return torch.stack([sin_theta * along + cos_theta * z, across, z], dim=-1)

"""Blocks of neighbouring wires: taking their states and matrices apart and together.

A state of a block has shape ``(size, batch)`` with ``size = 2**width``.
"""

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor

Blocks = tuple[Tensor, ...]


def join(parts: Sequence[Tensor]) -> Tensor:
    """The tensor product of the blocks' states, ``(size, batch)`` each, for each of the batch."""
    return reduce(lambda left, right: (left.unsqueeze(1) * right).flatten(0, 1), parts)


def separate(bra: Tensor, kets: Sequence[Tensor]) -> list[Tensor]:
    """For each block, the bra on it alone once all other blocks' kets are taken in."""
    if len(kets) == 1:
        return [bra]
    first, rest = kets[0], join(kets[1:])
    bra = bra.view(len(first), len(rest), bra.shape[1])
    return [(bra * rest).sum(1), *separate((bra * first.unsqueeze(1)).sum(0), kets[1:])]


def transposed(matrices: Blocks) -> Blocks:
    """Each block's matrix as it acts on a bra."""
    return tuple(matrix.T for matrix in matrices)


def adjoint(matrices: Blocks) -> Blocks:
    """The inverse of each block's matrix."""
    return tuple(matrix.mH for matrix in matrices)


def cut(whole: Tensor, sizes: tuple[int, ...]) -> Blocks:
    """``Tensor.split`` that makes no view when there is one part."""
    return (whole,) if len(sizes) == 1 else whole.split(sizes)


def cat(parts: Sequence[Tensor], dim: int = 0) -> Tensor:
    """``torch.cat`` that copies nothing when there is one part."""
    return parts[0] if len(parts) == 1 else torch.cat(list(parts), dim)

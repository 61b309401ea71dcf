"""Trained angles to the matrices of whole blocks of wires.

Rot is RZ(omega) RY(theta) RZ(phi). The entries of its matrix are ``cos``, ``-sin``, ``sin`` and
``cos`` of theta/2 with a phase each. For gradients, the axis that an angle turns about is wanted
as the gate has left it: z for omega, ``(-sin omega, cos omega, 0)`` for theta, and
``(sin theta cos omega, sin theta sin omega, cos theta)`` for phi. All of that is cosines of sums of
the angles, so one affine map gives every argument. RX(t) is RZ(-pi/2) RY(t) RZ(pi/2) and turns
about x; RY(t) turns about y.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from qbert_demo.circuit.blocks import Blocks, join
from qbert_demo.circuit.tables import Tables

_Rows = list[tuple[float, ...]]

# Arguments of cosines: so much of phi, theta, omega, and quarter turns.
_ROT_COSINES: _Rows = [
    (0, 0.5, 0, 0),  # cos(theta/2)
    (0, 0.5, 0, 1),  # -sin(theta/2)
    (0, 0.5, 0, -1),  # sin(theta/2)
    (0, 0.5, 0, 0),  # cos(theta/2)
    (0, 1, 1, -1),  # sin(theta + omega)
    (0, 1, -1, -1),  # sin(theta - omega)
    (0, 1, -1, 0),  # cos(theta - omega)
    (0, 1, 1, 0),  # cos(theta + omega)
    (0, 1, 0, 0),  # cos(theta)
    (0, 0, 1, 1),  # -sin(omega)
    (0, 0, 1, 0),  # cos(omega)
    (0, 0, 0, 0),  # 1
]
# Phases of the four entries, alike.
_ROT_PHASES: _Rows = [(-0.5, 0, -0.5, 0), (0.5, 0, -0.5, 0), (-0.5, 0, 0.5, 0), (0.5, 0, 0.5, 0)]
# How the last eight cosines make up the x, y and z of each angle's axis.
_ROT_AXES: _Rows = [
    (0.5, 0.5, 0, 0, 0, 0, 0, 0),
    (0, 0, 0.5, -0.5, 0, 0, 0, 0),
    (0, 0, 0, 0, 1, 0, 0, 0),
    (0, 0, 0, 0, 0, 1, 0, 0),
    (0, 0, 0, 0, 0, 0, 1, 0),
    (0, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 0, 0),
    (0, 0, 0, 0, 0, 0, 0, 1),
]
# The same for RX and RY: so much of their one angle, and quarter turns.
_ONE_COSINES: _Rows = [(0.5, 0), (0.5, 1), (0.5, -1), (0.5, 0), (0, 0)]
_RX_PHASES: _Rows = [(0, 0), (0, 1), (0, -1), (0, 0)]
_RX_AXES: _Rows = [(1,), (0,), (0,)]
_RY_PHASES: _Rows = [(0, 0)] * 4
_RY_AXES: _Rows = [(0,), (1,), (0,)]

_MAPS = {
    "Rot": (_ROT_COSINES + _ROT_PHASES, _ROT_AXES),
    "RX": (_ONE_COSINES + _RX_PHASES, _RX_AXES),
    "RY": (_ONE_COSINES + _RY_PHASES, _RY_AXES),
}

_N_ENTRIES = 4


class Rotations(NamedTuple):
    """The trained gates of a circuit.

    Attributes:
        layers: For each layer one matrix a block, shape ``(size, size)``; the encoding's A, which
            comes before, is in it.
        axes: The axis that each angle turns about, as its layer has left it, shape
            ``(n_layers, n_qubits, 3 or 1, 3)``.
    """

    layers: tuple[Blocks, ...]
    axes: Tensor


def fold(weights: Tensor, tables: Tables) -> Rotations:
    """Make each layer's rotations one matrix a block.

    Args:
        weights: Trained angles in radians, shape ``(n_layers, n_qubits, 3 or 1)``.
        tables: The circuit's constants.
    """
    n_layers, n_qubits, n_angles = weights.shape
    slopes, offsets, to_axes = _affine_maps(tables.rotation, weights.dtype, weights.device)
    arguments = torch.addmm(offsets, weights.reshape(-1, n_angles), slopes)
    cosines = arguments[:, :-_N_ENTRIES].cos()
    entries = torch.polar(cosines[:, :_N_ENTRIES], arguments[:, -_N_ENTRIES:])
    entries = torch.bmm(entries.view(n_layers, n_qubits, _N_ENTRIES), tables.a)
    matrices = entries.permute(1, 2, 0).unbind()
    blocks = []
    for wires, size, order in zip(tables.wires, tables.sizes, tables.kronecker, strict=True):
        product = join(matrices[wires]).index_select(0, order)
        blocks.append(product.T.reshape(n_layers, size, size).unbind())
    axes = (cosines[:, _N_ENTRIES:] @ to_axes).view(n_layers, n_qubits, n_angles, 3)
    return Rotations(tuple(zip(*blocks, strict=True)), axes)


@lru_cache(maxsize=16)
def _affine_maps(
    rotation: str, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    """Slopes and offsets of all arguments, cosines first; and the map from cosines to axes."""
    arguments, axes = _MAPS[rotation]
    by_angle = torch.tensor(arguments, dtype=dtype, device=device).T
    to_axes = torch.tensor(axes, dtype=dtype, device=device).T
    return by_angle[:-1].contiguous(), by_angle[-1] * (torch.pi / 2), to_axes.contiguous()

"""Constants of a circuit: what the simulator needs that depends on no angle.

A circuit is rewritten once, so that little is left to do for a batch:

* Every encoding is ``A RZ(x) B`` with fixed A and B (RX = H RZ H, RY = SH RZ (SH)', RZ after a
  Hadamard is such a product already, and for RY after one H = RY(pi/2) Z), and B turns |0> into
  |+>. All encoding gates of a layer together are then one diagonal,
  ``D = exp(-i/2 sum_k z_k x_k)``.
* A CNOT ring moves basis states and does nothing else: it is a permutation.
* A last ring is followed by the measurement alone, so it moves the signs of Z instead.

What is left is a row of stages: a permutation, the data and one matrix a block, each where the
circuit has it. Where rotations come before their layer's CNOTs, a stage is a layer with the data
before it; where CNOTs come first, the encoding is a stage of its own.

Neighbouring wires form blocks, and the rotations on a block are one matrix. Up to five wires one
block is quickest, because each call costs more than its arithmetic; beyond, blocks of up to four.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from qbert_demo.circuit.spec import CircuitSpec

SINGLE_BLOCK = 5
WIDEST_OF_SEVERAL = 4

_PAULIS = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_H = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
_S = np.diag([1, 1j])
_QUARTER = np.diag([1 - 1j, 1 + 1j]) / np.sqrt(2)
_AROUND_DATA = {
    "rx": (_H, _H),
    "ry": (_S @ _H, _H @ _S.conj()),
    "rz": (np.eye(2), _H),
    "h_ry": (_S @ _H @ _QUARTER, _H @ _S.conj() @ np.diag([1, -1])),
}


class Stage(NamedTuple):
    """What happens to a state between two matrices on its blocks.

    Attributes:
        ring: The basis state that moves to each place, shape ``(N,)``; ``None`` moves nothing.
        unring: The inverse.
        has_data: Whether B and D come next.
        layer: Whose rotations are then in the matrices; ``None`` if they are constant.
        constant: The matrix of each block where they are, shapes ``(size, size)``; else empty.
    """

    ring: Tensor | None
    unring: Tensor | None
    has_data: bool
    layer: int | None
    constant: tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Tables:
    """Constants of one circuit in one dtype on one device; N is ``2**n_qubits``.

    Attributes:
        wires: The wires of each block.
        sizes: Basis states of each block, ``2**width``.
        shapes: How to see the N basis states as those before a block, its own, and those after;
            without the first number where it is 1.
        kronecker: Puts the products of the entries of a block's 2 x 2 matrices in the order of
            the block's matrix, shapes ``(size**2,)``.
        rotation: The trained gate on every wire: ``Rot``, ``RX`` or ``RY``.
        a: Takes the encoding's A into a layer's 2 x 2 matrices, written as rows of four;
            shape ``(n_layers, 4, 4)``.
        b: The encoding's B on all wires of each block, shapes ``(size, size)``.
        z: Z of every wire in every basis state, shape ``(n_qubits, N)``.
        block_z: Z of every wire in the basis states of its own block, 0 in the others';
            the blocks beside each other, shape ``(n_qubits, sum(sizes))``.
        phases: From encoding angles to the phases of D, block below block, shape
            ``(sum(sizes), n_qubits)``.
        readout: Z of every wire once a last ring has moved the state, shape ``(n_qubits, N)``.
        stages: In order of time.
        paulis: Read Im <bra|X, Y, Z|ket> of each wire of a block off the real view of the
            block's matrix |ket><bra|, shapes ``(2 * size**2, 3 * width)``.
    """

    wires: tuple[slice, ...]
    sizes: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    kronecker: tuple[Tensor, ...]
    rotation: str
    a: Tensor
    b: tuple[Tensor, ...]
    z: Tensor
    block_z: Tensor
    phases: Tensor
    readout: Tensor
    stages: tuple[Stage, ...]
    paulis: tuple[Tensor, ...]


@lru_cache(maxsize=128)
def tables_for(spec: CircuitSpec, dtype: torch.dtype, device: torch.device) -> Tables:
    """Make the constants of a circuit.

    Args:
        spec: The circuit.
        dtype: ``torch.float32`` or ``torch.float64``.
        device: Where the tensors live.
    """

    def real(array: NDArray[Any]) -> Tensor:
        return torch.tensor(array, dtype=dtype, device=device)

    def complex_(array: NDArray[Any]) -> Tensor:
        return torch.tensor(array, dtype=dtype.to_complex(), device=device)

    def index_(array: NDArray[Any]) -> Tensor:
        return torch.tensor(array, dtype=torch.int64, device=device)

    n = spec.n_qubits
    widths = block_widths(n)
    block_z = _block_diagonal([_z(width) for width in widths])
    a, b = _AROUND_DATA[spec.encoding]
    stages, in_layers = [], []
    for index, (ring, has_data, layer) in enumerate(_plan(spec)):
        matrix = a if has_data else np.eye(2)
        if index == 0:
            matrix = matrix / np.sqrt(2)
        if layer is not None:
            in_layers.append(np.kron(np.eye(2), matrix))
        alone = () if layer is not None else (complex_(_on_all_wires(matrix, w)) for w in widths)
        stages.append(
            Stage(
                None if ring is None else index_(ring),
                None if ring is None else index_(np.argsort(ring)),
                has_data,
                layer,
                tuple(alone),
            )
        )
    last = None if spec.entangles_first else _ring(spec, spec.n_layers - 1)
    return Tables(
        wires=tuple(slice(sum(widths[:i]), sum(widths[: i + 1])) for i in range(len(widths))),
        sizes=tuple(2**width for width in widths),
        shapes=_block_shapes(widths),
        kronecker=tuple(index_(_kronecker_order(width)) for width in widths),
        rotation=spec.rotation,
        a=complex_(np.stack(in_layers)),
        b=tuple(complex_(_on_all_wires(b, width)) for width in widths),
        z=real(_z(n)),
        block_z=real(block_z),
        phases=real(-block_z.T / 2),
        readout=real(_z(n) if last is None else _z(n)[:, np.argsort(last)]),
        stages=tuple(stages),
        paulis=tuple(real(_pauli_readings(width)) for width in widths),
    )


def _plan(spec: CircuitSpec) -> Iterator[tuple[NDArray[Any] | None, bool, int | None]]:
    """Of each stage its permutation, whether the data enter, and its trained layer."""
    for layer in range(spec.n_layers):
        has_data = layer == 0 or spec.reupload
        if spec.entangles_first:
            if has_data:
                yield None, True, None
            yield _ring(spec, layer), False, layer
        else:
            yield _ring(spec, layer - 1) if layer else None, has_data, layer


def block_widths(n_qubits: int) -> tuple[int, ...]:
    """Cut the wires into blocks of about the same width, the wider ones first."""
    n_blocks = 1 if n_qubits <= SINGLE_BLOCK else -(-n_qubits // WIDEST_OF_SEVERAL)
    return tuple(len(part) for part in np.array_split(range(n_qubits), n_blocks))


def _block_shapes(widths: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    shapes = []
    for index, width in enumerate(widths):
        before, after = 2 ** sum(widths[:index]), 2 ** sum(widths[index + 1 :])
        shapes.append((2**width, after) if before == 1 else (before, 2**width, after))
    return tuple(shapes)


def _kronecker_order(width: int) -> NDArray[Any]:
    rows_and_columns = np.arange(4**width).reshape((2,) * (2 * width))
    axes = (*range(0, 2 * width, 2), *range(1, 2 * width, 2))
    return rows_and_columns.transpose(axes).ravel()


def _z(width: int) -> NDArray[Any]:
    states = np.arange(2**width)
    return np.stack([1 - 2 * (states >> (width - 1 - k) & 1) for k in range(width)])


def _block_diagonal(blocks: list[NDArray[Any]]) -> NDArray[Any]:
    whole = np.zeros(np.sum([block.shape for block in blocks], axis=0))
    row = column = 0
    for block in blocks:
        height, width = block.shape
        whole[row : row + height, column : column + width] = block
        row, column = row + height, column + width
    return whole


def _ring(spec: CircuitSpec, layer: int) -> NDArray[Any]:
    n = spec.n_qubits
    source = np.arange(2**n)
    for control, target in reversed(spec.ring(layer)):
        source ^= (source >> (n - 1 - control) & 1) << (n - 1 - target)
    return source


def _on_all_wires(matrix: NDArray[Any], width: int) -> NDArray[Any]:
    product = np.ones((1, 1))
    for _ in range(width):
        product = np.kron(product, matrix)
    return product


def _pauli_readings(width: int) -> NDArray[Any]:
    columns = []
    for wire in range(width):
        for pauli in _PAULIS:
            full = np.kron(np.kron(np.eye(2**wire), pauli), np.eye(2 ** (width - 1 - wire))).T
            columns.append(np.stack([full.imag, full.real], axis=-1).ravel())
    return np.stack(columns, axis=1)

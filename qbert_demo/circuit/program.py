"""A circuit with its weights filled in, run forward and back over a batch.

A state has shape ``(2**n, batch)``: a permutation of basis states then moves whole rows.

Forward, a stage is a permutation (the ring before it), a diagonal (the data, where they are
encoded) and one matrix a block of wires; `tables` tells how the gates become those. Before the
first ring no gate joins two blocks, so until then each block is a small state of its own. Where no
way back is wanted, a circuit of one block that takes its data once is one matrix after them, and is
run as such in real numbers, which for a single text is a third of the calls.

Back, the adjoint method (Jones and Gacon, arXiv:2009.02823) takes <bra| = <ket|O the other way,
O being the measured Z weighted by the incoming gradient. Where a rotation exp(-i t P / 2) stands,
its gradient is Im <bra|P|ket>; about another axis, it is that of X, Y and Z times the axis. The
bra is kept as the row vector it is: a matrix acts on it by its transpose, and nothing need be
conjugated on the way.
"""

import math
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import NamedTuple

import torch
from torch import Tensor

from qbert_demo.circuit.blocks import Blocks, adjoint, cat, cut, join, separate, transposed
from qbert_demo.circuit.rotations import fold
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.tables import Tables, tables_for


class Run(NamedTuple):
    """What a forward pass leaves for the way back.

    Attributes:
        data: The diagonal D of each block, below each other, shape ``(sum(sizes), batch)``.
        states: The state after each stage's matrices, shapes ``(2**n, batch)``.
    """

    data: Tensor
    states: list[Tensor]


class Merged(NamedTuple):
    """A circuit of one block that takes its data once: real parts above imaginary ones.

    Attributes:
        phases: From angles to the arguments of cosines, shape ``(2 * 2**n, n_qubits)``.
        quarters: Quarter turns that make sines of cosines, shape ``(2 * 2**n, 1)``.
        matrix: From the data's diagonal to the final state, shape ``(2 * 2**n, 2 * 2**n)``.
        readout: From the state's squares to <Z> of each wire, shape ``(n_qubits, 2 * 2**n)``.
    """

    phases: Tensor
    quarters: Tensor
    matrix: Tensor
    readout: Tensor


@dataclass(frozen=True)
class Program:
    """A circuit with its weights filled in.

    Attributes:
        spec: The circuit.
        weights: Its trained angles.
        tables: Its constants.
        matrices: For each stage, the matrix of each block.
        axes: The axis that each trained angle turns about, shape ``(*weights.shape, 3)``.
    """

    spec: CircuitSpec
    weights: Tensor
    tables: Tables
    matrices: tuple[Blocks, ...]
    axes: Tensor

    @classmethod
    def of(cls, spec: CircuitSpec, weights: Tensor) -> "Program":
        """Fill in weights of shape ``spec.weight_shape``, without a gradient."""
        tables = tables_for(spec, weights.dtype, weights.device)
        layers, axes = fold(weights, tables)
        matrices = tuple(
            stage.constant if stage.layer is None else layers[stage.layer]
            for stage in tables.stages
        )
        return cls(spec, weights.clone(), tables, matrices, axes)

    def has(self, weights: Tensor) -> bool:
        """Whether these are the weights that were filled in, value for value."""
        return (
            weights.dtype == self.weights.dtype
            and weights.device == self.weights.device
            and torch.equal(weights, self.weights)
        )

    def run(self, angles: Tensor) -> Run:
        """Take |0...0> through all stages.

        Args:
            angles: Encoding angles in radians, shape ``(batch, n_qubits)``.
        """
        tables = self.tables
        phases = tables.phases @ angles.T
        data = torch.complex(phases.cos(), phases.sin())
        diagonals = cut(data, tables.sizes)
        return Run(data, self._onward(join(self._first_kets(diagonals)), diagonals))

    def values(self, angles: Tensor) -> Tensor:
        """<Z> of each wire, shape ``(batch, n_qubits)``, without a way back."""
        merged = self._merged
        if merged is None:
            return self.measure(self.run(angles).states[-1])
        data = torch.addmm(merged.quarters, merged.phases, angles.T).cos()
        return (merged.readout @ (merged.matrix @ data).square()).T

    def measure(self, state: Tensor) -> Tensor:
        """<Z> of each wire, shape ``(batch, n_qubits)``."""
        size, batch = state.shape
        squares = torch.view_as_real(state).square().view(size, 2 * batch)
        return (self.tables.readout @ squares).view(self.spec.n_qubits, batch, 2).sum(-1).T

    def gradients(self, run: Run, grad: Tensor) -> tuple[Tensor, Tensor]:
        """Take <ket|O back through all stages.

        Args:
            run: What the forward pass left.
            grad: Gradient of the expectation values, shape ``(batch, n_qubits)``.

        Returns:
            Gradients of the encoding angles, shape ``(batch, n_qubits)``, and of the weights.
        """
        tables = self.tables
        diagonals = cut(run.data, tables.sizes)
        bra = run.states[-1].conj() * (tables.readout.T @ grad.T)
        of_angles, products = [], []
        for index in range(len(tables.stages) - 1, 0, -1):
            stage, matrices, ket = tables.stages[index], self.matrices[index], run.states[index]
            if stage.layer is not None:
                products.append(self._products(ket, bra))
            bra = self._apply(transposed(matrices), bra)
            if stage.has_data:
                encoded = self._apply(adjoint(matrices), ket)
                of_angles.append(tables.z @ (bra * encoded).imag)
                bra = self._apply(transposed(tables.b), join(diagonals) * bra)
            if stage.unring is not None:
                bra = bra.index_select(0, stage.unring)
        kets = self._first_kets(diagonals)
        bras = separate(bra, kets)
        if tables.stages[0].layer is not None:
            products.append([ket @ bra.T for ket, bra in zip(kets, bras, strict=True)])
        bras = [matrix.T @ bra for matrix, bra in zip(self.matrices[0], bras, strict=True)]
        of_angles.append(tables.block_z @ (cat(bras) * run.data).imag)
        readings = self._read(products[::-1])
        of_weights = (self.axes * readings.unsqueeze(2)).sum(-1)
        return reduce(torch.add, of_angles).T, of_weights

    @cached_property
    def _merged(self) -> Merged | None:
        """All after the data as one matrix; none for several blocks, or data that come again."""
        tables = self.tables
        if len(tables.sizes) > 1 or any(stage.has_data for stage in tables.stages[1:]):
            return None
        whole = self._onward(self.matrices[0][0], ())[-1]
        real, imaginary = whole.real, whole.imag
        quarters = torch.zeros(2, len(whole), 1).to(tables.phases)
        quarters[1] = -math.pi / 2
        return Merged(
            torch.cat([tables.phases, tables.phases]),
            quarters.flatten(0, 1),
            torch.cat([torch.cat([real, -imaginary], 1), torch.cat([imaginary, real], 1)]),
            torch.cat([tables.readout, tables.readout], 1),
        )

    def _onward(self, state: Tensor, diagonals: Blocks) -> list[Tensor]:
        """The state after each stage, given that after the first."""
        states = [state]
        for stage, matrices in zip(self.tables.stages[1:], self.matrices[1:], strict=True):
            if stage.ring is not None:
                state = state.index_select(0, stage.ring)
            if stage.has_data:
                state = join(diagonals) * self._apply(self.tables.b, state)
            state = self._apply(matrices, state)
            states.append(state)
        return states

    def _first_kets(self, diagonals: Blocks) -> list[Tensor]:
        """The state of each block after the first stage."""
        return [matrix @ data for matrix, data in zip(self.matrices[0], diagonals, strict=True)]

    def _apply(self, matrices: Blocks, state: Tensor) -> Tensor:
        """Multiply every block's wires by its matrix."""
        size, batch = state.shape
        for matrix, (*outer, after) in zip(matrices, self.tables.shapes, strict=True):
            state = matrix @ state.view(*outer, after * batch)
        return state.view(size, batch)

    def _products(self, ket: Tensor, bra: Tensor) -> list[Tensor]:
        """Each block's |ket><bra|, summed over the batch and all other wires."""
        batch = ket.shape[1]
        products = []
        for *outer, after in self.tables.shapes:
            shape = (*outer, after * batch)
            product = ket.view(shape) @ bra.view(shape).mT
            products.append(product.sum(0) if product.ndim == 3 else product)
        return products

    def _read(self, products: list[list[Tensor]]) -> Tensor:
        """Im <bra|X, Y, Z|ket>, shape ``(n_layers, n_qubits, 3)``, from each layer's products."""
        readings = []
        for block, paulis in zip(zip(*products, strict=True), self.tables.paulis, strict=True):
            flat = torch.view_as_real(torch.stack(block)).view(len(block), -1)
            readings.append((flat @ paulis).view(len(block), -1, 3))
        return cat(readings, dim=1)

"""Batched state-vector simulation of the variational circuit in plain PyTorch.

Angles enter, Pauli-Z expectation values leave. Nothing here knows about BERT, labels
or figures. How it is computed stands in `tables` (the circuit rewritten into few matrices),
`rotations` (those matrices from the trained angles) and `program` (forward and back).

Conventions: angles are radians; wire 0 is the most significant bit, as in PennyLane. The work is
done in complex64, or complex128 for float64 input; half precision is widened, also under
autocast. Gradients are of first order.
"""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from qbert_demo.circuit.live import live_angles
from qbert_demo.circuit.plain import plain_expectations
from qbert_demo.circuit.program import Program, Run
from qbert_demo.circuit.spec import CircuitSpec

CPU_CHUNK_BYTES = 2**22
GPU_CHUNK_BYTES = 2**27


def expectations(angles: Tensor, weights: Tensor, spec: CircuitSpec) -> Tensor:
    """Run the circuit on |0...0>, then measure Z on each wire.

    Args:
        angles: Encoding angles in radians, shape ``(batch, n_qubits)``.
        weights: Trained angles in radians, shape ``spec.weight_shape``.
        spec: The circuit that both belong to.

    Returns:
        Expectation values in [-1, 1], shape ``(batch, n_qubits)``.

    Raises:
        ValueError: If ``angles`` or ``weights`` has another shape.
    """
    angles, weights = _checked(angles, weights, spec)
    with _full_precision(angles):
        return _evaluate(Program.of(spec, weights.detach()), angles, weights)


class CircuitLayer(nn.Module):
    """A variational circuit as a layer: angles in, <Z> of each qubit out.

    The weights' matrices are kept from call to call and made anew when a weight has changed. While
    it is exported or traced, the layer runs in the plain operators of `plain`.

    Args:
        spec: The circuit.

    Attributes:
        weights: Trained angles in radians, shape ``spec.weight_shape``.
    """

    def __init__(self, spec: CircuitSpec) -> None:
        """Make the trained angles and draw their first values."""
        super().__init__()
        self.spec = spec
        self.weights = nn.Parameter(torch.empty(spec.weight_shape))
        self._program: Program | None = None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw every trained angle from U(0, 2 pi), as PennyLane's ``TorchLayer`` does."""
        nn.init.uniform_(self.weights, 0, 2 * math.pi)

    def forward(self, angles: Tensor) -> Tensor:
        """Measure Z on each wire.

        Args:
            angles: Encoding angles in radians, shape ``(batch, n_qubits)``.

        Returns:
            Expectation values in [-1, 1], shape ``(batch, n_qubits)``.

        Raises:
            ValueError: If ``angles`` is not ``n_qubits`` wide.
        """
        if torch.compiler.is_exporting() or torch.jit.is_tracing():
            return plain_expectations(*_widened(angles, self.weights), self.spec)
        angles, weights = _checked(angles, self.weights, self.spec)
        with _full_precision(angles):
            program = self._program
            if program is None or not program.has(weights):
                self._program = program = Program.of(self.spec, weights.detach())
            return _evaluate(program, angles, weights)

    @property
    def live(self) -> Tensor:
        """Which weights can change a value, shape ``spec.weight_shape``; see `live_angles`."""
        return torch.from_numpy(live_angles(self.spec).copy()).to(self.weights.device)

    def extra_repr(self) -> str:
        """Name the circuit when the model is printed."""
        return str(self.spec)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the kept matrices out of copies and pickles."""
        return self.__dict__ | {"_program": None}


class _Expectations(torch.autograd.Function):
    """<Z> with its adjoint gradient.

    A batch that fits one chunk keeps its states for the way back. A larger one goes through chunk
    by chunk, both to stay in the processor's cache and in memory, and its states are computed
    again going back.
    """

    @staticmethod
    def forward(ctx: Any, angles: Tensor, weights: Tensor, program: Program) -> Tensor:
        ctx.program = program
        if len(angles) > _chunk_length(program, angles):
            ctx.save_for_backward(angles)
            return _measure_in_chunks(program, angles)
        run = program.run(angles)
        ctx.save_for_backward(angles, run.data, *run.states)
        return program.measure(run.states[-1])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        program: Program = ctx.program
        angles, *kept = ctx.saved_tensors
        with _full_precision(angles):
            if kept:
                data, *states = kept
                return *program.gradients(Run(data, states), grad), None
            length = _chunk_length(program, angles)
            pairs = zip(angles.split(length), grad.split(length), strict=True)
            parts = [program.gradients(program.run(chunk), part) for chunk, part in pairs]
            of_angles, of_weights = zip(*parts, strict=True)
            return torch.cat(of_angles), torch.stack(of_weights).sum(0), None


def _evaluate(program: Program, angles: Tensor, weights: Tensor) -> Tensor:
    if torch.is_grad_enabled() and (angles.requires_grad or weights.requires_grad):
        return _Expectations.apply(angles, weights, program)
    return _measure_in_chunks(program, angles)


def _measure_in_chunks(program: Program, angles: Tensor) -> Tensor:
    length = _chunk_length(program, angles)
    if len(angles) <= length:
        return program.values(angles)
    return torch.cat([program.values(chunk) for chunk in angles.split(length)])


def _chunk_length(program: Program, angles: Tensor) -> int:
    """How many texts' states, one a stage, fit one chunk."""
    budget = CPU_CHUNK_BYTES if angles.device.type == "cpu" else GPU_CHUNK_BYTES
    n_stages, n_qubits = len(program.tables.stages), program.spec.n_qubits
    return max(1, budget // (n_stages * 2**n_qubits * 2 * angles.element_size()))


def _checked(angles: Tensor, weights: Tensor, spec: CircuitSpec) -> tuple[Tensor, Tensor]:
    """Both tensors in the precision of the work, once their shapes are right."""
    if angles.ndim != 2 or angles.shape[1] != spec.n_qubits:
        raise ValueError(
            f"The circuit has {spec.n_qubits} qubits, so angles must have shape "
            f"(batch, {spec.n_qubits}), not {tuple(angles.shape)}."
        )
    if weights.shape != spec.weight_shape:
        raise ValueError(
            f"The circuit's weights must have shape {spec.weight_shape}, "
            f"not {tuple(weights.shape)}."
        )
    return _widened(angles, weights)


def _widened(angles: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Both tensors in the precision of the work."""
    dtype = torch.promote_types(angles.dtype, weights.dtype)
    if dtype != torch.float64:
        dtype = torch.float32
    return angles.to(dtype), weights.to(dtype)


def _full_precision(tensor: Tensor) -> AbstractContextManager[Any]:
    kind = tensor.device.type
    if torch.is_autocast_enabled(kind):
        return torch.autocast(kind, enabled=False)
    return nullcontext()

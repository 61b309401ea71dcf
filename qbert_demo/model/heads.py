"""The heads that turn a pooled text vector into logits, and `HEADS`, the table of them.

`CircuitHead` and `BottleneckHead` share everything but the middle: a linear reduction to
n features, tanh times pi (or another scale), something small that maps n angles to n values in
[-1, 1], and a linear layer to the labels. In one the middle is a quantum circuit, in the other a
classical layer with about as many parameters as the circuit has live angles. `LinearHead` has no
squeeze at all.

Another head is another entry of `HEADS` and a colour in `qbert_demo.figures.theme`.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from qbert_demo.circuit import CircuitLayer, CircuitSpec, live_angles

ANGLE_SCALES = (0.01, 2 * math.pi)
"""The least and the most that the angles of a squeeze may reach."""


class HeadOutput(NamedTuple):
    """Logits ``(batch, n_labels)`` and, where there is a squeeze, what went in and out of it.

    Attributes:
        logits: Shape ``(batch, n_labels)``.
        angles: Input of the middle layer in radians, ``(batch, n)``; ``None`` without one.
        values: Its output in [-1, 1], ``(batch, n)``: <Z_k> for a circuit.
    """

    logits: Tensor
    angles: Tensor | None = None
    values: Tensor | None = None


class Output(nn.Linear):
    """The linear layer to the logits, which are divided by a temperature.

    Attributes:
        temperature: 1 unless a checkpoint says otherwise; it is no tensor of the layer.
    """

    temperature: float = 1.0

    def forward(self, input: Tensor) -> Tensor:
        """Logits ``(batch, n_labels)``, of the layer's own type: a circuit works in float32."""
        return super().forward(input.to(self.weight.dtype)) / self.temperature

    def applied(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the linear map from features to logits, the division included."""
        return self.weight.detach() / self.temperature, self.bias.detach() / self.temperature


class LinearHead(nn.Module):
    """Dropout and one linear layer, as in ``BertForSequenceClassification``."""

    def __init__(
        self, hidden: int, n_labels: int, dropout: float, spec: CircuitSpec | None = None
    ) -> None:
        """Shape the layer: ``hidden`` features in, ``n_labels`` logits out; no circuit matters."""
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.output: nn.Linear = Output(hidden, n_labels)

    def forward(self, pooled: Tensor) -> HeadOutput:
        """Map pooled vectors ``(batch, hidden)`` to logits."""
        return HeadOutput(self.output(self.dropout(pooled)))


class SqueezeHead(nn.Module):
    """Reduction to n angles, a middle layer from angles to values, and a linear output.

    Attributes:
        angle_scale: What the angles stay below, in radians; it is no tensor of the layer.
    """

    angle_scale: float = math.pi

    def __init__(
        self, hidden: int, width: int, n_labels: int, dropout: float, middle: nn.Module
    ) -> None:
        """Put ``middle``, a map from ``(batch, width)`` to ``(batch, width)``, between linears."""
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.reduction = nn.Linear(hidden, width)
        self.middle = middle
        self.output = Output(width, n_labels)

    def reduce(self, pooled: Tensor) -> Tensor:
        """Angles between -+`angle_scale` for pooled vectors, shape ``(batch, width)``."""
        return self.angle_scale * torch.tanh(self.reduction(self.dropout(pooled)))

    def forward(self, pooled: Tensor) -> HeadOutput:
        """Map pooled vectors ``(batch, hidden)`` to logits, angles and values."""
        angles = self.reduce(pooled)
        values = self.middle(angles)
        return HeadOutput(self.output(values), angles, values)


class CircuitHead(SqueezeHead):
    """The hybrid: the middle is a variational circuit (after arXiv:2511.17677)."""

    middle: CircuitLayer

    def __init__(self, hidden: int, n_labels: int, dropout: float, spec: CircuitSpec) -> None:
        """Build the head around the circuit of ``spec``."""
        super().__init__(hidden, spec.n_qubits, n_labels, dropout, CircuitLayer(spec))


class BottleneckHead(SqueezeHead):
    """The control: the middle is classical, as wide and about as large as the live circuit."""

    def __init__(self, hidden: int, n_labels: int, dropout: float, spec: CircuitSpec) -> None:
        """Build the head that is compared with the circuit of ``spec``."""
        n = spec.n_qubits
        depth = max(1, round(angles_in(spec).live / (n * n + n)))
        layers = [layer for _ in range(depth) for layer in (nn.Linear(n, n), nn.Tanh())]
        super().__init__(hidden, n, n_labels, dropout, nn.Sequential(*layers))


class Angles(NamedTuple):
    """How many angles a head's circuit stores, and how many of them can change its values."""

    stored: int
    live: int

    @property
    def dead(self) -> int:
        """How many change nothing; they count as parameters all the same."""
        return self.stored - self.live

    def __str__(self) -> str:
        """Tell both, as tables and cards do."""
        rest = "; the others cannot change what is measured" if self.dead else ""
        return f"{self.stored} angles stored, {self.live} live{rest}"


def angles_of(head: nn.Module) -> Angles:
    """Count the trained angles of a head, none without a circuit."""
    return angles_in(head.middle.spec) if isinstance(head, CircuitHead) else Angles(0, 0)


def angles_in(spec: CircuitSpec) -> Angles:
    """Count the trained angles of a circuit."""
    return Angles(math.prod(spec.weight_shape), int(live_angles(spec).sum()))


def build_head(
    name: str, hidden: int, n_labels: int, dropout: float, spec: CircuitSpec, angle_scale: float
) -> nn.Module:
    """A head of `HEADS` by its name, untrained.

    Args:
        name: As visitors call it.
        hidden: Width of the pooled vectors.
        n_labels: Number of classes.
        dropout: Probability of dropping a pooled feature while training.
        spec: The circuit that the head is, or is compared with.
        angle_scale: What the angles of a squeeze stay below, in radians.
    """
    head = HEADS[name].module(hidden, n_labels, dropout, spec)
    if isinstance(head, SqueezeHead):
        head.angle_scale = angle_scale
    return head


@dataclass(frozen=True)
class Head:
    """A head by all its names, and how it is built.

    Attributes:
        name: What visitors, folders and ``training.json`` call it.
        kind: What ``config.json`` calls it.
        title: What its model is called on a card; ``{n_qubits}`` is filled in.
        phrase: What it is, within a model card's sentence.
        module: Built from ``(hidden, n_labels, dropout, spec)``.
        is_default: Whether it answers and learns where nobody chose heads.
    """

    name: str
    kind: str
    title: str
    phrase: str
    module: type[nn.Module]
    is_default: bool = False

    @property
    def has_circuit(self) -> bool:
        """Whether its middle is a quantum circuit."""
        return issubclass(self.module, CircuitHead)


HEADS = {
    head.name: head
    for head in (
        Head(
            "classical",
            "linear",
            "Classical BERT",
            "a linear layer on the pooled vector",
            LinearHead,
            is_default=True,
        ),
        Head(
            "hybrid",
            "circuit",
            "Hybrid BERT + {n_qubits}-qubit circuit",
            "a variational quantum circuit between two linear layers",
            CircuitHead,
            is_default=True,
        ),
        Head(
            "control",
            "bottleneck",
            "Control: BERT + classical bottleneck",
            "a classical layer as wide and about as large as the hybrid's circuit",
            BottleneckHead,
        ),
    )
}
"""Every head by name, in the order they are shown."""

PAIR = tuple(head.name for head in HEADS.values() if head.is_default)
"""The heads that answer and learn where nobody chose any."""


def head_of(kind: str) -> Head:
    """The head that ``config.json`` calls so.

    Raises:
        ValueError: If there is none.
    """
    kinds = {head.kind: head for head in HEADS.values()}
    if kind not in kinds:
        raise ValueError(f"head must be one of {', '.join(kinds)}, not {kind!r:.40}.")
    return kinds[kind]

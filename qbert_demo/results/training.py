"""How a training run went."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qbert_demo.results.circuit import Array


@dataclass(frozen=True)
class Score:
    """A share of ``n`` texts with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Epoch:
    """One head at one look at the held-out rows, on its way over the training rows.

    Attributes:
        head: Its name, such as ``hybrid``.
        epoch: Passes over the training rows that are done; whole on a frozen encoder, which is
            looked at once a pass.
        loss: Mean on the training rows since the last look.
        held_out_loss: On the held-out rows.
        accuracy: Share of the held-out rows that it labels rightly.
        gradients: Mean norm since the last look, of the head's ``circuit`` and ``classical``
            parameters and of the encoder's ``adapters``, where there are such.
        angles: The circuit's trained angles in radians, flat; empty without one.
        values: Output of circuit or bottleneck for the first held-out rows, shape
            ``(4, n_qubits)``; empty without a squeeze.
        confusion: Held-out rows by true class and by label given, shape ``(n_labels, n_labels)``;
            empty if they were not counted.
    """

    head: str
    epoch: float
    loss: float
    held_out_loss: float
    accuracy: float
    gradients: dict[str, float]
    angles: Array
    values: Array
    confusion: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))


@dataclass(frozen=True)
class HeadReport:
    """How a head did on the held-out rows.

    Attributes:
        head: Its name, such as ``hybrid``.
        accuracy: With its 95 % interval. The weights were chosen on the same rows, which flatters
            it, by several points where these are few.
        macro_f1: Mean of the classes' F1.
        predicted: Index of each held-out text's label, shape ``(n,)``.
        best_epoch: The entry of the history that the weights are from, counted from 1, which on a
            frozen encoder is the pass; 0 if there is none.
        history: Every look.
        trained: Parameters that were trained.
        dead: Those of them that can change nothing: angles of the circuit, see
            `qbert_demo.circuit.live`.
        parameters: All of them, the encoder's included.
        seconds: Time its training took.
        milliseconds: Median time of one text in the head alone.
        tensors: What was trained, by name as in a checkpoint: the head in float32 and the
            encoder's low-rank updates in float16.
    """

    head: str
    accuracy: Score
    macro_f1: float
    predicted: NDArray[np.int64]
    best_epoch: int
    history: tuple[Epoch, ...]
    trained: int
    dead: int
    parameters: int
    seconds: float
    milliseconds: float
    tensors: dict[str, NDArray[np.float32 | np.float16]]


@dataclass(frozen=True)
class QuickReport:
    """A finished run: every head's report by name, and the seconds of its stages by name."""

    heads: dict[str, HeadReport]
    seconds: dict[str, float]


@dataclass(frozen=True)
class Estimate:
    """How long a run end to end will take, measured on this machine.

    Attributes:
        seconds: From its start to its end, if it need not wait for others.
        heads: Heads that race.
        epochs: Passes of each.
        rows: Training rows.
        tokens: Mean length of a training row.
    """

    seconds: float
    heads: int
    epochs: int
    rows: int
    tokens: float

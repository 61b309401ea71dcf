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
    """One head after one pass over the training rows.

    Attributes:
        head: ``classical``, ``hybrid`` or ``control``.
        epoch: Passes done, from 1.
        loss: Mean over the pass.
        held_out_loss: On the held-out rows, after the pass.
        accuracy: Share of the held-out rows that it labels rightly.
        gradients: Mean norm over the pass, of ``circuit`` and ``classical`` parameters.
        angles: The circuit's trained angles in radians, flat; empty without one.
        values: Output of circuit or bottleneck for the first held-out rows, shape
            ``(4, n_qubits)``; empty without a squeeze.
        confusion: Held-out rows by true class and by label given, shape ``(n_labels, n_labels)``;
            empty if they were not counted.
    """

    head: str
    epoch: int
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
        head: ``classical``, ``hybrid`` or ``control``.
        accuracy: With its 95 % interval. The best epoch was chosen on the same rows, so it is
            a little flattered.
        macro_f1: Mean of the classes' F1.
        predicted: Index of each held-out text's label, shape ``(n,)``.
        best_epoch: The pass that the weights are from; 0 if none was finished.
        history: Every finished pass.
        trained: Parameters that were trained.
        parameters: All of them, the frozen encoder's included.
        seconds: Time its training took.
        milliseconds: Median time of one text, encoder included.
        tensors: The trained head, by name as in a checkpoint, float32.
    """

    head: str
    accuracy: Score
    macro_f1: float
    predicted: NDArray[np.int64]
    best_epoch: int
    history: tuple[Epoch, ...]
    trained: int
    parameters: int
    seconds: float
    milliseconds: float
    tensors: dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class QuickReport:
    """A finished run: every head's report by name, and the seconds of ``embed`` and ``train``."""

    heads: dict[str, HeadReport]
    seconds: dict[str, float]

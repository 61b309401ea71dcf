"""What is known of a hybrid's angles, its entanglement, and its encoding as a kernel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Numbers that differ from seed to seed.

    Attributes:
        middle: Their median.
        low, high: Least and most.
    """

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class KernelFacts:
    """How alike texts are to the circuit, and to an RBF kernel on the same angles.

    Attributes:
        rows: Texts of a sample.
        seeds: Samples.
        circuit: Alignment of the fidelities |<psi_a|psi_b>|^2 with the labels, in [-1, 1].
        rbf: The same of the RBF kernel, its width the median distance.
        tuned: The same where of several widths the best is chosen.
        ahead: Samples in which the circuit's is higher than that.
        geometric: The geometric difference of Huang et al. from the RBF kernel of median width.
    """

    rows: int
    seeds: int
    circuit: Range
    rbf: Range
    tuned: Range
    ahead: int
    geometric: Range


@dataclass(frozen=True)
class AngleFacts:
    """Which of a hybrid's angles do something.

    Attributes:
        spread: Standard deviation of each encoding angle over the texts, in radians.
        correlation: Of each encoding angle (rows) with each label's logit less the mean of all.
        weights: Trained angles in radians, by layer, qubit, and place in the gate.
        live: Which of them can change what is measured, in the same order.
        entangling: Meyer and Wallach's measure in [0, 1], mean over the texts.
        random: The same with random trained angles.
        seeds: How often they were drawn.
        kernel: The encoding seen as a kernel.
    """

    spread: tuple[float, ...]
    correlation: tuple[tuple[float, ...], ...]
    weights: tuple[tuple[tuple[float, ...], ...], ...]
    live: tuple[tuple[tuple[bool, ...], ...], ...]
    entangling: float
    random: Range
    seeds: int
    kernel: KernelFacts

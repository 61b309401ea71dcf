"""A circuit's answer from finitely many shots, and how many shots make the answer steady.

The last layer is linear, so a label depends on the shots only through the means of the qubits'
Z values. While the shots are few, repeated runs are drawn exactly over the basis states: shot by
shot, or as multinomial counts where that is faster. Once the shots are so many that the central
limit theorem holds for the label's lead on every rival, the means are drawn from the normal
distribution with their exact mean and covariance.

Conventions: wire 0 is the most significant bit; Z is +1 for a bit 0 and -1 for a bit 1.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qbert_demo.ranges import whole
from qbert_demo.results import Array

MAX_SHOTS = 100_000
RUNS = 1000
STABLE_SHARE = 0.95

_SAME = 1e-12
"""Logits this close are a tie, which the first label wins."""

_NORMAL_SHOTS = 200
"""Shots, times the squared third absolute moment in standard deviations, that count as many.

The error in a label's share is about 0.03 of that moment over the square root of the shots
(Edgeworth's first term at a share of 0.95), so at most 0.002 here: a third of the spread that
`RUNS` runs have anyway.
"""


@dataclass(frozen=True)
class Measurement:
    """What finitely many shots say about a text.

    Attributes:
        probabilities: Of each basis state, shape ``(2**n,)``.
        exact: <Z_k> for infinitely many shots, shape ``(n,)``.
        shots: Shots of one run; ``None`` stands for infinitely many.
        estimates: <Z_k> in one seeded run, shape ``(n,)``; ``exact`` without ``shots``.
        errors: Standard errors of the estimates, shape ``(n,)``; zero without ``shots``.
        label: Index of the label that the estimates give; the first one of a tie.
        shares: Share of ``runs`` seeded runs that give each label, shape ``(n_labels,)``.
        runs: How many runs ``shares`` and ``stable_shots`` come from.
        stable_shots: About the fewest shots (to 5 %) with which at least 95 % of the runs give the
            label that infinitely many shots give; ``None`` if `MAX_SHOTS` are too few.
    """

    probabilities: Array
    exact: Array
    shots: int | None
    estimates: Array
    errors: Array
    label: int
    shares: Array
    runs: int
    stable_shots: int | None


def measure(
    probabilities: Array, output_weight: Array, output_bias: Array, shots: int | None, seed: int
) -> Measurement:
    """Measure every qubit ``shots`` times and read the label off the means.

    The estimates are one exact multinomial draw. See the module's text for the repeated runs; a
    number of shots has the same runs wherever it is tried, whatever ``shots`` is.

    Args:
        probabilities: Of each basis state, shape ``(2**n,)``.
        output_weight: The last linear layer, shape ``(n_labels, n)``.
        output_bias: Its bias, shape ``(n_labels,)``.
        shots: 1 to `MAX_SHOTS`, or ``None`` for infinitely many.
        seed: Of the random draws, 0 or more: the same seed, the same result.

    Raises:
        ValueError: If ``shots`` is out of range or ``probabilities`` doesn't fit the weights.
    """
    n = output_weight.shape[1]
    if shots is not None:
        whole("shots", shots, 1, MAX_SHOTS, ValueError)
    if probabilities.shape != (2**n,):
        raise ValueError(
            f"{n} qubits have {2**n} basis states, but probabilities has the shape "
            f"{probabilities.shape}."
        )
    circuit = _Sampler(probabilities, output_weight, output_bias, seed)
    if shots is None:
        estimates, errors = circuit.exact, np.zeros(n)
        shares = np.eye(len(output_bias))[circuit.label]
    else:
        counts = np.random.default_rng(seed).multinomial(shots, circuit.probabilities)
        estimates = counts @ circuit.signs / shots
        errors = np.sqrt(np.maximum(1 - estimates**2, 0) / shots)
        shares = circuit.shares(shots)
    return Measurement(
        probabilities,
        circuit.exact,
        shots,
        estimates,
        errors,
        int(circuit.labels(estimates)),
        shares,
        RUNS,
        circuit.stable_shots(),
    )


class _Sampler:
    """Runs of one circuit; likely basis states come first, since counts are drawn in order."""

    def __init__(self, probabilities: Array, weight: Array, bias: Array, seed: int) -> None:
        n = weight.shape[1]
        order = np.argsort(-probabilities, kind="stable")
        self.probabilities = probabilities[order] / probabilities.sum()
        bits = order[:, None] >> np.arange(n - 1, -1, -1) & 1
        self.signs = (1 - 2 * bits).astype(np.float64)
        self.weight, self.bias, self.seed = weight, bias, seed
        self.exact = self.probabilities @ self.signs
        self.label = int(self.labels(self.exact))
        self._off = self.signs - self.exact
        values, vectors = np.linalg.eigh((self._off.T * self.probabilities) @ self._off)
        self._spread = (vectors * np.sqrt(np.maximum(values, 0))).T
        self._normal_from = _NORMAL_SHOTS * self._third_moment() ** 2

    def labels(self, estimates: Array) -> NDArray[np.int64]:
        """Label of each ``(..., n)``; rounding errors don't decide a tie."""
        logits = estimates @ self.weight.T + self.bias
        return (logits >= logits.max(-1, keepdims=True) - _SAME).argmax(-1)

    def shares(self, shots: int) -> Array:
        """Share of `RUNS` runs that give each label."""
        random = np.random.default_rng([self.seed, shots])
        n_states = len(self.probabilities)
        if shots >= self._normal_from:
            normal = random.standard_normal((RUNS, len(self.exact)))
            estimates = self.exact + normal @ self._spread / math.sqrt(shots)
        elif 16 * shots <= n_states:
            states = random.choice(n_states, size=(RUNS, shots), p=self.probabilities)
            estimates = self.signs[states].sum(1) / shots
        else:
            counts = random.multinomial(shots, self.probabilities, size=RUNS)
            estimates = counts @ self.signs / shots
        return np.bincount(self.labels(estimates), minlength=len(self.bias)) / RUNS

    def stable_shots(self) -> int | None:
        """Double until the runs agree, then bisect."""
        low, high = 0, 1
        while not self._is_stable(high):
            if high == MAX_SHOTS:
                return None
            low, high = high, min(2 * high, MAX_SHOTS)
        while high - low > max(1, high // 20):
            middle = (low + high) // 2
            low, high = (low, middle) if self._is_stable(middle) else (middle, high)
        return high

    def _is_stable(self, shots: int) -> bool:
        return bool(self.shares(shots)[self.label] >= STABLE_SHARE)

    def _third_moment(self) -> float:
        """E|d - E d|**3 / sigma**3 of the label's lead d on each rival in one shot; the largest."""
        leads = self._off @ (self.weight[self.label] - self.weight).T
        variance = self.probabilities @ leads**2
        third = self.probabilities @ np.abs(leads) ** 3
        varies = variance > _SAME**2
        return float((third[varies] / variance[varies] ** 1.5).max(initial=0))

"""The circuit as a formula: a trigonometric polynomial of its encoding angles, without any gate.

While each angle x enters d times through a rotation about one axis, every <Z_k> is exactly a sum of
products of 1, cos x, sin x, ..., cos dx, sin dx, one factor for each angle (Schuld, Sweke and
Meyer, arXiv:2008.08605). The coefficients are found by running the circuit on a grid of
(2d + 1)**n angles.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch

from qbert_demo.circuit.plain import GateList
from qbert_demo.circuit.simulator import expectations
from qbert_demo.circuit.spec import CircuitSpec, Data
from qbert_demo.results import Array

MAX_TERMS = 60_000
"""A circuit with more terms is not written out."""
CHUNK = 2**23
"""Products that are worked on at a time."""
ZERO = 1e-12
"""Coefficients below this are rounding."""


@dataclass(frozen=True)
class Formula:
    """Sums of products of sines and cosines.

    Attributes:
        degree: d; 1 unless the data are encoded several times.
        coefficients: Shape ``(values, 2d + 1, ..., 2d + 1)`` with one axis an angle. Along an axis
            stand the coefficients of 1, cos x, sin x, cos 2x, sin 2x, and so on.
    """

    degree: int
    coefficients: Array

    @property
    def n_angles(self) -> int:
        """Number of angles."""
        return self.coefficients.ndim - 1

    @property
    def n_terms(self) -> int:
        """Products that there can be, the constant among them."""
        return int(self.coefficients[0].size)

    def combined(self, weight: Array, bias: Array) -> "Formula":
        """The formula of a linear layer on the values.

        Args:
            weight: Shape ``(outputs, values)``.
            bias: Shape ``(outputs,)``.
        """
        coefficients = np.tensordot(weight, self.coefficients, 1)
        coefficients.reshape(len(weight), -1)[:, 0] += bias
        return Formula(self.degree, coefficients)

    def centred(self) -> "Formula":
        """Each value less the mean of all: what is left is what decides between them."""
        return Formula(self.degree, self.coefficients - self.coefficients.mean(0))

    def order(self) -> Array:
        """Number of angles in each product, shape ``(2d + 1, ..., 2d + 1)``."""
        index = np.indices(self.coefficients.shape[1:])
        return (index > 0).sum(0)

    def share_by_order(self) -> tuple[float, ...]:
        """Share of the variance, over evenly spread angles, of products of 1, 2, ..., n angles.

        All zeros where nothing varies.
        """
        order = self.order()
        power = (self.coefficients**2).sum(0) / 2.0**order
        total = power[order > 0].sum()
        parts = [power[order == k].sum() for k in range(1, self.n_angles + 1)]
        return tuple(float(part / total) if total else 0.0 for part in parts)

    def up_to(self, order: int) -> "Formula":
        """Its products of at most so many angles, and the constant."""
        return Formula(self.degree, np.where(self.order() <= order, self.coefficients, 0))

    def growing(self, angles: Array, most: int) -> Iterator[Array]:
        """Values of the constant and the largest other products, by their number.

        A product is as large as its coefficients' root sum of squares over the values. Products
        that are nothing are left out.

        Args:
            angles: Radians, shape ``(batch, n_angles)``.
            most: Most products.

        Yields:
            Shape ``(batch, values)``, of 1, 2, ... products.
        """
        flat = self.coefficients.reshape(len(self.coefficients), -1)
        size = (flat[:, 1:] ** 2).sum(0)
        factors = [_factors(column, self.degree) for column in angles.T]
        total = np.broadcast_to(flat[:, 0], (len(angles), len(flat)))
        for term in 1 + np.argsort(-size, kind="stable")[: min(most, np.count_nonzero(size))]:
            index = np.unravel_index(term, self.coefficients.shape[1:])
            waves = [factor[:, i] for factor, i in zip(factors, index, strict=True)]
            total = total + np.outer(np.prod(waves, axis=0), flat[:, term])
            yield total

    def __call__(self, angles: Array) -> Array:
        """Evaluate it.

        Args:
            angles: Radians, shape ``(batch, n_angles)``.

        Returns:
            Shape ``(batch, values)``.
        """
        length = max(1, CHUNK // self.coefficients.size)
        if len(angles) > length:
            starts = range(0, len(angles), length)
            return np.concatenate([self(angles[start : start + length]) for start in starts])
        result = np.broadcast_to(self.coefficients, (len(angles), *self.coefficients.shape))
        for k in reversed(range(self.n_angles)):
            factors = _factors(angles[:, k], self.degree)
            result = np.einsum("b...f,bf->b...", result, factors)
        return result

    def text(self, value: int, write: Callable[[str, int, int], str] | None = None) -> str:
        """The sum of one value as plain text, largest product first, with six digits.

        Args:
            value: Which.
            write: Writes a factor from ``cos`` or ``sin``, its multiple, and the angle's index;
                as in ``cos(x0)`` if left out.
        """
        write = write or (lambda name, m, k: f"{name}({m if m > 1 else ''}x{k})")
        terms = []
        flat = self.coefficients[value]
        for index in sorted(product(*map(range, flat.shape)), key=lambda i: -abs(flat[i])):
            if abs(flat[index]) > ZERO:
                factors = [
                    write("sin" if f % 2 == 0 else "cos", (f + 1) // 2, k)
                    for k, f in enumerate(index)
                    if f
                ]
                terms.append((float(flat[index]), " ".join(factors)))
        words = [f"{'-' if c < 0 else '+'} {abs(c):.6g} {factors}".rstrip() for c, factors in terms]
        whole = " ".join(words) or "0"
        return f"-{whole[2:]}" if whole.startswith("- ") else whole.removeprefix("+ ")

    def latex(self, value: int) -> str:
        """The sum of one value for LaTeX."""
        return self.text(value, lambda name, m, k: rf"\{name} {m if m > 1 else ''}x_{{{k}}}")

    def numpy(self, value: int) -> str:
        """The sum of one value as a Python expression of ``x``, an array of angles."""

        def write(name: str, multiple: int, k: int) -> str:
            angle = f"{multiple} * x[{k}]" if multiple > 1 else f"x[{k}]"
            return f"* np.{name}({angle})"

        return self.text(value, write)


def formula_of(spec: CircuitSpec, weights: Array) -> Formula:
    """The formula of a circuit's expectation values.

    Args:
        spec: The circuit.
        weights: Trained angles in radians, shape ``spec.weight_shape``.

    Raises:
        ValueError: If it has more than `MAX_TERMS` terms.
    """
    trained = torch.as_tensor(weights, dtype=torch.float64)

    def run(angles: Array) -> Array:
        with torch.no_grad():
            return expectations(torch.from_numpy(angles), trained, spec).numpy()

    return fit(run, spec)


def fit(run: Callable[[Array], Array], circuit: GateList) -> Formula:
    """The formula of anything that is linear in the state after a circuit's gates.

    Args:
        run: From angles ``(batch, n_qubits)`` to values ``(batch, values)``.
        circuit: Tells how often each angle enters; each must enter about one axis.

    Raises:
        ValueError: If there are more than `MAX_TERMS` terms.
    """
    sources = [source for gate in circuit.gates for source in gate.sources]
    uses = [source.k for source in sources if isinstance(source, Data)]
    degree, n = max(map(uses.count, uses)), circuit.n_qubits
    width = 2 * degree + 1
    if width**n > MAX_TERMS:
        raise ValueError(
            f"The formula has {width**n:,} terms; up to {MAX_TERMS:,} are written out."
        )
    points = 2 * math.pi * np.arange(width) / width
    values = run(np.array(list(product(points, repeat=n))))
    coefficients = values.T.reshape(-1, *[width] * n)
    solve = np.linalg.inv(_factors(points, degree))
    for axis in range(1, n + 1):
        coefficients = np.moveaxis(np.tensordot(solve, coefficients, (1, axis)), 0, axis)
    return Formula(degree, np.where(np.abs(coefficients) > ZERO, coefficients, 0))


def _factors(angles: Array | Sequence[float], degree: int) -> Array:
    """1, cos x, sin x, cos 2x, ...: shape ``(len(angles), 2 * degree + 1)``."""
    multiples = np.multiply.outer(np.asarray(angles), np.arange(1, degree + 1))
    waves = np.stack([np.cos(multiples), np.sin(multiples)], -1).reshape(len(multiples), -1)
    return np.concatenate([np.ones((len(waves), 1)), waves], 1)

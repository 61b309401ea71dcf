"""Angles, entanglement and kernels, against what is known of them without our code."""

import numpy as np
import pytest
import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.circuit.plain import amplitudes
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import entangling, states_of
from qbert_demo.config import CHECKPOINTS
from qbert_demo.evaluation.angles import angle_facts
from qbert_demo.evaluation.kernels import alignment, fidelities, geometric_difference, rbf
from qbert_demo.evaluation.ladder import Embedded
from qbert_demo.model.heads import CircuitHead, angles_of

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("encoding", ["ry", "rz"])
@pytest.mark.parametrize("reupload", [False, True])
def test_states_are_those_of_the_gates_one_by_one(encoding: str, reupload: bool) -> None:
    spec = CircuitSpec(3, 2, encoding=encoding, reupload=reupload)
    angles, weights = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=spec.weight_shape)
    ours = amplitudes(torch.from_numpy(angles), torch.from_numpy(weights), spec).numpy()
    for state, row in zip(ours, angles, strict=True):
        other = states_of(spec.read(row, weights), 3)[-1]
        assert abs(np.vdot(state, other)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("state", "measure"),
    [
        ([1, 0, 0, 0, 0, 0, 0, 0], 0),
        ([1, 0, 0, 0, 0, 0, 0, 1], 1),
        ([0, 1, 1, 0, 1, 0, 0, 0], 8 / 9),
        ([1, 0, 0, 0, 0, 0, 1, 0], 2 / 3),
    ],
    ids=["product", "GHZ", "W", "Bell and one apart"],
)
def test_entanglement_of_states_in_textbooks(state: list[int], measure: float) -> None:
    amplitude = np.array([state], complex) / np.linalg.norm(state)
    assert entangling(amplitude, 3)[0] == pytest.approx(measure)


def test_the_kernel_of_ry_angles_is_a_product_of_cosines() -> None:
    spec = CircuitSpec(2, 1)
    angles = RANDOM.normal(size=(5, 2))
    weights = torch.from_numpy(RANDOM.normal(size=spec.weight_shape))
    kernel = fidelities(amplitudes(torch.from_numpy(angles), weights, spec).numpy())
    gaps = angles[:, None] - angles
    np.testing.assert_allclose(kernel, np.prod(np.cos(gaps / 2) ** 2, -1), atol=1e-12)


def test_alignment_is_one_for_the_labels_themselves_and_small_for_chance() -> None:
    labels = np.array([0, 1, 2] * 20)
    target = (labels[:, None] == labels).astype(float)
    assert alignment(target, labels) == pytest.approx(1)
    assert alignment(3 * target + 7, labels) == pytest.approx(1), "scale and offset do not matter"
    assert abs(alignment(rbf(RANDOM.normal(size=(60, 4))), labels)) < 0.15


def test_the_rbf_kernel_has_the_median_distance_as_its_width() -> None:
    kernel = rbf(np.array([[0.0], [1.0], [2.0]]))
    assert kernel[0, 1] == pytest.approx(np.exp(-1 / 2))
    assert rbf(np.zeros((4, 2))).tolist() == np.ones((4, 4)).tolist()


def test_the_geometric_difference_of_a_kernel_from_itself_and_from_a_stranger() -> None:
    """1 without regularization, which can only make it less; up to the root of n for a stranger."""
    n = 60
    same = rbf(RANDOM.normal(size=(n, 3)))
    assert 0.9 < geometric_difference(same, same) <= 1.0001
    assert geometric_difference(np.eye(n), np.eye(n)) == pytest.approx(1, abs=0.05)
    flat = 0.999 * np.ones((n, n)) + 0.001 * np.eye(n)
    assert geometric_difference(flat, np.eye(n)) > np.sqrt(n)
    assert geometric_difference(np.eye(n), flat) == pytest.approx(np.sqrt(n), rel=0.05)


def test_the_facts_of_a_shipped_head_follow_its_angles() -> None:
    model = open_checkpoint(CHECKPOINTS / "sst2-hybrid", Trust.OURS)
    head = model.model.classifier
    assert isinstance(head, CircuitHead)
    hidden = head.reduction.in_features
    pooled = torch.from_numpy(RANDOM.normal(size=(40, hidden))).float()
    rows = Embedded.of(head, pooled, np.arange(40) % 2)
    facts = angle_facts(head, rows)
    assert facts.spread == pytest.approx(tuple(rows.angles.std(0)))
    assert np.sum(facts.live) == angles_of(head).live
    assert np.array(facts.weights) == pytest.approx(head.middle.weights.detach().numpy())
    logits = head(pooled).logits.detach().numpy()
    r = np.corrcoef(rows.angles[:, 0], logits[:, 1] - logits[:, 0])[0, 1]
    assert facts.correlation[0][1] == pytest.approx(r, abs=1e-4)
    assert facts.random.low <= facts.random.middle <= facts.random.high
    assert facts.kernel.rows == 40
    assert 0 <= facts.kernel.ahead <= facts.kernel.seeds

"""Heads that learn on cached features: they repeat, stop, and take raw vectors in the end."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from qbert_demo.circuit import CircuitLayer
from qbert_demo.errors import InputError
from qbert_demo.model import heads
from qbert_demo.results import Epoch, HeadReport
from qbert_demo.training.learner import Cost, first_head
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.training.train_frozen import Features, FrozenLearner
from qbert_demo.training.train_heads import NOBODY, Listener, train_heads

HEADS = tuple(heads.HEADS)


def made_up(n: int, seed: int, n_labels: int = 2) -> Features:
    """Vectors around one centre a class, far from the origin and of unequal spread."""
    centres = np.random.default_rng(5).normal(size=(n_labels, 12)) * np.linspace(0.2, 6, 12)
    random = np.random.default_rng(seed)
    labels = random.integers(0, n_labels, n)
    vectors = 3 + centres[labels] + random.normal(size=(n, 12)) * np.linspace(0.1, 3, 12)
    return Features(torch.tensor(vectors, dtype=torch.float32), torch.tensor(labels))


TRAIN, HELD_OUT = made_up(160, 0), made_up(80, 1)


def trained(
    train: Features,
    held_out: Features,
    recipe: FrozenRecipe,
    listener: Listener = NOBODY,
    n_labels: int = 2,
) -> dict[str, tuple[HeadReport, nn.Module]]:
    """Report of every head, and the head itself, which takes raw vectors."""
    hidden = train.vectors.shape[1]

    def first(name: str) -> nn.Module:
        return first_head(name, hidden, n_labels, recipe)

    learners = [
        FrozenLearner(name, first(name), train, held_out, recipe, Cost(0.0, 0))
        for name in recipe.heads
    ]
    result = {}
    for name, report in train_heads(learners, recipe, listener).heads.items():
        head = first(name)
        tensors = {k.removeprefix("classifier."): v for k, v in report.tensors.items()}
        head.load_state_dict({key: torch.from_numpy(array) for key, array in tensors.items()})
        result[name] = report, head
    return result


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("n_labels", [2, 5])
def test_every_head_learns_and_is_right_on_raw_vectors(loss: str, n_labels: int) -> None:
    train, held_out = made_up(240, 0, n_labels), made_up(120, 1, n_labels)
    recipe = FrozenRecipe(HEADS, epochs=30, loss=loss, learning_rate=0.01)
    for name, (report, head) in trained(train, held_out, recipe, n_labels=n_labels).items():
        best = report.history[report.best_epoch - 1]
        assert best.accuracy > 0.85, name
        assert best.accuracy == max(epoch.accuracy for epoch in report.history)
        with torch.no_grad():
            again = head(held_out.vectors).logits.argmax(1)
        assert again.tolist() == report.predicted.tolist()
        assert report.accuracy.value == pytest.approx(best.accuracy, abs=1e-6)


def test_the_norm_of_a_circuits_gradient_leaves_dead_angles_out() -> None:
    recipe = FrozenRecipe(("hybrid",), n_qubits=4, n_layers=2)
    head = first_head("hybrid", TRAIN.vectors.shape[1], 2, recipe)
    circuit = next(m for m in head.modules() if isinstance(m, CircuitLayer))
    circuit.weights.register_hook(torch.ones_like)
    learner = FrozenLearner("hybrid", head, TRAIN, HELD_OUT, recipe, Cost(0.0, 0))
    step = learner.learn(torch.arange(8))
    assert step.gradients["circuit"] == pytest.approx(20**0.5)


def test_a_feature_that_does_not_vary_while_learning_has_no_say_afterwards() -> None:
    def with_still(features: Features, scale: float) -> Features:
        still = 0.3 + scale * torch.randn(len(features.labels), 2, generator=torch.Generator())
        return Features(torch.cat([features.vectors, still], 1), features.labels)

    recipe = FrozenRecipe(HEADS, epochs=20, learning_rate=0.01)
    for name, (report, head) in trained(
        with_still(TRAIN, 1e-7), with_still(HELD_OUT, 0.05), recipe
    ).items():
        assert max(float(p.detach().abs().max()) for p in head.parameters()) < 10, name
        assert report.history[report.best_epoch - 1].accuracy > 0.85, name


def test_rows_that_are_all_the_same_teach_nothing_and_break_nothing() -> None:
    same = Features(TRAIN.vectors[:1].expand(20, -1), TRAIN.labels[:20])
    for _, head in trained(same, HELD_OUT, FrozenRecipe(HEADS, epochs=5)).values():
        assert head(HELD_OUT.vectors).logits.isfinite().all()
        assert max(float(p.detach().abs().max()) for p in head.parameters()) < 10


def test_the_same_seed_repeats_every_curve_whoever_else_learns() -> None:
    def curves(*names: str, seed: int = 3) -> dict[str, list[float]]:
        reports = trained(TRAIN, HELD_OUT, FrozenRecipe(names, epochs=3, seed=seed))
        return {name: [e.held_out_loss for e in r.history] for name, (r, _) in reports.items()}

    together, alone = curves(*HEADS), curves("hybrid")
    assert curves(*HEADS) == together
    assert alone["hybrid"] == together["hybrid"]
    assert curves("hybrid", seed=4) != alone


def test_every_epoch_tells_gradients_angles_and_values() -> None:
    told: list[Epoch] = []
    trained(TRAIN, HELD_OUT, FrozenRecipe(HEADS, epochs=2), Listener(passed=told.append))
    assert [(e.epoch, e.head) for e in told] == [(k, h) for k in (1, 2) for h in HEADS]
    classical, hybrid, control = told[:3]
    assert set(hybrid.gradients) == {"circuit", "classical"}
    assert set(control.gradients) == set(classical.gradients) == {"classical"}
    assert min(*hybrid.gradients.values(), *classical.gradients.values()) > 0
    assert hybrid.angles.shape == (24,)
    assert not np.array_equal(hybrid.angles, told[4].angles)
    assert hybrid.values.shape == control.values.shape == (4, 4)
    assert np.abs(hybrid.values).max() <= 1
    assert classical.values.size == classical.angles.size == control.angles.size == 0
    for epoch in told:
        assert epoch.confusion.sum(1).tolist() == np.bincount(HELD_OUT.labels).tolist()
        assert epoch.confusion.trace() / len(HELD_OUT.labels) == pytest.approx(epoch.accuracy)


def test_the_circuits_gradient_is_the_mean_norm_of_its_steps() -> None:
    """With one batch an epoch and no step, it is the norm of one gradient."""
    told: list[Epoch] = []
    still = FrozenRecipe(
        ("hybrid",), epochs=1, batch_size=160, learning_rate=0.0, circuit_learning_rate=0.0
    )
    _, head = trained(TRAIN, HELD_OUT, still, Listener(passed=told.append))["hybrid"]
    loss = torch.nn.functional.cross_entropy(head(TRAIN.vectors).logits, TRAIN.labels)
    weights = [p for n, p in head.named_parameters() if n.startswith("middle.")]
    (gradient,) = torch.autograd.grad(loss, weights)
    assert told[0].gradients["circuit"] == pytest.approx(float(gradient.norm()), rel=1e-3)
    assert told[0].loss == pytest.approx(float(loss.detach()), rel=1e-4)


def test_a_stop_ends_the_run_at_once_and_keeps_the_best() -> None:
    told: list[Epoch] = []
    recipe = FrozenRecipe(HEADS, epochs=100)
    listener = Listener(passed=told.append, stopped=lambda: len(told) >= 7)
    reports = trained(TRAIN, HELD_OUT, recipe, listener)
    assert len(told) == 7
    assert {name: len(report.history) for name, (report, _) in reports.items()} == {
        "classical": 3,
        "hybrid": 2,
        "control": 2,
    }
    report, head = reports["classical"]
    loss = torch.nn.functional.cross_entropy(head(HELD_OUT.vectors).logits, HELD_OUT.labels)
    best = report.history[report.best_epoch - 1]
    assert float(loss.detach()) == pytest.approx(best.held_out_loss, rel=1e-3)


def test_a_head_that_is_stopped_in_its_first_pass_is_kept_as_it_was_then() -> None:
    asked: list[bool] = []

    def stopped() -> bool:
        asked.append(len(asked) >= 5)
        return asked[-1]

    recipe = FrozenRecipe(HEADS, epochs=2)
    reports = trained(TRAIN, HELD_OUT, recipe, Listener(stopped=stopped))
    untouched = trained(TRAIN, HELD_OUT, recipe, Listener(stopped=lambda: True))
    assert list(reports) == list(untouched) == list(HEADS)
    for name, (report, head) in reports.items():
        assert (report.best_epoch, report.history) == (0, ())
        assert head(HELD_OUT.vectors).logits.isfinite().all()
        first = untouched[name][0].tensors["classifier.output.weight"]
        has_learnt = not np.array_equal(report.tensors["classifier.output.weight"], first)
        assert has_learnt == (name == HEADS[0])


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"heads": ()}, "Choose heads"),
        ({"heads": ("hybrid", "hybrid")}, "each once"),
        ({"heads": ("quantum",)}, "classical, hybrid, control"),
        ({"epochs": 0}, "epochs must be a whole number from 1 to 100, not 0"),
        ({"epochs": True}, "whole number"),
        ({"n_qubits": 9}, "n_qubits must be a whole number from 1 to 8"),
        ({"n_qubits": "4"}, "whole number"),
        ({"learning_rate": float("nan")}, "learning_rate must be a number from 0 to 1"),
        ({"loss": "hinge"}, "cross_entropy, mse"),
        ({"encoding": "u3"}, "encoding must be one of"),
        ({"ansatz": "mine"}, "ansatz must be one of"),
        ({"reupload": 1}, "reupload must be true or false"),
        ({"seed": -1}, "seed must be a whole number from 0 to 2,147,483,648, not -1"),
        (
            {"seed": 2**31 + 1},
            r"seed must be a whole number from 0 to 2,147,483,648, not 2\d{9}",
        ),
        ({"seed": 10**400}, "seed must be a whole number from 0 to 2,147,483,648, not 10{39}[.]$"),
        ({"weight_decay": 10**400}, "weight_decay must be a number from 0 to 1, not 10"),
    ],
)
def test_bad_settings_are_refused_with_the_rule_and_the_value(
    bad: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        FrozenRecipe(**bad)

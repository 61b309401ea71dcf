"""Training end to end, with the real encoder on a few rows: curves, stops, checkpoints, caps."""

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from qbert_demo.checkpoints.card import card_of
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.data.choice import Material
from qbert_demo.data.rows import Rows
from qbert_demo.errors import InputError
from qbert_demo.results import Epoch, QuickReport
from qbert_demo.training.estimate import Pace, estimate, representative
from qbert_demo.training.fine_tune import TrainingRun, fine_tune
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from qbert_demo.training.train_heads import Listener
from qbert_demo.training.train_lora import LoraLearner
from qbert_demo.training.trained_head import adopt, fresh_classifier, write_head

THINGS = ("the film", "this soup", "her garden", "our song", "that play", "his coat")
TEXTS = {0: ("I love", "what a joy is"), 1: ("I hate", "how dull is")}


def rows(things: tuple[str, ...]) -> Rows:
    made = [(f"{w} {t}", k) for t in things for k, words in TEXTS.items() for w in words]
    texts, labels = zip(*made, strict=True)
    return Rows(texts, labels, "made-up rows", ("good", "bad"))


MATERIAL = Material(rows(THINGS[:4]), rows(THINGS[4:]))
RECIPE = LoraRecipe(n_qubits=2, epochs=1, batch_size=4, adapter_rank=2, learning_rate=2e-3)


@pytest.fixture(scope="module")
def finished() -> tuple[QuickReport, list[Epoch], list[tuple[int, int]]]:
    told: list[Epoch] = []
    steps: list[tuple[int, int]] = []
    listener = Listener(moved=lambda *step: steps.append(step), passed=told.append)
    report = fine_tune(MATERIAL, RECIPE, listener)
    return report, told, steps


def test_heads_learn_one_after_another_and_tell_their_way(
    finished: tuple[QuickReport, list[Epoch], list[tuple[int, int]]],
) -> None:
    report, told, steps = finished
    assert steps == [(k + 1, 8) for k in range(8)]
    assert [epoch.epoch for epoch in told] == pytest.approx([0.25, 0.5, 0.75, 1] * 2)
    assert set(told[0].gradients) == {"classical", "adapters"}
    assert set(told[4].gradients) == {"classical", "adapters", "circuit"}
    assert all(norm > 0 for epoch in told for norm in epoch.gradients.values())
    for name, head in report.heads.items():
        assert list(head.history) == [epoch for epoch in told if epoch.head == name]
        best = head.history[head.best_epoch - 1]
        assert best.accuracy == max(epoch.accuracy for epoch in head.history)
        assert head.accuracy.value == pytest.approx(best.accuracy)
        assert head.accuracy.value == pytest.approx(
            np.mean(head.predicted == np.array(MATERIAL.held_out.labels))
        )
        updates = [a for key, a in head.tensors.items() if key.startswith("adapter.")]
        assert len(updates) == 72
        assert {a.dtype for a in updates} == {np.dtype(np.float16)}
        assert head.trained == sum(a.size for a in head.tensors.values())
    hybrid = report.heads["hybrid"].history
    assert hybrid[0].values.shape == (4, 2)
    assert not np.array_equal(hybrid[0].values, hybrid[-1].values)
    assert not np.array_equal(hybrid[0].angles, hybrid[-1].angles)


def test_an_encoder_that_learns_attends_by_plain_products_and_the_one_it_came_from_does_not() -> (
    None
):
    base = fresh_classifier()
    learner = LoraLearner("classical", base, MATERIAL, RECIPE)
    merged, _ = learner.merged()
    assert learner._model.bert.config._attn_implementation == "eager"
    assert base.model.bert.config._attn_implementation == "sdpa"
    assert merged.model.bert.config._attn_implementation == "sdpa"


def test_the_same_seed_gives_the_same_curve_and_another_does_not(
    finished: tuple[QuickReport, list[Epoch], list[tuple[int, int]]],
) -> None:
    def curve(seed: int) -> list[tuple[float, float]]:
        told: list[Epoch] = []
        torch.manual_seed(time.monotonic_ns() % 1000)
        recipe = replace(RECIPE, heads=("hybrid",), seed=seed)
        fine_tune(MATERIAL, recipe, Listener(passed=told.append))
        return [(epoch.loss, epoch.held_out_loss) for epoch in told]

    before = [(e.loss, e.held_out_loss) for e in finished[0].heads["hybrid"].history]
    assert curve(0) == before, "alone or after another head, the curve is the same"
    assert curve(1) != before


@pytest.mark.parametrize("name", RECIPE.heads)
def test_the_checkpoint_and_the_adopted_head_answer_as_was_told(
    finished: tuple[QuickReport, list[Epoch], list[tuple[int, int]]], name: str, tmp_path: Path
) -> None:
    head = finished[0].heads[name]
    best = head.history[head.best_epoch - 1]
    base = fresh_classifier()
    untouched = base.model.bert.encoder.layer[0].attention.self.query.weight.clone()
    facts = write_head(head, MATERIAL, RECIPE, tmp_path / "mine")
    written = json.loads((tmp_path / "mine" / "training.json").read_text())
    assert json.loads(json.dumps(facts)) == written
    assert not facts["frozen_encoder"]
    assert facts["best_epoch"] == best.epoch
    card = (tmp_path / "mine" / "README.md").read_text()
    assert "end to end with LoRA" in card
    assert "| origin | `made-up rows` |" in card
    assert "| `seed` | `0` |" in card
    pushed = card_of(tmp_path / "mine", "me/mine")
    assert "end to end with LoRA" in pushed
    assert "me/mine" in pushed
    ids = [t.ids for t in base.tokenize(MATERIAL.held_out.texts)]
    truth = torch.tensor(MATERIAL.held_out.labels)
    adopted = adopt(base, head, MATERIAL, RECIPE)
    for classifier in (adopted, open_checkpoint(tmp_path / "mine", Trust.OURS)):
        logits = torch.from_numpy(classifier.logits(ids))
        assert logits.argmax(1).tolist() == head.predicted.tolist()
        loss = float(torch.nn.functional.cross_entropy(logits, truth))
        assert loss == pytest.approx(best.held_out_loss, rel=1e-4)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "mine")
    with torch.no_grad():
        logits = model(torch.tensor([ids[0]])).logits
    assert int(logits.argmax()) == head.predicted[0]
    assert torch.equal(base.model.bert.encoder.layer[0].attention.self.query.weight, untouched)
    assert adopted.model.bert.embeddings is base.model.bert.embeddings


def test_a_stop_keeps_the_best_so_far_which_had_been_told() -> None:
    told: list[Epoch] = []
    reports: list[QuickReport] = []
    listener = Listener(passed=told.append, improved=reports.append, stopped=lambda: len(told) == 5)
    report = fine_tune(MATERIAL, RECIPE, listener)
    assert len(told) == 5
    assert list(report.heads) == ["classical", "hybrid"]
    assert report.heads["classical"].history == tuple(told[:4])
    assert report.heads["hybrid"].best_epoch == 1
    assert list(reports[0].heads) == ["classical"]
    for name, head in reports[-1].heads.items():
        for key, tensor in head.tensors.items():
            np.testing.assert_array_equal(tensor, report.heads[name].tensors[key])
    assert fine_tune(MATERIAL, RECIPE, Listener(stopped=lambda: True)).heads == {}


def test_squared_error_is_another_loss() -> None:
    told: list[Epoch] = []
    recipe = replace(RECIPE, heads=("classical",), loss="mse", batch_size=16)
    fine_tune(MATERIAL, recipe, Listener(passed=told.append))
    (only,) = told
    assert 0 < only.loss < 0.5
    assert 0 < only.held_out_loss < 0.5


def test_every_head_and_epoch_takes_its_steps_and_looks() -> None:
    pace = Pace(setup=1, step=0.5, look=2)
    assert pace.seconds(33, LoraRecipe(epochs=3)) == 2 * (1 + 3 * (3 * 0.5 + 3 * 2))
    assert pace.seconds(33, LoraRecipe(("hybrid",), epochs=1)) == 1 + 3 * 0.5 + 3 * 2
    assert pace.seconds(320, LoraRecipe(("hybrid",), epochs=2)) == 1 + 2 * (20 * 0.5 + 4 * 2)


def test_an_estimate_is_measured_on_the_run_itself() -> None:
    told = estimate(MATERIAL, replace(RECIPE, epochs=2))
    assert (told.heads, told.epochs, told.rows) == (2, 2, 16)
    assert 4 < told.tokens < 9
    start = time.perf_counter()
    fine_tune(MATERIAL, RECIPE)
    took = time.perf_counter() - start
    assert took / 8 < told.seconds / 2 < 8 * took, "within 1.5 on a quiet machine"


def test_the_measured_batches_are_of_middling_sizes() -> None:
    lengths = torch.tensor([5 + k % 90 for k in range(300)])
    recipe = LoraRecipe(batch_size=10)
    chosen = representative(lengths, recipe)
    assert [len(batch) for batch in chosen] == [10] * 3
    assert len(torch.cat(chosen).unique()) == 30
    longest = [int(lengths[batch].max()) for batch in chosen]
    assert longest[1] < longest[0] < longest[2]
    assert 40 < longest[0] < 70
    assert 35 < np.mean(longest) < 75
    (only,) = representative(lengths[:7], recipe)
    assert sorted(only.tolist()) == list(range(7))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"epochs": 11}, "epochs must be a whole number from 1 to 10"),
        ({"batch_size": 64}, "batch_size must be a whole number from 2 to 32"),
        ({"adapter_rank": 0}, "adapter_rank must be a whole number from 1 to 32"),
        ({"learning_rate": 0.1}, "learning_rate must be a number from 0 to 0.01"),
        ({"head_learning_rate": float("nan")}, "head_learning_rate must be a number from 0 to 0.1"),
        ({"n_qubits": 9}, "n_qubits must be a whole number from 1 to 8"),
        ({"heads": ()}, "Choose heads"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        LoraRecipe(**bad)


@pytest.mark.parametrize(
    ("train", "held_out", "words"),
    [
        (1001, 10, "at most 1,000 rows to train on are accepted, not 1,001"),
        (10, 501, "at most 500 rows held out"),
    ],
)
def test_more_rows_than_end_to_end_may_take_are_refused(
    train: int, held_out: int, words: str
) -> None:
    def many(n: int) -> Rows:
        return Rows(tuple(f"row {k}" for k in range(n)), (0,) * n, "many", ("a", "b"))

    material = Material(many(train), many(held_out))
    with pytest.raises(InputError, match=words):
        TrainingRun(material, LoraRecipe()).seconds()
    assert TrainingRun(material, FrozenRecipe()).seconds() == 300
    assert TrainingRun(MATERIAL, LoraRecipe()).seconds() == 900

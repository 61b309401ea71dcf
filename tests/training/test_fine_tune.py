"""A whole run in seconds, with the real encoder: from texts to checkpoints that others can load."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, pipeline

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.data.choice import DataChoice, Material
from qbert_demo.data.rows import Rows
from qbert_demo.model.heads import HEADS
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Epoch, QuickReport
from qbert_demo.training import train_heads
from qbert_demo.training.fine_tune import fine_tune
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.training.train_heads import Listener
from qbert_demo.training.trained_head import write_head

LABELS = ("angry", "calm", "glad")
WORDS = (
    ("I am furious about", "how dare they ruin", "I hate"),
    ("there is nothing to say about", "quietly we wait for", "slowly and gently comes"),
    ("what a joy is", "I am so happy about", "wonderful,"),
)
THINGS = ("the train", "our garden", "this meeting", "the soup", "her letter", "the weather")


def rows(things: tuple[str, ...]) -> Rows:
    made = [(f"{w} {t}", k) for k, words in enumerate(WORDS) for w in words for t in things]
    texts, labels = zip(*made, strict=True)
    return Rows(texts, labels, "made-up rows", LABELS, ("a note",))


CHOSEN = DataChoice(None, rows=36, held_out=18, balanced=False, seed=9)
MATERIAL = Material(rows(THINGS[:4]), rows(THINGS[4:]), CHOSEN)
RECIPE = FrozenRecipe(tuple(HEADS), n_qubits=3, epochs=25, reupload=True)


@pytest.fixture(scope="module")
def finished() -> tuple[QuickReport, list[Epoch]]:
    told: list[Epoch] = []
    return fine_tune(MATERIAL, RECIPE, Listener(passed=told.append)), told


def test_every_head_is_judged_and_tells_its_way(
    finished: tuple[QuickReport, list[Epoch]],
) -> None:
    report, told = finished
    assert list(report.heads) == list(RECIPE.heads)
    assert set(report.seconds) == {"embed", "train"}
    for name, head in report.heads.items():
        assert head.accuracy.value > 0.7, name
        assert head.accuracy.n == len(head.predicted) == 18
        assert list(head.history) == [epoch for epoch in told if epoch.head == name]
        best = head.history[head.best_epoch - 1]
        assert head.accuracy.value == pytest.approx(best.accuracy, abs=1e-6)
        assert head.seconds > 0
        assert head.milliseconds > 0
        assert head.parameters > 22_000_000 > 2000 > head.trained


@pytest.mark.parametrize("name", RECIPE.heads)
def test_the_checkpoint_loads_everywhere_and_predicts_the_same(
    finished: tuple[QuickReport, list[Epoch]], name: str, tmp_path: Path
) -> None:
    head = finished[0].heads[name]
    write_head(head, MATERIAL, RECIPE, tmp_path / "mine")
    classifier = open_checkpoint(tmp_path / "mine", Trust.OURS)
    ids = [t.ids for t in classifier.tokenize(MATERIAL.held_out.texts)]
    np.testing.assert_array_equal(classifier.logits(ids).argmax(1), head.predicted)
    assert classifier.model.config.spec() == RECIPE.spec()
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "mine")
    with torch.no_grad():
        logits = model(torch.tensor([ids[0]])).logits
    assert int(logits.argmax()) == head.predicted[0]
    (answer,) = pipeline("text-classification", model=str(tmp_path / "mine"))(
        MATERIAL.held_out.texts[0]
    )
    assert answer["label"] == LABELS[head.predicted[0]]


def test_the_card_and_the_facts_say_what_was_done(
    finished: tuple[QuickReport, list[Epoch]], tmp_path: Path
) -> None:
    head = finished[0].heads["hybrid"]
    told = write_head(head, MATERIAL, RECIPE, tmp_path)
    facts = json.loads((tmp_path / "training.json").read_text())
    assert facts == json.loads(json.dumps(told))
    assert facts["recipe"]["epochs"] == 25
    assert facts["data"]["train_rows"] == 36
    assert facts["data"]["notes"] == ["a note"]
    assert facts["data"]["chosen"]["seed"] == 9
    assert len(facts["history"]) == 25
    card = (tmp_path / "README.md").read_text()
    assert f"{head.accuracy.value:.4f}" in card
    assert "| origin | `made-up rows` |" in card
    assert "| `seed` | `0` |" in card
    assert "| seed of the choice | `9` |" in card
    assert "3 qubits and 2 layers" in card
    assert "re-uploaded" in card


def test_embedding_is_told_and_a_stop_leaves_checkpoints_of_the_best_so_far(
    tmp_path: Path,
) -> None:
    embedded: list[tuple[int, int]] = []
    told: list[Epoch] = []
    kept: list[QuickReport] = []
    listener = Listener(
        embedded=lambda done, total: embedded.append((done, total)),
        passed=told.append,
        improved=kept.append,
        stopped=lambda: len(told) >= 4,
    )
    report = fine_tune(MATERIAL, RECIPE, listener)
    assert [list(early.heads) for early in kept[:3]] == [list(RECIPE.heads)[:k] for k in (1, 2, 3)]
    for head in kept[2].heads.values():
        assert (head.best_epoch, len(head.history)) == (1, 1)
    assert embedded[-1] == (54, 54)
    assert [head.best_epoch for head in report.heads.values()].count(0) == 0
    assert len(told) == 4
    write_head(report.heads["control"], MATERIAL, RECIPE, tmp_path / "control")
    assert open_checkpoint(tmp_path / "control", Trust.OURS).labels == LABELS


def test_a_race_that_goes_on_is_reported_now_and_then_and_not_timed_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(train_heads, "KEPT_SECONDS", 0)
    told: list[Epoch] = []
    kept: list[QuickReport] = []

    def stopped() -> bool:
        monkeypatch.setattr(LoadedModel, "answer", None)
        return len(told) >= 12

    listener = Listener(passed=told.append, improved=kept.append, stopped=stopped)
    report = fine_tune(MATERIAL, RECIPE, listener)
    assert len(kept) == 12
    for name, head in report.heads.items():
        early = kept[-1].heads[name]
        assert early.history == head.history == tuple(e for e in told if e.head == name)
        assert early.best_epoch == head.best_epoch
        assert early.milliseconds == head.milliseconds > 0
        np.testing.assert_array_equal(early.predicted, head.predicted)
        for key, tensor in head.tensors.items():
            np.testing.assert_array_equal(early.tensors[key], tensor)

"""A task is judged: from labelled rows and checkpoints to what is printed."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors.numpy import load_file, save_file
from sklearn.metrics import log_loss

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.cli import main
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import SST2
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.judgement import formula_facts, judge, read_judgement
from qbert_demo.evaluation.ladder import Embedded, climb
from qbert_demo.evaluation.scores import halved, score
from qbert_demo.model.heads import CircuitHead
from qbert_demo.results import Judgement

GOOD = ("lovely", "superb", "charming", "delightful", "brilliant", "moving", "joyful", "gripping")
BAD = ("awful", "dull", "tedious", "lifeless", "clumsy", "dreadful", "boring", "lazy")
THINGS = ("film", "story", "cast")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("datasets")
    folder = root / SST2.repo_id / "data"
    folder.mkdir(parents=True)
    for split, form in (("validation", "a {} {}"), ("train", "this {1} is {0}")):
        found = [
            (form.format(word, thing), label)
            for label, words in enumerate((BAD, GOOD))
            for word in words
            for thing in THINGS
        ]
        columns = {
            "idx": list(range(len(found))),
            "sentence": [text for text, _ in found],
            "label": [label for _, label in found],
        }
        Dataset.from_dict(columns).to_parquet(folder / f"{split}-00000-of-00001.parquet")
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped hybrid, twice the shipped classical, and the second with its labels swapped."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name in ("hybrid", "classical"):
        shutil.copytree(CHECKPOINTS / f"sst2-{name}", folder / f"sst2-{name}")
    shutil.copytree(CHECKPOINTS / "sst2-classical", folder / "sst2-control")
    weights = folder / "sst2-control" / "model.safetensors"
    tensors = load_file(weights)
    for name in ("classifier.output.weight", "classifier.output.bias"):
        tensors[name] = tensors[name][::-1].copy()
    save_file(tensors, weights)
    return folder


@pytest.fixture(scope="module")
def judgement(folder: Path, rows: Path) -> Judgement:
    return judge(SST2, folder, rows)


def test_what_is_kept_is_read_again(judgement: Judgement, folder: Path) -> None:
    assert read_judgement("sst2", folder) == judgement
    said = load_file(folder / "judgements" / "sst2.safetensors")
    assert {name: (p.shape, p.dtype) for name, p in said.items()} == {
        head: ((48, 2), np.float16) for head in ("hybrid", "control", "classical")
    }
    assert [model.head for model in judgement.models] == ["classical", "hybrid", "control"]
    assert (judgement.rows, judgement.fitted_on) == (48, 48)


def test_swapped_labels_are_found_significantly_worse(judgement: Judgement) -> None:
    pairs = {(test.a, test.b): test for test in judgement.pairs}
    assert pairs["hybrid", "control"].differs
    assert pairs["hybrid", "control"].difference.value > 0.8
    assert pairs["control", "classical"].difference.value < -0.8
    assert not pairs["hybrid", "classical"].differs


def test_the_command_prints_it(
    judgement: Judgement, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", "--task", "sst2", "--checkpoints", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"task", "rows", "models", "pairs", "ladder", "formula"} <= told.keys()
    classical = judgement.models[0].accuracy
    assert told["models"]["classical"]["accuracy"] == classical.value
    assert told["models"]["classical"]["accuracy_ci95"] == [classical.low, classical.high]
    worse = next(p for p in told["pairs"] if (p["a"], p["b"]) == ("hybrid", "control"))
    assert worse["verdict"].startswith("The hybrid is better than the control on 48 texts")
    assert worse["mcnemar_p"] < 1e-6
    assert told["ladder"][0]["rung"] == "as trained"
    assert told["ladder"][0]["accuracy"] == judgement.models[1].accuracy.value
    assert told["formula"]["n_terms"] == 81
    assert sum(told["formula"]["share_by_order"]) == pytest.approx(1)
    behaviour = {family["family"]: family for family in told["behaviour"]}
    classical = behaviour["double negation"]["models"]["classical"]
    assert (behaviour["double negation"]["texts"], classical["failures"]) == (24, 24)
    assert classical["failure_rate_ci95"][0] < classical["failure_rate"] == 1
    assert len(told["angles"]["spread"]) == 4
    assert main(["judge", "--task", "sst2", "--checkpoints", str(folder)]) == 0
    words = capsys.readouterr().out
    assert "No difference between hybrid and classical can be shown" in words
    assert "24 of 24" in words
    assert "geometric difference" in words


def test_a_judgement_of_before_reads_without_what_came_later(tmp_path: Path) -> None:
    old = json.loads((CHECKPOINTS / "judgements" / "sst2.json").read_text("utf-8"))
    for later in ("angles", "head_milliseconds"):
        del old[later]
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "sst2.json").write_text(json.dumps(old))
    found = read_judgement("sst2", tmp_path)
    assert (found.angles, found.head_milliseconds, found.behaviour) == (None, {}, ())
    assert found.models == read_judgement("sst2").models


@pytest.mark.parametrize("content", [None, "{", '{"task": "sst2"}'])
def test_what_is_missing_or_damaged_is_said(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "judgements").mkdir()
        (tmp_path / "judgements" / "sst2.json").write_text(content)
    with pytest.raises(CheckpointError, match="--measure" if content is None else "is damaged"):
        read_judgement("sst2", tmp_path)
    assert main(["judge", "--checkpoints", str(tmp_path)]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def head() -> CircuitHead:
    model = open_checkpoint(CHECKPOINTS / "sst2-hybrid", Trust.OURS)
    assert isinstance(model.model.classifier, CircuitHead)
    return model.model.classifier


def embedded(n: int, seed: int) -> Embedded:
    """Angles near those of texts, whose class is the sign of the first."""
    rng = np.random.default_rng(seed)
    angles = rng.normal(0, 0.7, (n, 4))
    return Embedded(rng.normal(size=(n, 20)), angles, (angles[:, 0] > 0).astype(int))


def test_a_circuit_whose_cnots_do_nothing_has_equal_rungs(head: CircuitHead) -> None:
    """CNOTs leave a wire of controls in |0> alone: without angles, only the targets' Z matter."""
    rows, other = embedded(150, 0), embedded(150, 1)
    still = Embedded(rows.pooled, np.zeros_like(rows.angles), rows.labels)
    kept = head.middle.weights.detach().clone()
    try:
        head.middle.weights.data.zero_()
        rungs = {rung.name: rung for rung in climb(head, still, other)}
    finally:
        head.middle.weights.data.copy_(kept)
    assert rungs["as trained"].as_trained == rungs["CNOTs removed"].as_trained
    rungs = {rung.name: rung for rung in climb(head, rows, other)}
    assert rungs["as trained"].as_trained != rungs["CNOTs removed"].as_trained


def test_the_ladder_agrees_with_the_head_and_with_noise_of_none(head: CircuitHead) -> None:
    rows, other = embedded(200, 2), embedded(200, 3)
    logits = head.output(head.middle(torch.from_numpy(rows.angles).float()))
    right = (logits.argmax(1).numpy() == rows.labels).mean()
    rungs = {rung.name: rung for rung in climb(head, rows, other)}
    whole = rungs["as trained"].as_trained
    assert whole is not None
    assert whole.value == pytest.approx(right, abs=0.011)
    assert rungs["10,000 shots"].as_trained.value == pytest.approx(whole.value, abs=0.05)
    mixed = rungs["angles shuffled between texts"]
    assert mixed.seeds == 20
    assert mixed.fitted is None
    drawn = rungs["trained angles replaced by random ones"]
    assert drawn.spread[0][0] <= drawn.as_trained.value <= drawn.spread[0][1]


def test_all_products_agree_with_the_circuit_and_fewer_do_not(head: CircuitHead) -> None:
    rows = embedded(300, 4)
    facts = formula_facts(head, rows.angles, rows.labels)
    assert facts is not None
    assert facts.kept == tuple(range(1, len(facts.agreement) + 1))
    assert facts.agreement[0] < facts.agreement[-1] == 1
    whole = head.output(head.middle(torch.from_numpy(rows.angles).float())).argmax(1).numpy()
    assert facts.right[-1] == pytest.approx((whole == rows.labels).mean(), abs=0.011)


def test_scores_by_a_worked_example() -> None:
    said = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.35, 0.65], [0.35, 0.65]])
    found = score("hybrid", said, np.array([0, 0, 1, 1, 0]), 1.0)
    assert found.accuracy.value == 0.8
    assert found.confusion == ((2, 1), (0, 2))
    assert [(round(b.said, 2), round(b.right, 3), b.n) for b in found.reliability] == [
        (0.65, 0.667, 3),
        (0.95, 1.0, 2),
    ]
    assert found.ece == pytest.approx((3 * (2 / 3 - 0.65) + 2 * 0.05) / 5)
    assert found.log_loss == pytest.approx(log_loss([0, 0, 1, 1, 0], said))


def test_half_precision_keeps_each_answer() -> None:
    close = np.array([[0.06354, 0.46822, 0.46824], [0.46824, 0.46822, 0.06354]])
    assert close.astype(np.float16).argmax(1).tolist() == [1, 0]
    kept = halved(close)
    assert kept.argmax(1).tolist() == [2, 0]
    np.testing.assert_allclose(kept, close, atol=1e-3)

"""What is shipped says the same everywhere: judgements, checkpoints and the README's table."""

import json
from collections import Counter

import pytest
import torch
from safetensors.numpy import load_file

from qbert_demo.checkpoints.behaviour import limits_words
from qbert_demo.checkpoints.card import read_facts
from qbert_demo.checkpoints.runs import read_runs
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.examples import EXAMPLES
from qbert_demo.evaluation import attribution
from qbert_demo.evaluation.attribution import LARGEST_GAP, explain
from qbert_demo.evaluation.judged_rows import digest
from qbert_demo.evaluation.judgement import FOLDER, read_judgement
from qbert_demo.model.differentiable import DifferentiableModel
from qbert_demo.model.heads import HEADS
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.service import Explorer
from tests.test_project import ROOT

JUDGED = sorted(path.stem for path in (CHECKPOINTS / FOLDER).glob("*.json"))


def test_every_task_with_checkpoints_is_judged() -> None:
    shipped = {path.name.rpartition("-")[0] for path in CHECKPOINTS.glob("*-*")}
    assert set(JUDGED) == shipped


@pytest.mark.parametrize("task", JUDGED)
def test_a_judgement_is_of_the_shipped_checkpoints(task: str) -> None:
    judgement = read_judgement(task)
    readme = (ROOT / "README.md").read_text("utf-8")
    said = load_file(CHECKPOINTS / FOLDER / f"{task}.safetensors")
    for model in judgement.models:
        facts = json.loads((CHECKPOINTS / f"{task}-{model.head}" / "training.json").read_text())
        told = facts["scores"][judgement.split]["accuracy"]
        assert model.accuracy.value == pytest.approx(told["value"])
        assert model.accuracy.n == told["n"] == judgement.rows
        assert f"| {model.head} | {model.accuracy.value:.4f} |" in readme
        given = Counter(said[model.head].argmax(1).tolist())
        columns = [sum(row[k] for row in model.confusion) for k in range(len(model.confusion))]
        assert [given[k] for k in range(len(columns))] == columns


@pytest.mark.parametrize("task", JUDGED)
def test_a_judgement_names_rows_and_weights_and_has_every_run_that_is_kept(
    task: str,
) -> None:
    judgement, runs = read_judgement(task), read_runs(task, CHECKPOINTS)
    assert len(judgement.rows_sha256) == 64
    for head, found in judgement.weights_sha256.items():
        assert found == digest(CHECKPOINTS / f"{task}-{head}"), (
            f"run `judge --task {task} --measure`"
        )
    assert {*judgement.weights_sha256} == {model.head for model in judgement.models}
    told = {
        (head, run.seed): score.value
        for run in judgement.seeds
        for head, score in run.accuracy.items()
    }
    if runs is None:
        assert told == {}
        return
    assert runs.rows_sha256 == judgement.rows_sha256, f"run `judge --task {task} --seeds`"
    assert told == {(run.head, run.seed): pytest.approx(run.accuracy) for run in runs.runs}
    for model in judgement.models:
        recipe = read_facts(CHECKPOINTS / f"{task}-{model.head}")["recipe"]
        assert judgement.seeded(model.head)[recipe["seed"]] == model.accuracy.value


def test_the_limits_tell_how_the_models_behave() -> None:
    limits = " ".join((ROOT / "README.md").read_text("utf-8").partition("## Limits")[2].split())
    for task in JUDGED:
        judgement = read_judgement(task)
        heads = [model.head for model in judgement.models]
        swaps = [family for family in judgement.behaviour if family.is_swap]
        n = sum(len(family.cases) for family in swaps)
        counts = [sum(family.failures(head) for family in swaps) for head in heads]
        assert f"in {counts[0]}, {counts[1]} and {counts[2]}" in limits
        assert f"of {n} texts" in limits
        for head in heads:
            card = (CHECKPOINTS / f"{task}-{head}" / "README.md").read_text("utf-8")
            assert limits_words(judgement.behaviour, head) in " ".join(card.split())
    families = {family.name: family for family in read_judgement("sst2").behaviour}
    one, two, three = (families["double negation"].failures(h) for h in heads)
    assert f"classical {one}, hybrid {two} and control {three} of 24 texts" in limits
    one, two, three = (families["questions"].failures(h) for h in heads)
    assert f"{one}, {two} and {three} of 24" in limits
    (low, least), *_, (high, most) = families["gender"].by_word("hybrid").items()
    assert f"“{low}” is {100 * least:.0f} % positive where “{high}” is {100 * most:.0f} %" in limits


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("task", JUDGED)
def test_few_steps_make_the_gap_small_on_the_examples_of_each_shipped_model(
    task: str, head: str
) -> None:
    classifier = Explorer.start([task]).classifier(task, head)
    for example in EXAMPLES[task]:
        found = explain(classifier, head, example.text)
        assert found.logit.gap <= LARGEST_GAP * abs(found.logit.value - found.logit.base)
        assert found.steps <= 60, example.text


@pytest.mark.slow
def test_where_rounding_leaves_a_gap_the_gradients_are_computed_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attribution, "has_bf16", lambda device: True)
    monkeypatch.setattr(attribution, "ROUGH_STEPS", 0)
    dtypes: list[torch.dtype] = []
    lay_out = DifferentiableModel.__init__

    def laid_out(
        self: DifferentiableModel, model: LoadedModel, dtype: torch.dtype = torch.float32
    ) -> None:
        dtypes.append(dtype)
        lay_out(self, model, dtype)

    monkeypatch.setattr(DifferentiableModel, "__init__", laid_out)
    classifier = Explorer.start(["sst2"]).classifier("sst2", "classical")
    for example in EXAMPLES["sst2"]:
        found = explain(classifier, "classical", example.text)
        assert found.logit.gap <= LARGEST_GAP * abs(found.logit.value - found.logit.base)
    assert {*dtypes} == {torch.bfloat16, torch.float32}

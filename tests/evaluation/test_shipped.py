"""What is shipped says the same everywhere: judgements, checkpoints and the README's table."""

import json
from collections import Counter

import pytest
from safetensors.numpy import load_file

from qbert_demo.config import CHECKPOINTS
from qbert_demo.evaluation.judgement import FOLDER, read_judgement
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

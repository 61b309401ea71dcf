"""``evaluate --checkpoint``: one JSON object, and the predictions that it was made from."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from sklearn.metrics import accuracy_score, confusion_matrix

from qbert_demo.cli import main
from qbert_demo.config import CHECKPOINTS
from tests import models
from tests.hub import Hub

HYBRID = str(CHECKPOINTS / "sst2-hybrid")
KEYS = ["checkpoint", "dataset", "split", "rows", "accuracy", "accuracy_ci95", "macro_f1"]
KEYS += ["macro_recall", "log_loss", "ece", "confusion_matrix", "texts_per_second"]
KEYS += ["predictions_file"]
ROWS = """text,label
A warm and funny film,positive
A delight from start to end,positive
Moving and superb,positive
Tedious and clumsy,positive
Dull and lifeless,negative
A waste of time,negative
A complete bore,negative
Awful acting,negative
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "own.csv"
    path.write_text(ROWS)
    return path


def evaluate(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["evaluate", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_object_with_the_scores_of_what_is_written(
    capsys: pytest.CaptureFixture[str], own: Path
) -> None:
    model = own.parent / "models" / "mine"
    shutil.copytree(HYBRID, model)
    report = evaluate(capsys, "--checkpoint", str(model), "--dataset", str(own), "--split", "test")
    assert list(report) == KEYS
    assert (report["checkpoint"], report["dataset"]) == (str(model), str(own))
    assert (report["split"], report["rows"]) == ("test", 8)
    written = Path(str(report["predictions_file"]))
    assert written.parent == model.parent
    said = load_file(written)
    probabilities, truth = said["probabilities"], said["labels"]
    assert probabilities.dtype == np.float16
    assert truth.tolist() == [1] * 4 + [0] * 4
    predicted = probabilities.argmax(1)
    assert report["accuracy"] == accuracy_score(truth, predicted) == 7 / 8
    assert report["confusion_matrix"] == confusion_matrix(truth, predicted).tolist()
    assert report["log_loss"] == pytest.approx(
        -np.log(probabilities[range(8), truth].astype(float)).mean(), 1e-2
    )


def test_a_sample_and_a_place_for_the_predictions(
    capsys: pytest.CaptureFixture[str], own: Path
) -> None:
    file = own.parent / "new" / "said.safetensors"
    arguments = ["--checkpoint", HYBRID, "--dataset", str(own), "--rows", "5"]
    report = evaluate(capsys, *arguments, "--output", str(file))
    assert (report["rows"], report["predictions_file"]) == (5, str(file))
    assert load_file(file)["probabilities"].shape == (5, 2)


def test_anybodys_model_is_scored_and_said_to_be_unknown(
    capsys: pytest.CaptureFixture[str], hub: Hub, own: Path
) -> None:
    folder = own.parent / "model"
    models.plain_bert(folder, ("NEGATIVE", "POSITIVE"))
    hub.add("model", "org/moods", folder)
    assert main(["evaluate", "--checkpoint", "org/moods", "--dataset", str(own), "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["checkpoint"].startswith("org/moods @ ")
    assert (own.parent / report["predictions_file"]).is_file()
    assert "What org/moods was trained on is not known here" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--checkpoint", HYBRID], "--dataset"),
        (["--checkpoint", HYBRID, "--dataset", "nothing"], "neither a file"),
        (["--checkpoint", HYBRID, "--dataset", "own.csv", "--rows", "0"], "at least 1"),
        (["--checkpoint", HYBRID, "--dataset", "own.csv", "--task", "sst2"], "--task"),
        (["--checkpoint", HYBRID, "--dataset", "own.csv", "--output", "/dev/null/x"], "written"),
        (["--checkpoint", "/nowhere", "--dataset", "own.csv"], "There is no folder"),
        (["--dataset", "own.csv"], "without --checkpoint: --dataset"),
        (["--checkpoint", str(CHECKPOINTS / "ag_news-hybrid"), "--dataset", "own.csv"], "none of"),
    ],
)
def test_a_mistake_is_one_sentence(
    capsys: pytest.CaptureFixture[str], own: Path, arguments: list[str], message: str
) -> None:
    assert main(["evaluate", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("qbert_demo: ")
    assert message in captured.err

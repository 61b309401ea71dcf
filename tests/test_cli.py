import json
from pathlib import Path

import pytest
from datasets import Dataset

from qbert_demo.cli import main
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import SST2
from tests import models
from tests.data.repositories import NAME, PAIRS
from tests.hub import Hub
from tests.hub.fixtures import TOKEN

TEXT = "A warm, funny and beautifully acted film."


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(arguments) == 0
    return json.loads(capsys.readouterr().out)


def test_predict_prints_every_model_of_the_task(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "predict", TEXT, "--task", "sst2")
    assert set(answer) == {"task", "text", "models"}
    assert (answer["task"], answer["text"]) == ("sst2", TEXT)
    models = answer["models"]
    assert isinstance(models, dict)
    assert set(models) == {"classical", "hybrid", "control"}
    for name, model in models.items():
        assert {"label", "probabilities", "milliseconds", "source"} <= set(model)
        assert model["label"] == "positive"
        assert model["milliseconds"] == pytest.approx(sum(model["milliseconds_in"].values()), 0.01)
        assert sum(model["probabilities"].values()) == pytest.approx(1)
        assert ("expectation_values" in model) == (name == "hybrid")
    assert len(models["hybrid"]["angles"]) == len(models["hybrid"]["expectation_values"]) == 4


def test_circuit_as_json_has_a_step_after_every_gate(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "circuit", TEXT, "--format", "json")
    gates, steps = answer["gates"], answer["steps"]
    assert isinstance(gates, list)
    assert isinstance(steps, list)
    assert answer["n_qubits"] == 4
    assert [gate["name"] for gate in gates] == ["RY"] * 4 + (["Rot"] * 4 + ["CNOT"] * 4) * 2
    assert len(steps) == len(gates)
    measured = [z for _, _, z in steps[-1]["bloch"]]
    assert measured == pytest.approx(answer["expectation_values"], abs=1e-5)
    assert sum(steps[-1]["probabilities"]) == pytest.approx(1)
    assert len(steps[-1]["entropies"]) == 4


@pytest.mark.parametrize(
    ("kind", "word"),
    [("text", "q0: "), ("pennylane", "qml.Rot("), ("qasm3", "OPENQASM 3.0;"), ("qasm2", "2.0;")],
)
def test_circuit_in_other_languages(
    capsys: pytest.CaptureFixture[str], kind: str, word: str
) -> None:
    assert main(["circuit", TEXT, "--format", kind]) == 0
    assert word in capsys.readouterr().out


def test_predict_with_one_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(CHECKPOINTS / "ag_news-hybrid")
    answer = run(capsys, "predict", "Rates rise again", "--checkpoint", folder)
    models = answer["models"]
    assert isinstance(models, dict)
    assert list(models) == ["hybrid"]
    assert set(models["hybrid"]["probabilities"]) == {"World", "Sports", "Business", "Sci/Tech"}


def test_predict_with_anybodys_model_on_the_hub(
    capsys: pytest.CaptureFixture[str], hub: Hub, tmp_path: Path
) -> None:
    models.plain_bert(tmp_path, ("tea", "coffee"))
    hub.add("model", "org/drinks", tmp_path, private=True)
    hub.tag("model", "org/drinks", "v1")
    arguments = ["predict", TEXT, "--checkpoint", "org/drinks@v1"]
    assert main(arguments) == 2
    assert "The Hub has no org/drinks, or it is private" in capsys.readouterr().err
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HF_TOKEN", TOKEN)
        answer = run(capsys, *arguments)["models"]
    assert isinstance(answer, dict)
    assert set(answer["classical"]["probabilities"]) == {"tea", "coffee"}
    sha = hub.commits("model", "org/drinks")[-1]
    assert answer["classical"]["source"] == f"org/drinks @ {sha[:7]}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "  "], "Type a sentence"),
        (["predict", TEXT, "--checkpoint", "/nowhere"], "There is no folder"),
        (["predict", TEXT, "--checkpoint", "org/name@main"], "org/name is no local folder"),
        (["evaluate", "--checkpoints", "/nowhere"], "no checkpoint of sst2"),
        (["evaluate", "--datasets-dir", "/nowhere"], "--datasets-dir"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("qbert_demo: ")
    assert message in captured.err
    assert "Traceback" not in captured.err


def test_evaluate_prints_a_table_with_intervals(
    capsys: pytest.CaptureFixture[str], tiny_sst2: Path
) -> None:
    assert main(["evaluate", "--task", "sst2", "--datasets-dir", str(tiny_sst2)]) == 0
    out = capsys.readouterr().out
    for name in ("classical", "hybrid", "control"):
        assert f"| {name} | 1.0000 | 0." in out
    assert "hybrid minus classical: 0.00 points" in out
    assert "exact McNemar p = 1 after Holm" in out
    assert "validation split, 4 texts" in out


@pytest.fixture
def tiny_sst2(tmp_path: Path) -> Path:
    folder = tmp_path / SST2.repo_id / "data"
    folder.mkdir(parents=True)
    texts = [TEXT, "A delight.", "Dull and lifeless.", "A complete waste of time."]
    rows = {"idx": [0, 1, 2, 3], "sentence": texts, "label": [1, 1, 0, 0]}
    Dataset.from_dict(rows).to_parquet(folder / "validation-00000-of-00001.parquet")
    return tmp_path


def test_any_dataset_of_the_hub_can_be_named(
    hub: Hub, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sha = hub.add("dataset", NAME, {"train.parquet": PAIRS}, private=True)
    command = ["train", "--frozen-encoder", "--head", "linear", "--output", str(tmp_path / "head")]
    small = ["--rows", "20", "--held-out", "10", "--epochs", "1", "--json"]
    assert main([*command, "--dataset", f"{NAME}@{sha}", *small]) == 2
    assert "it is private" in capsys.readouterr().err
    hub.add("dataset", NAME, {})
    assert main([*command, "--dataset", NAME, *small]) == 2
    assert "Choose the column of the text: “premise”" in capsys.readouterr().err
    facts = run(capsys, *command, "--dataset", NAME, "--text-column", "premise", *small)
    assert (facts["rows"], facts["held_out_rows"]) == (20, 10)
    assert NAME in (tmp_path / "head" / "training.json").read_text()


def test_a_file_is_trained_on_by_the_columns_that_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    rows = "".join(f"title {i},{i % 3},summary {i},{('glad', 'sad')[i % 2]}\n" for i in range(40))
    file.write_text(f"text,label,summary,polarity\n{rows}a title,1,no polarity,\n")
    head = tmp_path / "head"
    command = ["train", "--frozen-encoder", "--head", "linear", "--output", str(head)]
    command += ["--epochs", "1", "--dataset", str(file)]
    named = [*command, "--text-column", "summary", "--label-column", "polarity"]
    facts = run(capsys, *named, "--json")
    assert json.loads((head / "config.json").read_text())["id2label"] == {"0": "glad", "1": "sad"}
    note = "One row (line 42) without a label left out."
    assert facts["notes"] == [note]
    assert main(named) == 0
    assert note in capsys.readouterr().out.splitlines()
    for options, words in (
        (["--text-column", "body"], "There is no column “body”. The columns are “text”, “label”"),
        (["--split", "test"], "no meaning with a file: --split"),
        (["--config", "en"], "no meaning with a file: --config"),
    ):
        assert main([*command, *options]) == 2
        assert words in capsys.readouterr().err

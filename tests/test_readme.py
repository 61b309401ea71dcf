"""What the README tells people to type does what it says."""

import ast
import json
import re
import runpy
import shlex
import sys
from collections.abc import Iterator

import pytest

from qbert_demo.checkpoints.registry import read_registry
from qbert_demo.checkpoints.runs import spreads_in
from qbert_demo.circuit import CircuitSpec
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import find_task
from qbert_demo.model.heads import HEADS, angles_in
from tests.serving import ROOT, served_app

README = (ROOT / "README.md").read_text(encoding="utf-8")
LABELS = {"sst2": {"negative", "positive"}, "ag_news": {"World", "Sports", "Business", "Sci/Tech"}}
PREDICTIONS = re.findall(r"^\S+/python -m qbert_demo (predict .*)", README, re.MULTILINE)
COMMANDS = sorted(set(re.findall(r"-m qbert_demo (\w+)", README)))
SHIPPED = [entry.folder for entry in read_registry(CHECKPOINTS)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served_app() as url:
        yield url


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_table_tells_what_the_checkpoint_scored(name: str) -> None:
    facts = json.loads((CHECKPOINTS / name / "training.json").read_text(encoding="utf-8"))
    ((split, scores),) = facts["scores"].items()
    score, sizes, task = scores["accuracy"], facts["parameters"], find_task(facts["task"])
    also = task.measured(scores)
    spreads = spreads_in(task.key, CHECKPOINTS)
    seeds = f"| {spreads.get(facts['name'], 'one seed')} " if spreads else ""
    row = (
        f"| {facts['name']} | {score['value']:.4f} | {score['low']:.4f} to {score['high']:.4f} "
        f"{seeds}"
        f"{f'| {also[1]:.4f} ' if also else ''}| {sizes['total']:,} | {sizes['head']:,} |"
    )
    table = README.partition(f"{task.repo_id}, {split} split")[2].partition("**")[0]
    assert row in table
    if HEADS[facts["name"]].has_circuit:
        recipe = facts["recipe"]
        spec = CircuitSpec(recipe["n_qubits"], recipe["n_layers"], ansatz=recipe["ansatz"])
        assert f"- {facts['name']}: {angles_in(spec)}\n" in table


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


@pytest.mark.slow
def test_the_api_example_prints_both_models(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _run_block("compare_batch", "http://127.0.0.1:7860", address)
    *models, values, labels, warnings = [
        line for line in capsys.readouterr().out.splitlines() if "{" in line or line.startswith("[")
    ]
    for line, head in zip(models, ("classical", "hybrid"), strict=True):
        named, label, probabilities = line.split(" ", 2)
        assert named == head
        assert ast.literal_eval(probabilities).keys() == LABELS["sst2"]
        assert label in LABELS["sst2"]
    assert all(-1 <= value <= 1 for value in ast.literal_eval(values))
    assert ast.literal_eval(labels) == ["negative", "positive"]
    assert all(isinstance(warning, str) for warning in ast.literal_eval(warnings))


@pytest.mark.slow
def test_the_training_example_tells_every_epoch(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _run_block("fine_tune", "http://127.0.0.1:7860", address)
    lines = map(str.split, capsys.readouterr().out.splitlines())
    epochs = [line for line in lines if line[0] in HEADS]
    told = [(head, float(epoch)) for head, epoch, share in epochs if 0 <= float(share) <= 1]
    assert told == [(head, n) for n in range(1, 6) for head in ("classical", "hybrid")]


def test_the_pipeline_example_classifies(capsys: pytest.CaptureFixture[str]) -> None:
    _run_block("transformers")
    (answer,) = ast.literal_eval(capsys.readouterr().out)
    assert answer["label"] == "positive"
    assert 0.5 < answer["score"] <= 1


@pytest.mark.parametrize("line", PREDICTIONS)
def test_the_command_line_examples_print_json(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _command(monkeypatch, *shlex.split(line)) == 0
    answer = json.loads(capsys.readouterr().out)
    for model in answer["models"].values():
        assert set(model["probabilities"]) == LABELS["ag_news" if "ag_news" in line else "sst2"]
        assert model["label"] == max(model["probabilities"], key=model["probabilities"].get)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _command(monkeypatch, command, "--help") == 0
    assert f"-m qbert_demo {command}" in capsys.readouterr().out


def _run_block(word: str, written: str = "", meant: str = "") -> None:
    """Run the README's Python example that holds a word, another address put in."""
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (code,) = (block for block in blocks if word in block)
    assert written in code
    exec(compile(code.replace(written, meant), "README.md", "exec"), {})


def _command(monkeypatch: pytest.MonkeyPatch, *words: str) -> object:
    """Run ``python -m qbert_demo`` in this process and return its exit status."""
    monkeypatch.setattr(sys, "argv", ["qbert_demo", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("qbert_demo", run_name="__main__")
    return ended.value.code

"""End to end on a made-up task: the real command, a real encoder, two hundred sentences."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset
from safetensors.torch import load_file, save_file

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.cli import main
from qbert_demo.data.catalogue import SST2
from qbert_demo.model.heads import HEADS
from qbert_demo.training import loop, train_task
from qbert_demo.training.loop import SECONDS, STATE

pytestmark = pytest.mark.slow

GOOD = ["wonderful", "moving", "funny", "a delight", "superb"]
BAD = ["dreadful", "boring", "clumsy", "a mess", "awful"]
THINGS = ["film", "story", "cast", "script", "score", "ending", "plot", "hero"]


def make_split(n: int, seed: int) -> Dataset:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n).tolist()
    texts = [
        f"the {random.choice(THINGS)} number {i} is {random.choice(GOOD if label else BAD)} "
        for i, label in enumerate(labels)
    ]
    return Dataset.from_dict({"idx": list(range(n)), "sentence": texts, "label": labels})


@pytest.fixture(scope="module")
def datasets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hub")
    folder = root / SST2.repo_id / "data"
    folder.mkdir(parents=True)
    make_split(150, 0).to_parquet(folder / "train-00000-of-00001.parquet")
    make_split(40, 1).to_parquet(folder / "validation-00000-of-00001.parquet")
    return root


def command(datasets_dir: Path, output: Path, head: str, *more: str) -> list[str]:
    return [
        *("train", "--task", "sst2", "--head", head, "--output", str(output)),
        *("--datasets-dir", str(datasets_dir), "--device", "cpu", "--batch-size", "8"),
        *("--held-out", "20", "--held-out-words", "0", "--learning-rate", "0.002"),
        *("--head-learning-rate", "0.02", "--label-smoothing", "0", "--adapter-rank", "4"),
        *("--no-bf16", *more),
    ]


def test_all_heads_learn_and_write_the_same_kind_of_folder(
    datasets_dir: Path, tmp_path: Path
) -> None:
    steps = set()
    for head in (entry.kind for entry in HEADS.values()):
        output = tmp_path / head
        assert main(command(datasets_dir, output, head, "--epochs", "3")) == 0
        facts = json.loads((output / "training.json").read_text())
        assert facts["scores"]["validation"]["accuracy"]["value"] >= 0.9
        assert facts["data"]["held_out_rows"] == 20
        assert facts["recipe"]["seed"] == 0
        steps.add(facts["steps"])
        card = (output / "README.md").read_text()
        assert f"{facts['scores']['validation']['accuracy']['value']:.4f}" in card
        assert not list(tmp_path.glob(".*"))
        classifier = open_checkpoint(output, Trust.OURS)
        ids = [t.ids for t in classifier.tokenize(["the film is superb", "the film is awful"])]
        assert classifier.logits(ids).argmax(1).tolist() == [1, 0]
    assert len(steps) == 1


def run_in_background(arguments: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "qbert_demo", *arguments], env=os.environ)


def test_a_killed_run_resumes_and_ends_where_it_would_have(
    datasets_dir: Path, tmp_path: Path
) -> None:
    more = ("--epochs", "2", "--evaluations", "3")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert main(command(datasets_dir, whole, "circuit", *more)) == 0
    process = run_in_background(command(datasets_dir, killed, "circuit", *more))
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".killed.run/checkpoint-*/trainer_state.json")):
        assert time.monotonic() < deadline, "no state was saved"
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not killed.exists()
    for state in tmp_path.glob(f".killed.run/checkpoint-*/{STATE}"):
        save_file(load_file(state), state, {SECONDS: "1000"})
    assert main(command(datasets_dir, killed, "circuit", *more)) == 0
    assert 1000 < json.loads((killed / "training.json").read_text())["seconds"] < 1120
    first, second = (
        open_checkpoint(folder, Trust.OURS).model.tensors() for folder in (whole, killed)
    )
    for name, tensor in first.items():
        np.testing.assert_allclose(second[name], tensor, atol=2e-3, err_msg=name)


def test_the_last_state_stays_until_a_run_is_scored(
    datasets_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accuracies = iter((0.9, 0.8))
    monkeypatch.setattr(loop, "_held_out_scores", lambda _: {"accuracy": next(accuracies)})

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train_task, "measure", interrupt)
    with pytest.raises(KeyboardInterrupt):
        main(command(datasets_dir, tmp_path / "cut", "linear", "--epochs", "1"))
    assert {state.name for state in tmp_path.glob(".cut.run/checkpoint-*")} == {
        "checkpoint-9",
        "checkpoint-17",
    }


def test_two_processes_train_one_model(datasets_dir: Path, tmp_path: Path) -> None:
    output = tmp_path / "pair"
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    launch += ["--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no"]
    launch += ["--dynamo_backend", "no", "--main_process_port", "0"]
    arguments = command(datasets_dir, output, "circuit", "--epochs", "2")
    subprocess.run([*launch, "-m", "qbert_demo", *arguments], check=True, timeout=300)
    facts = json.loads((output / "training.json").read_text())
    assert facts["processes"] == 2
    assert facts["steps"] == 2 * 17


def test_early_stopping_keeps_the_best_state(datasets_dir: Path, tmp_path: Path) -> None:
    output = tmp_path / "early"
    more = ("--epochs", "50", "--patience", "2", "--evaluations", "1")
    assert main(command(datasets_dir, output, "linear", *more)) == 0
    facts = json.loads((output / "training.json").read_text())
    assert facts["steps"] < 50 * 17
    assert facts["best_held_out_accuracy"] >= 0.9


def test_missing_rows_are_said_on_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(tmp_path, tmp_path / "out", "linear")) == 2
    error = capsys.readouterr().err
    assert error.startswith("qbert_demo: stanfordnlp/sst2, split train, could not be loaded")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [2_000, 300_000, 1_200_000])
def test_a_full_disk_is_said_in_a_sentence(
    datasets_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        assert main(command(datasets_dir, tmp_path / "out", "linear", "--epochs", "0.2")) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert f"{tmp_path / 'out'} cannot be written: there is no room" in capsys.readouterr().err


def test_the_notebooks_preset_trains_a_head_on_a_frozen_encoder(
    datasets_dir: Path, tmp_path: Path
) -> None:
    output = tmp_path / "sst2-hybrid"
    words = ("train", "--task", "sst2", "--head", "circuit", "--preset", "notebook-2024")
    where = ("--output", str(output), "--datasets-dir", str(datasets_dir), "--device", "cpu")
    assert main([*words, *where, "--epochs", "1", "--held-out", "0", "--no-bf16"]) == 0
    facts = json.loads((output / "training.json").read_text())
    assert facts["recipe"]["head_learning_rate"] == 0.001
    assert facts["parameters"]["trained"] == facts["parameters"]["head"]
    assert facts["parameters"]["dead"] == 0
    assert " as it came, and a variational" in (output / "README.md").read_text()
    config = open_checkpoint(output, Trust.OURS).model.config
    assert (config.adapter_rank, config.ansatz, config.encoding) == (0, "brick", "h_ry")

"""A small teacher: it learns, goes on exactly where it was stopped, and its logits are strict."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from safetensors import safe_open
from safetensors.torch import save_file

from qbert_demo.cli import main
from qbert_demo.data.catalogue import SST2
from qbert_demo.data.catalogue_rows import read_local
from qbert_demo.data.rows import Rows, fingerprint
from qbert_demo.errors import BackboneError, DataError
from qbert_demo.training import teacher as engine
from qbert_demo.training.soft_labels import read_soft_labels, write_soft_labels
from qbert_demo.training.teacher import (
    Place,
    TeacherRecipe,
    TokenTable,
    batches,
    fine_tune,
    load_teacher,
    logits_of,
)
from qbert_demo.training.teacher_state import TeacherState
from tests.models import encoder

WORDS = (("awful", "boring", "clumsy"), ("moving", "funny", "superb"))
CPU = Place("cpu", bf16=False)


def made_up(n: int) -> Rows:
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, n).tolist()
    texts = [
        f"the {random.choice(['film', 'cast', 'plot'])} {'so ' * random.integers(0, 6)}"
        f"{random.choice(WORDS[label])} in scene {k}"
        for k, label in enumerate(labels)
    ]
    return Rows(tuple(texts), tuple(labels), "made up")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("teacher")
    encoder(path)
    return str(path)


def trained(
    folder: str, rows: Rows, recipe: TeacherRecipe, state: Path, told: Callable[..., None]
) -> engine.Teacher:
    teacher, tokenizer, _ = load_teacher(folder, 2, recipe)
    state.mkdir(exist_ok=True)
    table = TokenTable(rows.texts, tokenizer, 32)
    fine_tune(teacher, table, rows.labels, recipe, TeacherState(state), CPU, told)
    return teacher


def test_an_interrupted_training_ends_with_the_weights_of_an_uninterrupted_one(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SAVE_EVERY", 7)
    monkeypatch.setattr(engine, "TOLD_EVERY", 1)
    rows, recipe = made_up(64), TeacherRecipe(epochs=3, batch_size=8, learning_rate=1e-3)
    whole = trained(folder, rows, recipe, tmp_path / "whole", lambda *_: None)

    def stop(step: int, total: int, loss: float) -> None:
        assert total == 24
        if step == 17:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(folder, rows, recipe, tmp_path / "cut", stop)
    steps = []
    resumed = trained(
        folder, rows, recipe, tmp_path / "cut", lambda step, total, loss: steps.append(step)
    )
    assert steps[0] == 15
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], tensor, rtol=0, atol=0)


def test_it_learns_and_leaves_the_embeddings_alone(folder: str, tmp_path: Path) -> None:
    rows, recipe = made_up(200), TeacherRecipe(epochs=6, batch_size=8, learning_rate=3e-3)
    before, tokenizer, origin = load_teacher(folder, 2, recipe)
    after = trained(folder, rows, recipe, tmp_path / "run", lambda *_: None)
    for name, tensor in before.state_dict().items():
        stands_still = name.startswith(("encoder.embeddings.", "encoder.pooler."))
        assert torch.equal(after.state_dict()[name], tensor) == stands_still, name
    logits = logits_of(after, TokenTable(rows.texts, tokenizer, 32), CPU)
    assert (logits.argmax(1).numpy() == np.array(rows.labels)).mean() > 0.95
    assert len(origin["sha256"]) == 64


def test_logits_stand_in_the_order_of_the_rows_whatever_their_lengths(folder: str) -> None:
    rows = made_up(150)
    teacher, tokenizer, _ = load_teacher(folder, 2, TeacherRecipe())
    together = logits_of(teacher, TokenTable(rows.texts, tokenizer, 32), CPU)
    for k in (0, 77, 149):
        alone = logits_of(teacher, TokenTable(rows.texts[k : k + 1], tokenizer, 32), CPU)
        torch.testing.assert_close(together[k], alone[0], rtol=1e-4, atol=1e-5)


def test_batches_hold_every_row_once_and_like_lengths() -> None:
    lengths = np.random.default_rng(0).integers(3, 60, 640)
    cut = batches(lengths, 16, np.random.default_rng(1))
    assert sorted(np.concatenate(cut).tolist()) == list(range(640))
    assert np.mean([np.ptp(lengths[batch]) for batch in cut]) < 3
    assert [lengths[batch].max() for batch in cut] != sorted(lengths[batch].max() for batch in cut)


def test_a_hub_id_is_read_at_the_revision_behind_it(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    asked = []

    def look(source: str, **options: Any) -> None:
        asked.append((source, options.get("revision")))
        raise OSError

    monkeypatch.setattr(engine.AutoModel, "from_pretrained", look)
    for source in (f"org/name@{'a' * 40}", "org/name", folder):
        with pytest.raises(BackboneError, match="no encoder"):
            load_teacher(source, 2, TeacherRecipe())
    assert asked == [("org/name", "a" * 40), ("org/name", None), (folder, None)]


def test_what_is_no_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="no encoder"):
        load_teacher(str(tmp_path), 2, TeacherRecipe())


def test_soft_labels_are_refused_with_any_other_rows(tmp_path: Path) -> None:
    rows, path = made_up(6), tmp_path / "task.safetensors"
    logits = torch.randn(6, 2)
    write_soft_labels(path, logits, rows, {"task": "made up"})
    read = read_soft_labels(path, rows, 2)
    torch.testing.assert_close(read.logits, logits, rtol=1e-3, atol=1e-3)
    assert read.facts == {"task": "made up", "rows_sha256": fingerprint(rows)}

    swapped = rows.take([1, 0, 2, 3, 4, 5])
    relabelled = Rows(rows.texts, (1 - rows.labels[0], *rows.labels[1:]), rows.origin)
    for other in (swapped, relabelled):
        with pytest.raises(DataError, match="are of other rows"):
            read_soft_labels(path, other, 2)
    with pytest.raises(DataError, match="have shape"):
        read_soft_labels(path, rows.take([0, 1]), 2)
    with pytest.raises(DataError, match="have shape"):
        read_soft_labels(path, rows, 3)


def test_damaged_or_missing_soft_labels_are_refused(tmp_path: Path) -> None:
    rows, path = made_up(3), tmp_path / "task.safetensors"
    with pytest.raises(DataError, match=r"no soft labels.*--teacher"):
        read_soft_labels(path, rows, 2)
    path.write_bytes(b"damaged")
    with pytest.raises(DataError, match="cannot be read"):
        read_soft_labels(path, rows, 2)
    save_file({"logits": torch.zeros(3, 2)}, path)
    with pytest.raises(DataError, match="cannot be read"):
        read_soft_labels(path, rows, 2)
    write_soft_labels(path, torch.full((3, 2), torch.inf), rows, {})
    with pytest.raises(DataError, match="NaN or infinity"):
        read_soft_labels(path, rows, 2)


@pytest.fixture(scope="module")
def datasets_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hub")
    data = root / SST2.repo_id / "data"
    data.mkdir(parents=True)
    for split, n in (("train", 120), ("validation", 30)):
        rows = made_up(n)
        table = Dataset.from_dict({"sentence": list(rows.texts), "label": list(rows.labels)})
        table.to_parquet(data / f"{split}-00000-of-00001.parquet")
    return root


@pytest.mark.slow
def test_the_command_writes_soft_labels_and_a_head_learns_from_them(
    folder: str, datasets_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soft, output = tmp_path / "sst2.safetensors", tmp_path / "sst2-classical"
    shared = ("--task", "sst2", "--datasets-dir", str(datasets_dir), "--device", "cpu")
    held = ("--held-out", "20", "--held-out-words", "0", "--leak-words", "0", "--no-bf16")
    teach = ("train", *shared, *held, "--teacher", folder, "--output", str(soft), "--epochs", "2")
    assert main([*teach, "--batch-size", "10", "--json"]) == 0
    told = capsys.readouterr().out
    assert "held_out accuracy" in told
    rows = read_local(SST2, "train", datasets_dir)
    with safe_open(soft, framework="pt") as stream:
        facts: dict[str, Any] = json.loads(stream.metadata()["facts"])
        assert stream.get_tensor("logits").dtype == torch.float16
    assert facts["rows_sha256"] == fingerprint(rows)
    assert facts["data"]["train_rows"] == 100
    assert facts["steps"] == 2 * 100 / 10
    assert not list(tmp_path.glob(".*.run"))

    recipe = ("--teacher-weight", "0.8", "--averaged-epochs", "1", "--batch-size", "8")
    runs = tmp_path / "runs.json"
    more = ("--head", "linear", "--output", str(output), "--soft-labels", str(soft))
    assert main(["train", *shared, *held, *recipe, *more, "--runs", str(runs)]) == 0
    written = json.loads((output / "training.json").read_text())
    assert written["teacher"]["teacher"]["sha256"] == facts["teacher"]["sha256"]
    assert written["held_out"]["accuracy"]["n"] == 20
    kept = json.loads(runs.read_text())["runs"][0]
    assert (kept["head"], kept["seed"], len(kept["predicted"])) == ("classical", 0, 30)
    assert kept["scores"] == written["scores"]
    config = json.loads((output / "config.json").read_text())
    assert config["temperature"] == written["calibration"]["temperature"]
    assert facts["teacher"]["name"] in (output / "README.md").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--teacher", "x"), "Name the task"),
        (("--teacher", "x", "--task", "sst2", "--n-qubits", "3"), "no meaning with --teacher"),
        (("--task", "sst2"), "Name a head"),
    ],
)
def test_a_command_that_lacks_something_says_what(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *words]) == 2
    assert message in capsys.readouterr().err

"""Zip files that come from strangers: a head as it left, or a sentence and nothing loaded."""

import io
import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from qbert_demo.checkpoints import zipped as module
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.checkpoints.zipped import restore
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.choice import Material
from qbert_demo.errors import CheckpointError
from qbert_demo.model import heads
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.tensors import MAX_NUMBER, MAX_UPDATE
from qbert_demo.service.tuner import DataChoice, TrainingRun, Tuner, archive
from qbert_demo.training.fine_tune import fine_tune
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.training.trained_head import adopt, fresh_classifier
from tests.service.test_tuner import OWN

HEADS = tuple(heads.HEADS)
RECIPE = FrozenRecipe(HEADS, n_qubits=3, epochs=2)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def base() -> LoadedModel:
    return fresh_classifier()


@pytest.fixture(scope="module")
def trained() -> tuple[Material, Any]:
    material = Tuner().material(DataChoice(None, own_text=OWN))
    return material, fine_tune(material, RECIPE)


@pytest.fixture(scope="module")
def zipped(trained: tuple[Material, Any]) -> bytes:
    material, report = trained
    return archive(report.heads["hybrid"], TrainingRun(material, RECIPE))


def unzipped(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return {name.rpartition("/")[2]: z.read(name) for name in z.namelist()}


def made(files: Files, folder: str = "mine/", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", compression) as z:
        for name, content in files.items():
            z.writestr(f"{folder}{name}", content)
    return memory.getvalue()


def logits(classifier: LoadedModel, material: Material) -> Any:
    return classifier.logits([t.ids for t in classifier.tokenize(material.held_out.texts)])


@pytest.mark.parametrize("head", HEADS)
def test_a_downloaded_head_comes_back_bit_for_bit(
    base: LoadedModel, trained: tuple[Material, Any], head: str
) -> None:
    material, report = trained
    data = archive(report.heads[head], TrainingRun(material, RECIPE))
    name, back = restore(data, base)
    assert name == head
    assert back.labels == material.labels
    there = adopt(base, report.heads[head], material, RECIPE)
    np.testing.assert_array_equal(logits(back, material), logits(there, material))
    assert back.model.bert is base.model.bert


def test_updates_of_the_encoder_stay_with_their_head(
    base: LoadedModel, trained: tuple[Material, Any]
) -> None:
    folder = CHECKPOINTS / "sst2-hybrid"
    before = logits(base, trained[0])
    data = made({path.name: path.read_bytes() for path in folder.iterdir()})
    _, back = restore(data, base)
    wanted = logits(open_checkpoint(folder, Trust.OURS), trained[0])
    np.testing.assert_array_equal(logits(back, trained[0]), wanted)
    np.testing.assert_array_equal(logits(base, trained[0]), before)


EMOJI = "\n".join([f"{c}, happy" for c in "😀😃😄😁😆😅"] + [f"{c}, sad" for c in "😢😭😞😔😟😕"])


@pytest.mark.parametrize("text", [EMOJI, OWN], ids=["emoji", "words"])
@pytest.mark.parametrize("rate", [0.003, 1.0])
def test_what_any_rows_and_allowed_rates_make_comes_back(
    base: LoadedModel, text: str, rate: float
) -> None:
    """The tokenizer knows none of these emoji, so that those rows are all the same to it."""
    material = Tuner().material(DataChoice(None, own_text=text))
    recipe = replace(RECIPE, epochs=40, learning_rate=rate, circuit_learning_rate=rate)
    for name, report in fine_tune(material, recipe).heads.items():
        assert max(float(np.abs(t).max()) for t in report.tensors.values()) < 100
        head, back = restore(archive(report, TrainingRun(material, recipe)), base)
        assert head == name
        assert logits(back, material).argmax(1).tolist() == report.predicted.tolist()


def test_the_largest_heads_have_finite_logits(
    base: LoadedModel, zipped: bytes, trained: tuple[Material, Any]
) -> None:
    files = unzipped(zipped)
    tensors = {n: t.sign() * MAX_NUMBER for n, t in load(files["model.safetensors"]).items()}
    _, back = restore(made(files | {"model.safetensors": save(tensors)}), base)
    assert np.isfinite(logits(back, trained[0])).all()


def test_an_update_of_the_encoder_has_a_limit_of_its_own(base: LoadedModel) -> None:
    folder = CHECKPOINTS / "sst2-hybrid"
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    tensors = load(files["model.safetensors"])
    name = next(name for name in tensors if name.startswith("adapter."))
    tensors[name][0, 0] = 2 * MAX_UPDATE
    with pytest.raises(CheckpointError, match=f"{name} has entries beyond ±10,000"):
        restore(made(files | {"model.safetensors": save(tensors)}), base)


@pytest.mark.parametrize("folder", ["", "anything/", "a/b/", "../", "/tmp/"])
def test_config_and_tensors_are_found_by_name_and_nothing_else_is_read(
    base: LoadedModel, zipped: bytes, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    files = unzipped(zipped)
    kept = {name: files[name] for name in ("config.json", "model.safetensors")}
    others = {
        f"__MACOSX/{folder}._config.json": b"x",
        f"{folder}tokenizer.json": b"{",
        f"{folder}my_config.json": b"x",
        "run.py": b"x",
        "../../outside.json": b"x",
        "pytorch_model.bin": b"x",
    }
    again = made({f"{folder}{name}": content for name, content in kept.items()} | others, "")
    written: list[str] = []
    write = Path.write_bytes

    def noted(path: Path, data: bytes) -> int:
        written.append(path.name)
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", noted)
    assert restore(linked(again), base)[0] == "hybrid"
    assert written == list(kept)
    assert list(tmp_path.iterdir()) == []


def with_config(**changes: Any) -> Callable[[Files], bytes]:
    def change(files: Files) -> bytes:
        values = json.loads(files["config.json"]) | changes
        return made(files | {"config.json": json.dumps(values).encode()})

    return change


def with_tensor(value: float, dtype: torch.dtype = torch.float32) -> Callable[[Files], bytes]:
    def change(files: Files) -> bytes:
        tensors = load(files["model.safetensors"])
        tensors["classifier.output.bias"] = torch.full((2,), value).to(dtype)
        return made(files | {"model.safetensors": save(tensors)})

    return change


def linked(data: bytes, name: str = "vocab.txt") -> bytes:
    memory = io.BytesIO(data)
    with zipfile.ZipFile(memory, "a") as z:
        link = zipfile.ZipInfo(f"mine/{name}")
        link.external_attr = 0o120777 << 16
        z.writestr(link, "/etc/passwd")
    return memory.getvalue()


def without(files: Files, name: str) -> Files:
    return {other: content for other, content in files.items() if other != name}


def locked(files: Files) -> bytes:
    data = bytearray(made({"config.json": files["config.json"]}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def flipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = bytearray(made(files, compression=compression))
    data[data.index(b"model.safetensors") + 1000] ^= 0xFF
    return bytes(data)


def lying(files: Files) -> bytes:
    """Declare a few bytes for a file that unpacks to many."""
    data = bytearray(made(files | {"config.json": b" " * 10_000_000}))
    entry = data.index(b"config.json", data.index(b"PK\x01\x02")) - len("mine/") - 46
    data[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda files: b"no zip at all", "no zip file"),
        (lambda files: b"", "no zip file"),
        (lambda files: made(files)[:-30], "no zip file"),
        (lambda files: bytes(20_000_001), "at most 20 MB"),
        (lambda files: made({}), "no config.json in it"),
        (lambda files: made({"config.json": files["config.json"]}), "no model.safetensors in it"),
        (lambda files: made(files | {"deep/config.json": b""}), "more than one config.json"),
        (
            lambda files: made(
                {"a/model.safetensors": b"", "b/model.safetensors": b""} | files, ""
            ),
            "more than one model.safetensors",
        ),
        (
            lambda files: linked(made(without(files, "config.json")), "config.json"),
            "cannot be read",
        ),
        (lambda files: made({str(i): b"" for i in range(41)}), "more than 40 files"),
        (lambda files: made(files | {"README.md": bytes(60_000_000)}), "at most 60 MB"),
        (lambda files: made(files | {"config.json": b" " * 200_001}), "more than 200,000 bytes"),
        (locked, "password"),
        (flipped, "damaged"),
        (partial(flipped, compression=zipfile.ZIP_STORED), "damaged"),
        (partial(flipped, compression=zipfile.ZIP_BZIP2), "unusual way"),
        (partial(flipped, compression=zipfile.ZIP_LZMA), "unusual way"),
        (lying, "damaged"),
        (lambda files: made(files | {"config.json": b"{"}), "config.json cannot be read"),
        (lambda files: made(files | {"config.json": b"[" * 100_000}), "config.json cannot be read"),
        (lambda files: made(files | {"config.json": b"[]"}), "not a list of settings"),
        (with_config(model_type="bert"), "a bert model"),
        (with_config(backbone_id="/etc"), "trained on /etc"),
        (with_config(backbone_revision="main"), "@ main"),
        (with_config(auto_map={"AutoModel": "x.y"}), "auto_map"),
        (with_config(dropout=7.0), "not usable"),
        (with_config(head="other"), "config is not usable"),
        (with_config(n_qubits=99), "1 to 12"),
        (with_config(n_qubits=4), "has shape"),
        (with_config(head="linear"), "has unknown tensors"),
        (with_config(max_length=10**9), "max_length must be a whole number from 3 to 512"),
        (with_config(adapter_scale=math.nan), "adapter_scale"),
        (with_config(id2label={"0": "a", "2": "b"}), "numbered from 0"),
        (with_config(id2label={"0": "a", "1": "a"}), "different names"),
        (with_config(id2label={"0": "a", "1": None}), "different names"),
        (with_config(id2label={str(i): str(i) for i in range(51)}), "from 2 to 50"),
        (with_config(id2label={"0": "a", "1": "b" * 101}), "different names"),
        (with_config(id2label={}), "from 2 to 50"),
        (with_tensor(math.nan), "NaN or infinity"),
        (with_tensor(2 * MAX_NUMBER), "beyond ±1,000,000,000,000, which no training here makes"),
        (with_tensor(1, torch.int64), "not floating"),
        (lambda files: made(files | {"model.safetensors": b"\xff" * 100}), "truncated or damaged"),
    ],
)
def test_anything_else_is_refused_in_a_sentence_and_leaves_nothing(
    base: LoadedModel,
    zipped: bytes,
    change: Callable[[Files], bytes],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))
    data = change(unzipped(zipped))
    with pytest.raises(CheckpointError, match=words) as caught:
        restore(data, base)
    said = str(caught.value)
    assert said.endswith((module.REMEDY, "alone."))
    assert str(tmp_path) not in said
    assert len(said) < 500
    assert list(tmp_path.iterdir()) == []

"""A stranger's weights in several files: what an index may name, and that answers are the same."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModelForSequenceClassification

from qbert_demo.checkpoints.hub_model import open_source
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.shards import INDEX
from tests import models
from tests.checkpoints.test_hub_model import CAP, TEXTS, WEIGHT, downloads, load
from tests.hub import Hub
from tests.hub.faults import WrongBytes


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    models.plain_bert(folder, ("bad", "good", "so-so"))
    return folder


def sharded(plain: Path, folder: Path, **changes: Any) -> dict[str, bytes]:
    """The model in shards as transformers writes them; ``changes`` are of the index's map."""
    reference = AutoModelForSequenceClassification.from_pretrained(plain)
    reference.save_pretrained(folder, max_shard_size="2MB")
    files = models.files_of(plain) | models.files_of(folder)
    del files["model.safetensors"]
    index = json.loads(files[INDEX])
    index["weight_map"] |= changes
    return files | {INDEX: json.dumps(index).encode()}


def test_weights_in_shards_are_read(hub: Hub, plain: Path, tmp_path: Path) -> None:
    files = sharded(plain, tmp_path / "shards")
    shards = [name for name in files if name.startswith("model-0")]
    assert len(shards) > 1
    hub.add("model", "org/shards", files | {"model-of-another.safetensors": b"x"})
    classifier = load("org/shards", tmp_path)
    assert "model-of-another.safetensors" not in downloads(hub)
    ids = classifier.tokenize(TEXTS)[0].ids
    expected = open_source(str(plain), None, CAP).answer(ids).logits
    np.testing.assert_array_equal(classifier.answer(ids).logits, expected)
    shutil.copytree(plain, tmp_path / "folder")
    (tmp_path / "folder" / "model.safetensors").unlink()
    for name, content in files.items():
        (tmp_path / "folder" / name).write_bytes(content)
    there = open_source(str(tmp_path / "folder"), None, CAP)
    np.testing.assert_array_equal(there.answer(ids).logits, expected)
    (tmp_path / "folder" / shards[0]).unlink()
    with pytest.raises(CheckpointError, match=f"has no {shards[0]}, which its model.safetensors.i"):
        open_source(str(tmp_path / "folder"), None, CAP)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../model-00001-of-00002.safetensors", "only safetensors beside it are read"),
        ("/etc/passwd", "only safetensors beside it"),
        ("sub/model.safetensors", "only safetensors beside it"),
        ("..\\model.safetensors", "only safetensors beside it"),
        (".hidden.safetensors", "only safetensors beside it"),
        ("pytorch_model.bin", "only safetensors beside it"),
        ("other.safetensors\n", "only safetensors beside it"),
        (None, "only safetensors beside it"),
        ("other.safetensors", "has no other.safetensors, which its model.safetensors.index.json"),
    ],
)
def test_an_index_names_files_beside_it(
    hub: Hub, plain: Path, tmp_path: Path, name: object, words: str
) -> None:
    hub.add("model", "org/name", sharded(plain, tmp_path / "shards", **{WEIGHT: name}))
    with pytest.raises(CheckpointError, match=words):
        load("org/name", tmp_path)
    assert set(downloads(hub)) == {"config.json", INDEX}


@pytest.mark.parametrize("text", [b"{", b"[]", b'{"weight_map": [1]}', b'{"weight_map": {}}'])
def test_an_index_that_is_none(hub: Hub, plain: Path, tmp_path: Path, text: bytes) -> None:
    hub.add("model", "org/name", sharded(plain, tmp_path / "shards") | {INDEX: text})
    with pytest.raises(CheckpointError, match=r"Its model.safetensors.index.json"):
        load("org/name", tmp_path)


def test_shards_are_within_the_cap_and_checked(hub: Hub, plain: Path, tmp_path: Path) -> None:
    files = sharded(plain, tmp_path / "shards")
    hub.add("model", "org/name", files)
    with pytest.raises(CheckpointError, match="org/name has 4 MB; at most 3 MB are loaded"):
        load("org/name", tmp_path, 3_000_000)
    assert set(downloads(hub)) == {"config.json", INDEX}
    hub.fault("GET .*model-00002", WrongBytes())
    with pytest.raises(CheckpointError, match=r"model-00002-of-0000\d.safetensors .* damaged"):
        load("org/name", tmp_path)


def test_a_tensor_stands_in_one_shard(hub: Hub, plain: Path, tmp_path: Path) -> None:
    files = sharded(plain, tmp_path / "shards", other="again.safetensors")
    save_file({WEIGHT: torch.zeros(3, 32)}, tmp_path / "again")
    files["again.safetensors"] = (tmp_path / "again").read_bytes()
    hub.add("model", "org/name", files)
    with pytest.raises(CheckpointError, match="classifier.weight, which is there already"):
        load("org/name", tmp_path)

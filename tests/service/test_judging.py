"""What was judged is named by the hash of its weights."""

import hashlib
import os
import shutil
from pathlib import Path

from qbert_demo.config import CHECKPOINTS
from qbert_demo.service import Explorer
from qbert_demo.service.judging import weights
from tests.judgements import made_up


def test_weights_that_are_there_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "sst2-hybrid"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    assert weights(made_up(), tmp_path) == {"hybrid": hashlib.sha256(b"weights").hexdigest()}


def test_a_judgement_is_read_once_and_anew_when_its_file_changes(tmp_path: Path) -> None:
    for name in ("judgements", "sst2-hybrid"):
        shutil.copytree(CHECKPOINTS / name, tmp_path / name)
    explorer = Explorer(tmp_path, ["sst2"])
    first = explorer.judgement("sst2")
    assert explorer.judgement("sst2") is first
    path = tmp_path / "judgements" / "sst2.json"
    path.write_text(path.read_text().replace(first.day, "2030-01-01"))
    os.utime(path, ns=(0, 0))
    assert explorer.judgement("sst2").day == "2030-01-01"

"""A stored judgement is read once, and known to be of the weights in use or of others."""

import os
import shutil
from pathlib import Path

from qbert_demo.config import CHECKPOINTS
from qbert_demo.service import Explorer


def test_other_weights_than_those_that_were_judged_are_named(tmp_path: Path) -> None:
    for name in ("judgements", "sst2-hybrid", "sst2-classical"):
        shutil.copytree(CHECKPOINTS / name, tmp_path / name)
    explorer = Explorer(tmp_path, ["sst2"])
    assert explorer.unjudged("sst2") == ()
    control = CHECKPOINTS / "sst2-control" / "model.safetensors"
    shutil.copy(control, tmp_path / "sst2-classical" / "model.safetensors")
    assert explorer.unjudged("sst2") == ("classical",)


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

"""What was judged is named by the hash of its weights."""

import hashlib
from pathlib import Path

from qbert_demo.service.judging import weights
from tests.judgements import made_up


def test_weights_that_are_there_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "sst2-hybrid"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    assert weights(made_up(), tmp_path) == {"hybrid": hashlib.sha256(b"weights").hexdigest()}

"""Vectors that are made once and kept on disk."""

import os
from pathlib import Path

import pytest
import torch
from torch import Tensor

from qbert_demo.training import feature_store
from qbert_demo.training.feature_store import stored


class Encoder:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> Tensor:
        self.asked += 1
        return torch.full((2, 3), float(self.asked))


def test_the_same_texts_are_embedded_once(tmp_path: Path) -> None:
    encoder = Encoder()
    for texts, precision, expected in (
        (("a", "b"), "fast", 1),
        (("a", "b"), "fast", 1),
        (("b", "a"), "fast", 2),
        (("a", "b"), "exact", 3),
        (("a\ud800", "b"), "exact", 4),
        (("a", "b"), "exact", 3),
    ):
        assert stored(tmp_path, texts, precision, encoder).unique().tolist() == [expected]
    assert encoder.asked == 4
    stored(None, ("a", "b"), "fast", encoder)
    assert encoder.asked == 5


def test_the_last_used_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_store, "MAX_FILES", 2)
    encoder = Encoder()
    for age, text in enumerate("aba"):
        stored(tmp_path, (text,), "fast", encoder)
        for file in tmp_path.iterdir():
            stat = file.stat()
            os.utime(file, (stat.st_atime, stat.st_mtime - 10 - age))
    stored(tmp_path, ("c",), "fast", encoder)
    assert encoder.asked == 3
    stored(tmp_path, ("a",), "fast", encoder)
    assert encoder.asked == 3
    stored(tmp_path, ("b",), "fast", encoder)
    assert encoder.asked == 4


def test_a_folder_that_is_gone_or_full_costs_time_alone(tmp_path: Path) -> None:
    encoder = Encoder()
    assert stored(tmp_path / "gone", ("a",), "fast", encoder).unique().tolist() == [1]
    assert encoder.asked == 1

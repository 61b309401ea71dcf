"""What is kept of several seeds: one entry a head and seed, and never of two kinds of runs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qbert_demo.data.rows import Rows
from qbert_demo.errors import DataError
from qbert_demo.training.runs import record

ROWS = Rows(("a", "b", "c"), (0, 1, 1), "made up")


def facts(name: str, seed: int, **recipe: Any) -> dict[str, Any]:
    return {
        "task": "made_up",
        "name": name,
        "recipe": {"epochs": 2.0, "seed": seed, **recipe},
        "data": {"report_split": "test"},
        "steps": 7,
        "calibration": {"temperature": 1.5},
        "held_out": {"macro_f1": 0.4},
        "scores": {"test": {"macro_f1": 0.5 + seed / 10}},
    }


def test_a_head_and_seed_stand_there_once_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "made_up.json"
    for name, seed, labels in (
        ("hybrid", 1, [0, 1, 0]),
        ("classical", 2, [1, 1, 1]),
        ("hybrid", 1, [0, 0, 3]),
        ("hybrid", 0, [0, 1, 1]),
    ):
        record(path, facts(name, seed), ROWS, np.array(labels))
    kept = json.loads(path.read_text())["runs"]
    assert [(run["head"], run["seed"], run["predicted"]) for run in kept] == [
        ("classical", 2, "111"),
        ("hybrid", 0, "011"),
        ("hybrid", 1, "003"),
    ]
    assert kept[2]["scores"] == facts("hybrid", 1)["scores"]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_runs_that_cannot_be_compared_are_not_put_together(tmp_path: Path) -> None:
    path, predicted = tmp_path / "made_up.json", np.array([0, 1, 1])
    record(path, facts("hybrid", 0), ROWS, predicted)
    before = path.read_bytes()
    with pytest.raises(DataError, match="another recipe"):
        record(path, facts("hybrid", 1, epochs=3.0), ROWS, predicted)
    with pytest.raises(DataError, match="another rows_sha256"):
        record(path, facts("hybrid", 1), ROWS.take([1, 0, 2]), predicted)
    with pytest.raises(DataError, match="more than 10 classes"):
        record(path, facts("hybrid", 1), ROWS, np.array([0, 10, 1]))
    assert path.read_bytes() == before

"""The leaderboard repeats what is stored with the models, and asks none of them."""

import json
import shutil
from pathlib import Path

import pytest

from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.judgement import read_judgement
from qbert_demo.evaluation.leaderboard import leaderboard


def test_it_tells_every_shipped_model_from_its_files_alone(tmp_path: Path) -> None:
    weights = shutil.ignore_patterns("model.safetensors", "tokenizer*")
    copy = shutil.copytree(CHECKPOINTS, tmp_path / "copy", ignore=weights)
    standings = list(leaderboard(copy))
    shipped = {path.name for path in CHECKPOINTS.glob("*-*")}
    assert {f"{s.task}-{s.head}" for s in standings} == shipped
    for s in standings:
        facts = json.loads((copy / f"{s.task}-{s.head}" / "training.json").read_text())
        (model,) = (m for m in read_judgement(s.task).models if m.head == s.head)
        assert (s.accuracy, s.macro_f1) == (model.accuracy, model.macro_f1)
        assert s.in_head == facts["parameters"]["head"]
        assert s.in_head - s.live == (4 if s.head == "hybrid" else 0)
        assert s.hours == pytest.approx(facts["seconds"] / 3600)
        assert s.milliseconds is not None
        assert 0 < s.milliseconds < 10


def test_a_task_without_a_judgement_is_left_out_and_damage_is_told(tmp_path: Path) -> None:
    assert list(leaderboard(tmp_path)) == []
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "sst2.json").write_text("{")
    with pytest.raises(CheckpointError, match="is damaged"):
        list(leaderboard(tmp_path))

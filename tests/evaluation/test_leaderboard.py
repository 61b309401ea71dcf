"""The leaderboard repeats what is stored with the models, and asks none of them."""

import json
import shutil
from pathlib import Path

import pytest

from qbert_demo.config import CHECKPOINTS
from qbert_demo.evaluation.judgement import read_judgement
from qbert_demo.evaluation.leaderboard import leaderboard
from qbert_demo.results import Standing, Unread


def test_it_tells_every_shipped_model_from_its_files_alone(tmp_path: Path) -> None:
    weights = shutil.ignore_patterns("model.safetensors", "tokenizer*")
    copy = shutil.copytree(CHECKPOINTS, tmp_path / "copy", ignore=weights)
    standings = list(leaderboard(copy))
    shipped = {path.name for path in CHECKPOINTS.glob("*-*")}
    assert {f"{s.task}-{s.head}" for s in standings if isinstance(s, Standing)} == shipped
    for s in standings:
        assert isinstance(s, Standing)
        facts = json.loads((copy / f"{s.task}-{s.head}" / "training.json").read_text())
        (model,) = (m for m in read_judgement(s.task).models if m.head == s.head)
        assert (s.accuracy, s.macro_f1) == (model.accuracy, model.macro_f1)
        assert s.in_head == facts["parameters"]["head"]
        assert s.in_head - s.live == (4 if s.head == "hybrid" else 0)
        assert s.hours == pytest.approx(facts["seconds"] / 3600)
        assert s.milliseconds is not None
        assert 0 < s.milliseconds < 10


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file"),
        ("{", "Expecting property name"),
        ("[]", "does not hold what a training writes"),
        ('{"parameters": {}}', "training.json lacks 'head'"),
    ],
)
def test_of_a_damaged_checkpoint_it_says_why_and_tells_the_others(
    tmp_path: Path, content: str | None, why: str
) -> None:
    weights = shutil.ignore_patterns("model.safetensors", "tokenizer*", "runs")
    copy = shutil.copytree(CHECKPOINTS, tmp_path / "copy", ignore=weights)
    facts = copy / "sst2-hybrid" / "training.json"
    facts.unlink() if content is None else facts.write_text(content)
    found = [one for one in leaderboard(copy) if one.task == "sst2"]
    assert [one.head for one in found if isinstance(one, Standing)] == ["classical", "control"]
    (unread,) = (one for one in found if isinstance(one, Unread))
    assert unread.why.startswith("sst2-hybrid could not be opened: ")
    assert why in unread.why


def test_a_task_without_a_judgement_is_left_out_and_damage_is_told(tmp_path: Path) -> None:
    assert list(leaderboard(tmp_path)) == []
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "sst2.json").write_text("{")
    (found,) = leaderboard(tmp_path)
    assert isinstance(found, Unread)
    assert "is damaged" in found.why

"""Runs of several seeds are read from one file a task, merged from several, and told on cards."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from qbert_demo.checkpoints.card import card_of, read_facts
from qbert_demo.checkpoints.runs import add_files, read_runs
from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import CheckpointError, DataError

SCORES = {("classical", 0): 0.91, ("hybrid", 0): 0.9, ("hybrid", 1): 0.88, ("hybrid", 2): 0.92}


def runs(scores: dict[tuple[str, int], float] = SCORES, **shared: Any) -> dict[str, Any]:
    """A file of runs as ``train --runs`` writes it, of the recipe of the shipped sentiment."""
    kept = [
        {
            "head": head,
            "seed": seed,
            "scores": {"validation": {"accuracy": {"value": value}}},
            "predicted": "0110",
        }
        for (head, seed), value in scores.items()
    ]
    recipe = read_facts(CHECKPOINTS / "sst2-hybrid")["recipe"]
    del recipe["seed"]
    common = {"task": "sst2", "split": "validation", "rows_sha256": "ab", "recipe": recipe}
    return {**common, **shared, "runs": kept}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sentiment checkpoints as far as their facts go, and runs of several seeds."""
    for path in CHECKPOINTS.glob("sst2-*/training.json"):
        (tmp_path / path.parent.name).mkdir()
        shutil.copy(path, tmp_path / path.parent.name)
    write(tmp_path / "runs" / "sst2.json", runs())
    return tmp_path


def write(path: Path, content: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def test_the_spread_is_of_the_heads_with_several_seeds(folder: Path) -> None:
    found = read_runs("sst2", folder)
    assert found is not None
    assert found.runs[1].predicted.tolist() == [0, 1, 1, 0]
    ((head, spread),) = found.spreads().items()
    assert (head, spread.n, spread.low, spread.high) == ("hybrid", 3, 0.88, 0.92)
    assert spread.mean == pytest.approx(0.9)
    assert read_runs("ag_news", folder) is None


def test_a_card_tells_the_spread_and_which_seed_it_is(folder: Path) -> None:
    card = card_of(folder / "sst2-hybrid")
    assert "| 0.9000 (3 seeds, 0.8800 to 0.9200) |" in card
    assert "3 seeds were trained, and these are the weights of seed 0" in card
    assert card.count("| one seed |") == 2
    assert "One seed was trained" in card_of(folder / "sst2-control")
    (folder / "runs" / "sst2.json").unlink()
    assert "mean over seeds" not in card_of(folder / "sst2-hybrid")


def test_files_of_single_trainings_are_put_together(folder: Path, tmp_path: Path) -> None:
    fresh = [
        write(tmp_path / "control-1.json", runs({("control", 1): 0.89})),
        write(tmp_path / "hybrid-1.json", runs({("hybrid", 1): 0.87})),
    ]
    add_files("sst2", folder, fresh)
    found = read_runs("sst2", folder)
    assert found is not None
    scores = {(run.head, run.seed): run.accuracy for run in found.runs}
    assert scores == SCORES | {("control", 1): 0.89, ("hybrid", 1): 0.87}
    other = write(tmp_path / "other.json", runs(rows_sha256="cd"))
    with pytest.raises(DataError, match="another rows_sha256"):
        add_files("sst2", folder, [other])


def test_runs_of_another_recipe_are_not_told_of_a_checkpoint(folder: Path) -> None:
    write(folder / "runs" / "sst2.json", runs(recipe={"epochs": 99.0}))
    with pytest.raises(CheckpointError, match="of another recipe than the checkpoints"):
        card_of(folder / "sst2-hybrid")


@pytest.mark.parametrize("content", [[], {}, runs() | {"runs": [{"head": "hybrid"}]}])
def test_damage_is_told_in_one_sentence(folder: Path, tmp_path: Path, content: Any) -> None:
    damaged = write(tmp_path / "damaged.json", content)
    with pytest.raises(CheckpointError, match="does not hold what `train --runs` writes"):
        add_files("sst2", folder, [damaged])

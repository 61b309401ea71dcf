"""What a recipe refuses, what a preset trains, and what training costs."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from qbert_demo.cli import main
from qbert_demo.errors import InputError
from qbert_demo.model.heads import HEADS
from qbert_demo.training.cost import cost_of_training
from qbert_demo.training.presets import NOTEBOOK_2024
from qbert_demo.training.recipe import RECIPES, FrozenRecipe, Recipe

LINES = "text,label\n" + "".join(f"a fine film {k},good\na dull film {k},bad\n" for k in range(12))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"teacher_weight": 1.5}, "teacher_weight must be a number from 0 to 1, not 1.5"),
        ({"teacher_weight": -0.1}, "teacher_weight must be a number from 0 to 1"),
        ({"teacher_temperature": 0.0}, "teacher_temperature must be a number from 0.01 to 100"),
        ({"attention_dropout": -0.1}, "attention_dropout must be a number from 0 to 0.9"),
        ({"averaged_epochs": math.nan}, "averaged_epochs must be a number from 0 to"),
        ({"angle_scale": 7.0}, "angle_scale must be a number from 0.01 to 6.28319, not 7.0"),
    ],
)
def test_a_setting_out_of_range_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Recipe(**wrong)


def test_the_notebooks_preset_fits_both_recipes() -> None:
    preset = NOTEBOOK_2024
    end_to_end = Recipe(**preset.shared, **preset.end_to_end)
    frozen = FrozenRecipe(**preset.shared, **preset.frozen)
    assert end_to_end.adapter_rank == 0
    assert [gate.name for gate in frozen.spec().gates if gate.wires == (3,)] == [
        *("Hadamard", "RY"),
        *["RY"] * 4,
    ]
    assert end_to_end.angle_scale == frozen.angle_scale == math.pi / 2
    assert "not the paper's" in preset.note


@pytest.mark.parametrize("head", ["circuit", "bottleneck"])
def test_the_command_trains_a_head_by_a_preset(
    head: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.csv").write_text(LINES)
    command = ("train", "--frozen-encoder", "--head", head, "--preset", "notebook-2024")
    rows = ("--dataset", str(tmp_path / "rows.csv"), "--epochs", "2", "--n-qubits", "3")
    assert main((*command, *rows, "--output", str(tmp_path / "out"))) == 0
    assert "2024" in capsys.readouterr().out
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    facts = json.loads((tmp_path / "out" / "training.json").read_text())
    assert (config["ansatz"], config["encoding"], config["n_layers"]) == ("brick", "h_ry", 4)
    assert config["angle_scale"] == pytest.approx(math.pi / 2)
    assert (config["n_qubits"], facts["recipe"]["epochs"]) == (3, 2)
    assert facts["recipe"]["learning_rate"] == facts["recipe"]["circuit_learning_rate"] == 0.001


def test_the_cost_is_that_of_the_steps_at_the_speed_that_was(tmp_path: Path) -> None:
    recipe = RECIPES["sst2"]
    steps = math.ceil(math.ceil(1000 / recipe.batch_size) * recipe.epochs)
    for head, seconds in (("classical", 90.0), ("hybrid", 110.0)):
        facts = {"steps": 50, "seconds": seconds, "device": "x CPU", "data": {"train_rows": 1000}}
        (tmp_path / f"sst2-{head}").mkdir()
        (tmp_path / f"sst2-{head}" / "training.json").write_text(json.dumps(facts))
    cost = cost_of_training(["sst2", "imdb"], tmp_path)
    assert cost.steps == len(HEADS) * steps
    assert cost.hours == pytest.approx(cost.steps * 2.0 / 3600)
    assert "hours on 2 cores" in str(cost)
    assert str(cost).endswith("nothing was measured: imdb.")
    assert "not known" in str(cost_of_training(["imdb"], tmp_path))

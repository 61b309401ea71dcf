import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from qbert_demo.checkpoints.card import card_of, model_card, quick_card, read_facts
from qbert_demo.checkpoints.runs import spreads_in
from qbert_demo.cli import main
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import find_task
from qbert_demo.errors import CheckpointError

SST2 = CHECKPOINTS / "sst2-hybrid"
QUICK: dict[str, Any] = {
    "name": "hybrid",
    "frozen_encoder": True,
    "date": "2026-01-02",
    "recipe": {
        "n_qubits": 2, "n_layers": 1, "encoding": "rz", "ansatz": "basic", "reupload": True,
        "epochs": 20, "seed": 7,
    },
    "data": {"origin": "made-up rows", "train_rows": 1200, "held_out_rows": 60},
    "encoder": {"id": "org/encoder", "revision": "a" * 40},
    "best_epoch": 5,
    "scores": {
        "held_out": {"accuracy": {"value": 0.5, "low": 0.4, "high": 0.6}, "macro_f1": 0.45}
    },
}  # fmt: skip


def rows(card: str) -> dict[str, list[str]]:
    """The cells of the score table, by head."""
    cells = [line.strip("| ").split(" | ") for line in card.splitlines() if line[:2] == "| "]
    return {cell[0]: cell[1:] for cell in cells[1:]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint and its siblings, as far as their facts go."""
    for path in CHECKPOINTS.glob("sst2-*/training.json"):
        (tmp_path / path.parent.name).mkdir()
        shutil.copy(path, tmp_path / path.parent.name)
    return tmp_path / "sst2-hybrid"


def change(folder: Path, **values: Any) -> None:
    path = folder / "training.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_the_twin_and_the_control_stand_beside_it() -> None:
    found = rows(card_of(SST2))
    assert list(found) == ["classical", "**hybrid** (this one)", "control"]
    spreads = spreads_in("sst2", CHECKPOINTS)
    for name, cells in found.items():
        head = re.sub(r"[*]|[(].*", "", name).strip()
        facts, spread = read_facts(CHECKPOINTS / f"sst2-{head}"), spreads[head]
        score = facts["scores"]["validation"]
        accuracy = score["accuracy"]
        interval = f"{accuracy['low']:.4f} to {accuracy['high']:.4f}"
        seeds = f"{spread.mean:.4f} ({spread.n} seeds, {spread.low:.4f} to {spread.high:.4f})"
        assert cells == [f"{accuracy['value']:.4f}", interval, seeds, f"{score['macro_f1']:.4f}"]
    assert "evaluate --task sst2` scores them all again" in card_of(SST2)


@pytest.mark.parametrize(
    "values", [{"steps": 1}, {"recipe": {"seed": 1}}, {"data": {}}, {"task": "ag_news"}]
)
def test_only_what_was_trained_alike_is_compared(folder: Path, values: dict[str, Any]) -> None:
    change(folder.parent / "sst2-control", **values)
    assert list(rows(card_of(folder))) == ["classical", "**hybrid** (this one)"]
    shutil.rmtree(folder.parent / "sst2-classical")
    alone = card_of(folder)
    assert list(rows(alone)) == ["**hybrid** (this one)"]
    assert "share rows" not in alone


def test_the_circuit_is_drawn_where_there_is_one() -> None:
    drawing = card_of(SST2).split("```")[1]
    assert [line[:15] for line in drawing.strip().splitlines()] == [
        f"q{k}: ─RY(x{k})─Rot" for k in range(4)
    ]
    for other in ("classical", "control"):
        assert "qubit" not in card_of(CHECKPOINTS / f"sst2-{other}").partition("## Limits")[0]
    quick = quick_card(QUICK)
    assert "2 qubits and 1 layer (basic); angles enter by RZ" in quick
    assert "q0: ─H─RZ(x0)─RX(θ)─●─┤ <Z>\nq1: ─H─RZ(x1)─RX(θ)─X─┤ <Z>" in quick


def test_the_card_of_a_quick_head_says_what_to_choose_again() -> None:
    chosen = {
        "dataset": "org/rows", "config": "default", "split": "train", "revision": "b" * 40,
        "text": "a `|` b", "label": "mood", "rows": 500, "held_out": 200, "balanced": True,
        "seed": 3,
    }  # fmt: skip
    recipe = {**QUICK["recipe"], "heads": ("classical", "hybrid"), "learning_rate": 0.003}
    facts = {**QUICK, "data": {**QUICK["data"], "chosen": chosen}, "recipe": recipe}
    card = quick_card(facts)
    for row in (
        "| origin | `made-up rows` |",
        "| dataset | `org/rows` |",
        "| configuration | `default` |",
        "| split | `train` |",
        f"| commit | `{'b' * 40}` |",
        r"| column of the text | `a '\|' b` |",
        "| column of the class | `mood` |",
        "| classes taken equally | yes |",
        "| seed of the choice | `3` |",
        "| `heads` | `classical, hybrid` |",
        "| `learning_rate` | `0.003` |",
        "| `seed` | `7` |",
    ):
        assert row in card.splitlines()
    assert quick_card(json.loads(json.dumps(facts))) == card, "as it is published"
    assert "seed of the choice" not in quick_card(QUICK), "an older one does not say"


def test_what_was_held_out_and_what_for() -> None:
    facts = read_facts(SST2)
    assert "None was held out; the number of steps was fixed" in model_card(facts)
    facts["data"]["held_out_rows"] = 1500
    assert "1,500 more were held out; the number of steps was fixed" in model_card(facts)
    facts["recipe"]["patience"] = 3
    assert "1,500 more were held out to choose the stopping point." in model_card(facts)


@pytest.mark.parametrize("card", [card_of(SST2, "org/name"), quick_card(QUICK, "org/name")])
def test_the_hub_is_told_how_to_load_it_from_the_hub(card: str) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    assert 'pipeline("text-classification", model="org/name", revision="main")' in code
    compile(code, "card", "exec")
    parsed = ModelCard(card).data.to_dict()
    assert parsed["pipeline_tag"] == "text-classification"
    assert parsed["metrics"] == ["accuracy", "f1"]


def test_the_command_writes_what_is_out_of_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(CHECKPOINTS, tmp_path / "copy", ignore=shutil.ignore_patterns("*.s*"))
    card = copy / "sst2-control" / "README.md"
    card.write_text("old")
    assert main(["cards", "--checkpoints", str(copy)]) == 0
    assert capsys.readouterr().out == f"wrote {card}\n"
    assert card.read_text() == (CHECKPOINTS / "sst2-control" / "README.md").read_text()


@pytest.mark.parametrize("text", [None, "no json", "[]"])
def test_facts_that_cannot_be_read(folder: Path, text: str | None) -> None:
    (folder / "training.json").unlink()
    if text is not None:
        (folder / "training.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"training\.json .* Train it again"):
        card_of(folder)


def test_a_task_s_own_measure_note_and_calibration_are_told(folder: Path) -> None:
    accuracy = {"value": 0.99, "low": 0.98, "high": 0.995, "n": 1119}
    scores = {"accuracy": accuracy, "macro_f1": 0.98, "f1": {"ham": 0.99, "spam": 0.9512}}
    known = read_facts(folder)
    change(
        folder,
        task="sms_spam",
        scores={"test": scores},
        data=known["data"] | {"report_split": "test"},
        recipe=known["recipe"] | {"averaged_epochs": 1.0, "trained_length": 99},
        calibration={"temperature": 1.234, "log_loss_before": 0.09, "log_loss": 0.04},
    )
    card = card_of(folder)
    assert rows(card)["**hybrid** (this one)"] == [
        *("0.9900", "0.9800 to 0.9950", "0.9800", "0.9512"),
    ]
    assert "| F1 of spam |" in card
    assert find_task("sms_spam").report_note in card
    assert "Logits are divided by 1.23" in card
    assert "from 0.0900 to 0.0400" in card
    assert "While it learnt, the first 99 tokens of a text were read." in card
    assert "averaged over the last epoch." in card

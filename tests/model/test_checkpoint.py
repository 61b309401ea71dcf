import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from qbert_demo.errors import BackboneError, CheckpointError
from qbert_demo.hub.files import WEIGHTS
from qbert_demo.model import QBertConfig, QBertForSequenceClassification
from tests.hub import Hub
from tests.hub.faults import WrongBytes

IDS = torch.tensor([[101, 2023, 2003, 1037, 3231, 102]])


@pytest.fixture
def folder(hybrid: QBertForSequenceClassification, tmp_path: Path) -> Path:
    hybrid.save_pretrained(tmp_path / "saved")
    return tmp_path / "saved"


def test_round_trip_through_the_auto_class_is_exact(
    hybrid: QBertForSequenceClassification, folder: Path
) -> None:
    loaded = AutoModelForSequenceClassification.from_pretrained(folder)
    with torch.no_grad():
        assert torch.equal(loaded(IDS).logits, hybrid(IDS).logits)
    assert loaded.config.label_names() == ("no", "yes", "perhaps")


def test_works_in_a_pipeline(hybrid: QBertForSequenceClassification, folder: Path) -> None:
    answer = pipeline("text-classification", model=str(folder), top_k=None)(["a fine film"])
    ids = AutoTokenizer.from_pretrained(folder)("a fine film", return_tensors="pt")
    with torch.no_grad():
        expected = hybrid(**ids).logits.softmax(-1)[0]
    got = {entry["label"]: entry["score"] for entry in answer[0]}
    for i, label in enumerate(("no", "yes", "perhaps")):
        assert got[label] == pytest.approx(expected[i].item(), abs=1e-6)


def test_adapters_are_merged_with_their_scale(
    hybrid: QBertForSequenceClassification, folder: Path
) -> None:
    fresh = QBertForSequenceClassification.build(QBertConfig())
    tensors = load_file(folder / WEIGHTS)
    name = "layer.3.attention.self.query"
    update = tensors[f"adapter.{name}.lora_B"].float() @ tensors[f"adapter.{name}.lora_A"].float()
    before = fresh.bert.encoder.get_submodule(name).weight
    after = hybrid.bert.encoder.get_submodule(name).weight
    torch.testing.assert_close(after, before + 2.0 * update)


def test_models_loaded_twice_share_nothing_that_training_would_change(folder: Path) -> None:
    first = QBertForSequenceClassification.from_pretrained(folder)
    second = QBertForSequenceClassification.from_pretrained(folder)
    before = second(IDS).logits.clone()
    with torch.no_grad():
        for parameter in first.parameters():
            parameter.add_(1)
    assert torch.equal(second(IDS).logits, before)


def test_dtype_is_honoured(folder: Path) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float64)
    assert {p.dtype for p in model.parameters()} == {torch.float64}


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    path = folder / WEIGHTS
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def truncate(folder: Path) -> None:
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1000])


HEAD_WEIGHT = "classifier.output.weight"
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda f: (f / "config.json").unlink(), "config.json"),
    "config not JSON": (lambda f: (f / "config.json").write_text("{"), "config.json"),
    "config a list": (lambda f: (f / "config.json").write_text("[]"), "config.json"),
    "another model": (lambda f: edit_config(f, model_type="bert"), "bert model"),
    "no model type": (lambda f: edit_config(f, model_type=None), "config.json"),
    "13 qubits": (lambda f: edit_config(f, n_qubits=13), "n_qubits"),
    "unknown head": (lambda f: edit_config(f, head="magic"), "head"),
    "text for a number": (lambda f: edit_config(f, n_layers="two"), "n_layers"),
    "too many labels": (
        lambda f: edit_config(f, id2label={str(i): str(i) for i in range(51)}, label2id=None),
        "labels",
    ),
    "a label twice": (
        lambda f: edit_config(f, id2label={"0": "a", "1": "a", "2": "b"}, label2id=None),
        "different names",
    ),
    "code": (lambda f: edit_config(f, auto_map={"AutoModel": "code.Model"}), "auto_map"),
    "beyond any training": (
        lambda f: edit_tensors(f, lambda t: t[HEAD_WEIGHT].fill_(1e13)),
        "which no training here makes",
    ),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), WEIGHTS),
    "truncated": (truncate, WEIGHTS),
    "empty": (lambda f: (f / WEIGHTS).write_bytes(b""), WEIGHTS),
    "a pickle": (lambda f: torch.save({}, f / WEIGHTS), WEIGHTS),
    "missing tensor": (lambda f: edit_tensors(f, lambda t: t.pop(HEAD_WEIGHT)), HEAD_WEIGHT),
    "surplus tensor": (
        lambda f: edit_tensors(f, lambda t: t.update(extra=torch.zeros(1))),
        "unknown tensors extra",
    ),
    "wrong shape": (
        lambda f: edit_tensors(f, lambda t: t.update({HEAD_WEIGHT: torch.zeros(2, 4)})),
        "shape",
    ),
    "wrong type": (
        lambda f: edit_tensors(f, lambda t: t.update({HEAD_WEIGHT: t[HEAD_WEIGHT].int()})),
        "I32",
    ),
    "of no use": (
        lambda f: edit_config(f, dropout=float("nan")),
        "dropout must be a number from 0 to 1",
    ),
    "not a number": (
        lambda f: edit_tensors(f, lambda t: t[HEAD_WEIGHT].fill_(float("nan"))),
        "NaN",
    ),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_folder_is_refused_with_the_file_and_the_remedy(folder: Path, case: str) -> None:
    damage, named = DAMAGE[case]
    damage(folder)
    with pytest.raises(CheckpointError) as caught:
        QBertForSequenceClassification.from_pretrained(folder)
    assert named in str(caught.value)
    assert "Train one with" in str(caught.value)


def test_the_auto_classes_judge_no_less_strictly(folder: Path) -> None:
    edit_config(folder, id2label={"0": "a", "1": "a", "2": "b"}, label2id=None)
    with pytest.raises(CheckpointError, match=r"different names.* Train one with"):
        AutoModelForSequenceClassification.from_pretrained(folder)


@pytest.mark.parametrize("source", ["./nowhere", "/nowhere/at/all", "not/a/hub/id", "org/name"])
def test_a_source_that_is_not_there_is_refused(source: str) -> None:
    with pytest.raises(CheckpointError, match="Train one with"):
        QBertForSequenceClassification.from_pretrained(source)


def test_a_checkpoint_that_arrives_damaged_is_not_kept(hub: Hub, folder: Path) -> None:
    hub.add("model", "org/name", folder)
    hub.fault("GET .*safetensors", WrongBytes())
    with pytest.raises(CheckpointError, match=r"arrived damaged: model.safetensors"):
        QBertForSequenceClassification.from_pretrained("org/name")
    hub.clear_faults()
    assert QBertForSequenceClassification.from_pretrained("org/name")


def test_a_damaged_backbone_is_refused(folder: Path) -> None:
    edit_config(folder, backbone_sha256="0" * 64)
    with pytest.raises(BackboneError, match="sha256"):
        QBertForSequenceClassification.from_pretrained(folder)


def test_a_crash_while_saving_leaves_the_old_checkpoint_whole(
    hybrid: QBertForSequenceClassification, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qbert_demo.model.checkpoint.save_file", full_disk)
    with pytest.raises(OSError, match="No space"):
        hybrid.save_pretrained(folder)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    QBertForSequenceClassification.from_pretrained(folder)


def test_a_crash_between_the_two_moves_is_mended_on_the_next_load(folder: Path) -> None:
    folder.rename(folder.with_name(f".{folder.name}.previous"))
    QBertForSequenceClassification.from_pretrained(folder)
    assert folder.is_dir()


def test_saving_over_a_checkpoint_replaces_all_of_it(
    hybrid: QBertForSequenceClassification, folder: Path
) -> None:
    (folder / "left-over.txt").write_text("old")
    hybrid.save_pretrained(folder, texts={"README.md": "new"})
    assert not (folder / "left-over.txt").exists()
    assert (folder / "README.md").read_text() == "new"


def test_nothing_in_a_checkpoint_names_this_machine(folder: Path) -> None:
    for path in folder.glob("*.json"):
        assert str(Path.home()) not in path.read_text()
        assert "site-packages" not in path.read_text()

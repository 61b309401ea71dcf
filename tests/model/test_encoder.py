import hashlib
import socket
import time
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from qbert_demo.config import MINILM, Backbone
from qbert_demo.errors import BackboneError
from qbert_demo.hub.files import SHIPPED
from qbert_demo.hub.waiting import Patience
from qbert_demo.model import QBertConfig, QBertForSequenceClassification
from qbert_demo.model.encoder import find_backbone
from tests import models
from tests.hub import Hub
from tests.hub.faults import Fault, Silent, WrongBytes


def test_embedded_copy_is_used_and_said_when_the_hub_is_off() -> None:
    found = find_backbone()
    assert found.source == "embedded copy"
    assert "HF_HUB_OFFLINE" in found.trouble
    assert (found.path / "tokenizer.json").is_file()


def test_a_silent_hub_is_given_up_within_three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        start = time.monotonic()
        trouble = Patience(3).trouble(MINILM.repo_id, None)
        assert trouble == "the Hub is out of reach"
        assert time.monotonic() - start < 3


def pinned(hub: Hub, folder: Path) -> Backbone:
    models.encoder(folder)
    sha = hub.add("model", "org/encoder", folder)
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    return Backbone("org/encoder", sha, digest)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_backbone, "cache", {})


@pytest.mark.usefixtures("forgetful")
def test_the_hub_is_asked_once_and_the_cache_needs_no_call(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone = pinned(hub, tmp_path)
    first = find_backbone(backbone)
    assert first.source == f"org/encoder @ {backbone.revision[:7]}, Hub"
    assert first.link == f"{constants.ENDPOINT}/org/encoder/tree/{backbone.revision}"
    monkeypatch.setattr(find_backbone, "cache", {})
    hub.requests.clear()
    assert find_backbone(backbone).source.endswith("cached")
    monkeypatch.setattr(find_backbone, "cache", {})
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert find_backbone(backbone).folder == first.folder
    assert hub.requests == []


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(
    ("pattern", "fault", "trouble"),
    [
        ("GET /api", Silent(), "out of reach"),
        ("GET .*safetensors", Silent(), "too slow"),
        ("GET .*safetensors", WrongBytes(), "arrived damaged"),
    ],
)
def test_the_embedded_copy_stands_in_within_the_patience(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, pattern: str, fault: Fault, trouble: str
) -> None:
    sha = hub.add("model", MINILM.repo_id, dict.fromkeys(SHIPPED, b"not the real one"))
    backbone = Backbone(MINILM.repo_id, sha)
    hub.fault(pattern, fault)
    start = time.monotonic()
    found = find_backbone(backbone, Patience(0.6))
    assert time.monotonic() - start < 1.5
    assert found.source == "embedded copy"
    assert trouble in found.trouble
    assert found.link is None


@pytest.mark.usefixtures("forgetful")
def test_without_a_copy_the_reason_is_told(hub: Hub, tmp_path: Path) -> None:
    backbone = pinned(hub, tmp_path)
    hub.fault("GET .*safetensors", WrongBytes())
    with pytest.raises(BackboneError, match="not in the cache, and .* arrived damaged"):
        find_backbone(backbone)


def test_an_unknown_backbone_names_what_was_tried() -> None:
    with pytest.raises(BackboneError, match=r"org/unknown @ 1234567 .* \(HF_HUB_OFFLINE\)"):
        find_backbone(Backbone("org/unknown", "1234567890"))


def test_any_bert_model_works_by_configuration(tmp_path: Path) -> None:
    shape = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(hidden_size=32, vocab_size=100, **shape)).save_pretrained(tmp_path)
    config = QBertConfig(
        head="circuit", pooling="cls", backbone_id=str(tmp_path), backbone_sha256=None
    )
    model = QBertForSequenceClassification.build(config)
    assert model.classifier.reduction.in_features == 32


def test_an_encoder_is_found_beside_a_head_and_under_early_names(tmp_path: Path) -> None:
    models.plain_bert(tmp_path, ("a", "b"))
    weights = tmp_path / "model.safetensors"
    expected = {
        name.removeprefix("bert."): tensor
        for name, tensor in load_file(weights).items()
        if name.startswith(("bert.embeddings", "bert.encoder"))
    }
    early = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma"): tensor
        for name, tensor in load_file(weights).items()
    }
    save_file(early, weights)
    config = QBertConfig(backbone_id=str(tmp_path), backbone_sha256=None)
    model = QBertForSequenceClassification.build(config)
    state = model.bert.state_dict()
    assert state.keys() == expected.keys()
    assert all(torch.equal(state[name], tensor) for name, tensor in expected.items())


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (None, "lacks encoder.layer.1.output.dense.bias"),
        (torch.zeros(31), r"has shape \(31,\)"),
        (torch.full((32,), torch.nan), "NaN"),
    ],
)
def test_an_encoder_that_is_not_whole_is_refused(
    tmp_path: Path, tensor: torch.Tensor | None, words: str
) -> None:
    models.encoder(tmp_path)
    weights, name = tmp_path / "model.safetensors", "encoder.layer.1.output.dense.bias"
    tensors = {n: t for n, t in load_file(weights).items() if n != name}
    save_file(tensors | ({} if tensor is None else {name: tensor}), weights)
    config = QBertConfig(backbone_id=str(tmp_path), backbone_sha256=None)
    with pytest.raises(BackboneError, match=words):
        QBertForSequenceClassification.build(config)


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    config = QBertConfig(backbone_id=str(tmp_path), backbone_sha256=None)
    with pytest.raises(BackboneError, match="gpt2"):
        QBertForSequenceClassification.build(config)

import socket
import time
from pathlib import Path

import pytest
from huggingface_hub import constants
from transformers import BertConfig, BertModel

from qbert_demo.config import MINILM, Backbone
from qbert_demo.errors import BackboneError
from qbert_demo.hub import hub_trouble
from qbert_demo.model import QBertConfig, QBertForSequenceClassification
from qbert_demo.model.encoder import find_backbone


def test_embedded_copy_is_used_and_said_when_the_hub_is_off() -> None:
    found = find_backbone()
    assert "embedded copy" in found.source
    assert "HF_HUB_OFFLINE" in found.source
    assert (found.folder / "tokenizer.json").is_file()


def test_a_silent_hub_is_given_up_within_three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", endpoint)
        start = time.monotonic()
        trouble = hub_trouble(lambda hub, wait: hub.model_info(MINILM.repo_id, timeout=wait))
        assert trouble == "the Hub is out of reach"
        assert time.monotonic() - start < 3


def test_an_unknown_backbone_names_what_was_tried() -> None:
    with pytest.raises(BackboneError, match=r"org/unknown @ 1234567 .* HF_HUB_OFFLINE"):
        find_backbone(Backbone("org/unknown", "1234567890"))


def test_any_bert_model_works_by_configuration(tmp_path: Path) -> None:
    shape = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(hidden_size=32, vocab_size=100, **shape)).save_pretrained(tmp_path)
    config = QBertConfig(
        head="circuit", pooling="cls", backbone_id=str(tmp_path), backbone_sha256=None
    )
    model = QBertForSequenceClassification.build(config)
    assert model.classifier.reduction.in_features == 32


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    config = QBertConfig(backbone_id=str(tmp_path), backbone_sha256=None)
    with pytest.raises(BackboneError, match="gpt2"):
        QBertForSequenceClassification.build(config)

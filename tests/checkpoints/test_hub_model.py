"""Models of strangers: what is refused before what is read, and that answers are exact."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

from qbert_demo.checkpoints.hub_model import bring_model, open_source
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import SHIPPED, Repo, fetch, look
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.loaded import LoadedModel
from tests import models
from tests.hub import Hub

CAP = 11_000_000
WEIGHT = "classifier.weight"
TEXTS = ["a fine film", "Dreadful, long and dull.", "word " * 100]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    models.plain_bert(folder, ("bad", "good", "so-so"))
    return folder


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ours") / "saved"
    models.checkpoint(folder, "circuit")
    return folder


def load(repo_id: str, tmp_path: Path, cap: int = CAP) -> LoadedModel:
    repo = look("model", repo_id, None, False)
    folder, encoder = bring_model(repo, cap, token=False, cache_dir=tmp_path / "cache")
    return open_checkpoint(folder, Trust.STRANGER, repo.source, encoder=encoder)


def downloads(hub: Hub) -> list[str]:
    return [r.path.rpartition("/")[2] for r in hub.requests if "/resolve/" in r.path]


@pytest.mark.parametrize("vocabulary", [False, True])
def test_a_plain_bert_gives_the_logits_of_transformers(
    hub: Hub, plain: Path, tmp_path: Path, vocabulary: bool
) -> None:
    files = models.files_of(plain)
    if vocabulary:
        names = json.loads(files.pop("tokenizer.json"))["model"]["vocab"]
        files["vocab.txt"] = "\n".join(sorted(names, key=names.__getitem__)).encode()
    sha = hub.add("model", "org/plain", files)
    classifier = load("org/plain", tmp_path)
    reference = AutoModelForSequenceClassification.from_pretrained(plain).eval()
    ids = [tokens.ids for tokens in classifier.tokenize(TEXTS)]
    assert [len(row) for row in ids][2] == 64
    for row, logits in zip(ids, classifier.logits(ids), strict=True):
        with torch.no_grad():
            expected = reference(torch.tensor([row])).logits[0].numpy()
        np.testing.assert_allclose(classifier.answer(row).logits, expected, atol=1e-5)
        np.testing.assert_allclose(logits, expected, atol=1e-5)
    assert classifier.labels == ("bad", "good", "so-so")
    assert classifier.source == f"org/plain @ {sha[:7]}"


def test_early_names_and_half_precision_are_read(hub: Hub, plain: Path, tmp_path: Path) -> None:
    early = {}
    for name, tensor in load_file(plain / "model.safetensors").items():
        old = name.replace("LayerNorm.weight", "LayerNorm.gamma")
        early[old.replace("LayerNorm.bias", "LayerNorm.beta")] = tensor.half()
    early["bert.embeddings.position_ids"] = torch.arange(64)[None]
    save_file(early, tmp_path / "early.safetensors")
    files = models.files_of(plain)
    files["model.safetensors"] = (tmp_path / "early.safetensors").read_bytes()
    hub.add("model", "org/early", files)
    classifier = load("org/early", tmp_path)
    ids = classifier.tokenize(TEXTS)[0].ids
    expected = open_source(str(plain), None, CAP).answer(ids).logits
    np.testing.assert_allclose(classifier.answer(ids).logits, expected, atol=0.02)
    assert {p.dtype for p in classifier.model.parameters()} == {torch.float32}


def test_our_checkpoint_loads_as_it_was_saved(hub: Hub, ours: Path, tmp_path: Path) -> None:
    hub.add("model", "org/ours", ours)
    classifier = load("org/ours", tmp_path)
    ids = classifier.tokenize(TEXTS)[0].ids
    expected = open_checkpoint(ours, Trust.OURS).answer(ids)
    np.testing.assert_array_equal(classifier.answer(ids).logits, expected.logits)
    assert not [r.path for r in hub.requests if "MiniLM" in r.path]


def test_a_checkpoint_brings_its_encoder_along(hub: Hub, tmp_path: Path) -> None:
    models.encoder(tmp_path / "encoder")
    sha = hub.add("model", "other/encoder", tmp_path / "encoder")
    local = {"backbone_id": str(tmp_path / "encoder"), "backbone_sha256": None, "max_length": 32}
    models.checkpoint(tmp_path / "own", "circuit", **local)
    named = {"backbone_id": "other/encoder", "backbone_revision": sha}
    hub.add("model", "org/own", models.files_of(tmp_path / "own", **named))
    classifier = load("org/own", tmp_path)
    ids = classifier.tokenize(TEXTS)[0].ids
    expected = open_checkpoint(tmp_path / "own", Trust.OURS).answer(ids).logits
    np.testing.assert_array_equal(classifier.answer(ids).logits, expected)
    with pytest.raises(CheckpointError, match=r"other/encoder has .* MB; at most"):
        load("org/own", tmp_path / "second", 2_000_000)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"pytorch_model.bin": pickle.dumps({}), "config.json": b"{}"}, "can run code"),
        ({"config.json": b"{}", "vocab.txt": b"a"}, "has no model.safetensors"),
        ({"model.safetensors": b"x" * 9, "vocab.txt": b"a"}, "has no config.json"),
        ({"model.safetensors": b"x" * 9, "config.json": b"{}"}, "neither tokenizer.json nor"),
        (
            {"model.safetensors": b"x" * CAP, "config.json": b"{}", "vocab.txt": b"a"},
            "has 11 MB; at most 11 MB are loaded",
        ),
        (
            {"model.safetensors": b"x", "config.json": b" " * 1_000_001, "vocab.txt": b"a"},
            "larger than 1 MB",
        ),
        (
            {"model.safetensors": b"x", "config.json": b"{}", "tokenizer.json": b" " * 10_000_001},
            "tokenizer.json of org/name is larger than 10 MB",
        ),
    ],
)
def test_the_list_of_files_is_judged_before_any_is_downloaded(
    hub: Hub, tmp_path: Path, files: dict[str, bytes], words: str
) -> None:
    hub.add("model", "org/name", files)
    with pytest.raises(CheckpointError, match=words):
        load("org/name", tmp_path)
    assert downloads(hub) == []


MANY = {str(k): f"label {k}" for k in range(51)}


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("plain", {"id2label": MANY}, "51 labels; from 2 to 50"),
        ("plain", {"id2label": {"0": "one"}}, "1 labels"),
        ("plain", {"id2label": {"0": "same", "1": "same"}}, "different names"),
        ("plain", {"id2label": {"1": "a", "2": "b"}}, "numbered from 0"),
        ("plain", {"id2label": ["a", "b"]}, "no labels"),
        ("plain", {"id2label": {"0": "a", "1": None}}, "different names"),
        ("plain", {"num_labels": 51}, "num_labels must be a whole number from 2 to 50, not 51"),
        ("plain", {"model_type": "roberta"}, "a roberta model"),
        ("plain", {"architectures": ["BertModel"]}, "describes BertModel"),
        ("plain", {"architectures": None}, "nothing in particular"),
        ("plain", {"problem_type": "regression"}, "one label of several"),
        (
            "plain",
            {"hidden_size": 10**9},
            "hidden_size must be a whole number from 1",
        ),
        ("plain", {"vocab_size": -1}, "vocab_size must be .* not -1"),
        ("plain", {"num_hidden_layers": "2"}, "num_hidden_layers must be .* not '2'"),
        ("plain", {"hidden_act": "exec"}, "activation 'exec'"),
        ("plain", {"hidden_act": ["gelu"]}, r"activation \['gelu'\]"),
        ("plain", {"layer_norm_eps": float("nan")}, "layer_norm_eps nan"),
        ("plain", {"layer_norm_eps": -10.0}, "layer_norm_eps -10.0"),
        ("plain", {"layer_norm_eps": "small"}, "layer_norm_eps 'small'"),
        ("plain", {"pad_token_id": 10**9}, "pad_token_id 1000000000, which is no token"),
        ("plain", {"id2label": {"0": "a", "1": "b\ud800"}}, "half a character"),
        ("plain", {"is_decoder": True}, "no encoder"),
        ("plain", {"auto_map": {"AutoModel": "code.Model"}}, "code that does not run here"),
        ("plain", {"quantization_config": {"a": 1}}, "code that does not run here"),
        ("ours", {"n_qubits": 200}, "qubits"),
        ("ours", {"n_layers": -1}, "layers"),
        ("ours", {"head": "magic"}, "head"),
        ("ours", {"max_length": 10**6}, "max_length must be a whole number from 3 to 512"),
        ("ours", {"id2label": MANY}, "51 labels"),
        ("ours", {"adapter_rank": 10**6}, "adapter_rank"),
        ("ours", {"dropout": float("nan")}, "dropout must be a number from 0 to 1, not nan"),
        ("ours", {"backbone_id": "/etc"}, "must be on the Hub"),
        ("ours", {"backbone_id": "../other"}, "must be on the Hub"),
        ("ours", {"backbone_sha256": "0" * 64}, "wrong hash for its encoder"),
        ("ours", {"auto_map": {"AutoModel": "code.Model"}}, "code that does not run here"),
    ],
)
def test_the_config_is_judged_before_a_tensor_is_downloaded(
    hub: Hub,
    plain: Path,
    ours: Path,
    tmp_path: Path,
    kind: str,
    changes: dict[str, Any],
    words: str,
) -> None:
    hub.add("model", "org/name", models.files_of({"plain": plain, "ours": ours}[kind], **changes))
    with pytest.raises(CheckpointError, match=words) as caught:
        load("org/name", tmp_path)
    assert "org/name" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert set(downloads(hub)) == {"config.json"}


@pytest.mark.parametrize("text", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_config_that_is_none(hub: Hub, plain: Path, tmp_path: Path, text: bytes) -> None:
    hub.add("model", "org/name", models.files_of(plain) | {"config.json": text})
    with pytest.raises(CheckpointError, match=r"Its config.json"):
        load("org/name", tmp_path)


def altered(plain: Path, tmp_path: Path, name: str, tensor: torch.Tensor | None) -> bytes:
    tensors = load_file(plain / "model.safetensors")
    tensors.pop(name, None)
    save_file(tensors | ({} if tensor is None else {name: tensor}), tmp_path / "altered")
    return (tmp_path / "altered").read_bytes()


@pytest.mark.parametrize(
    ("name", "tensor", "words"),
    [
        (WEIGHT, None, "lacks classifier.weight"),
        (WEIGHT, torch.zeros(3, 31), r"has shape \(3, 31\)"),
        (WEIGHT, torch.full((3, 32), torch.nan), "NaN or infinity"),
        (WEIGHT, torch.full((3, 32), 1e300, dtype=torch.float64), "infinity in float32"),
        (
            WEIGHT,
            torch.zeros(3, 32, dtype=torch.float8_e4m3fn),
            "is F8_E4M3, not floating in 16 to 64 bits",
        ),
        (WEIGHT, torch.full((3, 32), 3e38), "answers are NaN or infinite"),
        ("surplus", torch.zeros(1), "unknown tensors surplus"),
    ],
)
def test_tensors_are_read_strictly(
    hub: Hub, plain: Path, tmp_path: Path, name: str, tensor: torch.Tensor | None, words: str
) -> None:
    data = altered(plain, tmp_path, name, tensor)
    hub.add("model", "org/name", models.files_of(plain) | {"model.safetensors": data})
    with pytest.raises(CheckpointError, match=words) as caught:
        load("org/name", tmp_path)
    assert str(tmp_path) not in str(caught.value)


def test_a_config_that_asks_for_more_than_the_file_holds(
    hub: Hub, plain: Path, tmp_path: Path
) -> None:
    hub.add("model", "org/name", models.files_of(plain, num_hidden_layers=64, hidden_size=4096))
    with pytest.raises(CheckpointError, match="has room for"):
        load("org/name", tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{}", "cannot be read"),
        (b"\x80\x04", "cannot be read"),
        (None, "do not belong together"),
    ],
)
def test_a_tokenizer_that_does_not_suit(
    hub: Hub, plain: Path, tmp_path: Path, data: bytes | None, words: str
) -> None:
    files = models.files_of(plain)
    if data is None:
        values = json.loads(files["tokenizer.json"])
        values["model"]["vocab"]["no word"] = 30_522
        data = json.dumps(values).encode()
    hub.add("model", "org/name", files | {"tokenizer.json": data})
    with pytest.raises(CheckpointError, match=words):
        load("org/name", tmp_path)


def test_what_the_cache_has_is_a_strangers_still(hub: Hub, ours: Path, tmp_path: Path) -> None:
    models.encoder(tmp_path)
    local = {"backbone_id": str(tmp_path), "backbone_sha256": None}
    sha = hub.add("model", "org/name", models.files_of(ours, **local))
    fetch(Repo("model", "org/name", sha), SHIPPED, token=False)
    with pytest.raises(CheckpointError, match="org/name @ .* Its encoder must be on the Hub"):
        open_source("org/name", sha, CAP)


def test_this_machine_needs_the_hub_once(
    hub: Hub, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = hub.add("model", "org/ours", ours)
    hub.tag("model", "org/ours", "v1")
    first = open_source("org/ours", "v1", CAP)
    hub.requests.clear()
    again = open_source("org/ours", sha, CAP)
    assert hub.requests == []
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    offline = open_source("org/ours", sha, CAP)
    assert first.source == again.source == offline.source == f"org/ours @ {sha[:7]}"
    assert isinstance(offline.model, QBertForSequenceClassification)

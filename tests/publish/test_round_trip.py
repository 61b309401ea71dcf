"""From training to the Hub and back: the same answers, bit for bit."""

import shutil
from functools import partial
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from qbert_demo.checkpoints.hub_model import open_source
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.checkpoints.publish import publish
from qbert_demo.errors import InputError
from qbert_demo.hub.commits import compare
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.service.tuner import push_head
from qbert_demo.training.trained_head import adopt, fresh_classifier
from tests.hub import Hub
from tests.hub.faults import Status
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN
from tests.publish.conftest import Trained

TEXTS = ["what a joy is the soup", "how dare they ruin her letter", "not a great film"]


def forget_downloads() -> None:
    shutil.rmtree(constants.HF_HUB_CACHE, ignore_errors=True)


def loaded(repo_id: str, sha: str, token: str | None = None) -> list[Tensor]:
    """What `transformers` alone makes of the repository."""
    model = AutoModelForSequenceClassification.from_pretrained(repo_id, revision=sha, token=token)
    tokenizer = AutoTokenizer.from_pretrained(repo_id, revision=sha, token=token)
    with torch.no_grad():
        return [model(**tokenizer(text, return_tensors="pt")).logits[0] for text in TEXTS]


def answers(classifier: LoadedModel) -> list[Tensor]:
    ids = [t.ids for t in classifier.tokenize(TEXTS)]
    with torch.no_grad():
        return [classifier.model(torch.tensor([row])).logits[0] for row in ids]


def equal(some: list[Tensor], others: list[Tensor]) -> bool:
    close = partial(torch.allclose, atol=1e-5)
    return all(map(close, some, others)) and len(some) == len(others) == len(TEXTS)


def test_a_pushed_head_comes_back_the_same(
    hub: Hub, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, order = trained
    own = answers(adopt(fresh_classifier(), report, order.material, order.recipe))
    sha = push_head(report, order, "tester/mine", TOKEN)
    assert hub.repositories["model", "tester/mine"].private
    assert hub.commits("model", "tester/mine")[-1] == sha
    card = hub.files("model", "tester/mine", sha)["README.md"].decode()
    assert 'model="tester/mine", revision="main"' in card

    forget_downloads()
    with pytest.raises(OSError, match="private repository"):
        loaded("tester/mine", sha)
    assert equal(loaded("tester/mine", sha, TOKEN), own)
    classify = pipeline("text-classification", model="tester/mine", revision=sha, token=TOKEN)
    labels = [order.material.labels[int(logits.argmax())] for logits in own]
    assert [answer["label"] for answer in classify(TEXTS)] == labels

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    hub.requests.clear()
    assert equal(loaded("tester/mine", sha), own)
    assert equal(answers(open_source("tester/mine", sha, 10**9)), own)
    assert hub.requests == []


def test_a_published_checkpoint_comes_back_the_same(
    hub: Hub, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    publish(shipped, "org", ["sst2-hybrid"])
    monkeypatch.delenv("HF_TOKEN")
    forget_downloads()
    sha = hub.commits("model", "org/sst2-hybrid")[-1]
    own = answers(open_checkpoint(shipped / "sst2-hybrid", Trust.OURS))
    assert equal(loaded("org/sst2-hybrid", sha), own)
    hub.add("model", "org/sst2-hybrid", {"model.safetensors": b"broken later"})
    assert equal(loaded("org/sst2-hybrid", sha), own)


def test_a_second_push_makes_a_commit_only_if_something_changed(hub: Hub, trained: Trained) -> None:
    report, order = trained
    first = push_head(report, order, "org/mine", TOKEN, private=False)
    assert push_head(report, order, "org/mine", TOKEN, private=False) == first
    assert not hub.repositories["model", "org/mine"].private
    with pytest.raises(InputError, match="there already and public"):
        push_head(report, order, "org/mine", TOKEN, private=True)
    assert hub.commits("model", "org/mine")[-1] == first


def test_a_change_in_between_is_not_overwritten(
    hub: Hub, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, order = trained
    hub.add("model", "org/mine", {"config.json": b'{"model_type": "qbert"}'})

    def compare_slowly(*args: object) -> object:
        found = compare(*args)
        hub.add("model", "org/mine", {"notes.md": b"from somebody else"})
        return found

    monkeypatch.setattr("qbert_demo.checkpoints.publish.compare", compare_slowly)
    with pytest.raises(InputError, match="changed at the same time"):
        push_head(report, order, "org/mine", TOKEN, private=False)
    assert len(hub.commits("model", "org/mine")) == 2


@pytest.mark.parametrize(
    ("repo_id", "token", "words"),
    [
        ("mine", TOKEN, "owner/name"),
        ("a/b/c", TOKEN, "owner/name"),
        ("org/<b>", TOKEN, "owner/name"),
        (None, TOKEN, "owner/name"),
        (["org/name"], TOKEN, "owner/name"),
        ("org/name", "", "A token of yours"),
        ("org/name", None, "A token of yours"),
        ("org/name", "hf_with\nbreak", "no access token"),
        ("org/name", "hf_of_nobody", "does not accept"),
        ("org/name", STRANGERS_TOKEN, "may not write to org"),
    ],
)
def test_names_and_tokens_that_cannot_be_used(
    hub: Hub,
    trained: Trained,
    monkeypatch: pytest.MonkeyPatch,
    repo_id: str,
    token: str,
    words: str,
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)  # the server's own, which no visitor may use
    with pytest.raises(InputError, match=words):
        push_head(*trained, repo_id, token)
    assert hub.repositories == {}


def test_a_failed_push_can_be_repeated(hub: Hub, trained: Trained) -> None:
    hub.fault("POST .*/commit/", Status(500), times=1)
    with pytest.raises(InputError, match="status 500"):
        push_head(*trained, "org/mine", TOKEN)
    assert len(hub.commits("model", "org/mine")) == 1
    assert push_head(*trained, "org/mine", TOKEN) == hub.commits("model", "org/mine")[-1]
    assert len(hub.commits("model", "org/mine")) == 2

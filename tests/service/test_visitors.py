"""Models that visitors bring: beside ours, shared or private, and dropped when room is short."""

import logging
import resource
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import constants
from transformers import BertForSequenceClassification

from qbert_demo.errors import CheckpointError, InputError, QBertError
from qbert_demo.model.tokenizer import read_tokenizer
from qbert_demo.results import Guest, TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.visitors import Visitors
from tests import models
from tests.hub import Hub
from tests.hub.faults import Silent, Slow
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

TEXT = "Not a great film, but never dull."


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    folder = tmp_path_factory.mktemp("checkpoints")
    for seed, (name, head) in enumerate([("classical", "linear"), ("hybrid", "circuit")]):
        for task in ("sst2", "imdb"):
            models.checkpoint(folder / f"{task}-{name}", head, seed)
    return Explorer.start(folder=folder)


@pytest.fixture
def explorer(started: Explorer, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    monkeypatch.setattr(started, "_visitors", Visitors(100_000_000))
    return started


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    models.plain_bert(root / "numbered", ("LABEL_0", "LABEL_1"))
    models.plain_bert(root / "turned", ("Positive", "NEGATIVE"))
    models.plain_bert(root / "other", ("tea", "coffee", "milk"))
    models.checkpoint(root / "circuit", "circuit", seed=7, n_qubits=3)
    return {path.name: path for path in root.iterdir()}


@pytest.fixture
def stocked(hub: Hub, folders: dict[str, Path]) -> Hub:
    for name, folder in folders.items():
        hub.add("model", f"org/{name}", folder)
    hub.add("model", "org/private", folders["turned"], private=True)
    hub.add("model", "org/gated", folders["turned"], gated=True)
    return hub


def logits(explorer: Explorer, card: TaskCard, head: str) -> np.ndarray:
    return explorer.compare(card.key, TEXT, [head]).predictions[head].logits


def raw(folder: Path) -> np.ndarray:
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    ids = read_tokenizer(folder, 30_522).encode(TEXT).ids
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0].numpy()


def test_labels_in_another_order_are_put_in_ours(
    explorer: Explorer, stocked: Hub, folders: dict[str, Path]
) -> None:
    guest = explorer.load_model("org/turned")
    (card,) = guest.cards
    assert card.title == "Sentiment, with org/turned"
    assert card.heads == ("classical", "hybrid", "guest")
    assert guest.notes == ()
    comparison = explorer.compare(card.key, TEXT, card.heads)
    assert list(comparison.predictions) == ["classical", "hybrid", "guest"]
    prediction = comparison.predictions["guest"]
    assert prediction.labels == ("negative", "positive")
    np.testing.assert_allclose(prediction.logits, raw(folders["turned"])[::-1], atol=1e-6)
    assert prediction.card.title == "org/turned"
    sha = stocked.commits("model", "org/turned")[-1]
    assert prediction.card.source == guest.origin.source == f"org/turned @ {sha[:7]}"
    assert guest.origin.link == f"{constants.ENDPOINT}/org/turned/tree/{sha}"
    shipped = explorer.compare("sst2", TEXT).predictions["hybrid"]
    np.testing.assert_array_equal(comparison.predictions["hybrid"].logits, shipped.logits)
    batch = explorer.compare_batch(card.key, [TEXT], ["positive"], explorer.heads(card.key, False))
    np.testing.assert_allclose(batch.probabilities["guest"][0], prediction.probabilities, atol=1e-5)


def test_numbered_labels_are_read_as_ours_and_that_is_said(
    explorer: Explorer, stocked: Hub, folders: dict[str, Path]
) -> None:
    for _ in range(2):
        guest = explorer.load_model("org/numbered", "main")
        (note,) = guest.notes
        assert note == "Its labels LABEL_0, LABEL_1 are read as negative, positive."
    np.testing.assert_allclose(
        logits(explorer, guest.cards[0], "guest"), raw(folders["numbered"]), atol=1e-6
    )


def test_of_tasks_that_fit_the_one_in_sight_is_taken(explorer: Explorer, stocked: Hub) -> None:
    for task, title in (("imdb", "Film review"), ("", "Sentiment"), ("imdb", "Film review")):
        (card,) = explorer.load_model("org/numbered", task=task).cards
        (beside,) = explorer.load_model("org/turned", task=card.key).cards
        assert beside.title == f"{title}, with org/turned"


def test_other_labels_stand_alone(explorer: Explorer, stocked: Hub) -> None:
    (card,) = explorer.load_model(" org/other ").cards
    assert (card.title, card.labels, card.heads) == (
        "org/other",
        ("tea", "coffee", "milk"),
        ("classical",),
    )
    assert explorer.compare(card.key, TEXT, ["classical"]).predictions["classical"].label


def test_a_guest_with_a_circuit_has_a_task_for_it(explorer: Explorer, stocked: Hub) -> None:
    alone, beside = explorer.load_model("org/circuit").cards
    assert (alone.title, alone.heads) == ("org/circuit", ("hybrid",))
    assert beside.heads == ("classical", "hybrid", "guest")
    circuit = explorer.compare(alone.key, TEXT, ["hybrid"]).predictions["hybrid"].circuit
    assert circuit is not None
    assert circuit.n_qubits == 3
    np.testing.assert_array_equal(
        logits(explorer, alone, "hybrid"), logits(explorer, beside, "guest")
    )


def test_a_public_model_is_downloaded_once_for_all(explorer: Explorer, stocked: Hub) -> None:
    with ThreadPoolExecutor(3) as pool:
        guests = list(pool.map(explorer.load_model, ["org/turned"] * 3))
    guests.append(explorer.load_model("org/turned", stocked.commits("model", "org/turned")[-1]))
    fetched = [r for r in stocked.requests if r.method == "GET" and "safetensors" in r.path]
    assert len(fetched) == 1
    assert len({guest.cards[0].key for guest in guests}) == 4
    found = {id(explorer.classifier(guest.cards[0].key, "guest")) for guest in guests}
    assert len(found) == 1
    assert explorer.tasks[0].key == "sst2"
    assert not list(Path(constants.HF_HUB_CACHE).rglob("*"))


@pytest.mark.parametrize("repo_id", ["org/private", "org/gated"])
def test_what_a_token_opens_is_its_visitors_alone(
    explorer: Explorer, stocked: Hub, repo_id: str
) -> None:
    guest = explorer.load_model(repo_id, token=f" {TOKEN}\n")
    card = guest.cards[0]
    assert explorer.compare(card.key, TEXT, ["guest"])
    for token in (None, "", STRANGERS_TOKEN):
        with pytest.raises(CheckpointError):
            explorer.load_model(repo_id, token=token)
    mine = explorer.load_model(repo_id, token=TOKEN).cards[0]
    models_ = {id(explorer.classifier(key, "guest")) for key in (card.key, mine.key)}
    assert len(models_) == 2
    assert len(card.key) > 16
    assert repo_id not in card.key
    assert not list(Path(constants.HF_HUB_CACHE).rglob("*"))


def test_the_servers_own_login_opens_nothing_to_visitors(
    explorer: Explorer, stocked: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with pytest.raises(CheckpointError, match="or it is private"):
        explorer.load_model("org/private")
    assert {r.authorization for r in stocked.requests} == {None}


def test_a_token_is_nowhere_to_be_found(
    explorer: Explorer, stocked: Hub, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "hf_secretsecretsecret"
    stocked.tokens[secret] = "tester"
    said = [repr(explorer.load_model("org/private", token=secret))]
    for repo_id, token in (
        ("org/missing", secret),
        ("no id at all", secret),
        ("org/private", f"{secret}x"),
        ("org/private", f"{secret} two words"),
        ("org/private", f"{secret}\r\nX-Header: 1"),
        ("org/private", f"{secret}é"),
    ):
        with pytest.raises(QBertError) as caught:
            explorer.load_model(repo_id, token=token)
        said.append(str(caught.value))
    said += [r.path + r.query for r in stocked.requests]
    said += [caplog.text, *capfd.readouterr(), repr(vars(explorer._visitors))]
    assert secret not in "\n".join(said)
    assert {r.headers.get("authorization") for r in stocked.requests} >= {f"Bearer {secret}"}


@pytest.mark.parametrize(
    ("repo_id", "words"),
    [("", "such as org/name"), (None, "such as org/name"), (7, "such as"), ("a b", "no Hub id")],
)
def test_what_is_no_name(explorer: Explorer, online: str, repo_id: object, words: str) -> None:
    with pytest.raises(QBertError, match=words):
        explorer.load_model(repo_id)


def test_without_room_for_temporary_files_the_variable_is_named(
    explorer: Explorer, stocked: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as missing:
        missing.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
        with pytest.raises(CheckpointError, match="temporary files cannot be .* Set TMPDIR else"):
            explorer.load_model("org/turned")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    try:
        with pytest.raises(CheckpointError, match="no room on the disk .* or set TMPDIR elsewhere"):
            explorer.load_model("org/turned")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert explorer.load_model("org/turned")


@pytest.mark.parametrize("revision", ["\ud800", "a\x00b", "v1 x"])
def test_what_is_no_revision(explorer: Explorer, stocked: Hub, revision: str) -> None:
    with pytest.raises(CheckpointError, match="is no revision of org/turned"):
        explorer.load_model("org/turned", revision)


def test_a_download_that_got_stuck_is_in_nobodys_way(
    explorer: Explorer, stocked: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.fault("GET .*safetensors", Slow(3), times=1)
    before = set(threading.enumerate())
    with monkeypatch.context() as impatient:
        impatient.setattr("qbert_demo.service.visitors.DOWNLOAD_SECONDS", 0.5)
        with pytest.raises(CheckpointError, match="did not deliver org/turned in time"):
            explorer.load_model("org/turned")
    stuck = [one for one in set(threading.enumerate()) - before if one.name == "hub"]
    key = explorer.load_model("org/turned").cards[0].key
    loaded = explorer.classifier(key, "guest")
    assert [one.is_alive() for one in stuck] == [True], "nobody waits for the first download"
    stuck[0].join(10)
    assert explorer.classifier(key, "guest") is loaded


def test_a_silent_hub_ends_within_the_bound(
    explorer: Explorer, stocked: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbert_demo.service.visitors.DOWNLOAD_SECONDS", 0.5)
    stocked.fault("GET .*safetensors", Silent())
    start = time.monotonic()
    with pytest.raises(CheckpointError, match="did not deliver org/turned in time"):
        explorer.load_model("org/turned")
    assert time.monotonic() - start < 1.5
    assert explorer.compare("sst2", TEXT)


def test_the_cap_is_the_environments(
    explorer: Explorer, stocked: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QBERT_MAX_MODEL_MB", "1")
    with pytest.raises(CheckpointError, match="at most 1 MB"):
        explorer.load_model("org/turned")
    assert not [r for r in stocked.requests if "/resolve/" in r.path]


@pytest.fixture
def cramped(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> Explorer:
    monkeypatch.setattr(explorer, "_visitors", Visitors(6_000_000))
    return explorer


def test_what_was_dropped_says_so_and_comes_back(cramped: Explorer, stocked: Hub) -> None:
    first = cramped.load_model("org/turned").cards[0]
    assert cramped.load_model("org/other")
    with pytest.raises(InputError, match=r"“Sentiment, with org/turned” were dropped .* Load"):
        cramped.compare(first.key, TEXT, ["guest"])
    assert cramped.compare(first.key, TEXT, ["hybrid"])
    again: Guest = cramped.load_model("org/turned")
    assert cramped.compare(again.cards[0].key, TEXT, ["guest"])
    assert cramped.compare(first.key, TEXT, ["guest"])


def test_trained_heads_share_the_room_and_the_encoder(explorer: Explorer) -> None:
    base = explorer.classifier("sst2", "classical")
    config = base.model.config
    for k in range(5):
        own = base.with_head(config, base.model.tensors(), "just trained")
        card = TaskCard(f"mine-{k}", "Yours", ("a", "b"), (), ("classical",))
        explorer.adopt(card, {"classical": own})
    assert explorer._visitors.cache.bytes < 100_000_000
    assert all(explorer.compare(f"mine-{k}", TEXT, ["classical"]) for k in range(5))
    with pytest.raises(InputError, match="the tasks are: sst2"):
        explorer.compare("mine-9", TEXT)

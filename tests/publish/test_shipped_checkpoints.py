"""``publish`` with the genuine client and the checkpoints of this repository."""

import json
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from qbert_demo.checkpoints.card import card_of
from qbert_demo.checkpoints.registry import read_registry
from qbert_demo.cli import main
from tests.hub import Hub
from tests.hub.faults import CutOff, Fault, Silent, Status
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

TASKS = ("sst2", "ag_news", "sms_spam", "tweet_sentiment", "imdb")
NAMES = [f"{task}-{head}" for task in TASKS for head in ("classical", "hybrid", "control")]


@pytest.fixture(autouse=True)
def _login(online: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


def run(folder: Path, *more: str) -> int:
    return main(["publish", "--org", "org", "--checkpoints", str(folder), *more])


def revisions(folder: Path) -> dict[str, str | None]:
    return {entry.repo_id: entry.revision for entry in read_registry(folder)}


def written(hub: Hub) -> list[str]:
    return [f"{r.method} {r.path}" for r in hub.requests if r.method not in ("GET", "HEAD")]


def test_every_checkpoint_gets_a_repository_and_its_commit_is_noted(
    hub: Hub, shipped: Path
) -> None:
    assert run(shipped) == 0
    assert list(revisions(shipped)) == [f"org/{name}" for name in NAMES]
    for entry in read_registry(shipped):
        folder = shipped / entry.folder
        files = hub.files("model", entry.repo_id, entry.revision or "")
        there = {path.name: path.read_bytes() for path in folder.iterdir()}
        there["README.md"] = card_of(folder, entry.repo_id).encode()
        assert files.pop(".gitattributes")
        assert files == there
        assert hub.commits("model", entry.repo_id)[-1] == entry.revision
        assert len(hub.commits("model", entry.repo_id)) == 2
        assert not hub.repositories["model", entry.repo_id].private


def test_a_repeat_sends_nothing_and_an_update_only_what_changed(hub: Hub, shipped: Path) -> None:
    assert run(shipped) == 0
    before = (shipped / "registry.json").read_bytes()
    hub.requests.clear()
    assert run(shipped) == 0
    assert written(hub) == []
    assert len(hub.requests) == len(NAMES)
    assert (shipped / "registry.json").read_bytes() == before

    path = shipped / "sst2-hybrid" / "training.json"
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "date": "2031-01-01"}))
    assert run(shipped) == 0
    assert not any("lfs" in request for request in written(hub))
    old = {entry["repo_id"]: entry["revision"] for entry in json.loads(before)}
    changed = {name for name, sha in revisions(shipped).items() if sha != old[name]}
    assert changed == {"org/sst2-hybrid"}
    assert len(hub.commits("model", "org/sst2-hybrid")) == 3
    card = hub.files("model", "org/sst2-hybrid")["README.md"].decode()
    assert "Measured on 2031-01-01" in card


def test_an_interrupted_run_goes_on(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.fault(r"POST .*/org/sst2-control/commit/", Status(500), times=1)
    assert run(shipped) == 2
    assert "status 500" in capsys.readouterr().err
    done = [sha for sha in revisions(shipped).values() if sha]
    assert len(done) == 2
    hub.requests.clear()
    assert run(shipped) == 0
    assert not any("classical" in r and "sst2" in r for r in written(hub))
    assert [sha for sha in revisions(shipped).values() if sha][:2] == done
    for name, sha in revisions(shipped).items():
        assert hub.commits("model", name)[-1] == sha
        assert len(hub.commits("model", name)) == 2


def test_a_dry_run_only_reads(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(shipped, "--only", "sst2-hybrid") == 0
    before = (shipped / "registry.json").read_bytes()
    (shipped / "sst2-hybrid" / "training.json").write_text(
        (shipped / "sst2-hybrid" / "training.json").read_text() + "\n"
    )
    monkeypatch.delenv("HF_TOKEN")
    hub.requests.clear()
    capsys.readouterr()
    assert run(shipped, "--dry-run") == 0
    assert written(hub) == []
    assert {request.authorization for request in hub.requests} == {None}
    assert (shipped / "registry.json").read_bytes() == before
    out = capsys.readouterr().out
    told = {part.splitlines()[0]: part for part in out.replace("\norg/", "\0org/").split("\0")}
    assert len(told) == len(NAMES)
    assert "org/sst2-classical is not there, or is private" in told
    head = hub.commits("model", "org/sst2-hybrid")[-1]
    lines = told[f"org/sst2-hybrid is at {head[:7]}"].splitlines()
    assert "  changed  training.json" in lines
    assert "  same     model.safetensors" in lines


def test_a_dry_run_with_a_login_tells_what_it_would_create(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.add("model", "org/sst2-control", {"config.json": b'{"model_type": "qbert"}'}, private=True)
    assert run(shipped, "--dry-run", "--only", "sst2-classical", "sst2-control") == 0
    assert written(hub) == []
    out = capsys.readouterr().out
    assert "org/sst2-classical would be created" in out
    assert "org/sst2-control is at" in out


def test_two_checkpoints_of_one_name_are_refused_before_anything_is_sent(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shipped / "registry.json"
    path.write_text(path.read_text().replace("qbert-explorer/sst2-hybrid", "other/sst2-classical"))
    refused(shipped, capsys, "another entry's repository is called sst2-classical, too")
    assert hub.requests == []


def test_only_some(hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shipped, "--only", "ag_news-hybrid", "sst2-control") == 0
    assert {name for _, name in hub.repositories} == {"org/ag_news-hybrid", "org/sst2-control"}
    published = {name for name, sha in revisions(shipped).items() if sha}
    assert published == {"org/ag_news-hybrid", "org/sst2-control"}
    assert run(shipped, "--only", "sst2") == 2
    assert "no checkpoint sst2; there are: sst2-classical," in capsys.readouterr().err


def refused(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str, token: str = TOKEN
) -> None:
    before = (folder / "registry.json").read_bytes()
    assert run(folder) == 2
    err = capsys.readouterr().err
    assert err.startswith("qbert_demo: ")
    assert words in err
    assert "Traceback" not in err
    assert token not in err
    assert (folder / "registry.json").read_bytes() == before


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "needs a token that may write. Run `hf auth login`"),
        ("hf_of_nobody", "does not accept this token"),
        (STRANGERS_TOKEN, "may not write to org"),
        ("hf_ with spaces", "This is no access token"),
    ],
)
def test_who_may_not_publish_is_told_why(
    hub: Hub,
    shipped: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    token: str,
    words: str,
) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    refused(shipped, capsys, words, token or "hf_")
    assert hub.repositories == {}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Status(429), "asked too much"),
        (Status(500), "status 500"),
        (CutOff(), "The connection to the Hub failed"),
        (Silent(), "in time"),
    ],
)
def test_a_hub_in_trouble_is_told(
    hub: Hub,
    shipped: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    words: str,
) -> None:
    monkeypatch.setattr("qbert_demo.hub.commits.ASK_SECONDS", 0.5)
    hub.add("model", "org/sst2-classical", {".gitattributes": b""})
    hub.fault("GET /api/models/", fault)
    refused(shipped, capsys, words)


def test_a_hub_that_keeps_silent_about_a_commit_is_not_waited_for(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbert_demo.hub.commits.SEND_SECONDS", 1)
    hub.fault("POST .*/commit/", Silent())
    refused(shipped, capsys, "What was sent may still arrive")


def test_no_network_and_no_wish_for_one_are_told(
    online: str,
    shipped: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused(shipped, capsys, "The connection to the Hub failed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    refused(shipped, capsys, "switched off here (HF_HUB_OFFLINE)")


@pytest.mark.parametrize(
    "content",
    [
        {"README.md": b"# Mine\n"},
        {"config.json": b'{"model_type": "bert"}', "model.safetensors": b"1"},
        {"config.json": b"[]"},
        {"config.json": b"no json"},
        {"config.json": b""},
    ],
)
def test_a_repository_with_something_else_is_left_alone(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str], content: dict[str, bytes]
) -> None:
    sha = hub.add("model", "org/sst2-classical", content)
    refused(shipped, capsys, "org/sst2-classical holds something else")
    assert hub.commits("model", "org/sst2-classical") == [sha]


@pytest.mark.parametrize(
    "content", [{".gitattributes": b"*.bin"}, {"config.json": b'{"model_type": "qbert"}'}]
)
def test_an_empty_repository_and_an_older_checkpoint_are_updated(
    hub: Hub, shipped: Path, content: dict[str, bytes]
) -> None:
    hub.add("model", "org/sst2-classical", content)
    assert run(shipped, "--only", "sst2-classical") == 0
    assert len(hub.commits("model", "org/sst2-classical")) == 2


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json", "training.json"])
def test_half_a_checkpoint_is_not_published(
    hub: Hub, shipped: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    (shipped / "sst2-classical" / missing).unlink()
    refused(shipped, capsys, missing)
    assert hub.repositories == {}


def test_the_card_on_the_hub_is_read_by_its_client(hub: Hub, shipped: Path) -> None:
    assert run(shipped, "--only", "sst2-hybrid") == 0
    card = ModelCard.load("org/sst2-hybrid")
    facts: dict[str, Any] = json.loads((shipped / "sst2-hybrid" / "training.json").read_text())
    scores = facts["scores"]["validation"]
    values = {result.metric_type: result.metric_value for result in card.data.eval_results or ()}
    assert values == {
        "accuracy": round(scores["accuracy"]["value"], 4),
        "f1": round(scores["macro_f1"], 4),
    }
    for result in card.data.eval_results or ():
        assert result.dataset_type == "stanfordnlp/sst2"
        assert (result.dataset_config, result.dataset_split) == ("default", "validation")
        assert result.dataset_revision == facts["data"]["hub_revision"]
        assert result.metric_args["command"] == "python -m qbert_demo evaluate --task sst2"
    assert {"qbert", "hybrid", "quantum-machine-learning"} <= set(card.data.tags or ())
    assert 'model="org/sst2-hybrid", revision="main"' in card.text

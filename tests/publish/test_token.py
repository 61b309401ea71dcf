"""A token goes to the Hub in one header, and nowhere else."""

import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import httpx2
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from transformers import AutoModelForSequenceClassification

from qbert_demo.cli import main
from qbert_demo.service import Explorer
from qbert_demo.ui.compare.hub_model import load
from qbert_demo.ui.finetune.push import build_push, push
from qbert_demo.ui.finetune.session import Session
from tests.hub import Hub
from tests.hub.faults import Fault, Status

PLANTED = "hf_PlantedToBeSearchedForEverywhere"
LOGGERS = ("", "huggingface_hub", "transformers", "datasets", "httpx2", "httpcore2", "gradio")


class Overheard(Fault):
    """The Hub's own answer; keeps what was sent, and what lay on the disk meanwhile."""

    def __init__(self, *places: Path) -> None:
        self.places = places
        self.heard: list[bytes] = []

    async def strike(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def hear() -> Message:
            message = await receive()
            self.heard.append(message.get("body", b""))
            return message

        headers = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
        self.heard += [scope["raw_path"], scope["query_string"], repr(headers).encode()]
        self.heard += contents(*self.places)
        await app(scope, hear, send)


def contents(*places: Path) -> list[bytes]:
    """Names and bytes of every file below."""
    paths = [path for place in places for path in place.rglob("*") if path.is_file()]
    return [part for path in paths for part in (str(path).encode(), path.read_bytes())]


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Everything that is logged, however unimportant."""
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield lines
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all files of a test are, temporary ones too."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path


def publishing(shipped: Path) -> None:
    for more in (["--dry-run"], ["--only", "sst2-hybrid"], ["--org", "other"]):
        main(["publish", "--org", "org", "--checkpoints", str(shipped), *more])


def using(explorer: Explorer, session: Session, token: str) -> Iterator[tuple[str, str]]:
    """What a visitor with this token is told, and what is put into the token box."""
    for repo_id in ("org/mine", "other/mine", "no name"):
        yield from push(session, "hybrid", repo_id, True, token)
    for repo_id in ("org/mine", "other/private"):
        yield from ((told.said, told.token) for told in load(explorer, repo_id, "", token, ()))


def failing_to_load(token: str) -> str:
    with pytest.raises(OSError, match="private") as refused:
        AutoModelForSequenceClassification.from_pretrained("other/private", token=token)
    return str(refused.value)


def test_the_token_is_found_nowhere_but_in_its_header(
    hub: Hub,
    shipped: Path,
    session: Session,
    disk: Path,
    log: list[str],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub.add("model", "other/private", {"config.json": b"{}"}, private=True)
    overheard = Overheard(disk)
    hub.fault("POST .*/commit/", Status(500), times=1)
    hub.fault("", overheard)
    explorer = Explorer(shipped, ["sst2"])
    answers: list[tuple[str, str]] = []
    errors: list[str] = []
    for token, people in (
        (PLANTED, {PLANTED: "tester"}),
        (PLANTED, {PLANTED: "stranger"}),
        (PLANTED, {}),
        (f"{PLANTED} \n{PLANTED}", {}),
    ):
        hub.tokens = people
        monkeypatch.setenv("HF_TOKEN", token)
        publishing(shipped)
        monkeypatch.delenv("HF_TOKEN")
        answers += using(explorer, session, token)
        if token == PLANTED:
            errors.append(failing_to_load(token))

    assert {"tester", "stranger", ""} <= {request.authorization for request in hub.requests}
    told = [words for words, _ in answers]
    for done in ("Pushed to", "answers", "does not accept", "may not write", "no access token"):
        assert any(done in words for words in told), done
    boxes = [box for _, box in answers]
    assert "" in boxes, "it is emptied once it was used"
    printed = "".join(capfd.readouterr())
    assert "org/sst2-hybrid" in printed
    assert any("Request" in line for line in log)
    assert len(overheard.heard) > 100
    for place in (printed, repr(session), repr(boxes), *told, *errors, *log):
        assert PLANTED not in place
    for data in (*overheard.heard, *contents(disk), *hub.uploaded.values()):
        assert PLANTED.encode() not in data


def test_the_browser_never_gets_it_back(hub: Hub, session: Session) -> None:
    hub.tokens[PLANTED] = "tester"
    with gr.Blocks() as app:
        build_push(gr.State(session))
    _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        config = httpx2.get(f"{url}config").json()
        (event,) = [e for e in config["dependencies"] if e["backend_fn"]]
        form = [None, "hybrid", "tester/mine", True, PLANTED]
        job = {"data": form, "fn_index": event["id"], "session_hash": "visitor"}
        joined = httpx2.post(f"{url}gradio_api/queue/join", json=job)
        came = httpx2.get(f"{url}gradio_api/queue/data?session_hash=visitor", timeout=60).text
        again = httpx2.get(f"{url}config").text
    finally:
        app.close()
    assert "Pushed to" in came
    assert hub.commits("model", "tester/mine")
    for sent in (joined.text, came, again, json.dumps(config)):
        assert PLANTED not in sent

"""What is too much for the server, and what goes wrong: refused in a sentence, and forgotten."""

import json
import logging
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from qbert_demo.ui.server import bodies, faults, folder
from tests.ui.scripted import ScriptedExplorer
from tests.ui.serving import served

API = "gradio_api/"
BOUNDARY = "qbert"


def post(url: str, body: bytes, kind: str = "application/json") -> tuple[int, str]:
    """Status and text of an answer."""
    request = Request(url, body, {"Content-Type": kind})
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def chunked(url: str, size: int) -> tuple[int, str]:
    """The same for a body whose length is not told."""
    request = Request(url, iter([bytes(1_000_000)] * (size // 1_000_000)), method="POST")
    request.add_header("Content-Type", "application/json")
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def upload(url: str, name: str, content: bytes) -> tuple[int, str]:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    body = head.encode() + b"Content-Type: text/csv\r\n\r\n" + content
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    return post(f"{url}{API}upload", body, f"multipart/form-data; boundary={BOUNDARY}")


@pytest.mark.parametrize("path", ["queue/join", "call/compare", "upload"])
def test_a_body_that_is_too_large_is_refused_before_it_is_parsed(url: str, path: str) -> None:
    status, words = post(f"{url}{API}{path}", b" " * (bodies.MAX_BODY_BYTES + 1))
    assert (status, "at most 25 MB. Send less at once." in words) == (413, True)
    assert (path == "upload") == words.startswith("A request"), "the page shows all that it says"


def test_a_body_of_untold_length_is_refused_once_it_is_too_large(url: str) -> None:
    assert chunked(f"{url}{API}queue/join", bodies.MAX_BODY_BYTES + 2_000_000)[0] == 413


def test_uploads_have_a_limit_together(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MAX_UPLOADED_BYTES", 10_000)
    monkeypatch.setattr(bodies, "size_of", lambda _: folder.size_of(tmp_path))
    assert upload(url, "a.csv", b"text,label\n")[0] == 200
    (tmp_path / "sha").mkdir()
    (tmp_path / "sha" / "b.csv").write_bytes(bytes(9_900))
    status, words = upload(url, "a.csv", b"text,label\n")
    assert (status, words) == (
        507,
        "There is no room for more files now. Try again in some minutes.",
    )
    folder.delete_old(tmp_path, -1)
    assert upload(url, "a.csv", b"text,label\n")[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"data": ["x" * 5_000_000], "fn_index": "y" * 5_000_000, "session_hash": "s"},
        {"data": "x" * 5_000_000, "fn_index": 0, "session_hash": "s"},
        {"data": [], "fn_index": 10**9, "session_hash": "s"},
    ],
)
def test_a_malformed_request_is_answered_in_few_words(
    url: str, body: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    status, words = post(f"{url}{API}queue/join", json.dumps(body).encode())
    assert 400 <= status <= 500
    assert 20 < len(json.loads(words)["detail"]) < 500
    assert len(caplog.text) < 20_000


class Broken(ScriptedExplorer):
    def compare(self, task: str, text: str, *heads: Any) -> Any:
        if text == "break":
            raise ValueError("x" * 5_000_000)
        return super().compare(task, text, *heads)


def test_an_unforeseen_error_has_a_number_that_stands_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR, faults.__name__), served(Broken()) as address:
        client = Client(address, verbose=False)
        with pytest.raises(AppError, match="failed by an error in this program") as caught:
            client.predict("sst2", "break", api_name="/compare")
        number = str(caught.value).partition("number ")[2].partition(" ")[0]
        assert len(number) == 8
        (record,) = [r for r in caplog.records if number in r.getMessage()]
        assert "ValueError: xxx" in record.getMessage()
        assert "in compare" in record.getMessage()
        assert len(record.getMessage()) < 20_000


def test_a_long_message_of_gradios_own_is_cut(url: str) -> None:
    """The page's choice of a task quotes what it does not know."""
    config = json.loads(urlopen(f"{url}config", timeout=10).read())
    kinds = {component["id"]: component["type"] for component in config["components"]}
    place, fn = next(
        (at, fn)
        for fn in config["dependencies"]
        for at, component in enumerate(fn["inputs"])
        if kinds[component] == "radio" and fn["backend_fn"]
    )
    data: list[Any] = [None] * len(fn["inputs"])
    data[place] = "x" * 5_000_000
    body = {"data": data, "fn_index": fn["id"], "session_hash": "long"}
    assert post(f"{url}{API}queue/join", json.dumps(body).encode())[0] == 200
    with urlopen(f"{url}{API}queue/data?session_hash=long", timeout=30) as stream:
        started = time.monotonic()
        for line in stream:
            if b"process_completed" in line:
                assert b"xxxx" in line
                assert len(line) < 2_000
                return
            assert time.monotonic() - started < 20

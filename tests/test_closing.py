"""The app's end by a signal: who waits hears of it, it is quick, and nothing is left."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import psutil
import pytest
from gradio_client import Client

from tests.jobs.watch import eventually, is_alive
from tests.serving import ROOT, START_SECONDS, free_port, wait_until_it_answers

LONG = {"heads": ["hybrid"], "epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}
LINES = "\n".join(f"the {k}. film is fine, {('good', 'bad')[k % 2]}" for k in range(600))
SECONDS = 3.0


@contextmanager
def app(
    folder: Path, *before: str, **environment: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the app with its temporary files in a folder; yields its process and address."""
    port = free_port()
    process = subprocess.Popen(
        [*before, sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "GRADIO_SERVER_PORT": str(port),
            "HF_HUB_OFFLINE": "1",
            "TMPDIR": str(folder),
            "GRADIO_TEMP_DIR": "",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path."""
    with TemporaryDirectory(prefix="t") as name:
        yield Path(name)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_soon_and_who_waits_hears_of_it(
    folder: Path, number: signal.Signals
) -> None:
    with app(folder) as (process, url), ExitStack() as connections:
        wait_until_it_answers(url, process)
        clients = [Client(url, verbose=False, httpx_kwargs={"timeout": 60}) for _ in range(4)]
        trainings = [
            client.submit(None, LINES, settings=LONG, api_name="/fine_tune") for client in clients
        ]
        give_up = time.monotonic() + START_SECONDS
        while not any(event["event"] == "started" for t in trainings for event in t.outputs()):
            assert time.monotonic() < give_up
            time.sleep(0.1)
        for address in ("heartbeat/abc", "heartbeat/def"):
            connections.enter_context(urlopen(f"{url}/gradio_api/{address}", timeout=10))
        below = {child.pid for child in psutil.Process(process.pid).children(recursive=True)}
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(30) == 0
        assert time.monotonic() - began < SECONDS
        assert eventually(lambda: not any(map(is_alive, below)))
        assert list(folder.iterdir()) == []
        for training in trainings:
            training.result(10)
            last = training.outputs()[-1]
            assert (last["event"], last["sentence"][:18]) == ("stopped", "The app is closing")


@pytest.mark.skipif(not shutil.which("unshare"), reason="there is no unshare")
def test_it_ends_as_soon_as_the_first_process_of_a_container(folder: Path) -> None:
    first = ["unshare", "--pid", "--fork", "--kill-child"]
    if subprocess.run([*first, "true"], check=False).returncode:
        pytest.skip("no new namespace may be made here")
    with app(folder, *first) as (process, url):
        wait_until_it_answers(url, process)
        (inner,) = psutil.Process(process.pid).children()
        began = time.monotonic()
        inner.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert time.monotonic() - began < SECONDS
    assert list(folder.iterdir()) == []


def test_a_port_that_is_taken_is_an_error_in_a_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with app(folder, GRADIO_SERVER_PORT=str(port)) as (process, _):
            said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.startswith(f"app.py: GRADIO_SERVER_PORT asks for port {port}, which is not to be")
    assert said.count("\n") == 1

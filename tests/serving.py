"""The app as a visitor's machine runs it: its own process on a loopback port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120


def free_port() -> int:
    """Find a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served_app(**environment: str) -> Iterator[str]:
    """Run ``app.py`` on a free port and yield its address once it answers.

    Args:
        environment: Variables to set besides the tests' own.

    Raises:
        RuntimeError: If the app ends or does not answer in time; its output is in the message.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "GRADIO_SERVER_PORT": str(port), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until_it_answers(url, process)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wait_until_it_answers(url: str, process: "subprocess.Popen[str]") -> None:
    """Wait until an address answers.

    Raises:
        RuntimeError: If the process ends first, or too much time has passed.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            output, _ = process.communicate()
            raise RuntimeError(f"app.py ended with status {process.returncode}:\n{output}")
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"app.py did not answer within {START_SECONDS} s")

"""What every test stands on: no network, one thread, and a browser where there is one."""

import os
import socket

import pytest

from tests.chromium import NoBrowserError, find_chromium

pytest_plugins = ["tests.hub.fixtures"]

# Held, with nobody listening, so that the Hub's address leads nowhere until a test serves there.
HUB_PORT = socket.socket()
HUB_PORT.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
HUB_PORT.bind(("127.0.0.1", 0))

# Before any test module imports torch or a Hugging Face library.
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False",
    HF_DATASETS_OFFLINE="1",
    HF_ENDPOINT=f"http://127.0.0.1:{HUB_PORT.getsockname()[1]}",
    HF_HUB_DISABLE_TELEMETRY="1",
    HF_HUB_DISABLE_XET="1",
    HF_HUB_OFFLINE="1",
    OMP_WAIT_POLICY="PASSIVE",
    TOKENIZERS_PARALLELISM="false",
)
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with slow tests first, so that the last ones keep all workers busy."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium, or a skip that says why there is none."""
    try:
        return find_chromium()
    except NoBrowserError as reason:
        pytest.skip(str(reason))

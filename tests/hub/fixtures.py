"""Fixtures that let the genuine client, in this process or another, talk to a loopback Hub.

Hugging Face libraries copy the Hub's address into many places while they are imported.
``tests/conftest.py`` therefore sets ``HF_ENDPOINT`` before that, once, to a port that it holds
and on which nobody listens; `hub` listens there while a test needs it. All else that the
libraries remember is set by `online` and put back afterwards.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from huggingface_hub import HfFileSystem, close_session

from tests.hub import Hub, serving

TOKEN = "hf_token_of_the_tester"
STRANGERS_TOKEN = "hf_token_of_a_stranger"

LOGIN = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
CLIENT = {
    "HF_HUB_CACHE": "hub",
    "HF_ASSETS_CACHE": "assets",
    "HF_TOKEN_PATH": "token",
    "HF_STORED_TOKENS_PATH": "stored_tokens",
}


def hub_environment(url: str, cache: Path, **extra: str) -> dict[str, str]:
    """Environment variables with which a process talks to a Hub at ``url``.

    Args:
        url: Address of the Hub.
        cache: Folder for all that the process caches; it finds no login there.
        extra: More variables, such as ``HF_TOKEN``.
    """
    offline = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")
    places = {
        "HF_HUB_CACHE": "hub",
        "HF_DATASETS_CACHE": "datasets",
        "HF_MODULES_CACHE": "modules",
        "HF_TOKEN_PATH": "token",
    }
    return {
        "HF_ENDPOINT": url,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_XET": "1",
        **dict.fromkeys(LOGIN, ""),
        **dict.fromkeys(offline, "0"),
        **{name: str(cache / folder) for name, folder in places.items()},
        **extra,
    }


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """The client online with an empty cache and no login; nobody listens at its Hub's address."""
    cache = tmp_path / "huggingface"
    for variable in LOGIN:
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE"):
        monkeypatch.setenv(variable, "0")
    for name, folder in CLIENT.items():
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", str(cache / folder))
    manager = "huggingface_hub.utils._cache_manager.HF_HUB_CACHE"
    monkeypatch.setattr(manager, str(cache / CLIENT["HF_HUB_CACHE"]))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    _forget_the_hub()
    yield os.environ["HF_ENDPOINT"]
    _forget_the_hub()


@pytest.fixture
def hub(online: str) -> Iterator[Hub]:
    """An empty Hub that the client talks to, with two people who have tokens.

    ``TOKEN`` is that of the user ``tester``, a member of the organization ``org``;
    ``STRANGERS_TOKEN`` is that of ``stranger``, who belongs to none.
    """
    served = Hub({TOKEN: "tester", STRANGERS_TOKEN: "stranger"}, {"org": ["tester"]})
    with serving(served, urlsplit(online).port or 0):
        yield served


def _forget_the_hub() -> None:
    """Drop connections to a Hub and what the file system remembers of its repositories."""
    close_session()
    HfFileSystem.clear_instance_cache()

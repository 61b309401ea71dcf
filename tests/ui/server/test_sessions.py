"""What is remembered of visitors: little, for few, and not for long after they have left."""

import time
import tracemalloc
from typing import Any
from urllib.request import urlopen

import gradio as gr
import pytest

from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.layout import build_app
from qbert_demo.ui.server import options
from qbert_demo.ui.server import sessions as sessions_module
from qbert_demo.ui.server.sessions import Sessions
from tests.jobs.watch import eventually
from tests.ui.scripted import ScriptedExplorer
from tests.ui.serving import served


@pytest.fixture(scope="module")
def app() -> gr.Blocks:
    page = build_app(ScriptedExplorer(), Tuner())
    page.state_session_capacity = 3
    return page


@pytest.fixture
def sessions(app: gr.Blocks) -> Sessions:
    return Sessions(app)


def state_of(app: gr.Blocks, sessions: Sessions) -> tuple[int, list[Any]]:
    """A State of the page whose deletion is told, and a list of what was."""
    told: list[Any] = []
    block = next(b for b in app.blocks.values() if isinstance(b, gr.State))
    block.delete_callback = told.append
    return block._id, told


def test_a_session_is_small_and_made_at_once(sessions: Sessions) -> None:
    sessions["warm"]
    tracemalloc.start()
    began = time.perf_counter()
    sessions["a"]
    took = time.perf_counter() - began
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 60_000
    assert took < 0.05


def test_what_is_sent_and_shown_is_not_kept_but_states_are(
    app: gr.Blocks, sessions: Sessions
) -> None:
    key, _ = state_of(app, sessions)
    sessions["a"]._update_value_in_config(key, "x" * 10**6)
    assert sessions["a"].config_values == {}
    sessions["a"][key] = "kept"
    assert sessions["a"][key] == "kept"


def test_the_one_not_used_for_longest_gives_way(app: gr.Blocks, sessions: Sessions) -> None:
    key, told = state_of(app, sessions)
    for name in "abc":
        sessions[name][key] = name
    sessions["a"]
    sessions["d"]
    assert set(sessions.session_data) == {"a", "c", "d"}
    assert told == ["b"]


def test_who_left_is_forgotten_and_who_is_there_is_not(
    app: gr.Blocks, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, told = state_of(app, sessions)
    for name in "ab":
        sessions[name][key] = name
    sessions.connected("a", 1)
    monkeypatch.setattr(sessions_module, "LEFT_SECONDS", 0)
    time.sleep(0.01)
    sessions.delete_all_expired_state()
    assert (set(sessions.session_data), told) == ({"a"}, ["b"])
    sessions.connected("a", -1)
    time.sleep(0.01)
    sessions.delete_all_expired_state()
    assert (set(sessions.session_data), told) == (set(), ["b", "a"])
    assert not sessions._connections


def test_an_open_page_holds_its_session_until_it_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions_module, "LEFT_SECONDS", 0.5)
    seen: list[Sessions] = []

    def made(blocks: gr.Blocks) -> Sessions:
        seen.append(Sessions(blocks))
        return seen[-1]

    monkeypatch.setattr(options, "Sessions", made)
    with served(ScriptedExplorer()) as address:
        (sessions,) = seen
        with urlopen(f"{address}gradio_api/heartbeat/mine", timeout=10):
            sessions["mine"], sessions["gone"]
            assert eventually(lambda: "gone" not in sessions.session_data)
            assert "mine" in sessions.session_data
        assert eventually(lambda: "mine" not in sessions.session_data)

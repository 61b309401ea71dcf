"""What starting the app asks of the place that hosts it."""

import json
import os
import subprocess
import sys
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from qbert_demo.ui import launch
from tests.serving import ROOT, free_port


@pytest.mark.parametrize("zero_gpu", [False, True])
def test_a_zerogpu_space_finds_a_function_before_the_app_is_served(
    monkeypatch: pytest.MonkeyPatch, zero_gpu: bool
) -> None:
    happened: list[object] = []
    spaces = ModuleType("spaces")
    vars(spaces)["GPU"] = happened.append
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    monkeypatch.setattr(launch.Explorer, "start", lambda: None)
    monkeypatch.setattr(launch, "Tuner", lambda datasets: None)
    monkeypatch.setattr(launch, "close", lambda app, tuner: happened.append("closed"))
    monkeypatch.setattr(launch, "build_app", lambda explorer, tuner: _App(happened))
    if zero_gpu:
        monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    launch.launch()
    *declared, served, closed = happened
    assert (served, closed) == ("served", "closed")
    assert [callable(function) for function in declared] == [True] * zero_gpu


@pytest.mark.parametrize("is_there", [True, False])
def test_the_images_health_check_asks_the_port_that_is_set(url: str, is_there: bool) -> None:
    check = (ROOT / "Dockerfile").read_text("utf-8").partition("HEALTHCHECK")[2]
    _, *command = json.loads(check.partition("CMD ")[2].partition("\n")[0])
    port = urlsplit(url).port if is_there else free_port()
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    found = subprocess.run([sys.executable, *command], env=environment, capture_output=True)
    assert (found.returncode == 0) == is_there


class _App:
    """Serves until it is interrupted, at once."""

    def __init__(self, happened: list[object]) -> None:
        self._happened = happened

    def launch(self, **options: object) -> None:
        self._happened.append("served")
        raise KeyboardInterrupt

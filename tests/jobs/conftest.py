import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qbert_demo.jobs.process import start_server
from qbert_demo.jobs.queue import Jobs
from tests.jobs import targets
from tests.jobs.watch import end_server

SLOW = """
import os, time
from tests.jobs.targets import count_until_stopped

if os.getpid() != {owner}:
    with open({log!r}, "a") as log:
        print(os.getpid(), file=log)
    time.sleep(1.8)

def target(payload, send, stopped):
    return count_until_stopped(payload, send, stopped)
"""


@pytest.fixture(autouse=True)
def server() -> Iterator[None]:
    """A fork server of the test's own, which is there before the test counts what it holds."""
    end_server()
    start_server(targets.__name__)
    yield
    end_server()


@pytest.fixture
def start() -> Iterator[Callable[..., Jobs]]:
    with contextlib.ExitStack() as stack:

        def make(*args: Any, **options: Any) -> Jobs:
            return stack.enter_context(contextlib.closing(Jobs(*args, **options)))

        yield make


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that every process but this one imports slowly, after telling ``imports``.

    No fork server runs that has been told to import another.
    """
    code = SLOW.format(owner=os.getpid(), log=str(tmp_path / "imports"))
    (tmp_path / "slow_to_import.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "slow_to_import", raising=False)
    end_server()
    return importlib.import_module("slow_to_import")

"""Waiting for what jobs do, and counting what they hold."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

import psutil

from qbert_demo.jobs.process import NICENESS
from qbert_demo.jobs.queue import Event, Jobs

PATIENCE = 30.0
ROOT = Path(__file__).parents[2]

_SERVER: Any = forkserver._forkserver


def until(jobs: Jobs, job_id: str, is_wanted: Callable[[Event], bool]) -> list[Event]:
    """Read from the start until an event is as wanted."""
    seen: list[Event] = []
    give_up = time.monotonic() + PATIENCE
    while not any(map(is_wanted, seen)):
        assert time.monotonic() < give_up, seen
        seen += jobs.events(job_id, seen[-1].number + 1 if seen else 0, 1)
    return seen


def last(jobs: Jobs, job_id: str) -> Event:
    return until(jobs, job_id, lambda event: event.is_last)[-1]


def pid_of(jobs: Jobs, job_id: str) -> int:
    events = until(jobs, job_id, lambda e: e.kind == "sent" and "pid" in e.value)
    return next(e.value["pid"] for e in events if e.kind == "sent" and "pid" in e.value)


def eventually(is_so: Callable[[], bool], patience: float = PATIENCE) -> bool:
    give_up = time.monotonic() + patience
    while not is_so() and time.monotonic() < give_up:
        time.sleep(0.01)
    return is_so()


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie that init has not yet buried does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def server_pid() -> int | None:
    return _SERVER._forkserver_pid


def end_server() -> None:
    """End the fork server, even while it imports, as the standard library's own tests do."""
    if pid := server_pid():
        os.kill(pid, signal.SIGKILL)
    _SERVER._stop()


def descendants(nice: int | None = None) -> set[int]:
    """Processes below this one, perhaps only those of one priority."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if nice is None or process.nice() == nice:
                found.add(process.pid)
    return found


def trainees() -> set[int]:
    """Processes below this one with a job's priority."""
    return descendants(min(19, os.nice(0) + NICENESS))


def held() -> tuple[int, int, int]:
    """Open descriptors, threads and descendants of this process."""
    return (
        psutil.Process().num_fds(),
        threading.active_count(),
        len(descendants()),
    )


def is_no_more_held_than(before: tuple[int, int, int]) -> bool:
    """Soon; threads of tests before may have been ending when ``before`` was taken."""
    return eventually(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))

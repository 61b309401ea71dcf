"""Waiting for what jobs do, and counting what they hold."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from qbert_demo.training.jobs import Event, Jobs

PATIENCE = 30.0
ROOT = Path(__file__).parents[2]


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


def eventually(is_so: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < give_up:
        time.sleep(0.01)
    return is_so()


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie that init has not yet buried does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def descendants(root: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found, size = {root}, 0
    while len(found) > size:
        size = len(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found - {root}


def held() -> tuple[int, int, int]:
    """Open descriptors, threads and descendants of this process."""
    return (
        len(os.listdir("/proc/self/fd")),
        threading.active_count(),
        len(descendants(os.getpid())),
    )


def is_no_more_held_than(before: tuple[int, int, int]) -> bool:
    """Soon; threads of tests before may have been ending when ``before`` was taken."""
    return eventually(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))

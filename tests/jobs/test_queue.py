"""What jobs tell while they wait, run, are stopped and die."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qbert_demo.errors import BusyError
from qbert_demo.jobs import job as job_module
from qbert_demo.jobs.process import Target
from qbert_demo.jobs.queue import Jobs
from tests.jobs import targets
from tests.jobs.watch import (
    PATIENCE,
    eventually,
    held,
    is_alive,
    is_no_more_held_than,
    last,
    pid_of,
    server_pid,
    until,
)


def test_a_job_tells_its_story_in_order(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.square)
    job_id = jobs.submit(7)
    events = until(jobs, job_id, lambda event: event.is_last)
    assert [(e.kind, e.value) for e in events] == [
        ("waiting", 0),
        ("started", None),
        ("sent", {"half way": 7}),
        ("finished", 49),
    ]
    assert [e.is_last for e in events] == [False, False, False, True]
    began = time.monotonic()
    assert jobs.events(job_id, events[-1].number + 1) == []
    assert time.monotonic() - began >= 0.25, "a reader that reads on after the end would spin"
    assert jobs.events(job_id, 0, 0) == events


def test_others_wait_in_order_and_know_their_places(
    start: Callable[..., Jobs], tmp_path: Path
) -> None:
    jobs = start(targets.wait_for_file, at_once=2, waiting=3)
    files = [str(tmp_path / str(k)) for k in range(5)]
    ids = [jobs.submit(file) for file in files]
    assert len(set(ids)) == 5

    def places() -> list[int | None]:
        latest = [jobs.events(job_id, 0, 0) for job_id in ids]
        return [e[-1].value if e[-1].kind == "waiting" else None for e in latest]

    assert eventually(lambda: places() == [None, None, 1, 2, 3])
    with pytest.raises(BusyError, match="2 can run at once here and 3 wait"):
        jobs.submit(files[0])
    Path(files[1]).touch()
    assert eventually(lambda: places() == [None, None, None, 1, 2])
    assert last(jobs, ids[1]).value == files[1]
    jobs.stop(ids[3])
    assert (last(jobs, ids[3]).kind, last(jobs, ids[3]).value) == ("stopped", None)
    assert eventually(lambda: places() == [None, None, None, None, 1])
    jobs.drop(ids[0])
    Path(files[4]).touch()
    assert last(jobs, ids[4]).value == files[4]
    waits = [e.value for e in jobs.events(ids[4]) if e.kind == "waiting"]
    assert waits == [0], "only the latest place is kept"


def test_stop_asks_and_the_target_still_answers(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.count_until_stopped)
    job_id = jobs.submit("mine")
    until(jobs, job_id, lambda e: e.kind == "sent" and e.value.get("steps", 0) > 2)
    began = time.monotonic()
    jobs.stop(job_id)
    jobs.stop(job_id)
    event = last(jobs, job_id)
    assert time.monotonic() - began < 0.65
    assert (event.kind, event.sentence, event.value["payload"]) == ("stopped", "Stopped.", "mine")
    (best,) = [e for e in jobs.events(job_id) if e.kind == "sent" and "steps" in e.value]
    assert best.value["steps"] == event.value["steps"]
    jobs.stop(job_id)
    assert last(jobs, job_id) == event


@pytest.mark.parametrize(
    ("target", "seconds", "sentence", "result"),
    [
        (targets.ignore_everything, 60, "Stopped.", ["mine", 2]),
        (targets.work_deafly, 1, "Stopped after ", ["mine", 2]),
        (targets.wait_for_file, 60, "Stopped.", None),
    ],
)
def test_a_stop_kills_what_does_not_listen_and_keeps_the_best_it_sent(
    start: Callable[..., Jobs], target: Target, seconds: float, sentence: str, result: Any
) -> None:
    jobs = start(target)
    job_id = jobs.submit("mine", seconds)
    pid = pid_of(jobs, job_id)
    if result:
        until(jobs, job_id, lambda e: e.kind == "sent" and e.value.get("best") == result)
    began = time.monotonic()
    if seconds == 60:
        jobs.stop(job_id)
    event = last(jobs, job_id)
    assert time.monotonic() - began < (1 if seconds == 60 else PATIENCE)
    assert (event.kind, event.value) == ("stopped", result)
    assert event.sentence.startswith(sentence)
    sent = [e.value for e in jobs.events(job_id) if e.kind == "sent"]
    assert sent == [{"pid": pid}] + [{"replaces": "best", "best": result}] * bool(result)
    assert eventually(lambda: not is_alive(pid))


@pytest.mark.parametrize(("share", "seconds"), [(1, 0.5), (0.5, 0.5), (0, 2)])
def test_a_run_has_a_longest_time_of_its_own_and_a_longer_one_by_the_clock(
    start: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch, share: float, seconds: float
) -> None:
    monkeypatch.setattr(job_module, "STARVING", 100 if share else 4)
    jobs = start(targets.work_hard, seconds=0.5)
    began = time.monotonic()
    event = last(jobs, jobs.submit(share))
    assert time.monotonic() - began > (0.5 / share if share else 2)
    assert event.kind == "stopped"
    sentence = f"Stopped after {seconds:g} seconds, the longest a run may take here."
    assert event.sentence.startswith(sentence)
    assert event.value == {"payload": share}


def test_what_waits_has_a_limit_in_bytes(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.ignore_everything, at_once=1, max_bytes=10_000)
    running = jobs.submit(bytes(20_000))
    pid_of(jobs, running)
    waiting = [jobs.submit(bytes(4_000)), jobs.submit(bytes(4_000))]
    with pytest.raises(BusyError, match="fills the memory"):
        jobs.submit(bytes(4_000))
    jobs.drop(waiting[0])
    jobs.submit(bytes(4_000))


def test_a_stop_need_not_wait_for_a_slow_start(
    start: Callable[..., Jobs], slow: ModuleType, tmp_path: Path
) -> None:
    jobs = start(slow.target, at_once=1)
    first = jobs.submit(bytes(10**6))
    second = jobs.submit("second")
    began = time.monotonic()
    jobs.stop(first)
    assert [e.kind for e in until(jobs, first, lambda e: e.is_last)] == ["waiting", "stopped"]
    assert time.monotonic() - began < 1
    assert eventually((tmp_path / "imports").exists)
    os.kill(server_pid(), signal.SIGINT)
    until(jobs, second, lambda e: e.kind == "started")
    assert time.monotonic() - began > 1
    jobs.stop(second)
    assert last(jobs, second).value["payload"] == "second"
    assert (tmp_path / "imports").read_text() == f"{server_pid()}\n", "the server alone, once"


def test_a_stop_before_the_child_listens_reaches_it(
    start: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "GRACE_SECONDS", PATIENCE)
    jobs = start(targets.count_until_stopped)
    job_id = jobs.submit(1)
    jobs.stop(job_id)
    assert last(jobs, job_id).value["payload"] == 1


def test_closing_does_not_wait_for_imports(slow: ModuleType, tmp_path: Path) -> None:
    jobs = Jobs(slow.target)
    jobs.warm_up()
    before = held()
    jobs.submit(1)
    assert eventually((tmp_path / "imports").exists)
    began = time.monotonic()
    jobs.close()
    assert time.monotonic() - began < 1
    assert threading.active_count() > before[1], "a thread waits for the child, to kill it"
    assert is_no_more_held_than(before)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("raise", "broke off by an error in this program (ValueError). Try other settings"),
        ("refuse", "Row 3 has no label. Give it one."),
        ("memory", "Memory ran out. Start a smaller run."),
        ("unpicklable result", "broke off by an error in this program"),
        ("unpicklable event", "broke off by an error in this program"),
        ("exit", "ended with code 3 before it had a result. Start it again"),
        ("_exit", "ended with code 5 before it had a result. Start it again"),
        ("kill", "The system ended the run, most likely because memory ran short."),
    ],
)
def test_a_death_is_told_in_a_sentence_and_the_next_job_runs(
    start: Callable[..., Jobs], fault: str, sentence: str
) -> None:
    jobs = start(targets.misbehave, at_once=1)
    bad, good = jobs.submit(fault), jobs.submit("good")
    event = last(jobs, bad)
    assert event.kind == "failed"
    assert sentence in event.sentence
    assert "Traceback" not in event.sentence
    assert "secret" not in event.sentence
    assert (last(jobs, good).kind, last(jobs, good).value) == ("finished", "good")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("fault", ["unreadable result", "unreadable event"])
def test_what_cannot_be_read_fails_its_job_only(start: Callable[..., Jobs], fault: str) -> None:
    jobs = start(targets.misbehave, at_once=1)
    bad, good = jobs.submit(fault), jobs.submit("good")
    assert last(jobs, bad).kind == "failed"
    assert last(jobs, good).value == "good"


def test_kill_dash_nine_of_a_child_is_reported(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.count_until_stopped)
    job_id, other = jobs.submit(1), jobs.submit(2)
    os.kill(pid_of(jobs, job_id), signal.SIGKILL)
    assert "memory ran short" in last(jobs, job_id).sentence
    until(jobs, other, lambda e: e.kind == "sent" and e.value.get("steps", 0) > 5)
    jobs.stop(other)
    assert last(jobs, other).value["payload"] == 2


def test_no_death_is_mistaken_for_another_when_many_die_at_once(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.misbehave, at_once=8, waiting=100)
    ids = [jobs.submit(("kill", "_exit")[k % 2]) for k in range(60)]
    for k, job_id in enumerate(ids):
        assert ("memory ran short", "code 5")[k % 2] in last(jobs, job_id).sentence


def test_a_killed_server_takes_its_children_along_and_is_replaced(
    start: Callable[..., Jobs],
) -> None:
    jobs = start(targets.ignore_everything, at_once=3)
    ids = [jobs.submit(None) for _ in range(3)]
    pids = {pid_of(jobs, job_id) for job_id in ids}
    os.kill(server_pid(), signal.SIGKILL)
    for job_id in ids:
        assert "was lost before it had a result" in last(jobs, job_id).sentence
    assert eventually(lambda: not any(map(is_alive, pids)))
    assert is_alive(pid_of(jobs, jobs.submit(None)))

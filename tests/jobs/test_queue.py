"""What jobs tell while they wait, run, are stopped and die."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qbert_demo.errors import BusyError
from qbert_demo.jobs import job as job_module
from qbert_demo.jobs.process import ForkServer
from qbert_demo.jobs.queue import Jobs
from tests.jobs import targets
from tests.jobs.watch import (
    PATIENCE,
    descendants,
    eventually,
    held,
    is_alive,
    is_no_more_held_than,
    last,
    pid_of,
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


def test_a_stopped_job_that_cannot_answer_has_the_best_it_sent_as_its_result(
    start: Callable[..., Jobs],
) -> None:
    jobs = start(targets.learn_and_hang)
    for stop in ("by its owner", "by the clock"):
        job_id = jobs.submit(stop, seconds=60 if stop == "by its owner" else 2)
        until(jobs, job_id, lambda e: e.kind == "sent" and e.value["best"][1] == 2)
        if stop == "by its owner":
            jobs.stop(job_id)
        event = last(jobs, job_id)
        assert (event.kind, event.value) == ("stopped", [stop, 2])
    assert event.sentence.startswith("Stopped after 2 seconds")


def test_stop_kills_what_does_not_listen_and_keeps_what_it_sent(
    start: Callable[..., Jobs],
) -> None:
    jobs = start(targets.ignore_everything)
    job_id = jobs.submit(None)
    pid = pid_of(jobs, job_id)
    until(jobs, job_id, lambda e: e.kind == "sent" and "weights" in e.value)
    began = time.monotonic()
    jobs.stop(job_id)
    event = last(jobs, job_id)
    assert time.monotonic() - began < 1
    assert (event.kind, event.value) == ("stopped", None)
    assert any(e.kind == "sent" and e.value.get("weights") for e in jobs.events(job_id))
    assert eventually(lambda: not is_alive(pid))


def test_a_run_has_a_longest_time(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.count_until_stopped, seconds=0.5)
    event = last(jobs, jobs.submit(1))
    assert event.kind == "stopped"
    assert event.sentence.startswith("Stopped after 0.5 seconds, the longest a run may take here.")
    assert event.value is None or event.value["payload"] == 1


def test_a_stop_need_not_wait_for_a_slow_start(
    start: Callable[..., Jobs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(2.5)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    jobs = start(targets.count_until_stopped, at_once=1, server=ForkServer(("slow_to_import",)))
    first = jobs.submit(bytes(10**6))
    second = jobs.submit("second")
    began = time.monotonic()
    jobs.stop(first)
    assert [e.kind for e in until(jobs, first, lambda e: e.is_last)] == ["waiting", "stopped"]
    assert time.monotonic() - began < 1
    until(jobs, second, lambda e: e.kind == "started")
    assert time.monotonic() - began > 1
    jobs.stop(second)
    assert last(jobs, second).value["payload"] == "second"


def test_a_stop_before_the_child_listens_reaches_it(
    start: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "GRACE_SECONDS", PATIENCE)
    jobs = start(targets.count_until_stopped)
    job_id = jobs.submit(1)
    jobs.stop(job_id)
    assert last(jobs, job_id).value["payload"] == 1


def test_closing_does_not_wait_for_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless_to_import.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = held()
    jobs = Jobs(targets.square, server=ForkServer(("endless_to_import",)))
    jobs.submit(1)
    time.sleep(0.3)
    began = time.monotonic()
    jobs.close()
    assert time.monotonic() - began < 1
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
def test_a_result_that_cannot_be_read_fails_its_job_only(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.misbehave, at_once=1)
    bad, good = jobs.submit("unreadable result"), jobs.submit("good")
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


def test_a_killed_server_takes_its_children_along_and_is_replaced(
    start: Callable[..., Jobs],
) -> None:
    before = descendants()
    jobs = start(targets.ignore_everything, at_once=3)
    ids = [jobs.submit(None) for _ in range(3)]
    pids = {pid_of(jobs, job_id) for job_id in ids}
    (server,) = descendants() - before - pids
    os.kill(server, signal.SIGKILL)
    for job_id in ids:
        assert "was lost before it had a result" in last(jobs, job_id).sentence
    assert eventually(lambda: not any(map(is_alive, pids)))
    assert is_alive(pid_of(jobs, jobs.submit(None)))

"""How long jobs are kept, what they leave behind, and that closing ends everything."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from qbert_demo.errors import BusyError, InputError
from qbert_demo.jobs import job as job_module
from qbert_demo.jobs.queue import CLOSING, Event, Jobs
from tests.jobs import targets
from tests.jobs.watch import (
    PATIENCE,
    ROOT,
    end_server,
    eventually,
    held,
    is_alive,
    is_no_more_held_than,
    last,
    pid_of,
    server_pid,
    until,
)


def test_two_readers_see_the_same_and_no_job_sees_another(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.square, at_once=2)
    ids = {jobs.submit(k): k for k in range(8)}
    seen: list[tuple[str, list[Event]]] = []

    def read(job_id: str) -> None:
        seen.append((job_id, until(jobs, job_id, lambda event: event.is_last)))

    readers = [threading.Thread(target=read, args=(i,)) for i in ids for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(PATIENCE)
    assert len(seen) == 16
    for job_id, events in seen:
        k = ids[job_id]
        assert [e.value for e in events if e.kind in ("sent", "finished")] == [
            {"half way": k},
            k**2,
        ]


def test_a_job_is_dropped_when_asked_and_unknown_ones_are_refused(
    start: Callable[..., Jobs],
) -> None:
    jobs = start(targets.ignore_everything, at_once=1)
    job_id, waiting, third = (jobs.submit(None) for _ in range(3))
    pid = pid_of(jobs, job_id)
    jobs.drop(waiting)
    jobs.drop(job_id)
    for gone in (job_id, waiting, "unknown"):
        for use in (jobs.events, jobs.stop, jobs.drop):
            with pytest.raises(InputError, match="Start a new one"):
                use(gone)
    assert eventually(lambda: not is_alive(pid))
    assert is_alive(pid_of(jobs, third))


def test_a_job_is_kept_while_it_is_read_and_dropped_some_time_after(
    start: Callable[..., Jobs],
) -> None:
    jobs = start(targets.square, keep=0.5)
    left, read = jobs.submit(1), jobs.submit(2)
    last(jobs, left)
    last(jobs, read)
    for _ in range(8):
        assert jobs.events(read, 0, 0)[-1].value == 4
        time.sleep(0.1)
    with pytest.raises(InputError, match="0.5 seconds after its end"):
        jobs.events(left)
    assert eventually(lambda: not jobs._jobs), "dropped without anybody asking"


def test_the_log_of_a_reader_who_left_is_bounded(
    start: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "MAX_EVENTS", 50)
    jobs = start(targets.send_many)
    job_id = jobs.submit(400)
    assert eventually(lambda: jobs.events(job_id, 0, 0)[-1].is_last)
    events = jobs.events(job_id, 0, 0)
    assert len(events) == 50
    assert any("weights" in (e.value or {}) for e in events if e.kind == "sent")
    sent = [e.value for e in events if e.kind == "sent"]
    assert [v["number"] for v in sent if v.get("replaces") == "progress"] == [399]
    plain = [v["number"] for v in sent if "replaces" not in v]
    assert plain == list(range(plain[0], 400))
    numbers = [e.number for e in events]
    assert numbers == sorted(set(numbers))


def test_a_child_is_polite_and_finds_the_modules_imported(
    start: Callable[..., Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    end_server()
    jobs = start(targets.surroundings)
    here = last(jobs, jobs.submit(None)).value
    assert here["nice"] == min(19, os.nice(0) + 10)
    assert here["first to go"] == 800
    assert (here["threads"], os.environ["OMP_NUM_THREADS"]) == ("1", "2")
    assert here["server"] == server_pid()
    assert not here["modules"] & {"torch", "gradio"}
    assert here["cwd"] == os.getcwd()


def test_a_thread_left_behind_does_not_hold_the_place(start: Callable[..., Jobs]) -> None:
    jobs = start(targets.leave_a_thread, at_once=1)
    ids = [jobs.submit(None) for _ in range(3)]
    assert [last(jobs, job_id).value for job_id in ids] == ["done"] * 3


def test_fifty_jobs_leave_nothing_open() -> None:
    before = held()
    with contextlib.closing(Jobs(targets.square, waiting=50)) as jobs:
        last(jobs, jobs.submit(0))
        assert eventually(lambda: not jobs._running)
        warm = held()
        ids = [jobs.submit(k) for k in range(50)]
        assert [last(jobs, job_id).value for job_id in ids] == [k**2 for k in range(50)]
        assert is_no_more_held_than(warm)
    assert is_no_more_held_than(before)


def test_closing_ends_all_and_takes_no_more(start: Callable[..., Jobs]) -> None:
    before = held()
    jobs = start(targets.ignore_everything, at_once=2)
    ids = [jobs.submit(None) for _ in range(4)]
    pids = [pid_of(jobs, job_id) for job_id in ids[:2]]
    began = time.monotonic()
    jobs.close()
    assert time.monotonic() - began < 5
    assert not any(map(is_alive, pids))
    assert is_no_more_held_than(before)
    with pytest.raises(BusyError, match="is closing"):
        jobs.submit(None)
    for job_id in ids:
        event = last(jobs, job_id)
        assert (event.kind, event.sentence) == ("stopped", CLOSING)
    jobs.close()


APP = """
import sys
print("imported", __name__, flush=True)

if __name__ == "__main__":
    from qbert_demo.jobs.queue import Jobs
    from tests.jobs.targets import ignore_everything

    jobs = Jobs(ignore_everything)
    job_id = jobs.submit(None)
    while not any(e.kind == "sent" for e in jobs.events(job_id)):
        pass
    try:
        print("sent", flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize(
    ("start", "way"),
    [
        ("script", "ends"),
        ("script", "SIGINT"),
        ("script", "SIGTERM"),
        ("script", "SIGKILL"),
        ("module", "ends"),
    ],
)
def test_an_app_leaves_nothing_behind_and_children_import_its_file_alone(
    tmp_path: Path, start: str, way: str
) -> None:
    (tmp_path / "some_app.py").write_text(APP)
    app = subprocess.Popen(
        [sys.executable, *(["-m", "some_app"] if start == "module" else ["some_app.py"])],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with app:
        assert app.stdin
        assert app.stdout
        told = [app.stdout.readline() for _ in range(3)]
        assert told == ["imported __main__\n", "imported __mp_main__\n", "sent\n"]
        below = {process.pid for process in psutil.Process(app.pid).children(recursive=True)}
        assert len(below) == 3
        if way == "ends":
            app.stdin.close()
        elif way == "SIGINT":  # to all of them, as Ctrl-C does
            os.killpg(app.pid, signal.SIGINT)
        else:
            app.send_signal(signal.Signals[way])
        status = 0 if way in ("ends", "SIGINT") else -signal.Signals[way]
        assert app.wait(PATIENCE) == status
        assert eventually(lambda: not any(map(is_alive, below)))
        assert app.stdout.read() == "interrupted\n" * (way == "SIGINT")

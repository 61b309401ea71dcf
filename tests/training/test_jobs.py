import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from qbert_demo.errors import BusyError, InputError
from qbert_demo.training import job as job_module
from qbert_demo.training.jobs import Event, Jobs
from tests.training import job_targets as targets

PATIENCE = 30.0
ROOT = Path(__file__).parents[2]


@pytest.fixture
def start() -> Iterator[Callable[..., Jobs]]:
    with contextlib.ExitStack() as stack:

        def make(*args: Any, **options: Any) -> Jobs:
            return stack.enter_context(contextlib.closing(Jobs(*args, **options)))

        yield make


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
    jobs = start(targets.count_until_stopped, at_once=1, preload=("slow_to_import",))
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
    jobs = Jobs(targets.square, preload=("endless_to_import",))
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
    before = descendants(os.getpid())
    jobs = start(targets.ignore_everything, at_once=3)
    ids = [jobs.submit(None) for _ in range(3)]
    pids = {pid_of(jobs, job_id) for job_id in ids}
    (server,) = descendants(os.getpid()) - before - pids
    os.kill(server, signal.SIGKILL)
    for job_id in ids:
        assert "was lost before it had a result" in last(jobs, job_id).sentence
    assert eventually(lambda: not any(map(is_alive, pids)))
    assert is_alive(pid_of(jobs, jobs.submit(None)))


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
    jobs = start(targets.surroundings, preload=("wave",))
    here = last(jobs, jobs.submit(None)).value
    assert here["nice"] == min(19, os.nice(0) + 10)
    assert (here["threads"], os.environ["OMP_NUM_THREADS"]) == ("1", "2")
    assert "wave" in here["modules"]
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
    with pytest.raises(BusyError, match="shutting down"):
        jobs.submit(None)
    with pytest.raises(InputError):
        jobs.events(ids[0])
    jobs.close()


APP = """
import sys, time
print("imported", __name__, flush=True)
from qbert_demo.training.jobs import Jobs
from tests.training.job_targets import ignore_everything

if __name__ == "__main__":
    jobs = Jobs(ignore_everything)
    job_id = jobs.submit(None)
    while not (sent := [e for e in jobs.events(job_id) if e.kind == "sent"]):
        pass
    print(sent[0].value["pid"], flush=True)
    if sys.argv[1] == "hang":
        time.sleep(600)
"""


@pytest.mark.parametrize("way", ["script, ends", "module, ends", "script, killed"])
def test_an_app_is_not_run_again_in_a_child_and_leaves_none_behind(
    tmp_path: Path, way: str
) -> None:
    (tmp_path / "some_app.py").write_text(APP)
    command = ["-m", "some_app"] if "module" in way else [str(tmp_path / "some_app.py")]
    app = subprocess.Popen(
        [sys.executable, *command, "hang" if "killed" in way else "end"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert app.stdout is not None
    with app.stdout:
        assert app.stdout.readline() == "imported __main__\n"
        pid = int(app.stdout.readline())
        if "killed" in way:
            app.kill()
        rest = app.stdout.read()
    assert rest == ""
    assert app.wait(PATIENCE) == (-signal.SIGKILL if "killed" in way else 0)
    assert eventually(lambda: not is_alive(pid)) if "killed" in way else not is_alive(pid)

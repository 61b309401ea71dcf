"""Jobs in processes of their own: a queue, events to read while they run, a stop that works.

A *target* is a module-level function ``work(payload, send, stopped)``. ``send(event)`` hands a
picklable dict to whoever reads the job; ``stopped()`` says whether to end early, with the best
result so far; what the target returns is the job's result. A running job costs two threads;
nothing polls.
"""

import atexit
import pickle
import threading
import time
from collections import deque
from typing import Any

from qbert_demo.errors import BusyError, InputError
from qbert_demo.jobs.job import Event, Job
from qbert_demo.jobs.process import Target, start_server

__all__ = ["CLOSING", "Event", "Jobs"]

CLOSING = "The app is closing. Come back in a minute, and start again."


class Jobs:
    """Runs one target for many visitors, a few at a time, the others in order of arrival.

    An event with a key ``"replaces"`` takes the place of the job's earlier event with the same
    value there, as progress or the best weights so far should. Of the others a job keeps the
    latest 2000 or so, and a reader that left costs no more. What an event has under ``"best"`` is
    the result of a job that is stopped and cannot say so itself in time.

    Args:
        target: A function that a fresh interpreter can import, so not one of ``__main__``; its
            module is imported before the first job. It cannot start ``multiprocessing``
            processes of its own.
        at_once: Jobs that run at the same time, each on one thread and with lower priority.
        waiting: Jobs that may wait for a place.
        seconds: Longest run; then the job is stopped. See `Job`.
        keep: Seconds from a job's end, or from its last reading, until all about it is dropped.
        max_bytes: Most bytes of all orders that wait.
    """

    def __init__(
        self,
        target: Target,
        *,
        at_once: int = 2,
        waiting: int = 20,
        seconds: float = 600,
        keep: float = 60,
        max_bytes: int = 256_000_000,
    ) -> None:
        """Start nothing: the first job does, or `warm_up`."""
        self._target = target
        self._at_once, self._waiting = at_once, waiting
        self._seconds, self._keep, self._max_bytes = seconds, keep, max_bytes
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._line: deque[Job] = deque()
        self._running: dict[Job, threading.Thread] = {}
        self._sweeper: threading.Timer | None = None
        self._is_closed = False
        atexit.register(self.close)

    def warm_up(self) -> None:
        """Have the target imported in the background, so that the first job starts soon."""
        start_server(self._target.__module__)

    def submit(
        self, payload: Any, seconds: float | None = None, target: Target | None = None
    ) -> str:
        """Run the target on a picklable payload as soon as there is a place.

        Args:
            payload: What it works on.
            seconds: Longest run, if it is another than usual.
            target: What runs, if it is another than usual.

        Returns:
            The job's id, which cannot be guessed: who knows it may read and stop the job.

        Raises:
            BusyError: If the queue or its memory is full, or the app is closing.
        """
        order = pickle.dumps((target or self._target, payload))
        with self._lock:
            if self._is_closed:
                raise BusyError(CLOSING)
            if len(self._running) >= self._at_once and len(self._line) >= self._waiting:
                raise BusyError(
                    f"{self._at_once} can run at once here and {self._waiting} wait, "
                    "and all these places are taken. Try again in a few minutes."
                )
            if self._line and len(order) + sum(job.size for job in self._line) > self._max_bytes:
                raise BusyError(
                    "What others wait with fills the memory that is set aside for it. "
                    "Try again in a few minutes, or with fewer rows."
                )
            job = Job(order, self._seconds if seconds is None else seconds, self._lock)
            self._jobs[job.id] = job
            self._line.append(job)
            self._fill()
            return job.id

    def events(self, job_id: str, since: int = 0, timeout: float = 0.25) -> list[Event]:
        """Read what happened; any number of readers may, each from where it stands.

        Args:
            job_id: From `submit`.
            since: Lowest event number wanted: the last one read plus 1.
            timeout: Longest wait in seconds if there is none yet; 0 does not wait.

        Returns:
            Events in order, none if nothing happened in time.

        Raises:
            InputError: If the id is unknown, or the job was dropped.
        """
        return self._find(job_id).read(since, timeout)

    def stop(self, job_id: str) -> None:
        """End a job within a second; what it has sent stays. Does nothing if it has ended.

        Raises:
            InputError: If the id is unknown, or the job was dropped.
        """
        with self._lock:
            job = self._find(job_id)
            if job in self._running:
                job.halt("Stopped.")
            else:
                self._leave(job, "Stopped before it began.")

    def drop(self, job_id: str) -> None:
        """Forget a job at once, and kill it if it runs.

        Raises:
            InputError: If the id is unknown, or the job was dropped.
        """
        with self._lock:
            job = self._find(job_id)
            del self._jobs[job_id]
            self._leave(job, "Dropped.")

    def close(self) -> None:
        """End every job and its child, and take no more; also done at exit.

        Readers are told. A job whose child is not there yet, since the fork server still imports,
        isn't waited for: the child is killed as soon as it is.
        """
        with self._lock:
            self._is_closed = True
            self._line.clear()
            for job in self._jobs.values():
                job.say("stopped", sentence=CLOSING)
            threads = [thread for job, thread in self._running.items() if job.process]
        for thread in threads:
            thread.join()
        with self._lock:
            self._sweep()
        atexit.unregister(self.close)

    def _find(self, job_id: str) -> Job:
        with self._lock:
            if job_id not in self._jobs:
                raise InputError(
                    "This run is gone: it was dropped, or nobody looked at it for "
                    f"{self._keep:g} seconds after its end. Start a new one."
                )
            return self._jobs[job_id]

    def _fill(self) -> None:
        """Start who is next, and tell the others their places."""
        while self._line and len(self._running) < self._at_once:
            job = self._line.popleft()
            job.say("waiting", 0)
            thread = threading.Thread(target=self._run, args=(job,), daemon=True)
            self._running[job] = thread
            thread.start()
        for place, job in enumerate(self._line, 1):
            job.say("waiting", place)

    def _run(self, job: Job) -> None:
        try:
            job.follow(self._target.__module__)
        finally:
            with self._lock:
                del self._running[job]
                self._fill()
                self._sweep()

    def _leave(self, job: Job, sentence: str) -> None:
        """End a job, and close up behind it if it stood in line."""
        job.say("stopped", sentence=sentence)
        if job in self._line:
            self._line.remove(job)
            self._fill()
        self._sweep()

    def _sweep(self) -> None:
        """Drop what was kept long enough, and come again when the next is due."""
        with self._lock:
            if self._sweeper:
                self._sweeper.cancel()
                self._sweeper = None
            now = time.monotonic()
            due = {i: job.touched + self._keep for i, job in self._jobs.items() if job.is_ended}
            for job_id in [job_id for job_id, moment in due.items() if moment <= now]:
                del self._jobs[job_id], due[job_id]
            if due and not self._is_closed:
                self._sweeper = threading.Timer(min(due.values()) - now, self._sweep)
                self._sweeper.daemon = True
                self._sweeper.start()

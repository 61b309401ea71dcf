"""One job: the log that its readers share and, while it runs, the child it follows."""

import logging
import pickle
import secrets
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.context import ForkServerProcess
from typing import Any, Literal

from qbert_demo.jobs.process import OVERDUE, bury, start, start_server

Kind = Literal["waiting", "started", "sent", "finished", "failed", "stopped"]

GRACE_SECONDS = 0.7
STARVING = 4
MAX_EVENTS = 2000

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """Something that happened to a job.

    Attributes:
        number: Counts up within the job; numbers of replaced events are missing.
        kind: ``finished``, ``failed`` and ``stopped`` are last.
        value: The place in the queue of ``waiting`` (1 is next, 0 is being started), the target's
            dict of ``sent``, the result of ``finished``, and of ``stopped`` what the target
            returned or, if it had to be killed, sent last as ``best``.
        sentence: For the visitor, why a job has ``failed`` or ``stopped``.
    """

    number: int
    kind: Kind
    value: Any = None
    sentence: str = ""

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.kind in ("finished", "failed", "stopped")


class Job:
    """A job's log, which outlives its child.

    Args:
        order: Pickled target and payload; forgotten once the child has them.
        seconds: Longest run, in seconds of the child's own processor time; the clock may show up
            to `STARVING` times as many where others take it.
        lock: Guards this job; its owner holds it, too.

    Attributes:
        id: Cannot be guessed.
        changed: Told of every event.
        touched: When it ended or was last read, by the monotonic clock.
        process: The child, from its start to its death.
    """

    def __init__(self, order: bytes, seconds: float, lock: threading.RLock) -> None:
        """Wait for `follow`."""
        self.id = secrets.token_urlsafe(16)
        self.changed = threading.Condition(lock)
        self.touched = 0.0
        self.is_ended = False
        self.process: ForkServerProcess | None = None
        self._lock = lock
        self._order, self._seconds = order, seconds
        self._log: dict[int, Event] = {}
        self._count = 0
        self._latest: dict[Any, int] = {}
        self._halted = ""
        self._best: Any = None
        self._timer: threading.Timer | None = None
        self._talk: Connection | None = None

    @property
    def size(self) -> int:
        """Bytes of the order that is kept."""
        return len(self._order)

    def read(self, since: int, timeout: float) -> list[Event]:
        """Events from number ``since`` on; waits up to ``timeout`` seconds if there are none."""
        with self._lock:
            self.changed.wait_for(lambda: self._count > since, timeout)
            self.touched = time.monotonic()
            return [event for number, event in self._log.items() if number >= since]

    def say(self, kind: Kind, value: Any = None, sentence: str = "") -> None:
        """Log an event, in place of the one it replaces or, if the log is full, of the oldest.

        The last one ends the child, too. Nothing is said after it.
        """
        with self._lock:
            if self.is_ended:
                return
            if kind == "finished" and self._halted:
                kind, sentence = "stopped", self._halted
            if kind == "stopped" and value is None:
                value = self._best
            if kind == "sent":
                self._best = value.get("best", self._best)
            name = value.get("replaces") if kind == "sent" else None
            if name is not None or kind == "waiting":
                self._log.pop(self._latest.get((kind, name), -1), None)
                self._latest[kind, name] = self._count
            if len(self._log) >= MAX_EVENTS:
                kept = set(self._latest.values())
                oldest = next(iter(self._log))
                del self._log[next((number for number in self._log if number not in kept), oldest)]
            event = self._log[self._count] = Event(self._count, kind, value, sentence)
            self._count += 1
            if event.is_last:
                self.is_ended, self.touched = True, time.monotonic()
                self._order, self._best = b"", None
                if self._timer:
                    self._timer.cancel()
                if self.process:
                    self.process.kill()
            self.changed.notify_all()

    def halt(self, sentence: str) -> None:
        """Ask the child to end, and end it after the grace period; the sentence says why."""
        with self._lock:
            if not self._halted and not self.is_ended:
                self._halted = sentence
                self._ask()
                self._after(GRACE_SECONDS, self.say, "stopped", None, sentence)

    def follow(self, module: str) -> None:
        """Have a child carry out the order; log all until it is dead.

        Args:
            module: See `qbert_demo.jobs.process.start_server`.
        """
        code = None
        with self._lock:
            if not (self._halted or self.is_ended):
                ceiling = STARVING * self._seconds
                self._after(ceiling, self.halt, _overdue(ceiling))
        try:
            start_server(module)
            code = self._listen()
        except (EOFError, OSError):
            LOG.exception("A job has no process.")
        finally:
            with self._lock:
                if self._halted:
                    self.say("stopped", sentence=self._halted)
                self.say("failed", sentence=_obituary(code))

    def _listen(self) -> int | None:
        """Log a child's messages; returns its exit code, None if there is none to be had."""
        with self._lock:
            if self.is_ended:
                return None
            order = self._order
        talk, its_end = Pipe()
        with talk:
            with its_end:
                process = start(order, its_end, self._seconds)
            try:
                with self._lock:
                    self.process, self._talk, self._order = process, talk, b""
                    if self.is_ended:
                        process.kill()
                    elif self._halted:
                        self._ask()
                with suppress(EOFError, OSError):
                    while not self.is_ended and talk in wait([talk, process.sentinel]):
                        said = pickle.loads(talk.recv_bytes())  # noqa: S301  (from our child)
                        if said[0] == OVERDUE:
                            self.halt(_overdue(self._seconds))
                        else:
                            self.say(*said)
            finally:
                with self._lock:
                    self.process = self._talk = None
                code = bury(process)
        return code

    def _ask(self) -> None:
        """Tell the child to stop, if there is one yet."""
        if self._talk:
            with suppress(OSError):
                self._talk.send_bytes(b"!")

    def _after(self, seconds: float, function: Callable[..., None], *arguments: Any) -> None:
        """Call later, instead of what was to be called before."""
        if self._timer:
            self._timer.cancel()
        self._timer = threading.Timer(seconds, function, arguments)
        self._timer.daemon = True
        self._timer.start()


def _overdue(seconds: float) -> str:
    return (
        f"Stopped after {seconds:g} seconds, the longest a run may take here. Start a smaller one."
    )


def _obituary(code: int | None) -> str:
    """Say how a child died that had not said it itself; ``code`` as in `subprocess`."""
    if code == -signal.SIGKILL:
        return (
            "The system ended the run, most likely because memory ran short. Start a smaller one."
        )
    how = "The run was lost" if code is None else f"The run's process ended with code {code}"
    return f"{how} before it had a result. Start it again, or a smaller one."

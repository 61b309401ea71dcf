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
from multiprocessing.connection import Connection, wait
from typing import Any, Literal

from qbert_demo.jobs.process import ForkServer

Kind = Literal["waiting", "started", "sent", "finished", "failed", "stopped"]

GRACE_SECONDS = 0.7
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
        seconds: Longest run.
        lock: Guards this job; its owner holds it, too.

    Attributes:
        id: Cannot be guessed.
        changed: Told of every event.
        touched: When it ended or was last read, by the monotonic clock.
    """

    def __init__(self, order: bytes, seconds: float, lock: threading.RLock) -> None:
        """Wait for `follow`."""
        self.id = secrets.token_urlsafe(16)
        self.changed = threading.Condition(lock)
        self.touched = 0.0
        self.is_ended = False
        self._lock = lock
        self._order, self._seconds = order, seconds
        self._log: dict[int, Event] = {}
        self._count = 0
        self._latest: dict[Any, int] = {}
        self._halted = ""
        self._best: Any = None
        self._timer: threading.Timer | None = None
        self._talk: Connection | None = None
        self._lease: Connection | None = None

    def read(self, since: int, timeout: float) -> list[Event]:
        """Events from number ``since`` on; waits up to ``timeout`` seconds if there are none."""
        with self._lock:
            self.changed.wait_for(lambda: self._count > since, timeout)
            self.touched = time.monotonic()
            return [event for number, event in self._log.items() if number >= since]

    def say(self, kind: Kind, value: Any = None, sentence: str = "") -> None:
        """Log an event, in place of the one it replaces or, if the log is full, of the oldest."""
        with self._lock:
            if self.is_ended:
                return
            name = value.get("replaces") if kind == "sent" else None
            if kind == "sent" and "best" in value:
                self._best = value["best"]
            if name is not None or kind == "waiting":
                self._log.pop(self._latest.get((kind, name), -1), None)
                self._latest[kind, name] = self._count
            if len(self._log) >= MAX_EVENTS:
                kept = set(self._latest.values())
                oldest = next(iter(self._log))
                del self._log[next((number for number in self._log if number not in kept), oldest)]
            self._log[self._count] = Event(self._count, kind, value, sentence)
            self._count += 1
            self.changed.notify_all()

    def end(self, kind: Kind, value: Any = None, sentence: str = "") -> None:
        """Say the last word, unless it has been said, and have the child killed."""
        with self._lock:
            if self.is_ended:
                return
            if kind == "stopped" and value is None:
                value = self._best
            self.say(kind, value, sentence)
            self.is_ended, self._best = True, None
            self._order = b""
            self.touched = time.monotonic()
            if self._timer:
                self._timer.cancel()
            _poke(self._lease)

    def halt(self, sentence: str) -> None:
        """Ask the child to end, and end it after the grace period; the sentence says why."""
        with self._lock:
            if not self._halted and not self.is_ended:
                self._halted = sentence
                _poke(self._talk)
                self._after(GRACE_SECONDS, self.end, "stopped", None, sentence)

    def follow(self, server: ForkServer) -> None:
        """Have a child, forked by ``server``, carry out the order; log all until it is dead."""
        code = None
        with self._lock:
            if not (self._halted or self.is_ended):
                self._after(
                    self._seconds,
                    self.halt,
                    f"Stopped after {self._seconds:g} seconds, the longest a run may take here. "
                    "Start a smaller one.",
                )
        try:
            talk, lease = server.fork()
            with talk, lease:
                try:
                    code = self._listen(talk, lease)
                finally:
                    with self._lock:
                        self._talk = self._lease = None
        except OSError:
            LOG.exception("A job has no process.")
        finally:
            with self._lock:
                if self._halted:
                    self.end("stopped", sentence=self._halted)
                self.end("failed", sentence=_obituary(code))

    def _listen(self, talk: Connection, lease: Connection) -> int | None:
        """Log the child's messages; returns its exit code, None if the server died."""
        with self._lock:
            if self.is_ended:
                return None
            self._lease = lease
            order, self._order = self._order, b""
        with suppress(ConnectionError):
            talk.send_bytes(order)
        with self._lock:
            self._talk = talk
            if self._halted:
                _poke(talk)
        with suppress(EOFError, OSError):
            while talk in wait([talk, lease]):
                self._take(*pickle.loads(talk.recv_bytes()))  # noqa: S301  (from our child)
        with suppress(EOFError, OSError):
            return int.from_bytes(lease.recv_bytes(), signed=True)
        return None

    def _take(self, kind: Kind, value: Any, sentence: str) -> None:
        with self._lock:
            if kind in ("started", "sent"):
                self.say(kind, value)
            elif kind == "finished" and self._halted:
                self.end("stopped", value, self._halted)
            else:
                self.end(kind, value, sentence)

    def _after(self, seconds: float, function: Callable[..., None], *arguments: Any) -> None:
        """Call later, instead of what was to be called before."""
        if self._timer:
            self._timer.cancel()
        self._timer = threading.Timer(seconds, function, arguments)
        self._timer.daemon = True
        self._timer.start()


def _poke(connection: Connection | None) -> None:
    if connection:
        with suppress(OSError):
            connection.send_bytes(b"!")


def _obituary(code: int | None) -> str:
    """Say how a child died that had not said it itself; ``code`` as in `subprocess`."""
    if code == -signal.SIGKILL:
        return (
            "The system ended the run, most likely because memory ran short. Start a smaller one."
        )
    how = "The run was lost" if code is None else f"The run's process ended with code {code}"
    return f"{how} before it had a result. Start it again, or a smaller one."

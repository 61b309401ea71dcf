"""A process for each job, forked by the standard library's fork server.

There is one fork server for the whole program. It starts with the first job or `start_server`,
again if it has died, imports what its children need, and ends with the program; only if that
ends while it imports does it do that first. A child ends itself as soon as its owner is gone.
"""

import logging
import multiprocessing
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from qbert_demo.errors import QBertError

Target = Callable[[Any, Callable[[dict[str, Any]], None], Callable[[], bool]], Any]

NICENESS = 10
DYING_SECONDS = 1
OVERDUE = "overdue"
"""What a child says when it has used up its processor time."""
UNKNOWN = 255
"""The exit code that `multiprocessing` reports if the fork server has died."""

LOG = logging.getLogger(__name__)

_CONTEXT = multiprocessing.get_context("forkserver")
_STARTING = threading.Lock()
_POLLING = threading.Lock()
"""To start a process polls all others, too; two who poll the same one lose its exit code."""


def start_server(module: str) -> None:
    """Start the fork server unless it runs; does not wait for its imports.

    Args:
        module: What it imports, so that no child need; counts only if it does not run yet.

    Raises:
        OSError: If no process can be had.
    """
    with _STARTING:
        _CONTEXT.set_forkserver_preload([f"{__package__}.server", __name__, module])
        usual = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # which Python 3.11 does not tell it
        try:
            forkserver.ensure_running()
        finally:
            del os.environ["PYTHONPATH"]
            if usual is not None:
                os.environ["PYTHONPATH"] = usual


def start(order: bytes, talk: Connection, seconds: float) -> ForkServerProcess:
    """Start a child, once the fork server has imported what it should.

    Args:
        order: Pickled target and payload.
        talk: The child's end of a pipe: messages ``(kind, value, sentence)`` out, and one byte in
            that asks it to stop.
        seconds: Of processor time, after which it says that it is `OVERDUE`.

    Raises:
        OSError: If no process can be had.
        EOFError: If the fork server died meanwhile.
    """
    process = _CONTEXT.Process(target=_work, args=(order, talk, seconds), daemon=True)
    with _POLLING:
        process.start()
    return process


def bury(process: ForkServerProcess) -> int | None:
    """Wait a little for a child's end, then kill it.

    Returns:
        Its exit code, as in `subprocess`; None if the fork server, which knows it, has died.
    """
    wait([process.sentinel], DYING_SECONDS)
    with _POLLING:
        process.kill()  # dead or not: if the fork server has died, nobody knows
        process.join()
        code = process.exitcode
        process.close()
    return None if code == UNKNOWN else code


def _work(order: bytes, talk: Connection, seconds: float) -> None:
    """Run one target in the child, and say how it went unless the owner is gone."""
    threading.Thread(target=_follow_owner, daemon=True).start()
    sending = threading.Lock()
    os.nice(NICENESS)
    with suppress(OSError):  # where there is such a file: be the first to go when memory is short
        Path("/proc/self/oom_score_adj").write_text("800")

    def tell(kind: str, value: Any = None, sentence: str = "") -> None:
        message = pickle.dumps((kind, value, sentence))
        try:
            with sending:
                talk.send_bytes(message)
        except ConnectionError:
            raise SystemExit from None

    def send(event: dict[str, Any]) -> None:
        tell("sent", event)

    threading.Thread(target=_tell_when_overdue, args=(seconds, tell), daemon=True).start()
    try:
        target, payload = pickle.loads(order)  # noqa: S301  (from our owner)
        tell("started")
        tell("finished", target(payload, send, talk.poll))
    except QBertError as error:
        tell("failed", None, str(error))
    except MemoryError:
        tell("failed", None, "Memory ran out. Start a smaller run.")
    except Exception as error:
        LOG.exception("A job broke off.")
        name = type(error).__name__
        tell(
            "failed",
            None,
            f"The run broke off by an error in this program ({name}). "
            "Try other settings; the server's log says more.",
        )


def _tell_when_overdue(seconds: float, tell: Callable[[str], None]) -> None:
    """Wait until this process has run for so long; its one thread runs no faster than the clock."""
    while (left := seconds - time.process_time()) > 0:
        time.sleep(left)
    tell(OVERDUE)


def _follow_owner() -> None:
    """End this child when its owner has ended, in whatever way."""
    owner = multiprocessing.parent_process()
    if owner:
        owner.join()
    os._exit(1)

"""A small process that imports the slow libraries once and forks a child for each job.

Python's own ``forkserver`` does the same, but runs ``app.py`` again in every child, overlooks
``sys.path`` when it imports, and gets its environment only by way of the parent's.

A child has two connections. ``talk`` joins it to its owner: target and payload in, messages
``(kind, value, sentence)`` out, and one byte in that asks it to stop. ``lease`` joins owner and
server: at its first byte or its end the server kills the child, then answers with the exit code
as a signed integer. So no child outlives its owner.
"""

import importlib
import logging
import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

from qbert_demo.errors import QBertError

Target = Callable[[Any, Callable[[dict[str, Any]], None], Callable[[], bool]], Any]

NICENESS = 10
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
CLOSE_SECONDS = 3

LOG = logging.getLogger(__name__)


class ForkServer:
    """Starts the server when it is needed, again if it has died, and asks it for children.

    Args:
        preload: Modules the server imports. One that cannot be imported ends the server.
    """

    def __init__(self, preload: Sequence[str] = ()) -> None:
        """Start nothing yet."""
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_closed = False

    def start(self) -> socket.socket:
        """Start the server unless it runs; does not wait for its imports.

        Returns:
            The connection on which it takes orders.

        Raises:
            OSError: If no process can be had, or `close` was called.
        """
        with self._lock:
            if self._is_closed:
                raise BrokenPipeError("The fork server is closed.")
            if self._process and self._control:
                if self._process.poll() is None:
                    return self._control
                self._control.close()
            self._control, theirs = socket.socketpair()
            with theirs:
                fd = theirs.fileno()
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-c",
                        f"import sys; sys.path[:] = {sys.path!r}; "
                        f"from {__name__} import serve; serve({fd}, {self._preload!r})",
                    ],
                    pass_fds=[fd],
                    stdin=subprocess.DEVNULL,
                    env=os.environ | ONE_THREAD,
                )
            return self._control

    def fork(self) -> tuple[Connection, Connection]:
        """Order a child; does not wait for it.

        Returns:
            ``talk``, whose first message must be the pickled target and payload, and ``lease``.

        Raises:
            OSError: If no process can be had, or `close` was called.
        """
        control = self.start()
        talk, child_talk = Pipe()
        lease, server_lease = Pipe()
        with child_talk, server_lease:
            fds = [child_talk.fileno(), server_lease.fileno()]
            socket.send_fds(control, [b"."], fds)
        return talk, lease

    def close(self) -> None:
        """End the server and every child."""
        with self._lock:
            self._is_closed = True
            if not self._process or not self._control:
                return
            self._control.close()
            self._process.terminate()  # heard only while it imports, when there is no child yet
            try:
                self._process.wait(CLOSE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def serve(fd: int, preload: Sequence[str]) -> NoReturn:
    """Fork a child for each order until the owner is gone; the server's own main function.

    Args:
        fd: Socket on which one byte and the descriptors of ``talk`` and ``lease`` are an order.
        preload: Modules to import first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in preload:
        importlib.import_module(module)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=fd)
    children: dict[Connection, BaseProcess] = {}
    while True:
        ready = wait([control, *children, *(child.sentinel for child in children.values())])
        for lease, child in list(children.items()):
            if lease in ready or child.sentinel in ready:
                del children[lease]
                _bury(child, lease)
        if control in ready:
            order, fds, _, _ = socket.recv_fds(control, 1, 2)
            if not order:
                break
            talk: Connection = Connection(fds[0])
            lease = Connection(fds[1])
            child = multiprocessing.get_context("fork").Process(
                target=_work, args=(talk, [control, lease, *children]), daemon=True
            )
            with talk:
                try:
                    child.start()
                except OSError:
                    LOG.exception("The system has no room for another process.")
                    lease.close()
                else:
                    children[lease] = child
    for lease, child in children.items():
        _bury(child, lease)
    os._exit(0)  # to tidy up after torch and transformers takes seconds


def _bury(child: BaseProcess, lease: Connection) -> None:
    child.kill()
    child.join()
    with lease, suppress(OSError):
        lease.send_bytes((child.exitcode or 0).to_bytes(2, signed=True))
    child.close()


def _work(talk: Connection, servers: Sequence[socket.socket | Connection]) -> None:
    """Run one target in the child, and say how it went unless the owner is gone."""
    for connection in servers:
        connection.close()
    threading.Thread(target=_follow_server, daemon=True).start()
    os.nice(NICENESS)
    with suppress(OSError):  # where there is such a file: be the first to go when memory is short
        Path("/proc/self/oom_score_adj").write_text("800")

    def tell(kind: str, value: Any = None, sentence: str = "") -> None:
        message = pickle.dumps((kind, value, sentence))
        try:
            talk.send_bytes(message)
        except ConnectionError:
            raise SystemExit from None

    def send(event: dict[str, Any]) -> None:
        tell("sent", event)

    try:
        target, payload = pickle.loads(talk.recv_bytes())  # noqa: S301  (from our owner)
        tell("started")
        tell("finished", target(payload, send, talk.poll))
    except EOFError:
        return
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


def _follow_server() -> None:
    """End this child if the server is killed, since then nobody could end it any more."""
    server = multiprocessing.parent_process()
    if server:
        server.join()
    os._exit(1)

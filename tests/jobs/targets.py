"""What the tests of `qbert_demo.jobs.queue` have run in child processes."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qbert_demo.errors import InputError

Send = Callable[[dict[str, Any]], None]
Stopped = Callable[[], bool]

IMPORTED_BY = os.getpid()
ERRORS = {
    "raise": ValueError("a secret path: name.txt"),
    "refuse": InputError("Row 3 has no label. Give it one."),
    "memory": MemoryError(),
}


def square(payload: int, send: Send, stopped: Stopped) -> int:
    send({"half way": payload})
    return payload**2


def count_until_stopped(payload: Any, send: Send, stopped: Stopped) -> dict[str, Any]:
    send({"pid": os.getpid(), "payload": payload})
    steps = 0
    while not stopped():
        steps += 1
        send({"replaces": "best", "steps": steps})
        time.sleep(0.01)
    return {"payload": payload, "steps": steps}


def ignore_everything(payload: Any, send: Send, stopped: Stopped) -> None:
    send({"pid": os.getpid()})
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    for k in range(3):
        send({"replaces": "best", "best": [payload, k]})
    while True:
        time.sleep(60)


def work_hard(payload: float, send: Send, stopped: Stopped) -> dict[str, float]:
    """Use ``payload`` of its time, and sleep the rest."""
    while not stopped():
        busy = time.process_time() + 0.05 * payload
        while time.process_time() < busy:
            pass
        time.sleep(0.05 * (1 - payload))
    return {"payload": payload}


def work_deafly(payload: Any, send: Send, stopped: Stopped) -> None:
    send({"pid": os.getpid()})
    for k in range(3):
        send({"replaces": "best", "best": [payload, k]})
    while True:
        pass


def wait_for_file(payload: str, send: Send, stopped: Stopped) -> str:
    send({"pid": os.getpid()})
    while not os.path.exists(payload):
        time.sleep(0.01)
    return payload


def send_many(payload: int, send: Send, stopped: Stopped) -> None:
    send({"replaces": "best", "weights": bytes(10)})
    for number in range(payload):
        send({"number": number})
        send({"replaces": "progress", "number": number})


def surroundings(payload: Any, send: Send, stopped: Stopped) -> dict[str, Any]:
    score = Path("/proc/self/oom_score_adj")  # on Linux
    return {
        "modules": set(sys.modules),
        "server": IMPORTED_BY,
        "nice": os.nice(0),
        "first to go": int(score.read_text()) if score.exists() else 800,
        "threads": os.environ["OMP_NUM_THREADS"],
        "cwd": os.getcwd(),
    }


def leave_a_thread(payload: Any, send: Send, stopped: Stopped) -> str:
    threading.Thread(target=time.sleep, args=(600,)).start()
    return "done"


def misbehave(payload: str, send: Send, stopped: Stopped) -> Any:
    match payload:
        case "raise" | "refuse" | "memory":
            raise ERRORS[payload]
        case "exit":
            sys.exit(3)
        case "_exit":
            os._exit(5)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "unpicklable result":
            return lambda: None
        case "unpicklable event":
            send({"lambda": lambda: None})
        case "unreadable result":
            return Unreadable()
        case "unreadable event":
            send({"value": Unreadable()})
            time.sleep(600)
    return payload


class Unreadable:
    def __reduce__(self) -> tuple[Any, ...]:
        return _raise, ()


def _raise() -> None:
    raise ZeroDivisionError

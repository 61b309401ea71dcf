"""A room full of visitors on one server: ``python -m benchmarks.room``.

Starts the app on loopback and measures, one after the other: visitors who classify with some
seconds of thought between, alone and beside two trainings; a class that starts trainings at once;
many trainings, few at a time; pages opened and left; and visitors who post large rows of their
own, start, and leave. Prints requests a second, percentiles, errors, and what the server holds
before and after, a minute after everybody has left. Exits with an error if anyone was refused or
anything was left.
"""

import argparse
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.request import Request, urlopen

import psutil
from gradio_client import Client

from qbert_demo.ui.server.sessions import LEFT_SECONDS
from tests.service.test_tuner import OWN
from tests.serving import served_app

PATIENCE = 1800.0
SMALL = {"epochs": 2, "n_qubits": 2, "n_layers": 1}
ROW = "x" * 1980
BIG_ROWS = 2000
MOST_MEGABYTES = 150.0
"""What the server may have gained: Python gives memory back to itself, not to the system."""


def main() -> None:
    """Print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=32)
    parser.add_argument("--thought", type=float, default=3, help="seconds between two questions")
    parser.add_argument("--minutes", type=float, default=4, help="of classifying, twice")
    parser.add_argument("--starts", type=int, default=60, help="trainings started at once")
    parser.add_argument("--trainings", type=int, default=100, help="small ones, four at a time")
    parser.add_argument("--sessions", type=int, default=200, help="pages opened and left")
    parser.add_argument("--posts", type=int, default=20, help="of large rows of one's own")
    options = parser.parse_args()
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with served_app(HF_HUB_OFFLINE="1", QBERT_TRAININGS="2") as url:
        server = _server()
        _trained(url, 4)
        _classified(url, "warming up", 1, 0, 2)
        before = _holds(server)
        print(f"at first: {_told(before)}", flush=True)
        room = (options.visitors, options.thought, 60 * options.minutes)
        wrong = _classified(url, "alone", *room)
        with _Training(url):
            wrong += _classified(url, "beside two trainings", *room)
        wrong += _counted("trainings started at once", options.starts, options.starts, url)
        wrong += _counted("trainings, four at a time", options.trainings, 4, url)
        _held_after(server, f"{options.sessions} pages left", lambda: _left(url, options.sessions))
        _held_after(server, f"{options.posts} large posts", lambda: _posted(url, options.posts))
        time.sleep(LEFT_SECONDS + 15)
        after = _holds(server)
        print(f"a minute after everybody left: {_told(after)}", flush=True)
    if wrong:
        raise SystemExit(f"{wrong} were not served")
    if after[0] - before[0] > MOST_MEGABYTES or after[1] > before[1] or after[2] > before[2]:
        raise SystemExit(f"left behind: {_told(after)} after {_told(before)}")


def _server() -> psutil.Process:
    """The app's process, a child of this one."""
    children = psutil.Process().children()
    return next(child for child in children if "app.py" in child.cmdline())


def _holds(server: psutil.Process) -> tuple[float, int, int]:
    """Megabytes, processes below it, and descriptors."""
    return server.memory_info().rss / 1e6, len(server.children(recursive=True)), server.num_fds()


def _told(held: tuple[float, int, int]) -> str:
    return f"{held[0]:.0f} MB, {held[1]} processes below, {held[2]} descriptors"


def _client(url: str) -> Client:
    return Client(url, verbose=False, httpx_kwargs={"timeout": PATIENCE})


def _classified(url: str, name: str, visitors: int, thought: float, seconds: float) -> int:
    """Have visitors classify for some time; returns how many questions were not answered."""
    end = time.monotonic() + seconds

    def visit(number: int) -> tuple[list[float], int]:
        times: list[float] = []
        client, failed = _client(url), 0
        chance = random.Random(number)
        while time.monotonic() < end:
            time.sleep(thought * chance.uniform(0.5, 1.5))
            text = f"visitor {number} thinks that film {len(times)} is fine"
            start = time.perf_counter()
            try:
                client.predict(task="sst2", text=text, api_name="/compare")
                times.append(1e3 * (time.perf_counter() - start))
            except Exception as error:  # noqa: BLE001 - all that a visitor may meet is counted
                failed += 1
                print(f"  {error!r:.200}", flush=True)
        return times, failed

    with ThreadPoolExecutor(visitors) as pool:
        stories = list(pool.map(visit, range(visitors)))
    times = [t for story, _ in stories for t in story]
    failed = sum(failed for _, failed in stories)
    print(f"{visitors} classifying, {name}: {len(times) / seconds:.1f} a second, {_shares(times)}")
    print(f"  {failed} failed", flush=True)
    return failed


def _shares(times: Sequence[float]) -> str:
    """Percentiles of milliseconds."""
    if len(times) < 2:
        return "too few to tell"
    cuts = statistics.quantiles(times, n=100)
    return ", ".join(f"p{p} {cuts[p - 1]:.0f} ms" for p in (50, 95, 99))


def _trained(url: str, n: int, at_once: int = 4) -> tuple[list[float], int]:
    """Seconds of small trainings from start to end, and how many had no result."""

    def train(_: int) -> float | None:
        start = time.perf_counter()
        try:
            job = _client(url).submit(None, OWN, settings=SMALL, api_name="/fine_tune")
            finished = job.result(PATIENCE)["event"] == "finished"
        except Exception as error:  # noqa: BLE001 - as above
            print(f"  {error!r:.200}", flush=True)
            return None
        return time.perf_counter() - start if finished else None

    with ThreadPoolExecutor(max(1, at_once)) as pool:
        stories = list(pool.map(train, range(n)))
    times = [story for story in stories if story is not None]
    return times, n - len(times)


def _counted(name: str, n: int, at_once: int, url: str) -> int:
    start = time.perf_counter()
    times, failed = _trained(url, n, at_once)
    whole = time.perf_counter() - start
    shares = _shares([1e3 * t for t in times])
    print(f"{n} {name}: {whole:.0f} s in all, {shares}, {failed} failed", flush=True)
    return failed


class _Training:
    """Two trainings of default size, another beginning as soon as one has ended."""

    def __init__(self, url: str) -> None:
        self._url, self._ended = url, threading.Event()
        self._threads = [threading.Thread(target=self._train) for _ in range(2)]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _train(self) -> None:
        client = _client(self._url)
        while not self._ended.is_set():
            job = client.submit("rotten_tomatoes", "", 500, 200, api_name="/fine_tune")
            for _ in job:
                if self._ended.is_set():
                    job.cancel()
                    break


def _left(url: str, n: int) -> None:
    """Open pages, each with a connection as a browser has it and one question, and leave."""
    page = json.loads(_read(f"{url}/config"))

    def visit(number: int) -> float:
        session = f"room-{number}"
        start = time.perf_counter()
        _read(f"{url}/")
        with urlopen(f"{url}/gradio_api/heartbeat/{session}", timeout=PATIENCE):
            _asked(url, page, session, "compare", [], at_once=True)
        return time.perf_counter() - start

    with ThreadPoolExecutor(8) as pool:
        times = list(pool.map(visit, range(n)))
    print(f"{n} pages opened and left: {_shares([1e3 * t for t in times])}", flush=True)


def _posted(url: str, n: int) -> None:
    """Post large rows of one's own, start a training, and leave before it has begun."""
    rows = "\n".join(f"{k} {ROW}, {'ab'[k % 2]}" for k in range(BIG_ROWS))
    page = json.loads(_read(f"{url}/config"))
    for number in range(n):
        arguments = [None, rows, 500, 200, SMALL]
        _asked(url, page, f"big-{number}", "fine_tune", arguments, at_once=False)


def _asked(
    url: str, page: dict[str, Any], session: str, name: str, arguments: list[Any], *, at_once: bool
) -> None:
    """Join the queue as a page does, and read the answer or leave after its first line."""
    fn = next(fn for fn in page["dependencies"] if fn["api_name"] == name)
    data = arguments or ["sst2", "a fine film", False]
    body = {"data": data, "fn_index": fn["id"], "session_hash": session}
    with suppress(OSError):
        request = Request(f"{url}/gradio_api/queue/join", json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        urlopen(request, timeout=PATIENCE).close()
        with urlopen(f"{url}/gradio_api/queue/data?session_hash={session}", timeout=60) as lines:
            for line in lines:
                if not at_once or b"process_completed" in line:
                    break


def _read(url: str) -> bytes:
    with urlopen(url, timeout=PATIENCE) as answer:
        return bytes(answer.read())


def _held_after(server: psutil.Process, name: str, act: Callable[[], None]) -> None:
    act()
    print(f"after {name}: {_told(_holds(server))}", flush=True)


if __name__ == "__main__":
    main()

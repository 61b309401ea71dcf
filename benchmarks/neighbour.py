"""What trainings cost the others, and their own visitor: ``python -m benchmarks.neighbour``.

Starts the app and measures, one after the other: how long another visitor's classification takes
over HTTP, alone and while two trainings run all the time; how long the page takes from a click on
Start to the final table; and how much memory a process has gained after 100 small trainings whose
visitors are all still there. Exits with an error if a target is missed.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from datetime import date

from gradio_client import Client

from benchmarks.memory import megabytes
from benchmarks.page import FILLERS, WORDS, opened
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.run import run
from qbert_demo.ui.finetune.session import Session
from tests.service.test_tuner import OWN
from tests.serving import served_app

TURNS = 5
MOST_TIMES, MOST_SECONDS, MOST_MEGABYTES = 2.0, 12.0, 100.0
Act = Callable[[], list[float]]
Beside = Callable[[str, Act], list[float]]
FORM = ("own", "", OWN, None, 500.0, 200.0, True, 0.0)
SMALL = {"epochs": 3, "n_qubits": 2}


def main() -> None:
    """Print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=200, help="classifications")
    parser.add_argument("--clicks", type=int, default=3, help="trainings in the browser")
    parser.add_argument("--trainings", type=int, default=100, help="small ones, for the memory")
    options = parser.parse_args()
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    missed = []
    with served_app(QBERT_TRAININGS="2") as url:
        ratio = neighbour(url, options.asked, "two trainings", _while_training)
        seconds = _click_to_table(url, options.clicks)
    gained = _gained(options.trainings)
    for name, value, most in (
        ("times the 95th percentile", ratio, MOST_TIMES),
        ("seconds to the table", seconds, MOST_SECONDS),
        ("MB after trainings", gained, MOST_MEGABYTES),
    ):
        if value > most:
            missed.append(f"{value:.1f} {name}, at most {most:g} wanted")
    if missed:
        raise SystemExit("; ".join(missed))


def neighbour(url: str, n: int, what: str, busy: Beside) -> float:
    """Ratio of the 95th percentiles of a classification, beside something and alone.

    Args:
        url: Of the app.
        n: Classifications.
        what: Runs beside, in words.
        busy: Acts while it runs.
    """
    client = Client(url, verbose=False)

    def asked() -> list[float]:
        times = []
        for i in range(n // TURNS):
            text = WORDS.format(f"{FILLERS[i % len(FILLERS)]} {i}")
            start = time.perf_counter()
            client.predict(task="sst2", text=text, api_name="/compare")
            times.append(1e3 * (time.perf_counter() - start))
        return times

    asked()
    alone, beside = [], []
    for _ in range(TURNS):  # so that what else this machine does meets both
        alone += asked()
        beside += busy(url, asked)
    high = [statistics.quantiles(times, n=20)[-1] for times in (alone, beside)]
    for name, times, p95 in zip(("alone", f"beside {what}"), (alone, beside), high, strict=True):
        print(
            f"another visitor's classification, {name}: median {statistics.median(times):.0f} ms, "
            f"95th percentile {p95:.0f} ms, n = {len(times)}",
            flush=True,
        )
    return high[1] / high[0]


def _while_training(url: str, act: Act) -> list[float]:
    """Act while two trainings run, another beginning as soon as one has ended."""
    ended = threading.Event()
    begun = threading.Semaphore(0)

    def train() -> None:
        client = Client(url, verbose=False)
        while not ended.is_set():
            job = client.submit("rotten_tomatoes", "", 500, 200, api_name="/fine_tune")
            for event in job:
                if event["event"] == "embedding":
                    begun.release()
                if ended.is_set():
                    job.cancel()
                    break

    threads = [threading.Thread(target=train) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in threads:
        begun.acquire()
    try:
        return act()
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _click_to_table(url: str, n: int) -> float:
    """Median seconds from Start to the table, with the page's defaults and its race watched."""
    times = []
    with opened(url) as page:
        page.click("#finetune-tab-button")
        page.wait_for_timeout(5000)
        for _ in range(n):
            if not page.is_visible("#start"):
                page.click("#training-form > button")  # it has folded away
            start = time.perf_counter()
            page.click("#start")
            page.wait_for_selector("#training-result table", state="detached")
            page.wait_for_selector("#training-result table", timeout=120_000)
            times.append(time.perf_counter() - start)
            print(f"click to table: {times[-1]:.1f} s", flush=True)
            print("  " + page.inner_text("#training-result caption >> nth=0"), flush=True)
    return statistics.median(times)


def _gained(n: int) -> float:
    """Megabytes that this process holds more after small trainings, their sessions kept."""
    tuner = Tuner()

    def train(count: int) -> list[Session]:
        kept = []
        for _ in range(count):
            *_, last = run(tuner, Session(), ["classical", "hybrid"], SMALL, FORM)
            kept.append(last.session)
        return kept

    kept = train(5)
    before = megabytes("VmRSS")
    kept += train(n)
    gained = megabytes("VmRSS") - before
    tuner.close()
    print(f"memory after {n} more trainings: {gained:+.1f} MB on {before:.0f} MB", flush=True)
    return gained


if __name__ == "__main__":
    main()

"""What an explanation costs: ``python -m benchmarks.explain`` in the tests' environment.

Texts of SST-2's length are classified by the classical and the hybrid model and then explained, in
turn; printed are the medians, and how many classifications of the same text an explanation takes.
Then the app is started, and one of them explained over HTTP, alone and while another visitor
classifies without a pause. A text as long as the models read, and one of 512 tokens, are explained
once.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial

from gradio_client import Client

from benchmarks.page import classifying
from qbert_demo.service import PAIR, Explorer
from tests.serving import served_app

ROUNDS = 5
TEXTS = (
    "the plot is thin and the jokes are old , but somehow the cast makes each scene worth seeing",
    "a slow , sad and beautiful story of two brothers who lose a farm and find each other again",
    "it wants to be a thriller and a comedy at once , and ends up as a rather dull piece of both",
)
LONG = " ".join(TEXTS) + " "


def main() -> None:
    """Measure and print one line a text."""
    explorer = Explorer.start(["sst2"])
    explorer.explain("sst2", "warm up")
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for text in TEXTS:
        times: dict[str, list[float]] = {"classified": [], "explained": []}
        for _ in range(ROUNDS):
            times["classified"].append(_seconds(partial(explorer.compare, "sst2", text)))
            times["explained"].append(_seconds(partial(explorer.explain, "sst2", text)))
        one, why = (statistics.median(found) for found in times.values())
        steps = [model.steps for model in explorer.explain("sst2", text).models.values()]
        print(
            f"{len(text.split())} words: classified in {1e3 * one:.0f} ms, explained in "
            f"{1e3 * why:.0f} ms, {why / one:.0f} times as long "
            f"(medians of {ROUNDS}, steps {steps})",
            flush=True,
        )
    _beside_another()
    for length in (128, 512):
        for head in PAIR:
            explorer.classifier("sst2", head).model.config.max_length = length
        found = explorer.explain("sst2", 10 * LONG)
        steps = [model.steps for model in found.models.values()]
        print(
            f"{found.n_tokens} tokens: explained in {found.seconds:.1f} s, steps {steps}",
            flush=True,
        )


def _beside_another() -> None:
    """Print what an explanation takes over HTTP, alone and beside another visitor."""
    alone, beside = [], []
    with served_app() as url:
        client = Client(url, verbose=False)
        why = partial(client.predict, task="sst2", text=TEXTS[0], api_name="/explain")
        why()
        for _ in range(ROUNDS):  # in turn, so that what else this machine does meets both
            alone.append(_seconds(why))
            with classifying(url):
                beside.append(_seconds(why))
    one, two = statistics.median(alone), statistics.median(beside)
    print(
        f"over HTTP: explained in {1e3 * one:.0f} ms, beside another visitor who classifies in "
        f"{1e3 * two:.0f} ms, {two / one:.1f} times as long (medians of {ROUNDS})",
        flush=True,
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

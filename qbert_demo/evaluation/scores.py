"""A model's scores on labelled rows, and the table of heads in the README."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from torch import Tensor, nn

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.checkpoints.runs import spreads_in
from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import Rows
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.metrics import (
    Labels,
    accuracy,
    class_scores,
    confusion,
    macro_f1,
    macro_recall,
)
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.evaluation.words import p_value, signed
from qbert_demo.model.heads import HEADS, angles_of
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.prediction import softmax
from qbert_demo.results import Array, ModelScore, Reliability

TIMED_TEXTS = 50
BINS = 10
"""Of equal width, that a model's confidences are sorted into."""


def halved(probabilities: Array) -> NDArray[np.float16]:
    """Round to half precision, ``(n, n_labels)``, so that each row's largest stays the largest."""
    rounded, winners = probabilities.astype(np.float16), probabilities.argmax(1)
    tied = np.flatnonzero(rounded.argmax(1) != winners)
    rounded[tied, winners[tied]] = np.nextafter(rounded[tied].max(1), np.float16(1))
    return rounded


def measure(
    classifier: LoadedModel, head: str, rows: Rows, batch_size: int = 32
) -> tuple[ModelScore, Array, Tensor]:
    """Score a model on labelled rows, in float32.

    Returns:
        Its scores, its probabilities ``(n, n_labels)``, and the encoder's vectors ``(n, hidden)``.
    """
    start = time.perf_counter()
    ids = [tokens.ids for tokens in classifier.tokenize(rows.texts)]
    pooled = classifier.embed(ids, batch_size).clone()
    with torch.no_grad():
        logits = classifier.model.classify(pooled).logits.double().cpu().numpy()
    seconds = time.perf_counter() - start
    probabilities, truth = softmax(logits), np.array(rows.labels)
    return score(head, probabilities, truth, len(ids) / seconds), probabilities, pooled


def score(head: str, probabilities: Array, truth: Labels, texts_per_second: float) -> ModelScore:
    """Score probabilities ``(n, n_labels)`` against the true classes ``(n,)``."""
    predicted, n_labels = probabilities.argmax(1), probabilities.shape[1]
    bins = _reliability(probabilities.max(1), predicted == truth)
    return ModelScore(
        head,
        accuracy(predicted, truth),
        macro_f1(predicted, truth, n_labels),
        macro_recall(predicted, truth, n_labels),
        float(log_loss(truth, probabilities, labels=np.arange(n_labels))),
        sum(b.n * abs(b.said - b.right) for b in bins) / len(truth),
        bins,
        tuple(map(tuple, confusion(predicted, truth, n_labels).tolist())),
        texts_per_second,
        class_scores(predicted, truth, n_labels),
    )


def bin_of(confidence: Array) -> Labels:
    """Which of the `BINS` each confidence ``(n,)`` is in; one on an edge is in the lower."""
    return np.digitize(confidence, np.linspace(0, 1, BINS + 1), right=True) - 1


def _reliability(confidence: Array, right: Any) -> tuple[Reliability, ...]:
    """How often a model is right by how sure it is, less the bins that are empty."""
    bins, found = bin_of(confidence), []
    for k in np.unique(bins):
        inside = bins == k
        said, share = float(confidence[inside].mean()), float(right[inside].mean())
        found.append(Reliability(said, share, int(inside.sum())))
    return tuple(found)


def as_json(found: ModelScore, labels: Sequence[str]) -> dict[str, Any]:
    """What ``training.json`` keeps of a model's scores, the classes by name."""
    f1 = {name: one.f1 for name, one in zip(labels, found.classes, strict=True)}
    kept = {name: getattr(found, name) for name in ("macro_f1", "macro_recall")}
    return {"accuracy": asdict(found.accuracy), **kept, "f1": f1}


def evaluate(task: Dataset, folder: Path, datasets_dir: Path | None = None) -> str:
    """Score a task's checkpoints on its reported split.

    Args:
        task: Which task.
        folder: Where the folders ``<task>-<head>`` are.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Returns:
        A Markdown table: accuracy with 95 % interval, its mean and range over seeds where there are
        several, what the task reports beside it, parameters, median milliseconds of one text; the
        hybrid's live angles, and its paired differences from the others with exact McNemar tests.

    Raises:
        CheckpointError: If there is no checkpoint of the task.
        DataError: If the rows cannot be had.
    """
    heads = [head for head in HEADS if (folder / f"{task.key}-{head}").is_dir()]
    if not heads:
        raise CheckpointError(f"{folder} has no checkpoint of {task.key}. Train one first.")
    rows = load_task(task, task.report, datasets_dir)
    models = {h: open_checkpoint(folder / f"{task.key}-{h}", Trust.OURS) for h in heads}
    scores, said = {}, {}
    for head, model in models.items():
        scores[head], said[head], _ = measure(model, head, rows)
    also = {h: task.measured(as_json(found, task.labels)) for h, found in scores.items()}
    names = [more[0] for more in also.values() if more][:1]
    spreads = spreads_in(task.key, folder)
    seeds = ("mean over seeds",) if spreads else ()
    columns = ("model", "accuracy", "95 % interval", *seeds, *names, "parameters", "in the head")
    lines = [
        f"**{task.task_title}** ({task.repo_id}, {task.report} split, {len(rows):,} texts, "
        f"{date.today().isoformat()}{_trained(folder, task, heads)})",
        "",
        _line(*columns, "ms a text"),
        "|---" * (len(columns) + 1) + "|",
    ]
    for head, found in scores.items():
        s, more = found.accuracy, also[head]
        interval = f"{s.low:.4f} to {s.high:.4f}"
        told = (str(spreads.get(head, "one seed")),) if spreads else ()
        measures = (f"{s.value:.4f}", interval, *told, *((f"{more[1]:.4f}",) if more else ()))
        network = models[head].model
        sizes = (f"{_size(network):,}", f"{_size(network.classifier):,}")
        lines.append(_line(head, *measures, *sizes, f"{_milliseconds(models[head], rows):.1f}"))
    lines.append("")
    angles = {head: angles_of(model.model.classifier) for head, model in models.items()}
    lines += [f"- {head}: {found}" for head, found in angles.items() if found.stored]
    truth = np.array(rows.labels)
    right = {head: said[head].argmax(1) == truth for head in sorted(heads, key="hybrid".__ne__)}
    tests = paired_tests(right)
    after = " after Holm" if len(tests) > 1 else ""
    for test in tests:
        if test.a == "hybrid":
            gap = test.difference
            value, low, high = (signed(100 * x, 2) for x in (gap.value, gap.low, gap.high))
            lines.append(
                f"- hybrid minus {test.b}: {value} points ({low} to {high}, paired 95 % interval); "
                f"exact McNemar p = {p_value(test.corrected)}{after}"
            )
    return "\n".join(lines) + "\n"


def _size(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def _milliseconds(classifier: LoadedModel, rows: Rows) -> float:
    """Median time of one text alone, over the first `TIMED_TEXTS`."""
    tokens = classifier.tokenize(rows.texts[:TIMED_TEXTS])
    return median(classifier.answer(row.ids).timing.total for row in tokens)


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _trained(folder: Path, task: Dataset, heads: list[str]) -> str:
    """What the heads were trained on, where their ``training.json`` tells."""
    told = []
    for head in heads:
        path = folder / f"{task.key}-{head}" / "training.json"
        if path.is_file():
            facts = json.loads(path.read_text(encoding="utf-8"))
            rows, seed = facts["data"]["train_rows"], facts["recipe"]["seed"]
            told.append(f"; trained on {rows:,} of the Hub's {task.rows:,} rows, seed {seed}")
    return told[0] if told and len(set(told)) == 1 else ""

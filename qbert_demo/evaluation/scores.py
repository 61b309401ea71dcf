"""A checkpoint's scores on the split that is reported, and the table of heads in the README."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import Rows
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.metrics import accuracy, difference, f1_scores, macro_f1, macro_recall
from qbert_demo.model.heads import HEADS, Angles, angles_of
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Score

TIMED_TEXTS = 50


@dataclass(frozen=True)
class Scores:
    """What a model scores on one split.

    Attributes:
        accuracy: With its 95 % interval.
        macro_f1: Mean of the classes' F1.
        macro_recall: Mean of the classes' recall.
        f1: F1 of each class by its name.
        predicted: Index of each text's label, shape ``(n,)``.
        milliseconds: Median time of one text alone, over the first 50.
        parameters: Of encoder and head.
        in_head: Of the head.
        angles: Those of them that a circuit stores, and how many are live.
    """

    accuracy: Score
    macro_f1: float
    macro_recall: float
    f1: dict[str, float]
    predicted: NDArray[np.int64]
    milliseconds: float
    parameters: int
    in_head: int
    angles: Angles

    def as_json(self) -> dict[str, Any]:
        """The scores as plain JSON, without the predictions."""
        kept = ("macro_f1", "macro_recall", "f1")
        return {"accuracy": asdict(self.accuracy)} | {name: getattr(self, name) for name in kept}


def score(classifier: LoadedModel, rows: Rows, batch_size: int = 32) -> Scores:
    """Score a classifier on labelled rows, in float32."""
    ids = [tokens.ids for tokens in classifier.tokenize(rows.texts)]
    truth = np.array(rows.labels)
    predicted = classifier.logits(ids, batch_size).argmax(1)
    times = [classifier.answer(row).timing.total for row in ids[:TIMED_TEXTS]]
    model, n_labels = classifier.model, len(classifier.labels)
    return Scores(
        accuracy(predicted, truth),
        macro_f1(predicted, truth, n_labels),
        macro_recall(predicted, truth, n_labels),
        dict(zip(classifier.labels, f1_scores(predicted, truth, n_labels), strict=True)),
        predicted,
        median(times),
        sum(p.numel() for p in model.parameters()),
        sum(p.numel() for p in model.classifier.parameters()),
        angles_of(model.classifier),
    )


def evaluate(task: Dataset, folder: Path, datasets_dir: Path | None = None) -> str:
    """Score a task's checkpoints on its reported split.

    Args:
        task: Which task.
        folder: Where the folders ``<task>-<head>`` are.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Returns:
        A Markdown table: accuracy with 95 % interval, what the task reports beside it, parameters,
        median milliseconds of one text; the hybrid's live angles, and its paired differences from
        the others.

    Raises:
        CheckpointError: If there is no checkpoint of the task.
        DataError: If the rows cannot be had.
    """
    heads = [head for head in HEADS if (folder / f"{task.key}-{head}").is_dir()]
    if not heads:
        raise CheckpointError(f"{folder} has no checkpoint of {task.key}. Train one first.")
    rows = load_task(task, task.report, datasets_dir)
    truth = np.array(rows.labels)
    scores = {
        h: score(open_checkpoint(folder / f"{task.key}-{h}", Trust.OURS), rows) for h in heads
    }
    also = {h: task.measured(found.as_json()) for h, found in scores.items()}
    names = [more[0] for more in also.values() if more][:1]
    columns = ("model", "accuracy", "95 % interval", *names, "parameters", "in the head")
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
        measures = (f"{s.value:.4f}", interval, *((f"{more[1]:.4f}",) if more else ()))
        sizes = (f"{found.parameters:,}", f"{found.in_head:,}", f"{found.milliseconds:.1f}")
        lines.append(_line(head, *measures, *sizes))
    lines.append("")
    lines += [f"- {head}: {s.angles}" for head, s in scores.items() if s.angles.stored]
    hybrid = scores.get("hybrid")
    for head, other in scores.items():
        if hybrid is not None and other is not hybrid:
            gap = difference(hybrid.predicted, other.predicted, truth)
            lines.append(
                f"- hybrid minus {head}: {100 * gap.value:+.2f} points "
                f"({100 * gap.low:+.2f} to {100 * gap.high:+.2f}, paired 95 % interval)"
            )
    return "\n".join(lines) + "\n"


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

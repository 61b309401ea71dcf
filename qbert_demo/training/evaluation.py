"""The table of classical, hybrid and control that the README shows."""

import json
from datetime import date
from pathlib import Path

import numpy as np

from qbert_demo.config import HEADS
from qbert_demo.data.catalogue import Task
from qbert_demo.data.fetching import load_task
from qbert_demo.errors import CheckpointError
from qbert_demo.model.inference import Classifier
from qbert_demo.training.metrics import difference
from qbert_demo.training.scoring import measured, score


def evaluate(task: Task, folder: Path, datasets_dir: Path | None = None) -> str:
    """Score a task's checkpoints on its reported split.

    Args:
        task: Which task.
        folder: Where the folders ``<task>-<head>`` are.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Returns:
        A Markdown table: accuracy with 95 % interval, what the task reports beside it, parameters,
        median milliseconds of one text; and the paired differences of the hybrid from the others.

    Raises:
        CheckpointError: If there is no checkpoint of the task.
        DataError: If the rows cannot be had.
    """
    heads = [head for head in HEADS if (folder / f"{task.key}-{head}").is_dir()]
    if not heads:
        raise CheckpointError(f"{folder} has no checkpoint of {task.key}. Train one first.")
    rows = load_task(task, task.report, datasets_dir)
    truth = np.array(rows.labels)
    reports = {h: score(Classifier.load(folder / f"{task.key}-{h}"), rows) for h in heads}
    also = {h: measured(report.as_json(), task.measure) for h, report in reports.items()}
    names = [found[0] for found in also.values() if found][:1]
    columns = ("model", "accuracy", "95 % interval", *names, "parameters", "in the head")
    lines = [
        f"**{task.title}** ({task.dataset}, {task.report} split, {len(rows):,} texts, "
        f"{date.today().isoformat()}{_trained(folder, task, heads)})",
        "",
        _line(*columns, "ms a text"),
        "|---" * (len(columns) + 1) + "|",
    ]
    for head, report in reports.items():
        s, more = report.accuracy, also[head]
        interval = f"{s.low:.4f} to {s.high:.4f}"
        measures = (f"{s.value:.4f}", interval, *((f"{more[1]:.4f}",) if more else ()))
        sizes = (f"{report.parameters:,}", f"{report.in_head:,}", f"{report.milliseconds:.1f}")
        lines.append(_line(head, *measures, *sizes))
    lines.append("")
    for other in ("classical", "control"):
        if "hybrid" in reports and other in reports:
            gap = difference(reports["hybrid"].predicted, reports[other].predicted, truth)
            lines.append(
                f"- hybrid minus {other}: {100 * gap.value:+.2f} points "
                f"({100 * gap.low:+.2f} to {100 * gap.high:+.2f}, paired 95 % interval)"
            )
    return "\n".join(lines) + "\n"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _trained(folder: Path, task: Task, heads: list[str]) -> str:
    """What the heads were trained on, where their ``training.json`` tells."""
    told = []
    for head in heads:
        path = folder / f"{task.key}-{head}" / "training.json"
        if path.is_file():
            facts = json.loads(path.read_text(encoding="utf-8"))
            rows, seed = facts["data"]["train_rows"], facts["recipe"]["seed"]
            told.append(f"; trained on {rows:,} of the Hub's {task.rows:,} rows, seed {seed}")
    return told[0] if told and len(set(told)) == 1 else ""

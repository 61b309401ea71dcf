"""The table of classical, hybrid and control that the README shows."""

import json
from datetime import date
from pathlib import Path

import numpy as np

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.config import HEADS
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.tasks import Task
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.metrics import difference
from qbert_demo.evaluation.scores import score


def evaluate(task: Task, folder: Path, datasets_dir: Path | None = None) -> str:
    """Score a task's checkpoints on its reported split.

    Args:
        task: Which task.
        folder: Where the folders ``<task>-<head>`` are.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Returns:
        A Markdown table: accuracy with 95 % interval, parameters, median milliseconds of one
        text; and the paired differences of the hybrid from the others.

    Raises:
        CheckpointError: If there is no checkpoint of the task.
        DataError: If the rows cannot be had.
    """
    heads = [head for head in HEADS if (folder / f"{task.key}-{head}").is_dir()]
    if not heads:
        raise CheckpointError(f"{folder} has no checkpoint of {task.key}. Train one first.")
    rows = load_task(task, task.report, datasets_dir)
    truth = np.array(rows.labels)
    reports = {
        h: score(open_checkpoint(folder / f"{task.key}-{h}", Trust.OURS), rows) for h in heads
    }
    lines = [
        f"**{task.title}** ({task.dataset}, {task.report} split, {len(rows):,} texts, "
        f"{date.today().isoformat()}{_trained(folder, task, heads)})",
        "",
        "| model | accuracy | 95 % interval | parameters | in the head | ms a text |",
        "|---|---|---|---|---|---|",
    ]
    for head, report in reports.items():
        s = report.accuracy
        lines.append(
            f"| {head} | {s.value:.4f} | {s.low:.4f} to {s.high:.4f} | {report.parameters:,} "
            f"| {report.in_head:,} | {report.milliseconds:.1f} |"
        )
    lines.append("")
    for other in ("classical", "control"):
        if "hybrid" in reports and other in reports:
            gap = difference(reports["hybrid"].predicted, reports[other].predicted, truth)
            lines.append(
                f"- hybrid minus {other}: {100 * gap.value:+.2f} points "
                f"({100 * gap.low:+.2f} to {100 * gap.high:+.2f}, paired 95 % interval)"
            )
    return "\n".join(lines) + "\n"


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

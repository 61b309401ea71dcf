"""The command that explains: ``explain``."""

import argparse

from qbert_demo.cli.common import print_json
from qbert_demo.results import Explanation
from qbert_demo.service import Explorer
from qbert_demo.service.commands import TASKS
from qbert_demo.service.explaining import BASE, explanation_json

BAR = 20
"""Characters of the longest bar."""


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Describe the options of ``explain``."""
    parser.description = (
        "Share out among the words what each model of a task says of a text, by integrated "
        f"gradients from the text with {BASE} in place of each word. With --json also through the "
        "angles and the qubits of the hybrid."
    )
    parser.add_argument("text")
    parser.add_argument("--task", choices=TASKS, default="sst2")
    parser.add_argument("--label", help="explain this label; each model's own answer if left out")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> None:
    explorer = Explorer.start([options.task])
    heads = explorer.task(options.task).heads
    found = explorer.explain(options.task, options.text, heads, options.label)
    if options.json:
        print_json(explanation_json(found))
    else:
        print(as_text(found))  # noqa: T201


def as_text(explanation: Explanation) -> str:
    """Write a bar for each word, on one scale for all models."""
    reach = explanation.reach or 1.0
    blocks = []
    for head, model in explanation.models.items():
        logit = model.logit
        lines = [
            f"{head}: logit of {model.label} {logit.value:+.3f} = base {logit.base:+.3f}, words "
            f"{logit.sum:+.3f}, gap {logit.gap:.4f} ({model.steps} steps, {model.seconds:.1f} s)"
        ]
        for word, score in zip(model.words, logit.scores.tolist(), strict=True):
            sign = "+" if score >= 0 else "-"
            bar = sign * round(BAR * abs(score) / reach)
            lines.append(f"  {score:+.3f} {bar:<{BAR}} {word.text}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)

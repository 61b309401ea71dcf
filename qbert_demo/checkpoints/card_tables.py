"""What was chosen for a training, as the tables of a model card say it."""

from collections.abc import Mapping, Sequence
from typing import Any

from qbert_demo.data.catalogue import Dataset
from qbert_demo.model.heads import HEADS
from qbert_demo.results import Spread

CHOSEN = {
    "dataset": "dataset",
    "config": "configuration",
    "split": "split",
    "revision": "commit",
    "text": "column of the text",
    "label": "column of the class",
    "rows": "rows to train on, wanted",
    "held_out": "rows held out, wanted",
    "balanced": "classes taken equally",
    "seed": "seed of the choice",
}
"""How a visitor's choice of rows reads."""


def settings_tables(facts: dict[str, Any]) -> str:
    """Write what has to be chosen to train a head of the Fine-tune tab again.

    Args:
        facts: What `qbert_demo.training.trained_head` writes into ``training.json``; older ones do
            not say how the rows were chosen.
    """
    data = facts["data"]
    chosen = data.get("chosen", {})
    known = {name: chosen[key] for key, name in CHOSEN.items() if chosen.get(key, "") != ""}
    settings = {f"`{name}`": value for name, value in facts["recipe"].items()}
    rows = _table("data", {"origin": data["origin"], **known})
    return f"{rows}\n\n{_table('setting', settings)}"


def score_table(
    facts: dict[str, Any],
    others: Sequence[dict[str, Any]],
    task: Dataset,
    spreads: Mapping[str, Spread],
) -> str:
    """Write the scores of the heads of a task, this one's set off.

    Args:
        facts: What `qbert_demo.training.train_task` writes into ``training.json``.
        others: The same of the heads it is compared with.
        task: Theirs.
        spreads: Of accuracy over seeds, by head; empty where each has but one.
    """
    split, rows = facts["data"]["report_split"], {f["name"]: f for f in (facts, *others)}
    named = task.measured(facts["scores"][split])
    names = (named[0],) if named else ()
    seeds = ("mean over seeds",) if spreads else ()
    columns = ("head", "accuracy", "95 % interval", *seeds, "macro F1", *names)
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for head in (head for head in HEADS if head in rows):
        scores = rows[head]["scores"][split]
        also = task.measured(scores)
        title = f"**{head}** (this one)" if head == facts["name"] else head
        accuracy = scores["accuracy"]
        cells = (
            title,
            f"{accuracy['value']:.4f}",
            f"{accuracy['low']:.4f} to {accuracy['high']:.4f}",
            *((str(spreads.get(head, "one seed")),) if spreads else ()),
            f"{scores['macro_f1']:.4f}",
            *((f"{also[1]:.4f}",) if also else ()),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def learning_words(facts: dict[str, Any]) -> str:
    """What else a head learnt from than labels, and what its confidences are divided by.

    Args:
        facts: What `qbert_demo.training.train_task` writes into ``training.json``; older ones tell
            of neither.
    """
    recipe, teacher, fitted = facts["recipe"], facts.get("teacher"), facts.get("calibration")
    words = []
    if teacher:
        origin, weight = teacher["teacher"], recipe["teacher_weight"]
        scores = " and ".join(
            f"{score['value']:.4f} on the {'rows held out' if name == 'held_out' else name}"
            for name, score in teacher["scores"].items()
        )
        words.append(
            f"""The loss is cross-entropy on the true labels, weighted {1 - weight:.2g}, and the KL
divergence from a teacher's softmax at temperature {recipe["teacher_temperature"]:.2g}, weighted \
{weight:.2g}. The teacher,
{origin["name"]} ({origin["parameters"] / 1e6:.0f} M parameters, sha256 {origin["sha256"][:12]}), \
was fine-tuned
whole on the same rows for {teacher["steps"]:,} steps and scores {scores}.
All heads of the task learn from the same logits of it."""
        )
    if length := recipe.get("trained_length"):
        words.append(f"While it learnt, the first {length} tokens of a text were read.")
    if last := recipe.get("averaged_epochs"):
        epochs = "epoch" if last == 1 else f"{last:.3g} epochs"
        words.append(f"Weights are averaged over the last {epochs}.")
    if fitted:
        words.append(
            f"""Logits are divided by {fitted["temperature"]:.3g}, fitted on the rows held out, \
whose log loss it takes
from {fitted["log_loss_before"]:.4f} to {fitted["log_loss"]:.4f}."""
        )
    return "".join(f"{word}\n" for word in words)


def _table(title: str, values: dict[str, Any]) -> str:
    rows = [f"| {name} | {_cell(value)} |" for name, value in values.items()]
    return "\n".join((f"| {title} | |", "|---|---|", *rows))


def _cell(value: Any) -> str:
    """Write a value as code, for strangers may have named it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(value) if isinstance(value, list | tuple) else str(value)
    literal = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return f"`{literal}`"

"""The README.md that travels with a checkpoint."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from huggingface_hub import EvalResult, ModelCardData

from qbert_demo.checkpoints.behaviour import limits_words, read_behaviour
from qbert_demo.checkpoints.card_tables import learning_words, score_table, settings_tables
from qbert_demo.checkpoints.recipes import alike
from qbert_demo.checkpoints.runs import seeds_words, spreads_in
from qbert_demo.circuit.export import outline
from qbert_demo.circuit.spec import HADAMARD_FIRST, CircuitSpec
from qbert_demo.data.catalogue import find_task
from qbert_demo.errors import CheckpointError
from qbert_demo.model.heads import HEADS, angles_in
from qbert_demo.results import Spread

FACTS = "training.json"
SHARED = ("task", "data", "steps")
"""What two checkpoints must have in common to be compared, besides the recipe."""


def card_of(folder: Path, repo_id: str | None = None) -> str:
    """Write the model card of a checkpoint folder, from its ``training.json`` and those beside it.

    Args:
        folder: The checkpoint.
        repo_id: The Hub repository that the card is for; the folder itself if left out.

    Raises:
        CheckpointError: If a ``training.json`` is missing or unreadable, or if the runs beside it
            are, or are of another recipe.
    """
    facts = read_facts(folder)
    if "task" in facts:
        seen = limits_words(read_behaviour(facts["task"], folder.parent), facts["name"])
        spreads = spreads_in(facts["task"], folder.parent, facts["recipe"])
        return model_card(facts, siblings(folder, facts), repo_id, seen, spreads)
    return quick_card(facts, repo_id)


def read_facts(folder: Path) -> dict[str, Any]:
    """Read a checkpoint's ``training.json``.

    Raises:
        CheckpointError: If it is missing or unreadable.
    """
    path = folder / FACTS
    try:
        facts = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} cannot be read ({error!s:.100}), so nothing is known of this checkpoint. "
            "Train it again."
        ) from error
    if not isinstance(facts, dict):
        raise CheckpointError(f"{path} does not hold what a training writes. Train it again.")
    return facts


def siblings(folder: Path, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """What is known of the other heads beside a checkpoint, trained on the same rows alike."""
    others = [folder.parent / f"{facts['task']}-{name}" for name in HEADS if name != facts["name"]]
    found = [read_facts(other) for other in others if (other / FACTS).is_file()]
    return [
        other
        for other in found
        if all(other.get(key) == facts[key] for key in SHARED)
        and alike(other["recipe"], facts["recipe"])
    ]


def model_card(
    facts: dict[str, Any],
    others: Sequence[dict[str, Any]] = (),
    repo_id: str | None = None,
    seen: str = "",
    spreads: Mapping[str, Spread] | None = None,
) -> str:
    """Write a model card from what ``training.json`` says.

    Args:
        facts: As `qbert_demo.training.train_task.train` returns them.
        others: The same of the heads it is compared with; see `siblings`.
        repo_id: The Hub repository that the card is for; the bundled folder if left out.
        seen: What it fails, in sentences; see `limits_words`.
        spreads: Of accuracy over the seeds of the heads that have several.

    Returns:
        Markdown with the Hub's front matter.
    """
    data, recipe, name = facts["data"], facts["recipe"], facts["name"]
    seen = seen and f"\n{fill(seen, 100)}\n"
    task = find_task(facts["task"])
    evaluation = f"`python -m qbert_demo evaluate --task {task.key}`"
    kept_apart = f"{data['held_out_rows']:,} more were" if data["held_out_rows"] else "None was"
    purpose = (
        "held out to choose the stopping point."
        if recipe["patience"]
        else "held out; the number of steps was fixed before the run."
    )
    compared = (
        f"The heads share rows, recipe, seed and number of steps.\n{evaluation} scores them all "
        "again and prints\nthe paired differences, which tell more than two intervals side by side."
        if others
        else f"{evaluation} scores it again."
    )
    seeds = seeds_words(recipe["seed"], (spreads or {}).get(name))
    table = score_table(facts, others, task, spreads or {})
    learnt = (
        "fine-tuned with low-rank\nupdates on every dense layer"
        if recipe["adapter_rank"]
        else "as it came"
    )
    note = f"{task.report_note}\n" if task.report_note else ""
    front = _front(
        facts,
        license="apache-2.0",
        language="en",
        datasets=[task.repo_id],
        model_name=f"qbert-{task.key}-{name}",
        eval_results=_results(facts),
    )
    return f"""---
{front}
---

# {task.key}: {name} head

BERT ({_encoder(facts)}) {learnt}, and {HEADS[name].phrase}.
{_circuit(facts)}
## Scores

{task.repo_id}, {data["report_split"]} split, {data["report_rows"]:,} texts:

{table}

Measured on {facts["date"]}, seed {recipe["seed"]}.
{compared}

## Training

{data["train_rows"]:,} rows of {data["train"]}, split {data["train_split"]} (the Hub's has \
{data["train_rows_on_hub"]:,}). {kept_apart} {purpose}
{facts["steps"]:,} steps of {recipe["batch_size"]} texts in {facts["seconds"] / 60:.0f} minutes on
{facts["device"]}. Every setting is in `{FACTS}`.
{learning_words(facts)}
{_use(repo_id, f"checkpoints/{task.key}-{name}")}
## Limits

{note}English only, texts like those it was trained on, and of each the first {recipe["max_length"]}
tokens. It says which of its labels fits best even when none does. {seeds}; differences
smaller than the intervals above mean nothing. A circuit this small makes nothing faster.
{seen}"""


def quick_card(facts: dict[str, Any], repo_id: str | None = None) -> str:
    """Write the model card of a head that was trained in the Fine-tune tab, or as there.

    Args:
        facts: What `qbert_demo.training.trained_head` writes into ``training.json``.
        repo_id: The Hub repository that the card is for; a folder if left out.

    Returns:
        Markdown with the Hub's front matter.
    """
    data, recipe, name = facts["data"], facts["recipe"], facts["name"]
    what, fate = (
        ("Only the head was trained", "is as it was")
        if facts["frozen_encoder"]
        else ("The head was trained", f"has low-rank updates of rank {recipe['adapter_rank']}")
    )
    return f"""---
{_front(facts)}
---

# A {name} head, trained {"in seconds" if facts["frozen_encoder"] else "end to end with LoRA"}

{what}, {HEADS[name].phrase}; the encoder ({_encoder(facts)}) {fate}.
{_circuit(facts)}
| rows held out | accuracy | 95 % interval | macro F1 |
|---|---|---|---|
{_row(f"{data['held_out_rows']:,}", facts, "held_out")}

The epoch kept, {facts["best_epoch"]:.3g} of {recipe["epochs"]}, was chosen on the same rows, which
flatters the score, by several points where these rows are few.

## Training

Trained on {facts["date"]} on {data["train_rows"]:,} rows. This was chosen; `{FACTS}` says it, too,
and what came of every epoch.

{settings_tables(facts)}

{_use(repo_id, "path/to/this/folder")}"""


def _front(facts: dict[str, Any], **more: Any) -> str:
    """The front matter, without its fences."""
    quantum = ["quantum-machine-learning"] if HEADS[facts["name"]].has_circuit else []
    card = ModelCardData(
        library_name="transformers",
        pipeline_tag="text-classification",
        base_model=facts["encoder"]["id"],
        metrics=["accuracy", "f1"],
        tags=["qbert", "bert", facts["name"], *quantum],
        **more,
    )
    return card.to_yaml().strip()


def _results(facts: dict[str, Any]) -> list[EvalResult]:
    """The scores as the Hub's model-index takes them, each with the command that repeats it."""
    data, task = facts["data"], find_task(facts["task"])
    scores = facts["scores"][data["report_split"]]
    values = {"accuracy": scores["accuracy"]["value"], "f1": scores["macro_f1"]}
    return [
        EvalResult(
            task_type="text-classification",
            dataset_type=task.repo_id,
            dataset_name=task.key,
            dataset_config=task.config,
            dataset_split=data["report_split"],
            dataset_revision=data["hub_revision"],
            metric_type=metric,
            metric_name="Macro F1" if metric == "f1" else "Accuracy",
            metric_value=round(value, 4),
            metric_args={
                **({"average": "macro"} if metric == "f1" else {}),
                "command": f"python -m qbert_demo evaluate --task {task.key}",
            },
        )
        for metric, value in values.items()
    ]


def _row(first: str, facts: dict[str, Any], split: str) -> str:
    score = facts["scores"][split]
    accuracy = score["accuracy"]
    interval = f"{accuracy['low']:.4f} to {accuracy['high']:.4f}"
    return f"| {first} | {accuracy['value']:.4f} | {interval} | {score['macro_f1']:.4f} |"


def _encoder(facts: dict[str, Any]) -> str:
    return f"{facts['encoder']['id']} at {facts['encoder']['revision'][:7]}"


def _circuit(facts: dict[str, Any]) -> str:
    """What a head's circuit is, in words and drawn; nothing without one."""
    if not HEADS[facts["name"]].has_circuit:
        return ""
    recipe = facts["recipe"]
    names = ("n_qubits", "n_layers", "encoding", "ansatz", "reupload")
    spec = CircuitSpec(**{name: recipe[name] for name in names})
    after = " after a Hadamard" if spec.encoding in HADAMARD_FIRST else ""
    again = ", re-uploaded before each layer" if spec.reupload else ""
    return f"""
The circuit has {_several(spec.n_qubits, "qubit")} and {_several(spec.n_layers, "layer")} \
({spec.ansatz.replace("_", " ")}); angles enter by {spec.encoding[-2:].upper()} \
rotations{after}{again};
`<Z>` of each qubit leaves. It is simulated exactly.
Parameters: {angles_in(spec)}.

```
{outline(spec)}```

`x0`, `x1`, ... are angles made of the text, each θ is learnt (a `Rot` has three); `●` controls
its `X`.
"""


def _several(n: int, thing: str) -> str:
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _use(repo_id: str | None, folder: str) -> str:
    """How to load the checkpoint."""
    source = f'"{repo_id}", revision="main"' if repo_id else f'"{folder}"'
    pinned = (
        "\nThe full sha of a commit in the place of `main` keeps the model as it is today.\n"
        if repo_id
        else ""
    )
    return f"""## Use

`qbert_demo` is the package of the QBERT explorer; `pip install .` in a copy of its repository
installs it.

```python
import qbert_demo.model
from transformers import pipeline

classify = pipeline("text-classification", model={source})
```
{pinned}"""

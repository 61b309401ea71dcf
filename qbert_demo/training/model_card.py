"""The README.md that travels with a checkpoint."""

from typing import Any

from huggingface_hub import EvalResult, ModelCardData

NAMES = {
    "classical": "a linear layer on the pooled vector",
    "hybrid": "a variational quantum circuit between two linear layers",
    "control": "a classical layer as wide and about as large as the hybrid's circuit",
}


def model_card(facts: dict[str, Any]) -> str:
    """Write a model card from what ``training.json`` says.

    Args:
        facts: As `qbert_demo.training.trainer.train` returns them.

    Returns:
        Markdown with the Hub's front matter.
    """
    data, recipe, name = facts["data"], facts["recipe"], facts["name"]
    split, n = data["report_split"], data["report_rows"]
    accuracy = facts["scores"][split]["accuracy"]
    dataset = data["train"].split(" ")[0].rstrip(",")
    result = EvalResult(
        task_type="text-classification",
        dataset_type=dataset,
        dataset_name=facts["task"],
        dataset_split=split,
        dataset_revision=data["hub_revision"],
        metric_type="accuracy",
        metric_value=round(accuracy["value"], 4),
    )
    front = ModelCardData(
        license="apache-2.0",
        language="en",
        library_name="transformers",
        pipeline_tag="text-classification",
        base_model=facts["encoder"]["id"],
        datasets=[dataset],
        metrics=["accuracy"],
        tags=["qbert", name, *(["quantum-machine-learning"] if name == "hybrid" else [])],
        model_name=f"qbert-{facts['task']}-{name}",
        eval_results=[result],
    )
    circuit = f"\n{_circuit(recipe)}\n" if name == "hybrid" else ""
    held = (
        f"{data['held_out_rows']:,} rows of it were held out to choose the stopping point."
        if data["held_out_rows"]
        else "None of it was held out; the number of steps was fixed before the run."
    )
    folder = f"checkpoints/{facts['task']}-{name}"
    return f"""---
{front.to_yaml().strip()}
---

# {facts["task"]}: {name} head

BERT ({facts["encoder"]["id"]} at {facts["encoder"]["revision"][:7]}) fine-tuned with low-rank
updates on every dense layer, and {NAMES[name]}.
{circuit}
| split | rows | accuracy | 95 % interval | macro F1 |
|---|---|---|---|---|
| {split} | {n:,} | {accuracy["value"]:.4f} | {accuracy["low"]:.4f} to {accuracy["high"]:.4f} | \
{facts["scores"][split]["macro_f1"]:.4f} |

Measured on {facts["date"]}, seed {recipe["seed"]}; `python -m qbert_demo evaluate --task \
{facts["task"]}` reproduces it. Compare it with its siblings before drawing a conclusion: \
classical, hybrid and control share recipe, seed and number of steps.

## Training

{data["train_rows"]:,} rows of {data["train"]}, split {data["train_split"]} (the Hub's has \
{data["train_rows_on_hub"]:,}). {held} {facts["steps"]:,} steps of {recipe["batch_size"]} texts in
{facts["seconds"] / 60:.0f} minutes on {facts["device"]}. Every setting is in `training.json`.

## Use

```python
import qbert_demo.model
from transformers import pipeline

classify = pipeline("text-classification", model="{folder}")
```

## Limits

English only. It says which of its labels fits best even when none does. One seed was trained;
differences smaller than the interval above mean nothing.
"""


def quick_card(facts: dict[str, Any]) -> str:
    """Write the model card of a head that was trained in the Fine-tune tab, or as there.

    Args:
        facts: What `qbert_demo.training.quick` writes into ``training.json``.

    Returns:
        Markdown with the Hub's front matter.
    """
    data, recipe, name = facts["data"], facts["recipe"], facts["name"]
    score = facts["scores"]["held_out"]
    accuracy = score["accuracy"]
    front = ModelCardData(
        library_name="transformers",
        pipeline_tag="text-classification",
        base_model=facts["encoder"]["id"],
        metrics=["accuracy"],
        tags=["qbert", name, *(["quantum-machine-learning"] if name == "hybrid" else [])],
    )
    circuit = f" {_circuit(recipe)}" if name == "hybrid" else ""
    what, fate = (
        ("Only the head was trained", "is as it was")
        if facts["frozen_encoder"]
        else ("The head was trained", f"has low-rank updates of rank {recipe['adapter_rank']}")
    )
    return f"""---
{front.to_yaml().strip()}
---

# A {name} head, trained {"in seconds" if facts["frozen_encoder"] else "end to end with LoRA"}

{what}, {NAMES[name]}; the encoder ({facts["encoder"]["id"]} at \
{facts["encoder"]["revision"][:7]}) {fate}.{circuit}

| rows held out | accuracy | 95 % interval | macro F1 |
|---|---|---|---|
| {data["held_out_rows"]:,} | {accuracy["value"]:.4f} | {accuracy["low"]:.4f} to \
{accuracy["high"]:.4f} | {score["macro_f1"]:.4f} |

The epoch kept, {facts["best_epoch"]:.3g} of {recipe["epochs"]}, was chosen on the same rows, so the
score is a little flattered. Trained on {facts["date"]} on {data["train_rows"]:,} rows of
{data["origin"]}, seed {recipe["seed"]}. Every setting is in `training.json`.

## Use

```python
import qbert_demo.model
from transformers import pipeline

classify = pipeline("text-classification", model="path/to/this/folder")
```
"""


def _circuit(recipe: dict[str, Any]) -> str:
    again = ", re-uploaded before each layer" if recipe["reupload"] else ""
    return (
        f"The circuit has {recipe['n_qubits']} qubits and {recipe['n_layers']} layers "
        f"({recipe['ansatz'].replace('_', ' ')}); angles enter by {recipe['encoding'].upper()} "
        f"rotations{again}; <Z> of each qubit leaves. It is simulated exactly."
    )

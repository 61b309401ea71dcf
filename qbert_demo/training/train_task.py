"""Train a checkpoint from a task's rows to a scored folder with its model card."""

import json
import shutil
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, set_seed

from qbert_demo.checkpoints.card import FACTS, model_card, siblings
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import Rows, held_out_positions
from qbert_demo.evaluation.scores import as_json, measure
from qbert_demo.model import QBertConfig, QBertForSequenceClassification, checkpoint, find_backbone
from qbert_demo.model.heads import angles_of, head_of
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.precision import has_bf16
from qbert_demo.training.adapters import add_adapters, trained_tensors
from qbert_demo.training.loop import make_trainer
from qbert_demo.training.provenance import describe, versions
from qbert_demo.training.recipe import HELD_OUT_SEED, Recipe
from qbert_demo.training.resume import last_state
from qbert_demo.training.runs import record
from qbert_demo.training.soft_labels import FOLDER, SoftLabels, read_soft_labels
from qbert_demo.training.temperature import fit_temperature, log_loss

SHARED_SETTINGS = (
    "pooling",
    "n_qubits",
    "n_layers",
    "encoding",
    "ansatz",
    "reupload",
    "angle_scale",
    "dropout",
    "adapter_rank",
    "adapter_scale",
    "max_length",
)


def train(
    task: Dataset,
    head: str,
    recipe: Recipe,
    output: Path,
    *,
    rows: int | None = None,
    datasets_dir: Path | None = None,
    device: str = "auto",
    bf16: bool | None = None,
    fresh: bool = False,
    soft_labels: Path | None = None,
    runs: Path | None = None,
) -> dict[str, Any] | None:
    """Fine-tune end to end and write the checkpoint.

    A run that was interrupted goes on from its last saved state; the states lie beside the
    output, in ``.<name>.run``, until the checkpoint is written.

    Args:
        task: What is learnt.
        head: Kind of one of `qbert_demo.model.heads.HEADS`.
        recipe: The settings.
        output: Folder of the checkpoint.
        rows: Train on the first so many rows of the seeded shuffle only; all if left out.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.
        device: ``cpu``, ``cuda``, or ``auto``.
        bf16: Whether to use bfloat16; if left out, where the machine has it.
        fresh: Start over even if there is a state to resume from.
        soft_labels: A teacher's logits, for a recipe that learns from one; where
            `qbert_demo.training.soft_labels` keeps those of the task if left out.
        runs: A file to add scores and predictions to; see `qbert_demo.training.runs`.

    Returns:
        What ``training.json`` says, or ``None`` in all but the first of several processes.

    Raises:
        QBertError: If rows or encoder cannot be had, or an interrupted run with other settings
            is in the way.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    bf16 = has_bf16(device) if bf16 is None else bf16
    set_seed(recipe.seed)
    all_rows = load_task(task, task.train, datasets_dir)
    soft = _soft_labels(task, recipe, all_rows, soft_labels)
    positions, held_out = _split(all_rows, recipe, rows)
    kept = all_rows.take(positions)
    report_rows = load_task(task, task.report, datasets_dir)

    model = QBertForSequenceClassification.build(make_config(task, head, recipe))
    add_adapters(model)
    files = find_backbone(model.config.source())
    tokenizer = AutoTokenizer.from_pretrained(files.path)
    run_dir = output.resolve().with_name(f".{output.name}.run")
    settings = {"task": task.key, "head": head, "rows": rows, **asdict(recipe)}
    state = last_state(run_dir, settings, fresh=fresh)
    wanted = soft.logits[positions] if soft else None
    trainer = make_trainer(model, tokenizer, kept, held_out, recipe, run_dir, device, bf16, wanted)
    trainer.train(resume_from_checkpoint=state)
    seconds = trainer.seconds
    if not trainer.is_world_process_zero():
        return None

    checkpoint.write(output, model.config, trained_tensors(model), files.path)
    finished = open_checkpoint(output, Trust.OURS)
    calibration = calibrate(finished, held_out) if held_out else None
    name = head_of(head).name
    report, said, _ = measure(finished, name, report_rows)
    held = measure(finished, name, held_out)[0] if held_out else None
    facts = {
        "task": task.key,
        "head": head,
        "name": name,
        "date": date.today().isoformat(),
        "recipe": asdict(recipe),
        "data": {
            "train": all_rows.origin,
            "train_split": task.train,
            "train_rows": len(kept),
            "train_rows_on_hub": task.rows,
            "held_out_rows": len(held_out) if held_out else 0,
            "report_split": task.report,
            "report_rows": len(report_rows),
            "hub_revision": task.revision,
        },
        "encoder": {"id": model.config.backbone_id, "revision": model.config.backbone_revision},
        "teacher": soft.facts if soft else None,
        "steps": trainer.state.global_step,
        "best_held_out_accuracy": trainer.state.best_metric,
        "history": _history(trainer.state.log_history),
        "calibration": calibration,
        "held_out": as_json(held, task.labels) if held else None,
        "scores": {task.report: as_json(report, task.labels)},
        "parameters": {
            "total": sum(p.numel() for p in finished.model.parameters()),
            "head": sum(p.numel() for p in finished.model.classifier.parameters()),
            "trained": _count(model),
            "dead": angles_of(finished.model.classifier).dead,
        },
        "seconds": round(seconds, 1),
        "device": describe(device),
        "bf16": bf16,
        "processes": trainer.args.world_size,
        "versions": versions(),
    }
    card = model_card(facts, siblings(output.resolve(), facts))
    texts = {FACTS: json.dumps(facts, indent=2) + "\n", "README.md": card}
    finished.model.save_pretrained(output, texts=texts)
    if runs is not None:
        record(runs, facts, report_rows, said.argmax(1))
    shutil.rmtree(run_dir, ignore_errors=True)
    return facts


def make_config(task: Dataset, head: str, recipe: Recipe) -> QBertConfig:
    """The configuration of a new checkpoint."""
    settings: dict[str, Any] = {name: getattr(recipe, name) for name in SHARED_SETTINGS}
    settings["head"] = head
    return QBertConfig(
        **settings,
        id2label=dict(enumerate(task.labels)),
        label2id={label: i for i, label in enumerate(task.labels)},
    )


def calibrate(classifier: LoadedModel, rows: Rows) -> dict[str, float]:
    """Fit a classifier's temperature on rows that it has not seen, and set it.

    Returns:
        The temperature, and the log loss on these rows without it and with it.
    """
    truth = np.array(rows.labels)
    logits = classifier.logits([tokens.ids for tokens in classifier.tokenize(rows.texts)])
    temperature = round(fit_temperature(logits, truth), 4)
    classifier.model.set_temperature(temperature)
    return {
        "temperature": temperature,
        "log_loss_before": round(log_loss(logits, truth), 6),
        "log_loss": round(log_loss(logits, truth, temperature), 6),
    }


def _soft_labels(task: Dataset, recipe: Recipe, rows: Rows, path: Path | None) -> SoftLabels | None:
    if not recipe.teacher_weight:
        return None
    return read_soft_labels(path or FOLDER / f"{task.key}.safetensors", rows, len(task.labels))


def _split(rows: Rows, recipe: Recipe, limit: int | None) -> tuple[list[int], Rows | None]:
    """Positions of the rows to train on, and the rows held out."""
    kept, held_out = list(range(len(rows))), list[int]()
    if recipe.held_out:
        kept, held_out = held_out_positions(
            rows, recipe.held_out, HELD_OUT_SEED, recipe.leak_words, recipe.held_out_words
        )
    if limit is not None and limit < len(kept):
        order = torch.randperm(len(kept), generator=torch.Generator().manual_seed(recipe.seed))
        kept = [kept[i] for i in order[:limit].tolist()]
    return kept, rows.take(held_out) if held_out else None


def _history(log: list[dict[str, Any]]) -> list[dict[str, float]]:
    kept = ("loss", "eval_loss", "eval_accuracy", "step", "grad_norm")
    entries = ({k: round(float(entry[k]), 6) for k in kept if k in entry} for entry in log)
    return [entry for entry in entries if len(entry) > 1]


def _count(model: torch.nn.Module) -> int:
    return sum(p.numel() for p in model.parameters() if p.requires_grad)

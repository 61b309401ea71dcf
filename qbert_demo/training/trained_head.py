"""A head that was trained here: its configuration, put to use at once, or as a checkpoint."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig

from qbert_demo.checkpoints.card import quick_card
from qbert_demo.data.choice import Material
from qbert_demo.errors import CheckpointError, QBertError
from qbert_demo.model import QBertConfig, checkpoint, find_backbone
from qbert_demo.model.heads import HEADS
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.packed_bert import pack
from qbert_demo.results import HeadReport
from qbert_demo.training.provenance import describe, versions
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe, RaceRecipe

LORA_DROPOUT = 0.1
"""On the pooled vector; a frozen encoder's vectors are not dropped."""


def adopt(
    base: LoadedModel, report: HeadReport, material: Material, recipe: RaceRecipe
) -> LoadedModel:
    """Put a trained head to use at once, on the encoder of ``base`` (see `LoadedModel.fresh`).

    A head that was trained end to end has an encoder of its own.
    """
    tensors = {name: torch.from_numpy(array).float() for name, array in report.tensors.items()}
    head = base.with_head(head_config(material, recipe, report.head), tensors, "just trained")
    pack(head.model.bert, is_final=head.model.bert is not base.model.bert)
    return head


def fresh_classifier() -> LoadedModel:
    """The encoder that heads are trained on here, with a head of no meaning."""
    return LoadedModel.fresh(QBertConfig(id2label={0: "0", 1: "1"}, label2id={"0": 0, "1": 1}))


def head_config(material: Material, recipe: RaceRecipe, name: str) -> QBertConfig:
    """The configuration of a head in training, and of the checkpoint that it becomes."""
    rank = recipe.adapter_rank if isinstance(recipe, LoraRecipe) else 0
    return QBertConfig(
        head=HEADS[name].kind,
        n_qubits=recipe.n_qubits,
        n_layers=recipe.n_layers,
        encoding=recipe.spec().encoding,
        ansatz=recipe.spec().ansatz,
        reupload=recipe.reupload,
        angle_scale=recipe.angle_scale,
        dropout=LORA_DROPOUT if rank else 0.0,
        adapter_rank=rank,
        id2label=dict(enumerate(material.labels)),
        label2id={label: i for i, label in enumerate(material.labels)},
    )


@contextmanager
def head_folder(report: HeadReport, material: Material, recipe: RaceRecipe) -> Iterator[Path]:
    """Write a trained head as `write_head` does, into a folder that is there while it is used.

    Raises:
        CheckpointError: If there is no place for temporary files, or no room in it.
        BackboneError: If the encoder cannot be had.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="qbert-") as parent:
            folder = Path(parent) / f"qbert-{report.head}"
            write_head(report, material, recipe, folder)
            yield folder
    except Exception as error:
        # tokenizers and safetensors, written in Rust, tell such errors in words alone.
        is_of_the_disk = isinstance(error, OSError) or "(os error " in str(error)
        if isinstance(error, QBertError) or not is_of_the_disk:
            raise
        raise CheckpointError(
            f"The {report.head} head cannot be put together: the folder for temporary files is "
            "missing, full or not writable. Make room there, or set TMPDIR elsewhere."
        ) from error


def write_head(
    report: HeadReport, material: Material, recipe: RaceRecipe, folder: Path
) -> dict[str, Any]:
    """Write a trained head as a checkpoint, with its model card.

    Args:
        report: From `qbert_demo.training.fine_tune`.
        material: What it was trained on.
        recipe: How.
        folder: Where the checkpoint goes; an older one there is replaced.

    Returns:
        What ``training.json`` says.
    """
    config = head_config(material, recipe, report.head)
    files = find_backbone(config.source())
    config.backbone = BertConfig.from_pretrained(files.path)
    facts = _facts(report, material, recipe, config)
    texts = {"training.json": json.dumps(facts, indent=2) + "\n", "README.md": quick_card(facts)}
    tensors = {name: torch.from_numpy(array) for name, array in report.tensors.items()}
    checkpoint.write(folder, config, tensors, files.path, texts)
    return facts


def _facts(
    report: HeadReport, material: Material, recipe: RaceRecipe, config: QBertConfig
) -> dict[str, Any]:
    """What ``training.json`` says."""
    return {
        "name": report.head,
        "frozen_encoder": isinstance(recipe, FrozenRecipe),
        "date": date.today().isoformat(),
        "recipe": asdict(recipe),
        "data": {
            "origin": material.train.origin,
            "chosen": material.chosen.as_json() if material.chosen else {},
            "labels": list(material.labels),
            "train_rows": len(material.train),
            "held_out_rows": len(material.held_out),
            "notes": list(material.notes),
        },
        "encoder": {"id": config.backbone_id, "revision": config.backbone_revision},
        "best_epoch": report.history[report.best_epoch - 1].epoch if report.best_epoch else 0,
        "history": [
            {
                "epoch": round(epoch.epoch, 3),
                "loss": round(epoch.loss, 6),
                "held_out_loss": round(epoch.held_out_loss, 6),
                "held_out_accuracy": round(epoch.accuracy, 6),
            }
            for epoch in report.history
        ],
        "scores": {"held_out": {"accuracy": asdict(report.accuracy), "macro_f1": report.macro_f1}},
        "parameters": {"total": report.parameters, "trained": report.trained, "dead": report.dead},
        "seconds": round(report.seconds, 3),
        "device": describe("cpu"),
        "versions": versions(),
    }

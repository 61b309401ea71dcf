"""A training run in seconds: embed the texts once, race the heads, judge them.

The fine-tuning tab and ``train --frozen-encoder`` call the same `train_quickly`. What it tells and
returns is plain and picklable, so that it can run in another process; `write_head` makes a
checkpoint of it when one is wanted, and of what `qbert_demo.training.lora` returns as well.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig

from qbert_demo.checkpoints.card import quick_card
from qbert_demo.config import MAX_LENGTH
from qbert_demo.data.choice import Material
from qbert_demo.errors import CheckpointError, QBertError
from qbert_demo.model import QBertConfig, checkpoint, find_backbone
from qbert_demo.model.heads import HEADS
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Epoch, HeadReport, QuickReport
from qbert_demo.training.frozen import Features, Runner, race
from qbert_demo.training.judging import Judge
from qbert_demo.training.provenance import describe, has_bf16, versions
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe, RaceRecipe

KEPT_SECONDS = 1.0
"""Between two reports of a race that goes on."""
LORA_DROPOUT = 0.1
"""On the pooled vector; a frozen encoder's vectors are not dropped."""


def train_quickly(
    material: Material,
    recipe: FrozenRecipe,
    *,
    embedded: Callable[[int, int], None] = lambda done, total: None,
    passed: Callable[[Epoch], None] = lambda epoch: None,
    improved: Callable[[QuickReport], None] = lambda report: None,
    stopped: Callable[[], bool] = lambda: False,
) -> QuickReport:
    """Train every head of the recipe on a frozen encoder.

    Args:
        material: Rows to learn from and to judge on.
        recipe: The settings.
        embedded: Called with texts embedded and texts in all.
        passed: Called after every pass of every head.
        improved: Called with the report so far when a head has passed for the first time, and
            after a pass at least `KEPT_SECONDS` later; always before ``passed``.
        stopped: Whether to end early with the best weights so far; asked before every batch.

    Returns:
        Reports of all heads; of one that was stopped in its first pass, as it was then.

    Raises:
        BackboneError: If the encoder cannot be had.
    """
    start = time.perf_counter()
    classifier = LoadedModel.fresh(race_config(material, recipe, "classical"))
    train, held_out = _features(classifier, material, embedded)
    embedding = time.perf_counter() - start
    judge = Judge(classifier, material, held_out, recipe)
    start = time.perf_counter()
    n_told, due = 0, 0.0

    def so_far(runners: dict[str, Runner]) -> QuickReport:
        seconds = {"embed": embedding, "train": time.perf_counter() - start}
        return QuickReport({name: judge.report(name, r) for name, r in runners.items()}, seconds)

    def keep(runners: dict[str, Runner]) -> None:
        nonlocal n_told, due
        learnt = {name: runner for name, runner in runners.items() if runner.history}
        if len(learnt) > n_told or time.perf_counter() >= due:
            improved(so_far(learnt))
            n_told, due = len(learnt), time.perf_counter() + KEPT_SECONDS

    return so_far(race(train, held_out, len(material.labels), recipe, passed, stopped, keep))


def adopt(
    base: LoadedModel, report: HeadReport, material: Material, recipe: RaceRecipe
) -> LoadedModel:
    """Put a trained head to use at once, on the encoder of ``base`` (see `LoadedModel.fresh`).

    A head that was trained end to end has an encoder of its own.
    """
    tensors = {name: torch.from_numpy(array).float() for name, array in report.tensors.items()}
    return base.with_head(race_config(material, recipe, report.head), tensors, "just trained")


def fresh_classifier() -> LoadedModel:
    """The encoder that heads are trained on here, with a head of no meaning."""
    return LoadedModel.fresh(QBertConfig(id2label={0: "0", 1: "1"}, label2id={"0": 0, "1": 1}))


def race_config(material: Material, recipe: RaceRecipe, name: str) -> QBertConfig:
    """The configuration of a head in a race, and of the checkpoint that it becomes."""
    rank = recipe.adapter_rank if isinstance(recipe, LoraRecipe) else 0
    return QBertConfig(
        head=HEADS[name].kind,
        n_qubits=recipe.n_qubits,
        n_layers=recipe.n_layers,
        encoding=recipe.spec().encoding,
        ansatz=recipe.spec().ansatz,
        reupload=recipe.reupload,
        dropout=LORA_DROPOUT if rank else 0.0,
        adapter_rank=rank,
        max_length=MAX_LENGTH,
        id2label=dict(enumerate(material.labels)),
        label2id={label: i for i, label in enumerate(material.labels)},
    )


def _features(
    classifier: LoadedModel, material: Material, embedded: Callable[[int, int], None]
) -> tuple[Features, Features]:
    """Embed all rows; those to learn from in bfloat16 where that is fast, the others exactly."""
    rows = material.train, material.held_out
    total = sum(map(len, rows))
    found: list[Features] = []
    for part, is_rough in ((rows[0], has_bf16("cpu")), (rows[1], False)):
        ids = [t.ids for t in classifier.tokenize(part.texts)]
        before = sum(len(features.labels) for features in found)

        def report(done: int, _: int, before: int = before) -> None:
            embedded(before + done, total)

        with torch.autocast("cpu", torch.bfloat16, enabled=is_rough):
            vectors = classifier.embed(ids, progress=report).clone()
        found.append(Features(vectors, torch.tensor(part.labels)))
    return found[0], found[1]


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
        report: From `train_quickly`, or from `qbert_demo.training.lora.train_end_to_end`.
        material: What it was trained on.
        recipe: How.
        folder: Where the checkpoint goes; an older one there is replaced.

    Returns:
        What ``training.json`` says.
    """
    config = race_config(material, recipe, report.head)
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
        "parameters": {"total": report.parameters, "trained": report.trained},
        "seconds": round(report.seconds, 3),
        "device": describe("cpu"),
        "versions": versions(),
    }

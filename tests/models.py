"""Small models for tests, as folders that can be put on the loopback Hub."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel

from qbert_demo.data.catalogue import SST2
from qbert_demo.model import QBertForSequenceClassification, find_backbone
from qbert_demo.training.recipe import Recipe
from qbert_demo.training.train_task import make_config

SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}


def plain_bert(folder: Path, labels: Sequence[str], seed: int = 0, **config: Any) -> None:
    """Save a random ``BertForSequenceClassification`` with the tokenizer of MiniLM."""
    torch.manual_seed(seed)
    names = dict(enumerate(labels))
    settings = BertConfig(
        **SHAPE | config, id2label=names, label2id={name: k for k, name in names.items()}
    )
    model = BertForSequenceClassification(settings)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    model.save_pretrained(folder)
    shutil.copy(find_backbone().path / "tokenizer.json", folder)


def encoder(folder: Path) -> None:
    """Save a random BERT encoder with the tokenizer of MiniLM."""
    torch.manual_seed(0)
    BertModel(BertConfig(**SHAPE)).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(find_backbone().path / name, folder)


def checkpoint(folder: Path, head: str, seed: int = 0, **config: Any) -> None:
    """Save a checkpoint of our format for SST-2 with a random head."""
    torch.manual_seed(seed)
    settings = make_config(SST2, head, Recipe(adapter_rank=0))
    for name, value in config.items():
        setattr(settings, name, value)
    QBertForSequenceClassification.build(settings).save_pretrained(folder)


def files_of(folder: Path, **changes: Any) -> dict[str, bytes]:
    """The files of a folder, with changes to its config; ``None`` removes a setting."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    values = json.loads(files["config.json"]) | changes
    for name in [name for name, value in changes.items() if value is None]:
        del values[name]
    return files | {"config.json": json.dumps(values).encode()}

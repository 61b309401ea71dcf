"""A checkpoint folder becomes a model that answers: one reader and one validator for all.

Nothing of what a folder says is trusted, whoever it is of. Its config is judged before a tensor is
read, and its tensors before they are used. No code of it runs, and nothing of it is unpickled.
"""

from enum import Enum
from pathlib import Path
from typing import cast

from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from transformers import BertConfig

from qbert_demo.config import MINILM, MODEL_TYPE, Backbone
from qbert_demo.errors import CheckpointError
from qbert_demo.model import QBertConfig, QBertForSequenceClassification, checkpoint
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.packed_bert import pack
from qbert_demo.model.plain_bert import check_plain, read_plain
from qbert_demo.model.tokenizer import read_tokenizer


class Trust(Enum):
    """Whom a checkpoint is of.

    Attributes:
        OURS: Of whoever owns this machine. Its encoder may be a folder here, and errors name the
            checkpoint's folder.
        STRANGER: Of anybody. Its encoder must be on the Hub, and errors name no folder.
    """

    OURS = "ours"
    STRANGER = "stranger"


def open_checkpoint(
    folder: Path,
    trust: Trust,
    source: str = "",
    *,
    encoder: Path | None = None,
    base: LoadedModel | None = None,
) -> LoadedModel:
    """Open a checkpoint of our format, or anybody's ``BertForSequenceClassification``.

    Args:
        folder: Where its files are.
        trust: Whom it is of.
        source: Where it came from, for people; the folder's name if left out.
        encoder: Where the encoder of a checkpoint of our format is; found if left out.
        base: What has the encoder and the tokenizer that it must be for, and is to share.

    Returns:
        The model, which has answered once.

    Raises:
        CheckpointError: If it is not usable; the message names it.
        BackboneError: If its encoder is not to be had.
    """
    is_ours = trust is Trust.OURS
    source = source or str(folder)
    with checkpoint.named(folder if is_ours else source, checkpoint.REMEDY if is_ours else ""):
        config = read_settings(folder, trust) if base is None else _config_for(base, folder)
        if isinstance(config, BertConfig):
            model = cast(QBertForSequenceClassification, read_plain(folder, config))
        else:
            other = base.model if base else None
            model = QBertForSequenceClassification.read(folder, config, encoder, other)
        rows = model.bert.config.vocab_size
        tokenizer = base.tokenizer if base else read_tokenizer(folder, rows)
        pack(model.bert, is_final=base is None or model.bert is not base.model.bert)
        loaded = LoadedModel(model, tokenizer, source)
        loaded.warm_up()
    return loaded


def read_settings(folder: Path, trust: Trust) -> QBertConfig | BertConfig:
    """Read and judge a config, before a tensor is there.

    Returns:
        Our configuration, or that of a plain BERT.

    Raises:
        CheckpointError: If it is of another model, or a setting is out of range.
    """
    values = checkpoint.read_values(folder)
    if values.get("model_type") != MODEL_TYPE:
        return check_plain(values)
    config = checkpoint.checked_config(values)
    if trust is Trust.STRANGER:
        _check_encoder(config.source())
    return config


def is_here(backbone: Backbone) -> bool:
    """Whether this is the encoder of all shipped models."""
    return (backbone.repo_id, backbone.revision) == (MINILM.repo_id, MINILM.revision)


def _check_encoder(backbone: Backbone) -> None:
    """Refuse an encoder that a stranger must not name."""
    if is_here(backbone):
        if backbone.sha256 not in (None, MINILM.sha256):
            raise CheckpointError("Its config names a wrong hash for its encoder.")
        return
    try:
        validate_repo_id(backbone.repo_id)
    except HFValidationError as error:
        raise CheckpointError(
            f"Its encoder must be on the Hub, not at {backbone.repo_id!r:.100}."
        ) from error


def _config_for(base: LoadedModel, folder: Path) -> QBertConfig:
    """The config of a checkpoint of our format that is on the encoder of ``base``."""
    config, ours = checkpoint.checked_config(checkpoint.read_values(folder)), base.model.config
    encoder = config.backbone_id, config.backbone_revision
    if encoder != (ours.backbone_id, ours.backbone_revision):
        raise CheckpointError(
            f"It was trained on {encoder[0]:.60} @ {encoder[1]:.7}, but heads are loaded on "
            f"{ours.backbone_id} @ {ours.backbone_revision[:7]} here."
        )
    return config

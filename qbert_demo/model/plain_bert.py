"""Anybody's ``BertForSequenceClassification``, dressed as a classical model of ours."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification, BertModel
from transformers.activations import ACT2FN

from qbert_demo.config import MAX_TOKENS
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.shards import WEIGHTS, weight_files
from qbert_demo.model import checkpoint
from qbert_demo.model.allocation import Unfilled
from qbert_demo.model.heads import HeadOutput, LinearHead
from qbert_demo.model.packed_bert import last_hidden_state
from qbert_demo.model.tensors import read_tensors
from qbert_demo.ranges import whole

SIZES = {
    "vocab_size": 500_000,
    "hidden_size": 4096,
    "num_hidden_layers": 64,
    "num_attention_heads": 64,
    "intermediate_size": 16_384,
    "max_position_embeddings": 8192,
    "type_vocab_size": 64,
}
"""The sizes in a config that are read, and the largest each may be."""
OTHERS = ("hidden_act", "layer_norm_eps", "pad_token_id")
"""What else of a config makes a difference to an answer."""
EARLY_NAMES = {"gamma": "weight", "beta": "bias"}
"""How early checkpoints called the parts of a layer norm."""


@dataclass(frozen=True)
class PlainConfig:
    """What a model that is not of our format has in place of our config.

    Attributes:
        labels: Names of the classes in the order of the logits.
        max_length: Most tokens that are read.
    """

    labels: tuple[str, ...]
    max_length: int
    head: str = "linear"
    n_qubits: int = 0

    def label_names(self) -> tuple[str, ...]:
        """Names of the classes in the order of the logits."""
        return self.labels


class PlainBert(nn.Module):
    """Encoder, its own pooler, and the linear layer on top."""

    def __init__(self, model: BertForSequenceClassification) -> None:
        """Take the parts of a loaded model."""
        super().__init__()
        labels = tuple((model.config.id2label or {}).values())
        self.bert: BertModel = model.bert
        self.classifier = LinearHead(model.config.hidden_size, len(labels), 0.0)
        self.classifier.output = model.classifier
        length = min(MAX_TOKENS, model.config.max_position_embeddings)
        self.config = PlainConfig(labels, length)

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return self.bert.device

    def encode(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Text vectors from the model's own pooler, float32 of shape ``(batch, hidden)``."""
        hidden = last_hidden_state(self.bert, input_ids, attention_mask)
        return cast(nn.Module, self.bert.pooler)(hidden).float()

    def classify(self, pooled: Tensor) -> HeadOutput:
        """Logits of shape ``(batch, n_labels)``."""
        return self.classifier(pooled)

    def tensors(self) -> dict[str, Tensor]:
        """All parameters: every one of them was trained."""
        return dict(self.named_parameters())


def read_plain(folder: Path, config: BertConfig) -> PlainBert:
    """Read a model strictly, in float32 and evaluation mode.

    Args:
        folder: Where ``model.safetensors`` is.
        config: Its configuration, from `check_plain`.

    Raises:
        CheckpointError: If the weights are not those of such a classifier.
    """
    tensors = bert_tensors(folder, partial(BertForSequenceClassification, config))
    with Unfilled():
        model = BertForSequenceClassification(config)
    model.load_state_dict(tensors, assign=True)
    return PlainBert(model).eval()


def bert_tensors(
    folder: Path, make: Callable[[], nn.Module], *, is_part: bool = False
) -> dict[str, Tensor]:
    """Read exactly the tensors of a BERT, in float32.

    Args:
        folder: Where ``model.safetensors`` is.
        make: Makes the model; nothing is allocated for it.
        is_part: Whether the file may hold more, such as another's head beside this encoder.

    Raises:
        CheckpointError: If they are not there, or not what the model asks for.
    """
    try:
        with torch.device("meta"):
            outline = make()
    except ValueError as error:
        raise CheckpointError(f"Its config describes no BERT: {error!s:.200}") from error
    check_room(folder, sum(parameter.numel() for parameter in outline.parameters()))
    shapes = {name: tuple(tensor.shape) for name, tensor in outline.state_dict().items()}

    def own(name: str) -> str | None:
        found = _our_name(name.removeprefix("bert.") if is_part else name)
        return None if is_part and found not in shapes else found

    return read_tensors(folder, shapes, own)


def check_plain(values: Mapping[str, Any]) -> BertConfig:
    """Check the configuration of a ``BertForSequenceClassification`` before a tensor is read.

    Args:
        values: What its ``config.json`` says. Only what is named in `SIZES` and `OTHERS` is
            used, so that nothing in it can ask for other code or another way of loading.

    Returns:
        Its configuration, with the names of its classes in the order of the logits.

    Raises:
        CheckpointError: If it is another model, or a size or a label is out of range.
    """
    found = values.get("architectures")
    if found != ["BertForSequenceClassification"]:
        name = found[0] if isinstance(found, list) and found else "nothing in particular"
        raise CheckpointError(
            f"Its config describes {name!s:.60}; of others' models only a "
            "BertForSequenceClassification can be loaded."
        )
    if values.get("problem_type") not in (None, "single_label_classification"):
        raise CheckpointError("It does not choose one label of several, as all models here do.")
    return check_bert(values, checkpoint.label_names(values))


def check_bert(values: Mapping[str, Any], labels: tuple[str, ...] = ()) -> BertConfig:
    """Check the sizes of a BERT encoder.

    Raises:
        CheckpointError: If one is out of range, or the encoder is of an unusual kind.
    """
    if values.get("model_type") != "bert":
        raise CheckpointError(f"It is a {values.get('model_type')!s:.40} model, not a BERT.")
    for name, largest in SIZES.items():
        value = values.get(name, getattr(BertConfig, name))
        whole(f"Its {name}", value, 1, largest, CheckpointError)
    activation = values.get("hidden_act", "gelu")
    if not isinstance(activation, str) or activation not in ACT2FN:
        raise CheckpointError(f"Its activation {activation!r:.40} is not known here.")
    epsilon = values.get("layer_norm_eps", 1e-12)
    if type(epsilon) not in (float, int) or not 0 < epsilon <= 1:
        raise CheckpointError(f"Its config has layer_norm_eps {epsilon!r:.40}, not above 0 to 1.")
    padding = values.get("pad_token_id", 0)
    rows = values.get("vocab_size", BertConfig.vocab_size)
    if padding is not None and (type(padding) is not int or not 0 <= padding < rows):
        raise CheckpointError(f"Its config has pad_token_id {padding!r:.40}, which is no token.")
    if values.get("position_embedding_type", "absolute") != "absolute" or values.get("is_decoder"):
        raise CheckpointError("Its config describes no encoder with absolute positions.")
    known = {name: values[name] for name in (*SIZES, *OTHERS) if name in values}
    names = dict(enumerate(labels)) or {0: "0", 1: "1"}
    try:
        return BertConfig(**known, id2label=names, label2id={v: k for k, v in names.items()})
    except (StrictDataclassError, ValueError, TypeError) as error:
        raise CheckpointError(f"Its config is not usable: {error!s:.200}") from error


def check_room(folder: Path, parameters: int) -> None:
    """Refuse a config that asks for more parameters than the weights file can hold.

    Raises:
        CheckpointError: If it does, at two bytes a parameter.
    """
    room = sum(path.stat().st_size for path in weight_files(folder)) // 2
    if parameters > room:
        raise CheckpointError(
            f"Its config asks for {parameters:,} parameters, but {WEIGHTS} has room "
            f"for {room:,} at most."
        )


def _our_name(name: str) -> str | None:
    """Today's name of a tensor; ``None`` for what is no longer stored."""
    if name == "bert.embeddings.position_ids":
        return None
    stem, dot, last = name.rpartition(".")
    return f"{stem}{dot}{EARLY_NAMES.get(last, last)}"

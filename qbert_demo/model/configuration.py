"""The configuration of our classifier, checked when it is made."""

import math
from typing import Any, ClassVar, Literal

from huggingface_hub.dataclasses import strict
from transformers import BertConfig, PreTrainedConfig

from qbert_demo.circuit import CircuitSpec
from qbert_demo.config import MAX_LENGTH, MAX_TOKENS, MINILM, MODEL_TYPE, Backbone
from qbert_demo.model.heads import ANGLE_SCALES, head_of
from qbert_demo.ranges import check_fields

RANGES = {
    "max_length": (3, MAX_TOKENS),
    "adapter_rank": (0, 256),
    "adapter_scale": (-100.0, 100.0),
    "angle_scale": ANGLE_SCALES,
    "dropout": (0.0, 1.0),
    "temperature": (0.01, 100.0),
}
"""Settings that are checked, with the least and the most that each may be."""


@strict
class QBertConfig(PreTrainedConfig):
    """Everything a checkpoint needs besides its tensors.

    Args:
        backbone: Configuration of the BertModel.
        backbone_id: Its Hub repository, or a local folder.
        backbone_revision: The commit it is loaded at.
        backbone_sha256: What its ``model.safetensors`` must hash to, if known.
        head: Kind of one of `qbert_demo.model.heads.HEADS`.
        pooling: ``mean`` over the tokens, or ``cls``.
        n_qubits: Wires of the circuit, and width of the bottleneck.
        n_layers: Layers of the circuit.
        encoding: See `CircuitSpec`.
        ansatz: See `CircuitSpec`.
        reupload: See `CircuitSpec`.
        angle_scale: What the angles of circuit or bottleneck stay below, in radians: they are a
            tanh times this.
        dropout: Probability of dropping a pooled feature while training.
        adapter_rank: Rank of the encoder's low-rank updates; 0 leaves the encoder as it is.
        adapter_scale: Factor on each update B @ A.
        has_encoder: Whether the weights file holds the encoder itself, trained whole; there are
            no low-rank updates then.
        max_length: Most tokens that are read, [CLS] and [SEP] included.
        temperature: What the logits are divided by, so that confidences are about as often right
            as they say.
    """

    model_type = MODEL_TYPE
    sub_configs_defaults: ClassVar[dict[str, Any]] = {"backbone": BertConfig}

    backbone: dict[str, Any] | PreTrainedConfig | None = None
    backbone_id: str = MINILM.repo_id
    backbone_revision: str = MINILM.revision
    backbone_sha256: str | None = MINILM.sha256
    head: str = "linear"
    pooling: Literal["mean", "cls"] = "mean"
    n_qubits: int = 4
    n_layers: int = 2
    encoding: Literal["rx", "ry", "rz", "h_ry"] = "ry"
    ansatz: Literal["strongly_entangling", "basic", "brick"] = "strongly_entangling"
    reupload: bool = False
    angle_scale: float | int = math.pi
    dropout: float | int = 0.1
    adapter_rank: int = 0
    adapter_scale: float | int = 2.0
    has_encoder: bool = False
    max_length: int = MAX_LENGTH
    temperature: float | int = 1.0

    def validate_head(self) -> None:
        """Refuse a head that there is not."""
        head_of(self.head)

    def validate_spec(self) -> None:
        """Refuse a circuit that cannot be simulated, before a tensor is read."""
        self.spec()

    def validate_sizes(self) -> None:
        """Refuse more tokens or adapters than a checkpoint of this project can have."""
        check_fields(self, RANGES, ValueError)
        if self.has_encoder and self.adapter_rank:
            raise ValueError("adapter_rank must be 0 where has_encoder is true.")

    def spec(self) -> CircuitSpec:
        """The circuit that the head is, or is compared with."""
        return CircuitSpec(self.n_qubits, self.n_layers, self.encoding, self.ansatz, self.reupload)

    def label_names(self) -> tuple[str, ...]:
        """Names of the classes in the order of the logits."""
        names: dict[Any, str] = self.id2label or {}
        return tuple(names[i] for i in range(len(names)))

    def source(self) -> Backbone:
        """Where the backbone comes from."""
        return Backbone(self.backbone_id, self.backbone_revision, self.backbone_sha256)

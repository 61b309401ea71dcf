"""One BERT classifier with any of our heads.

Registered with the Auto classes as ``model_type: "qbert"``: after ``import qbert_demo.model``
a checkpoint loads through ``AutoModelForSequenceClassification.from_pretrained`` and works in
``transformers.pipeline``.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any, Self, cast

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    BertConfig,
    BertModel,
    PreTrainedModel,
)
from transformers.initialization import no_init_weights
from transformers.modeling_outputs import SequenceClassifierOutput

from qbert_demo.errors import CheckpointError
from qbert_demo.model import checkpoint
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.encoder import find_backbone, read_encoder
from qbert_demo.model.heads import HeadOutput, Output, head_of
from qbert_demo.model.packed_bert import last_hidden_state

HUB_ARGUMENTS = ("revision", "token", "cache_dir", "local_files_only", "force_download")


class QBertForSequenceClassification(PreTrainedModel):
    """BertModel, pooling, and a head of `qbert_demo.model.heads.HEADS`.

    `build` gives it the pretrained encoder and a fresh head, `from_pretrained` a checkpoint's.

    Attributes:
        adapter: The low-rank updates that were merged into the encoder, in float16, by their
            names in the checkpoint; empty if there are none.
    """

    config_class = QBertConfig
    base_model_prefix = "bert"
    _supports_sdpa = True
    _no_split_modules = ["BertLayer"]

    def __init__(self, config: QBertConfig) -> None:
        """Allocate encoder and head."""
        super().__init__(config)
        self.bert = BertModel(cast(BertConfig, config.backbone), add_pooling_layer=False)
        hidden, n_labels = self.bert.config.hidden_size, len(config.label_names())
        head = head_of(config.head).module
        self.classifier: nn.Module = head(hidden, n_labels, config.dropout, config.spec())
        self.set_temperature(config.temperature)
        self.adapter: dict[str, Tensor] = {}
        self.post_init()

    def set_temperature(self, temperature: float) -> None:
        """Divide the logits by this from now on; the checkpoint keeps it in its config."""
        self.config.temperature = temperature
        cast(Output, self.classifier.output).temperature = temperature

    def encode(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Tensor:
        """Pooled text vectors.

        Args:
            input_ids: Token ids, shape ``(batch, tokens)``.
            attention_mask: 1 for a token and 0 for padding, same shape; all ones if left out.

        Returns:
            float32 vectors of shape ``(batch, hidden)``.
        """
        hidden = last_hidden_state(self.bert, input_ids, attention_mask)
        if self.config.pooling == "cls":
            return hidden[:, 0].float()
        if attention_mask is None:
            return hidden.float().mean(1)
        mask = attention_mask[..., None].float()
        return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)

    def classify(self, pooled: Tensor) -> HeadOutput:
        """Run the head in full precision, whatever the autocast around it."""
        with torch.autocast(pooled.device.type, enabled=False):
            return self.classifier(pooled.to(next(self.classifier.parameters()).dtype))

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        **_: Any,
    ) -> SequenceClassifierOutput:
        """Logits ``(batch, n_labels)``, and the mean cross-entropy if ``labels`` are given.

        ``token_type_ids`` are accepted for the tokenizer's sake; one segment is one text.
        """
        logits = self.classify(self.encode(input_ids, attention_mask)).logits
        loss = None if labels is None else nn.functional.cross_entropy(logits.float(), labels)
        return SequenceClassifierOutput(loss=loss, logits=logits)

    @classmethod
    def build(cls, config: QBertConfig, encoder_folder: Path | None = None) -> Self:
        """A model with the pretrained encoder that the config names, and a fresh head.

        The encoder's files are found, unless ``encoder_folder`` says where they are.
        """
        source = config.source()
        folder = encoder_folder or find_backbone(source).path
        config.backbone, tensors = read_encoder(source, folder)
        with no_init_weights():
            model = cls(config)
        model.bert.load_state_dict(tensors, assign=True)
        model.classifier.apply(_reset)
        return model

    @classmethod
    def read(
        cls,
        folder: Path,
        config: QBertConfig,
        encoder_folder: Path | None = None,
        base: Self | None = None,
    ) -> Self:
        """Read a checkpoint strictly, in evaluation mode.

        Args:
            folder: Where ``model.safetensors`` is.
            config: Its configuration, from `checkpoint.checked_config`.
            encoder_folder: Where its encoder's files are; found if left out.
            base: A model whose very encoder it is to share.

        Raises:
            CheckpointError: If the weights are not what the config asks for.
            BackboneError: If its encoder cannot be had.
        """
        try:
            model = base._beside(config) if base else cls.build(config, encoder_folder)
        except (ValueError, TypeError, KeyError, RuntimeError, OSError, ImportError) as error:
            raise CheckpointError(f"Its encoder cannot be built: {error!s:.200}") from error
        longest = model.bert.config.max_position_embeddings
        if config.max_length > longest:
            raise CheckpointError(
                f"It reads {config.max_length} tokens, but its encoder {longest}."
            )
        tensors = checkpoint.read_tensors(folder, model.tensor_shapes())
        checkpoint.check_entries(tensors)
        model.load_tensors(tensors)
        return model.eval()

    def with_head(self, config: QBertConfig, tensors: dict[str, Tensor]) -> Self:
        """Another model on this one's very encoder, which takes no memory twice.

        Low-rank updates are merged into layers of its own; the token embeddings are shared.

        Args:
            config: Its configuration; the encoder's part is taken from this model, which must
                have no updates itself.
            tensors: Its head and updates, by name as in a checkpoint, in float32.
        """
        model = self._beside(config)
        model.load_tensors(tensors)
        return model.eval()

    def _beside(self, config: QBertConfig) -> Self:
        """A model on this one's encoder whose head is still to be loaded."""
        config.backbone, config.backbone_sha256 = self.config.backbone, self.config.backbone_sha256
        with no_init_weights():
            model = type(self)(config)
        shared = {id(self.bert.embeddings): self.bert.embeddings}
        model.bert = deepcopy(self.bert, shared) if config.adapter_rank else self.bert
        return model

    @classmethod
    def from_pretrained(  # type: ignore[override]
        cls,
        pretrained_model_name_or_path: str | Path,
        *_: Any,
        config: QBertConfig | None = None,
        dtype: torch.dtype | str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Load a checkpoint strictly; the low-rank updates are merged into the encoder.

        Args:
            pretrained_model_name_or_path: A folder, or a Hub repository.
            config: Used instead of the folder's own, as the Auto classes pass it.
            dtype: Type of the loaded parameters; float32 if left out or ``auto``.
            kwargs: ``revision``, ``token``, ``cache_dir``, ``local_files_only`` reach the Hub;
                the rest of what transformers passes has no meaning here.

        Raises:
            CheckpointError: If the checkpoint is missing, damaged or of another format.
            BackboneError: If its encoder cannot be had.
        """
        hub = {name: kwargs[name] for name in HUB_ARGUMENTS if kwargs.get(name) is not None}
        folder = checkpoint.locate(pretrained_model_name_or_path, **hub)
        with checkpoint.named(folder, checkpoint.REMEDY):
            values = config.to_dict() if config else checkpoint.read_values(folder)
            model = cls.read(folder, checkpoint.checked_config(values))
        if isinstance(dtype, str) and dtype != "auto":
            dtype = getattr(torch, dtype)
        if isinstance(dtype, torch.dtype):
            nn.Module.to(model, dtype)
        return model

    def save_pretrained(  # type: ignore[override]
        self, save_directory: str | Path, *, texts: dict[str, str] | None = None, **_: Any
    ) -> None:
        """Write the checkpoint folder atomically; see `qbert_demo.model.checkpoint.write`."""
        checkpoint.write(
            save_directory,
            self.config,
            self.tensors(),
            find_backbone(self.config.source()).path,
            texts,
        )

    def tensor_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every tensor in this model's checkpoint."""
        shapes = {
            f"classifier.{name}": tuple(tensor.shape)
            for name, tensor in self.classifier.state_dict().items()
        }
        rank = self.config.adapter_rank
        if rank:
            for name, layer in self.bert.encoder.named_modules():
                if isinstance(layer, nn.Linear):
                    shapes[f"adapter.{name}.lora_A"] = (rank, layer.in_features)
                    shapes[f"adapter.{name}.lora_B"] = (layer.out_features, rank)
        return shapes

    def load_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Take over a head, and merge low-rank updates: ``W + scale * B @ A``."""
        self.classifier.load_state_dict(
            {
                name.removeprefix("classifier."): tensor
                for name, tensor in tensors.items()
                if name.startswith("classifier.")
            }
        )
        self.adapter = {
            name: tensor.half() for name, tensor in tensors.items() if name.startswith("adapter.")
        }
        with torch.no_grad():
            for name, layer in self.bert.encoder.named_modules():
                if f"adapter.{name}.lora_A" in tensors:
                    down = tensors[f"adapter.{name}.lora_A"]
                    up = tensors[f"adapter.{name}.lora_B"]
                    layer.weight.add_(up @ down, alpha=self.config.adapter_scale)

    def tensors(self) -> dict[str, Tensor]:
        """What goes into the checkpoint: the head in float32 and the updates in float16."""
        head = {f"classifier.{k}": v.float() for k, v in self.classifier.state_dict().items()}
        return head | self.adapter


def _reset(module: nn.Module) -> None:
    getattr(module, "reset_parameters", lambda: None)()


AutoConfig.register("qbert", QBertConfig, exist_ok=True)
AutoModelForSequenceClassification.register(
    QBertConfig, QBertForSequenceClassification, exist_ok=True
)

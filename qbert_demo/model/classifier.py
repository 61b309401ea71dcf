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
from transformers.modeling_outputs import BaseModelOutput, SequenceClassifierOutput
from transformers.utils.generic import can_return_tuple

from qbert_demo.errors import CheckpointError
from qbert_demo.model import checkpoint
from qbert_demo.model.adapter import PREFIX, is_same, merge, shapes_of, update_shapes
from qbert_demo.model.allocation import Unfilled
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.encoder import find_backbone, pool, read_encoder
from qbert_demo.model.heads import HeadOutput, Output, build_head, head_of
from qbert_demo.model.packed_bert import last_hidden_state
from qbert_demo.model.tensors import check_entries, read_tensors

HUB_ARGUMENTS = ("revision", "token", "cache_dir", "local_files_only", "force_download")
OUTPUTS = ("output_hidden_states", "output_attentions")
"""What `forward` can return beside logits, asked for in a call or once for all in the config."""


class QBertForSequenceClassification(PreTrainedModel):
    """BertModel, pooling, and a head of `qbert_demo.model.heads.HEADS`.

    `build` gives it the pretrained encoder and a fresh head, `from_pretrained` a checkpoint's. All
    of it can be trained further: `save_pretrained` writes an encoder that was changed.

    Attributes:
        adapter: The low-rank updates that were merged into the encoder, in float16, by their
            names in the checkpoint; empty if there are none.
        accepts_loss_kwargs: Tells `Trainer` that the loss is the mean over the batch at hand.
    """

    accepts_loss_kwargs = False
    config_class = QBertConfig
    base_model_prefix = "bert"
    _supports_sdpa = True
    _no_split_modules = ["BertLayer"]

    def __init__(self, config: QBertConfig) -> None:
        """Allocate encoder and head."""
        super().__init__(config)
        self.bert = BertModel(cast(BertConfig, config.backbone), add_pooling_layer=False)
        hidden, n_labels = self.bert.config.hidden_size, len(config.label_names())
        name = head_of(config.head).name
        self.classifier: nn.Module = build_head(
            name, hidden, n_labels, config.dropout, config.spec(), config.angle_scale
        )
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
        return pool(hidden, attention_mask, self.config.pooling)

    def classify(self, pooled: Tensor) -> HeadOutput:
        """Run the head in full precision, whatever the autocast around it."""
        with torch.autocast(pooled.device.type, enabled=False):
            return self.classifier(pooled.to(next(self.classifier.parameters()).dtype))

    @can_return_tuple
    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        output_attentions: bool | None = None,
        **_: Any,
    ) -> SequenceClassifierOutput:
        """Logits ``(batch, n_labels)``, and the mean cross-entropy if ``labels`` are given.

        ``token_type_ids`` are accepted for the tokenizer's sake; one segment is one text.

        Raises:
            ValueError: If attentions are asked for of an implementation that keeps none.
        """
        given = zip(OUTPUTS, (output_hidden_states, output_attentions), strict=True)
        asked = {k: getattr(self.config, k) if v is None else v for k, v in given}
        attention = self.bert.config._attn_implementation
        if asked["output_attentions"] and attention != "eager":
            raise ValueError(
                f"The attention {attention!r} keeps no weights to return. Call "
                "set_attn_implementation('eager') first, or leave output_attentions out."
            )
        if any(asked.values()):
            encoded = self.bert(input_ids=input_ids, attention_mask=attention_mask, **asked)
        else:
            hidden = last_hidden_state(self.bert, input_ids, attention_mask)
            encoded = BaseModelOutput(last_hidden_state=hidden)
        pooled = pool(encoded.last_hidden_state, attention_mask, self.config.pooling)
        logits = self.classify(pooled).logits
        loss = None if labels is None else nn.functional.cross_entropy(logits.float(), labels)
        return SequenceClassifierOutput(
            loss=loss,
            logits=logits,
            hidden_states=encoded.hidden_states,
            attentions=encoded.attentions,
        )

    @classmethod
    def build(cls, config: QBertConfig, encoder_folder: Path | None = None) -> Self:
        """A fresh head on the encoder that the config names, whose files are found if left out."""
        source = config.source()
        folder = encoder_folder or find_backbone(source).path
        config.backbone, tensors = read_encoder(source, folder)
        with Unfilled():
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
        tensors = read_tensors(folder, model.tensor_shapes())
        check_entries(tensors)
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
        with Unfilled():
            model = type(self)(config)
        shared = {id(self.bert.embeddings): self.bert.embeddings}
        model.bert = self.bert
        if config.has_encoder or config.adapter_rank:
            model.bert = deepcopy(self.bert, {} if config.has_encoder else shared)
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
            kwargs: ``revision``, ``token``, ``cache_dir``, ``local_files_only`` reach the Hub,
                ``attn_implementation`` the encoder, and what is named in `OUTPUTS` the config;
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
        given = getattr(config, "_attn_implementation", None)
        if attention := kwargs.get("attn_implementation", given):
            model.set_attn_implementation(attention)
        for name in OUTPUTS:
            setattr(model.config, name, kwargs.get(name, getattr(config, name, False)))
        if isinstance(dtype, str) and dtype != "auto":
            dtype = getattr(torch, dtype)
        if isinstance(dtype, torch.dtype):
            nn.Module.to(model, dtype)
        return model

    def save_pretrained(  # type: ignore[override]
        self,
        save_directory: str | Path,
        *,
        is_main_process: bool = True,
        texts: dict[str, str] | None = None,
        **_: Any,
    ) -> None:
        """Write the checkpoint folder atomically; see `qbert_demo.model.checkpoint.write`.

        An encoder that was trained further is written whole: no low-rank difference is exact.

        Raises:
            CheckpointError: If layers were put into the encoder or changed their shapes.
        """
        if not is_main_process:
            return
        config, source = self.config, self.config.source()
        files = find_backbone(source).path
        if not config.has_encoder:
            expected = read_encoder(source, files)[1]
            merge(expected, self.adapter, config.adapter_scale)
            if not is_same(self.bert.state_dict(), expected, source.repo_id):
                config.has_encoder, config.adapter_rank, self.adapter = True, 0, {}
        checkpoint.write(save_directory, config, self.tensors(), files, texts)

    def tensor_shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every tensor in this model's checkpoint."""
        return shapes_of(self._whole()) | update_shapes(self.bert.encoder, self.config.adapter_rank)

    def load_tensors(self, tensors: dict[str, Tensor]) -> None:
        """Take over a head, and an encoder or low-rank updates of it, which are merged."""
        with torch.no_grad():
            for name, tensor in self._whole().items():
                tensor.copy_(tensors[name])
        updates = {name: tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
        merge(self.bert.state_dict(), updates, self.config.adapter_scale)
        self.adapter = {name: tensor.half() for name, tensor in updates.items()}

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint holds: the head and an encoder in float32, or updates in float16."""
        return {name: tensor.float() for name, tensor in self._whole().items()} | self.adapter

    def _whole(self) -> dict[str, Tensor]:
        """The tensors that a checkpoint holds as they are, not as updates."""
        parts = ("classifier.", "bert.") if self.config.has_encoder else ("classifier.",)
        return {name: t for name, t in self.state_dict().items() if name.startswith(parts)}


def _reset(module: nn.Module) -> None:
    getattr(module, "reset_parameters", lambda: None)()


AutoConfig.register("qbert", QBertConfig, exist_ok=True)
AutoModelForSequenceClassification.register(
    QBertConfig, QBertForSequenceClassification, exist_ok=True
)

"""Low-rank updates of the encoder: set up to learn, read out to keep."""

from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn
from transformers.models.bert.modeling_bert import BertSelfAttention

from qbert_demo.model import QBertForSequenceClassification


def add_adapters(model: QBertForSequenceClassification) -> None:
    """Freeze the encoder and put trainable low-rank updates on each of its dense layers.

    The updates read their input as it comes: under autocast a copy in float32 would only be cast
    back.

    Args:
        model: Its config says rank and scale; rank 0 leaves the encoder frozen and bare.
    """
    model.bert.requires_grad_(False)
    rank = model.config.adapter_rank
    if rank:
        dense = [n for n, m in model.bert.encoder.named_modules() if isinstance(m, nn.Linear)]
        lora = LoraConfig(
            r=rank, lora_alpha=rank * model.config.adapter_scale, target_modules=dense
        )
        inject_adapter_in_model(lora, model.bert.encoder)
        for layer in model.bert.encoder.modules():
            if isinstance(layer, LoraLayer):
                layer.cast_input_dtype_enabled = False


def attend_fast(
    model: QBertForSequenceClassification, device: str, dropout: float | None = None
) -> None:
    """Choose how attention is computed while the encoder learns.

    On a processor torch has no fused kernel for attention with dropout: what it falls back to
    takes twice as long for 256 tokens as transformers' plain matrix products, and a tenth longer
    for 14.

    Args:
        model: What learns.
        device: ``cpu`` or ``cuda``.
        dropout: Share of the attention weights that is dropped; the encoder's own if left out. 0
            spares a third of a step of 256 tokens on a processor.
    """
    for module in model.bert.encoder.modules():
        if dropout is not None and isinstance(module, BertSelfAttention):
            module.dropout.p = dropout
    if device == "cpu":
        model.bert.set_attn_implementation("eager")


def trained_tensors(model: nn.Module) -> dict[str, Tensor]:
    """The tensors of a checkpoint, under its names, taken from a model in training."""
    tensors = {}
    for name, parameter in model.named_parameters():
        if name.startswith("classifier."):
            tensors[name] = parameter.detach().float()
        elif ".lora_" in name:
            layer, _, kind = name.removeprefix("bert.encoder.").partition(".lora_")
            tensors[f"adapter.{layer}.lora_{kind[0]}"] = parameter.detach().half()
    return tensors

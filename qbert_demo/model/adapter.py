"""Low-rank updates of the encoder's dense layers, as a checkpoint holds them.

A layer's update is ``adapter.<layer>.lora_A`` of shape ``(rank, in)`` and ``lora_B`` of shape
``(out, rank)``. Merged, the layer's weight is ``W + scale * B @ A``.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from qbert_demo.errors import CheckpointError

PREFIX, DOWN, UP = "adapter.", ".lora_A", ".lora_B"


def update_shapes(encoder: nn.Module, rank: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor of the updates; none at rank 0."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, layer in encoder.named_modules() if rank else ():
        if isinstance(layer, nn.Linear):
            shapes[f"{PREFIX}{name}{DOWN}"] = (rank, layer.in_features)
            shapes[f"{PREFIX}{name}{UP}"] = (layer.out_features, rank)
    return shapes


@torch.no_grad()
def merge(encoder: Mapping[str, Tensor], updates: Mapping[str, Tensor], scale: float) -> None:
    """Add the updates to an encoder's tensors in place, which go by their names in a BertModel."""
    for name, down in updates.items():
        if name.endswith(DOWN):
            layer = name.removeprefix(PREFIX).removesuffix(DOWN)
            up = updates[f"{PREFIX}{layer}{UP}"]
            encoder[f"encoder.{layer}.weight"].add_(up.float() @ down.float(), alpha=scale)


def is_same(encoder: Mapping[str, Tensor], expected: Mapping[str, Tensor], name: str) -> bool:
    """Whether an encoder has the expected tensors, rounded to its own type.

    One whose weights went when it was packed (see `qbert_demo.model.packed_bert`) has them still.

    Args:
        encoder: Its tensors.
        expected: Those it is compared with.
        name: What they are of, for messages.

    Raises:
        CheckpointError: If layers were put into it or changed their shapes.
    """
    if shapes_of(encoder) != shapes_of(expected):
        raise CheckpointError(
            f"The encoder has other layers than {name}, so it cannot be saved here. Merge what was "
            "put into it, such as PEFT's adapters by merge_and_unload()."
        )
    held = {name: tensor.cpu() for name, tensor in encoder.items() if not tensor.is_meta}
    return all(torch.equal(t, expected[name].to(t.dtype)) for name, t in held.items())


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The shape of each."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}

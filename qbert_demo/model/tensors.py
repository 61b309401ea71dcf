"""A checkpoint's tensors: exactly those that are expected, each checked before it is used."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from qbert_demo.errors import CheckpointError
from qbert_demo.hub.shards import WEIGHTS, weight_files

FLOATING = ("F16", "BF16", "F32", "F64")
"""Types of tensors that are read, as safetensors names them."""
MAX_NUMBER = 1e12
"""Largest entry of a head: the longest training at the highest rates stays below, and a logit is
far from overflowing."""
MAX_UPDATE = 1e4
"""Largest entry of the encoder or its updates; rates are lower there, and products longer."""

Shape = tuple[int, ...]


def read_tensors(
    folder: Path,
    expected: Mapping[str, Shape],
    renamed: Callable[[str], str | None] = str,
) -> dict[str, Tensor]:
    """Read exactly the expected tensors, in float32.

    Args:
        folder: The checkpoint's folder.
        expected: Shape of each tensor by name; nothing may be missing or left over.
        renamed: The expected name of a tensor in the file; ``None`` if it is to be left out.

    Raises:
        CheckpointError: If the file or any tensor is not what it should be.
    """
    tensors: dict[str, Tensor] = {}
    try:
        with ExitStack() as stack:
            stored = _stored(folder, stack, renamed)
            _check_names(set(stored), set(expected))
            for name, shape in expected.items():
                stream, other = stored[name]
                found = tuple(stream.get_slice(other).get_shape())
                if found != shape:
                    raise CheckpointError(
                        f"{WEIGHTS}: {name} has shape {found}, the config asks for {shape}."
                    )
                kind = stream.get_slice(other).get_dtype()
                if kind not in FLOATING:
                    raise CheckpointError(
                        f"{WEIGHTS}: {name} is {kind}, not floating in 16 to 64 bits."
                    )
            for name in expected:
                stream, other = stored[name]
                tensors[name] = stream.get_tensor(other).float()
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{WEIGHTS} is truncated or damaged: {error!s:.200}.") from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"{WEIGHTS}: {name} holds NaN or infinity in float32.")
    return tensors


def check_entries(tensors: Mapping[str, Tensor]) -> None:
    """Refuse a checkpoint of our format with numbers that no training makes.

    Raises:
        CheckpointError: If one is beyond `MAX_NUMBER`, or `MAX_UPDATE` outside the head.
    """
    for name, tensor in tensors.items():
        most = MAX_NUMBER if name.startswith("classifier.") else MAX_UPDATE
        if float(tensor.abs().max()) > most:
            raise CheckpointError(
                f"{WEIGHTS}: {name} has entries beyond ±{most:,.0f}, which no training here makes."
            )


def _stored(
    folder: Path, stack: ExitStack, renamed: Callable[[str], str | None]
) -> dict[str, tuple[Any, str]]:
    """The open file and the name in it of every tensor that is wanted, by the expected name."""
    stored: dict[str, tuple[Any, str]] = {}
    for path in weight_files(folder):
        stream = stack.enter_context(safe_open(path, framework="pt"))
        for name in stream.keys():  # noqa: SIM118 - no mapping
            ours = renamed(name)
            if ours in stored:
                raise CheckpointError(f"{path.name} has {name:.100}, which is there already.")
            if ours is not None:
                stored[ours] = stream, name
    return stored


def _check_names(found: set[str], expected: set[str]) -> None:
    missing, surplus = sorted(expected - found), sorted(found - expected)
    for word, names in (("lacks", missing), ("has unknown tensors", surplus)):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            raise CheckpointError(f"{WEIGHTS} {word} {', '.join(names[:3])}{more}.")

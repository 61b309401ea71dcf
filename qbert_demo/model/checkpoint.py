"""The checkpoint folder: read strictly, written whole or not at all.

A folder holds ``config.json``, ``model.safetensors``, the tokenizer's files and, when it was
trained here, ``training.json`` and a model card. The weights file holds the head
(``classifier.*``) and the encoder's low-rank updates (``adapter.<layer>.lora_A`` and
``lora_B``); the encoder itself is named in the config and loaded from its own source. Every
tensor is checked for name, shape, type and finite values before it is used.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, StrictDataclassError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedConfig

from qbert_demo.errors import CheckpointError
from qbert_demo.hub.digests import is_whole, remedy
from qbert_demo.hub.files import WEIGHTS
from qbert_demo.hub.words import HUB_ERRORS, hub_sentence

FLOATING = ("F16", "BF16", "F32", "F64")
"""Types of tensors that are read, as safetensors names them."""
PATTERNS = ["*.json", "*.safetensors", "*.txt"]
REMEDY = "Train one with `python -m qbert_demo train`, or name another folder or Hub id."

Shape = tuple[int, ...]


def locate(source: str | Path, revision: str | None = None, **hub: Any) -> Path:
    """Folder of a checkpoint: the folder itself, or a download from the Hub.

    Args:
        source: A local folder, or a Hub repository such as ``org/name``.
        revision: Branch, tag or commit on the Hub; ignored for a folder.
        hub: Passed on to ``huggingface_hub.snapshot_download``: token, cache_dir, ...

    Raises:
        CheckpointError: If there is no such folder and the Hub does not deliver it.
    """
    folder = Path(source)
    previous = _previous(folder)
    if previous.is_dir() and not folder.exists():
        previous.rename(folder)
    if folder.is_dir():
        return folder
    if folder.is_absolute() or str(source).startswith((".", "~")):
        raise CheckpointError(f"There is no folder {source}. {REMEDY}")
    try:
        found = Path(
            snapshot_download(str(source), revision=revision, allow_patterns=PATTERNS, **hub)
        )
    except HFValidationError as error:
        raise CheckpointError(f"{source} is neither a folder nor a Hub id. {REMEDY}") from error
    except HUB_ERRORS as error:
        reason = hub_sentence(error, str(source))
        raise CheckpointError(f"{source} is no local folder. {reason} {REMEDY}") from error
    damaged = [path for path in found.iterdir() if not is_whole(path)]
    if damaged:
        names = ", ".join(path.name for path in damaged)
        raise CheckpointError(f"{source} arrived damaged: {names}. {remedy(*damaged)}")
    return found


def read_config(folder: Path, config_class: type[PreTrainedConfig]) -> Any:
    """Read and validate ``config.json``.

    Args:
        folder: The checkpoint's folder.
        config_class: What the configuration must be; its ``model_type`` is checked.

    Raises:
        CheckpointError: If the file is missing, damaged, of another model, or out of range.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise CheckpointError(f"{folder} has no config.json. {REMEDY}")
    try:
        values, _ = config_class.get_config_dict(folder)
        found = values.get("model_type")
        if found != config_class.model_type:
            raise CheckpointError(
                f"{path} describes a {found or 'nameless'} model, not a "
                f"{config_class.model_type} one. {REMEDY}"
            )
        return config_class.from_dict(values)
    except (StrictDataclassError, OSError, ValueError, TypeError, AttributeError) as error:
        cause = error.__cause__ or error
        raise CheckpointError(f"{path} is not usable: {cause} {REMEDY}") from error


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
    path = folder / WEIGHTS
    if not path.is_file():
        raise CheckpointError(f"{folder} has no {WEIGHTS}. {REMEDY}")
    try:
        with safe_open(path, framework="pt") as stream:
            names = [(renamed(name), name) for name in stream.keys()]  # noqa: SIM118 - no mapping
            stored = {ours: name for ours, name in names if ours is not None}
            _check_names(path, set(stored), set(expected))
            for name, shape in expected.items():
                found = tuple(stream.get_slice(stored[name]).get_shape())
                if found != shape:
                    raise CheckpointError(
                        f"{path}: {name} has shape {found}, the config asks for {shape}. {REMEDY}"
                    )
                kind = stream.get_slice(stored[name]).get_dtype()
                if kind not in FLOATING:
                    raise CheckpointError(
                        f"{path}: {name} is {kind}, not floating in 16 to 64 bits. {REMEDY}"
                    )
            tensors = {name: stream.get_tensor(stored[name]).float() for name in expected}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is truncated or damaged: {error}. {REMEDY}") from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise CheckpointError(f"{path}: {name} holds NaN or infinity in float32. {REMEDY}")
    return tensors


def write(
    folder: str | Path,
    config: PreTrainedConfig,
    tensors: Mapping[str, Tensor],
    tokenizer_folder: Path,
    texts: Mapping[str, str] | None = None,
) -> Path:
    """Write a checkpoint folder in one step.

    Everything is written beside the target first and then moved into its place, so a crash
    leaves either the old checkpoint or the new one, never a mixture.

    Args:
        folder: Where the checkpoint goes; an older one there is replaced.
        config: Its configuration.
        tensors: Head in float32 and adapters in float16, by name.
        tokenizer_folder: Where the backbone's tokenizer is.
        texts: Further files by name, such as ``README.md``.

    Returns:
        The folder.
    """
    folder = Path(folder).resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        config.save_pretrained(fresh)
        tokenizer = AutoTokenizer.from_pretrained(
            tokenizer_folder, model_max_length=getattr(config, "max_length", 512)
        )
        tokenizer.save_pretrained(fresh)
        contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        save_file(contiguous, fresh / WEIGHTS, metadata={"format": "pt"})
        for name, text in (texts or {}).items():
            (fresh / name).write_text(text, encoding="utf-8")
        for path in fresh.iterdir():
            path.chmod(0o644)
            _flush(path)
        previous = _previous(folder)
        shutil.rmtree(previous, ignore_errors=True)
        if folder.exists():
            folder.rename(previous)
        fresh.rename(folder)
        shutil.rmtree(previous, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _check_names(path: Path, found: set[str], expected: set[str]) -> None:
    missing, surplus = sorted(expected - found), sorted(found - expected)
    for word, names in (("lacks", missing), ("has unknown tensors", surplus)):
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            raise CheckpointError(f"{path} {word} {', '.join(names[:3])}{more}. {REMEDY}")

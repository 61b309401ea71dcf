"""The checkpoint folder: read strictly, written whole or not at all.

A folder holds ``config.json``, ``model.safetensors``, the tokenizer's files and, when it was
trained here, ``training.json`` and a model card. The weights file holds the head
(``classifier.*``) and the encoder's low-rank updates (``adapter.<layer>.lora_A`` and
``lora_B``); the encoder itself is named in the config and loaded from its own source, or stands in
the file, too (``bert.*``), if it was trained whole. Every tensor is checked for name, shape, type
and finite values before it is used.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, StrictDataclassError
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoTokenizer, PreTrainedConfig

from qbert_demo.config import MAX_LABELS, MODEL_TYPE
from qbert_demo.disk import draft
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.digests import is_whole, remedy
from qbert_demo.hub.files import CONFIG, WEIGHTS
from qbert_demo.hub.words import HUB_ERRORS, hub_sentence
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.ranges import whole

PATTERNS = ["*.json", "*.safetensors", "*.txt"]
SETTINGS = (*QBertConfig.__annotations__, "id2label")
"""What is read of a config of our format."""
FORBIDDEN = ("auto_map", "quantization_config")
"""Settings that ask for other code than ours."""
REMEDY = "Train one with `python -m qbert_demo train`, or name another folder or Hub id."


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


@contextmanager
def named(what: object, remedy: str = "") -> Iterator[None]:
    """Let errors of a checkpoint name it, and say what to do.

    Args:
        what: Its folder, or where it came from.
        remedy: A last sentence.
    """
    try:
        yield
    except CheckpointError as error:
        is_named = str(what).partition(" ")[0] in str(error)
        text = str(error) if is_named else f"{what} cannot be used. {error}"
        raise CheckpointError(f"{text} {remedy}".rstrip()) from error


def read_values(folder: Path) -> dict[str, Any]:
    """Read ``config.json`` as plain values.

    Raises:
        CheckpointError: If it is no JSON object, or asks for code of its own.
    """
    try:
        values = json.loads((folder / CONFIG).read_text("utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(f"It has no {CONFIG}.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"Its {CONFIG} cannot be read: {error!s:.200}") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"Its {CONFIG} is not a list of settings.")
    if asked := [name for name in FORBIDDEN if values.get(name)]:
        raise CheckpointError(
            f"Its {CONFIG} has {asked[0]}, which asks for code that does not run here."
        )
    return values


def checked_config(values: Mapping[str, Any]) -> QBertConfig:
    """Check the config of a checkpoint of our format before a tensor is read.

    Args:
        values: What its ``config.json`` says. Only what is named in `SETTINGS` is used.

    Raises:
        CheckpointError: If it is of another model, or a setting is out of range.
    """
    kind = values.get("model_type")
    if kind != MODEL_TYPE:
        raise CheckpointError(
            f"Its {CONFIG} describes a {kind or 'nameless'!s:.40} model, not a {MODEL_TYPE} one."
        )
    names = label_names(values)
    known = {name: values[name] for name in SETTINGS if name in values}
    known |= {"backbone": None, "id2label": dict(enumerate(names))}
    known["label2id"] = {name: k for k, name in enumerate(names)}
    try:
        return QBertConfig(**known)
    except (StrictDataclassError, ValueError, TypeError, AttributeError) as error:
        cause = str(error.__cause__ or error)
        raise CheckpointError(f"Its config is not usable: {cause:.300}") from error


def label_names(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the classes in a config, in the order of the logits.

    As transformers reads it, ``num_labels`` counts where the names are missing or another number;
    the classes are LABEL_0, LABEL_1, ... then. A name that is a number is taken as written.

    Raises:
        CheckpointError: If they are not 2 to 50 different names numbered from 0.
    """
    names, count = values.get("id2label"), values.get("num_labels")
    if count is not None:
        whole("Its num_labels", count, 2, MAX_LABELS, CheckpointError)
    if names is None or (count is not None and isinstance(names, dict) and len(names) != count):
        names = {k: f"LABEL_{k}" for k in range(count or 2)}
    if not isinstance(names, dict) or not 2 <= len(names) <= MAX_LABELS:
        count = len(names) if isinstance(names, dict) else "no"
        raise CheckpointError(f"It has {count} labels; from 2 to {MAX_LABELS} are supported.")
    by_number = {str(number): name for number, name in names.items()}
    ordered = [by_number.get(str(k)) for k in range(len(names))]
    clean = tuple(str(name).strip() for name in ordered if isinstance(name, str | int | float))
    if not all(0 < len(name) <= 100 for name in clean) or len(set(clean)) != len(names):
        raise CheckpointError("Its labels must be different names, numbered from 0.")
    if any("\ud800" <= character <= "\udfff" for name in clean for character in name):
        raise CheckpointError("Its labels hold half a character, which cannot be shown or sent.")
    return clean


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
    with draft(folder) as fresh:
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
    return folder


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())

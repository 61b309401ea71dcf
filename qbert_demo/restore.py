"""Heads that come back: one checkpoint folder in a zip file, read without trusting it.

Only its config and its tensors are read, and nothing is unpacked under a name from the file. The
encoder is never in it: it must be the one that is here, with the tokenizer that is here.
"""

import io
import json
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from huggingface_hub.errors import StrictDataclassError
from transformers.initialization import no_init_weights

from qbert_demo.config import HEADS, MAX_LABELS
from qbert_demo.data.own import MAX_LABEL_CHARACTERS
from qbert_demo.errors import CheckpointError
from qbert_demo.model import QBertConfig, checkpoints
from qbert_demo.model.inference import Classifier

MAX_ZIP_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_CONFIG_BYTES = 200_000
MAX_MEMBERS = 40
MAX_TOKENS = 512
"""Positions of the encoder."""
MAX_NUMBER = 1e4
"""Largest tensor entry; with larger ones a logit could overflow."""
CONFIG = "config.json"
KNOWN = {
    CONFIG,
    checkpoints.WEIGHTS,
    "README.md",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "training.json",
    "vocab.txt",
}
SETTINGS = (
    "head",
    "pooling",
    "n_qubits",
    "n_layers",
    "encoding",
    "ansatz",
    "reupload",
    "adapter_rank",
    "adapter_scale",
    "max_length",
)
"""Fields of a checkpoint's config that are taken over; the encoder's are compared with ours."""
NAMES = {kind: name for name, kind in HEADS.items()}
DIRECTORY_ENTRY = b"PK\x01\x02"
REMEDY = "Choose a zip file that Download made here, or zip one checkpoint folder alone."


def restore(data: bytes, base: Classifier) -> tuple[str, Classifier]:
    """Read a zip file of one checkpoint folder.

    Args:
        data: The file's content.
        base: The encoder that is here; a head without low-rank updates shares it.

    Returns:
        Name of the head (``classical``, ``hybrid`` or ``control``), and its model.

    Raises:
        CheckpointError: If anything about it is not as it should be.
    """
    settings, weights = _members(data)
    config = _config(settings, base)
    with tempfile.TemporaryDirectory(prefix="qbert-") as name:
        folder = Path(name)
        (folder / checkpoints.WEIGHTS).write_bytes(weights)
        with no_init_weights():
            shapes = type(base.model)(config).tensor_shapes()
        try:
            tensors = checkpoints.read_tensors(folder, shapes)
        except CheckpointError as error:
            said = str(error).replace(f"{folder}/", "").replace(checkpoints.REMEDY, REMEDY)
            raise CheckpointError(said) from error
    for name, tensor in tensors.items():
        if float(tensor.abs().max()) > MAX_NUMBER:
            raise CheckpointError(
                f"{checkpoints.WEIGHTS}: {name} has entries beyond ±{MAX_NUMBER:,.0f}, which no "
                f"training here makes. {REMEDY}"
            )
    owner = Classifier.fresh(config) if config.adapter_rank else base
    return NAMES[config.head], owner.with_head(config, tensors, "loaded from a file")


def _members(data: bytes) -> tuple[bytes, bytes]:
    """Content of config and weights, after a look at everything in the file."""
    if len(data) > MAX_ZIP_BYTES:
        raise CheckpointError(
            f"The file has {len(data) / 1e6:.1f} MB; at most {MAX_ZIP_BYTES / 1e6:.0f} MB are "
            f"accepted. {REMEDY}"
        )
    if data.count(DIRECTORY_ENTRY) > MAX_MEMBERS:
        raise CheckpointError(f"There are more than {MAX_MEMBERS} files in it. {REMEDY}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = _known(archive.infolist())
            if missing := [name for name in (CONFIG, checkpoints.WEIGHTS) if name not in found]:
                raise CheckpointError(f"There is no {' and no '.join(missing)} in it. {REMEDY}")
            return (
                _read(archive, found[CONFIG], MAX_CONFIG_BYTES),
                _read(archive, found[checkpoints.WEIGHTS], MAX_UNPACKED_BYTES),
            )
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise CheckpointError(f"This is no zip file, or a damaged one. {REMEDY}") from error


def _known(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Files by name without their folder.

    Raises:
        CheckpointError: If there is anything but one folder's files of a checkpoint.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    folders = set()
    for member in members:
        folder, _, name = member.filename.rpartition("/")
        if member.filename.startswith("__MACOSX/") or name == ".DS_Store":
            continue
        folders.add(folder)
        _check_place(member, folder)
        if not name:
            continue
        if name not in KNOWN:
            raise CheckpointError(f"{name[:60]!r} is no part of a checkpoint. {REMEDY}")
        if name in found:
            raise CheckpointError(f"{name} is in it twice. {REMEDY}")
        found[name] = member
    if len(folders) > 1:
        raise CheckpointError(f"There is more than one folder in it. {REMEDY}")
    total = sum(member.file_size for member in members)
    if total > MAX_UNPACKED_BYTES:
        raise CheckpointError(
            f"Unpacked it would have {total / 1e6:,.0f} MB; at most "
            f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB are accepted. {REMEDY}"
        )
    return found


def _check_place(member: zipfile.ZipInfo, folder: str) -> None:
    shown = repr(member.filename[:60])
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CheckpointError(f"{shown} in it is a link. {REMEDY}")
    if member.flag_bits & 1:
        raise CheckpointError(f"It is locked by a password. {REMEDY}")
    if "/" in folder or folder in (".", "..") or member.filename.startswith("/"):
        raise CheckpointError(f"{shown} is not in one folder with the rest. {REMEDY}")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise CheckpointError(f"{member.filename[:60]} has more than {most:,} bytes. {REMEDY}")
    return content


def _config(content: bytes, base: Classifier) -> QBertConfig:
    """Make a config of what the file says and what is known here.

    Raises:
        CheckpointError: If it is of another model or encoder, or out of range.
    """
    try:
        values = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{CONFIG} is no JSON. {REMEDY}") from error
    kind = values.get("model_type") if isinstance(values, dict) else None
    if kind != QBertConfig.model_type:
        raise CheckpointError(f"{CONFIG} describes a {kind or 'nameless'!s:.40} model. {REMEDY}")
    ours = base.model.config
    encoder = values.get("backbone_id"), values.get("backbone_revision")
    if encoder != (ours.backbone_id, ours.backbone_revision):
        raise CheckpointError(
            f"It was trained on {encoder[0]!s:.60} @ {encoder[1]!s:.7}, but heads are loaded on "
            f"{ours.backbone_id} @ {ours.backbone_revision[:7]} here. {REMEDY}"
        )
    labels = _labels(values.get("id2label"))
    known = {name: values[name] for name in SETTINGS if name in values}
    try:
        config = QBertConfig(
            **known,
            backbone=ours.backbone,
            backbone_id=ours.backbone_id,
            backbone_revision=ours.backbone_revision,
            backbone_sha256=ours.backbone_sha256,
            dropout=0.0,
            id2label=dict(enumerate(labels)),
            label2id={label: i for i, label in enumerate(labels)},
        )
    except (StrictDataclassError, ValueError, TypeError) as error:
        raise CheckpointError(
            f"{CONFIG} is not usable: {error.__cause__ or error!s:.200} {REMEDY}"
        ) from error
    for name, low, high in (("max_length", 3, MAX_TOKENS), ("adapter_scale", -100, 100)):
        if not low <= getattr(config, name) <= high:
            raise CheckpointError(f"{name} in {CONFIG} must be from {low} to {high}. {REMEDY}")
    return config


def _labels(named: Any) -> list[str]:
    """Names of the classes in order.

    Raises:
        CheckpointError: If they are not 2 to 50 distinct names, numbered from 0.
    """
    names = named if isinstance(named, Mapping) else {}
    labels = [names.get(str(i)) for i in range(len(names))]
    texts = [label for label in labels if isinstance(label, str) and label.strip()]
    if not 2 <= len(set(texts)) == len(labels) <= MAX_LABELS:
        raise CheckpointError(
            f"id2label in {CONFIG} must number 2 to {MAX_LABELS} different names from 0. {REMEDY}"
        )
    if longest := [label for label in texts if len(label) > MAX_LABEL_CHARACTERS]:
        raise CheckpointError(
            f"The label {longest[0][:20]!r}… in {CONFIG} has {len(longest[0]):,} characters; at "
            f"most {MAX_LABEL_CHARACTERS} are accepted. {REMEDY}"
        )
    return texts

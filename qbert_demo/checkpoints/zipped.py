"""Heads taken home and back: one checkpoint folder in a zip file, read without trusting it.

Only its config and its tensors are read, and nothing is unpacked under a name from the file. The
encoder is never in it: it must be the one that is here, with the tokenizer that is here.
"""

import io
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path

from torch import Tensor
from transformers.initialization import no_init_weights

from qbert_demo.checkpoints.guests import our_config, read_values
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import CONFIG, WEIGHTS
from qbert_demo.model import QBertConfig, checkpoint
from qbert_demo.model.heads import head_of
from qbert_demo.model.loaded import LoadedModel

MAX_ZIP_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_MEMBERS = 40
MAX_NUMBER = 1e12
"""Largest entry of a head: the longest training at the highest rates stays below, and a logit is
far from overflowing."""
MAX_UPDATE = 1e4
"""Largest entry of an update of the encoder; rates are lower there, and products longer."""
KNOWN = {
    CONFIG,
    WEIGHTS,
    "README.md",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "training.json",
    "vocab.txt",
}
READ = {CONFIG: 200_000, WEIGHTS: MAX_UNPACKED_BYTES}
"""What is read of it, and the most bytes of each."""
DIRECTORY_ENTRY = b"PK\x01\x02"
REMEDY = "Choose a zip file that Download made here, or zip one checkpoint folder alone."


def archive(folder: Path) -> bytes:
    """Make a zip file of a checkpoint folder."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in sorted(folder.iterdir()):
            zipped.write(path, f"{folder.name}/{path.name}")
    return memory.getvalue()


def restore(data: bytes, base: LoadedModel) -> tuple[str, LoadedModel]:
    """Read a zip file of one checkpoint folder.

    Args:
        data: The file's content.
        base: The encoder that is here; a head without low-rank updates shares it.

    Returns:
        Name of the head, and its model.

    Raises:
        CheckpointError: If anything about it is not as it should be.
    """
    files = _members(data)
    with tempfile.TemporaryDirectory(prefix="qbert-") as name:
        folder = Path(name)
        for file, content in files.items():
            (folder / file).write_bytes(content)
        try:
            config = _config(folder, base)
            tensors = _tensors(folder, config, base)
        except CheckpointError as error:
            said = str(error).replace(f"{folder}/", "").replace(checkpoint.REMEDY, "")
            raise CheckpointError(f"{said.strip()} {REMEDY}") from error
    return head_of(config.head).name, base.with_head(config, tensors, "loaded from a file")


def _members(data: bytes) -> dict[str, bytes]:
    """Content of config and weights by name, after a look at everything in the file."""
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
            if missing := [name for name in READ if name not in found]:
                raise CheckpointError(f"There is no {' and no '.join(missing)} in it. {REMEDY}")
            return {name: _read(archive, found[name], most) for name, most in READ.items()}
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
        _check_member(member, folder)
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


def _check_member(member: zipfile.ZipInfo, folder: str) -> None:
    shown = repr(member.filename[:60])
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CheckpointError(f"{shown} in it is a link. {REMEDY}")
    if member.flag_bits & 1:
        raise CheckpointError(f"It is locked by a password. {REMEDY}")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CheckpointError(f"{shown} in it is compressed in an unusual way. {REMEDY}")
    if "/" in folder or folder in (".", "..") or member.filename.startswith("/"):
        raise CheckpointError(f"{shown} is not in one folder with the rest. {REMEDY}")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    with archive.open(member) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise CheckpointError(f"{member.filename[:60]} has more than {most:,} bytes. {REMEDY}")
    return content


def _config(folder: Path, base: LoadedModel) -> QBertConfig:
    """The settings in the file, on the encoder that is here.

    Raises:
        CheckpointError: If they are of another model or encoder, or out of range.
    """
    values = read_values(folder)
    kind = values.get("model_type")
    if kind != QBertConfig.model_type:
        raise CheckpointError(f"Its {CONFIG} describes a {kind or 'nameless'!s:.40} model.")
    config, ours = our_config(values), base.model.config
    encoder = config.backbone_id, config.backbone_revision
    if encoder != (ours.backbone_id, ours.backbone_revision):
        raise CheckpointError(
            f"It was trained on {encoder[0]:.60} @ {encoder[1]:.7}, but heads are loaded on "
            f"{ours.backbone_id} @ {ours.backbone_revision[:7]} here."
        )
    config.backbone, config.backbone_sha256 = ours.backbone, ours.backbone_sha256
    return config


def _tensors(folder: Path, config: QBertConfig, base: LoadedModel) -> dict[str, Tensor]:
    """Exactly the tensors that the settings ask for.

    Raises:
        CheckpointError: If the file or any of them is not as it should be.
    """
    try:
        with no_init_weights():
            shapes = type(base.model)(config).tensor_shapes()
    except ValueError as error:
        raise CheckpointError(f"Its {CONFIG} is not usable: {error!s:.200}") from error
    tensors = checkpoint.read_tensors(folder, shapes)
    for name, tensor in tensors.items():
        most = MAX_UPDATE if name.startswith("adapter.") else MAX_NUMBER
        if float(tensor.abs().max()) > most:
            raise CheckpointError(
                f"{WEIGHTS}: {name} has entries beyond ±{most:,.0f}, which no training here makes."
            )
    return tensors

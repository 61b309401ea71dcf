"""Heads taken home and back: one checkpoint folder in a zip file, read without trusting it.

Only its config and its tensors are read, found by their names alone; of whatever else is in the
file nothing is looked at, and nothing is unpacked under a name from it. The encoder is never in
it: it must be the one that is here, with the tokenizer that is here.
"""

import io
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import CONFIG, WEIGHTS
from qbert_demo.model.heads import head_of
from qbert_demo.model.loaded import LoadedModel

MAX_ZIP_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_MEMBERS = 40
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
        CheckpointError: If anything about what is read of it is not as it should be.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="qbert-") as name:
            for file, content in _members(data).items():
                (Path(name) / file).write_bytes(content)
            loaded = open_checkpoint(Path(name), Trust.STRANGER, "This file", base=base)
    except CheckpointError as error:
        raise CheckpointError(f"{error} {REMEDY}") from error
    return head_of(loaded.model.config.head).name, replace(loaded, source="loaded from a file")


def _members(data: bytes) -> dict[str, bytes]:
    """Content of config and weights by name.

    Raises:
        CheckpointError: If there is too much in the file, or not one of each.
    """
    if len(data) > MAX_ZIP_BYTES:
        raise CheckpointError(
            f"The file has {len(data) / 1e6:.1f} MB; at most {MAX_ZIP_BYTES / 1e6:.0f} MB are "
            "accepted."
        )
    if data.count(DIRECTORY_ENTRY) > MAX_MEMBERS:
        raise CheckpointError(f"There are more than {MAX_MEMBERS} files in it.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            members = opened.infolist()
            total = sum(member.file_size for member in members)
            if total > MAX_UNPACKED_BYTES:
                raise CheckpointError(
                    f"Unpacked it would have {total / 1e6:,.0f} MB; at most "
                    f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB are accepted."
                )
            return {name: _read(opened, members, name, most) for name, most in READ.items()}
    except NotImplementedError as error:
        raise CheckpointError("It is packed in an unusual way.") from error
    except RuntimeError as error:
        raise CheckpointError("It is locked by a password.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        raise CheckpointError("This is no zip file, or a damaged one.") from error


def _read(opened: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, most: int) -> bytes:
    """Read the one member of this name, in whatever folder it is."""
    found = [member for member in members if f"/{member.filename}".endswith(f"/{name}")]
    if len(found) != 1:
        raise CheckpointError(f"There is {'more than one' if found else 'no'} {name} in it.")
    if found[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise CheckpointError("It is packed in an unusual way.")
    with opened.open(found[0]) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise CheckpointError(f"{name} has more than {most:,} bytes.")
    return content

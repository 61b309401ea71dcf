"""The texts of a batch, as a visitor pastes or uploads them."""

from pathlib import Path

from qbert_demo.data.tables import TextTable, match_labels, read_csv, read_lines
from qbert_demo.errors import InputError

__all__ = ["match_labels", "read_texts"]

MAX_FILE_BYTES = 5_000_000


def read_texts(lines: str | None, file: str | None) -> TextTable:
    """Read pasted texts or, where there is one, a CSV file.

    Args:
        lines: One text a line.
        file: Path of the file.

    Raises:
        InputError: If there is nothing, too much, or something unreadable; the message names
            the line.
    """
    if not file:
        return read_lines(lines or "")
    path = Path(file)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputError(
            f"The file has {path.stat().st_size / 1e6:.1f} MB; at most "
            f"{MAX_FILE_BYTES / 1e6:.0f} MB are read. Split it."
        )
    return read_csv(path.read_bytes())

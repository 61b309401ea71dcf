"""Where something came from."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where something came from: an encoder, a checkpoint, a visitor's model, rows.

    Attributes:
        folder: Where its files are; ``None`` if they are nowhere any more.
        source: For people: a Hub repository and its commit, ``bundled``, a file's name.
        link: Its page on the Hub, if it came from there.
        trouble: Why it came from no better place.
    """

    folder: Path | None
    source: str
    link: str | None = None
    trouble: str = ""

    @property
    def path(self) -> Path:
        """The folder of what has one.

        Raises:
            ValueError: If its files are nowhere.
        """
        if self.folder is None:
            raise ValueError(f"{self.source} has no folder.")
        return self.folder

    @property
    def words(self) -> str:
        """The source, and in brackets why it is no better one."""
        return f"{self.source} ({self.trouble})" if self.trouble else self.source

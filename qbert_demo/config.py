"""Where things are, and the one backbone that everything shipped is trained on."""

import os
from dataclasses import dataclass
from pathlib import Path

from qbert_demo.settings import CHECKPOINTS_DIR


def _checkpoints() -> Path:
    """The folder that is named, that of this repository, or what an installed package carries."""
    package = Path(__file__).resolve().parent
    repository = package.parent / "checkpoints"
    if named := os.environ.get(CHECKPOINTS_DIR):
        return Path(named).expanduser().absolute()
    return repository if (package.parent / "pyproject.toml").is_file() else package / "checkpoints"


CHECKPOINTS = _checkpoints()
"""Folder of the bundled checkpoints, one folder ``<task>-<head>`` each, and of their registry."""

MAX_CHARACTERS = 20_000
"""Longest text that is accepted; about forty times what the models read."""

MAX_BATCH_ROWS = 500
"""Most texts that are compared in one go."""

MAX_LABELS = 50
"""Most classes of a model that is loaded; fewer are trained on here."""

MAX_TOKENS = 512
"""Most tokens that any model reads."""

MAX_LENGTH = 128
"""Most tokens that a model trained here reads, unless its recipe says otherwise."""

MODEL_TYPE = "qbert"
"""What transformers calls a model of our format."""

MAX_SEED = 2**31
"""Largest seed of anything random."""


@dataclass(frozen=True)
class Backbone:
    """A pretrained BertModel on the Hub.

    Attributes:
        repo_id: Its repository.
        revision: The commit that is loaded, as a full sha.
        sha256: What ``model.safetensors`` must hash to; ``None`` trusts the revision alone.
    """

    repo_id: str
    revision: str
    sha256: str | None = None


MINILM = Backbone(
    "sentence-transformers/all-MiniLM-L6-v2",
    "c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)

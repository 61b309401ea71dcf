"""Any model of the Hub: brought here with its encoder, or opened where it is already."""

from functools import partial
from pathlib import Path

from huggingface_hub import constants

from qbert_demo.checkpoints.open import Trust, is_here, open_checkpoint, read_settings
from qbert_demo.config import Backbone
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.digests import has_digest
from qbert_demo.hub.files import SHA, SHIPPED, WEIGHTS, Repo, Token, bring, cached, look
from qbert_demo.hub.waiting import DOWNLOAD_SECONDS, within
from qbert_demo.hub.words import hub_sentence
from qbert_demo.model import QBertConfig
from qbert_demo.model.checkpoint import locate, named, read_values
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.plain_bert import check_bert


def open_source(source: str, revision: str | None, cap: int) -> LoadedModel:
    """Open a folder, or a repository with this machine's own login and cache.

    A download may take `DOWNLOAD_SECONDS`.

    Args:
        source: A folder, or a Hub repository.
        revision: Branch, tag or commit on the Hub; ignored for a folder.
        cap: Most bytes that may be downloaded.

    Raises:
        CheckpointError: If it is not to be had, or not usable.
        BackboneError: If its encoder is not to be had.
    """
    if Path(source).exists() or Path(source).is_absolute() or source[:1] in (".", "~"):
        return open_checkpoint(locate(source), Trust.OURS, source)
    if constants.is_offline_mode():
        name = source if revision is None else f"{source} @ {revision[:7]}"
        return open_checkpoint(locate(source, revision), Trust.STRANGER, name)
    if revision and SHA.fullmatch(revision):
        repo = Repo("model", source, revision)
        here = cached(repo, SHIPPED)
        if here:
            return open_checkpoint(here, Trust.STRANGER, repo.source)

    def work() -> LoadedModel:
        repo = look("model", source, revision, None)
        folder, encoder = bring_model(repo, cap)
        return open_checkpoint(folder, Trust.STRANGER, repo.source, encoder=encoder)

    try:
        return within(DOWNLOAD_SECONDS, work)
    except TimeoutError as error:
        raise CheckpointError(hub_sentence(error, source)) from error


def bring_model(
    repo: Repo, cap: int, *, token: Token = None, cache_dir: Path | None = None
) -> tuple[Path, Path | None]:
    """Bring a stranger's model here, with its encoder if that is not the one that is here.

    Args:
        repo: What the Hub says of it.
        cap: Most bytes that may be downloaded, for the model and for its encoder each.
        token: Who asks.
        cache_dir: Where to for a while; the client's own cache if left out.

    Returns:
        Folders of the model and of the encoder.

    Raises:
        CheckpointError: If either is refused or not to be had; the message names the model.
    """
    with named(repo.source):
        judge = partial(read_settings, trust=Trust.STRANGER)
        folder, config = bring(repo, judge, cap, token=token, cache_dir=cache_dir)
        if not isinstance(config, QBertConfig) or is_here(config.source()):
            return folder, None
        return folder, _bring_encoder(config.source(), cap, token, cache_dir)


def _bring_encoder(backbone: Backbone, cap: int, token: Token, cache_dir: Path | None) -> Path:
    """The folder of an encoder that a stranger's config names."""
    repo = look("model", backbone.repo_id, backbone.revision, token)
    folder, _ = bring(
        repo, lambda path: check_bert(read_values(path)), cap, token=token, cache_dir=cache_dir
    )
    if backbone.sha256 and not has_digest(folder / WEIGHTS, backbone.sha256):
        raise CheckpointError("Its config names a wrong hash for its encoder.")
    return folder

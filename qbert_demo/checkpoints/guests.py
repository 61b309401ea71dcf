"""Models that visitors name: any checkpoint of our format on the Hub, any BERT classifier.

Nothing of what a repository says is trusted. Its list of files is judged before anything is
downloaded, its config before the weights are, and its tensors before they are used. No code of
it runs, and nothing of it is unpickled.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from huggingface_hub import constants
from huggingface_hub.errors import HFValidationError, StrictDataclassError
from huggingface_hub.utils import validate_repo_id

from qbert_demo.config import MINILM, Backbone
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.digests import has_digest
from qbert_demo.hub.files import (
    CONFIG,
    SHA,
    SHIPPED,
    WEIGHTS,
    Repo,
    Token,
    bring,
    cached,
    look,
)
from qbert_demo.hub.waiting import DOWNLOAD_SECONDS, within
from qbert_demo.hub.words import hub_sentence
from qbert_demo.model import checkpoint
from qbert_demo.model.classifier import QBertForSequenceClassification
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.plain_bert import check_bert, check_plain, check_room, label_names, read_plain
from qbert_demo.model.tokenizer import read_tokenizer

OUR_SETTINGS = (*QBertConfig.__annotations__, "id2label")
"""What is read of a config of our format."""
FORBIDDEN = ("auto_map", "quantization_config")
"""Settings that ask for other code than ours."""


def load_anything(source: str, revision: str | None, cap: int) -> LoadedModel:
    """Load a folder, or a repository with this machine's own login and cache.

    A download may take `DOWNLOAD_SECONDS`.

    Args:
        source: A folder, or a Hub repository.
        revision: Branch, tag or commit on the Hub; ignored for a folder.
        cap: Most bytes that may be downloaded.

    Raises:
        CheckpointError: If it is not to be had, or not usable.
        BackboneError: If its encoder is not to be had.
    """
    is_local = Path(source).exists() or Path(source).is_absolute() or source[:1] in (".", "~")
    if is_local or constants.is_offline_mode():
        folder = checkpoint.locate(source, revision)
        with _named(source):
            name = source if revision is None else f"{source} @ {revision[:7]}"
            return read_folder(folder, name)
    if revision and SHA.fullmatch(revision):
        repo = Repo("model", source, revision)
        here = cached(repo, SHIPPED)
        if here:
            return read_folder(here, repo.source)

    def work() -> LoadedModel:
        return load_found(look("model", source, revision, None), None, cap, cache_dir=None)

    try:
        return within(DOWNLOAD_SECONDS, work)
    except TimeoutError as error:
        raise CheckpointError(hub_sentence(error, source)) from error


def load_found(repo: Repo, token: Token, cap: int, cache_dir: Path | None) -> LoadedModel:
    """Download and load a repository that was looked at.

    Args:
        repo: What the Hub says of it.
        token: Who asks.
        cap: Most bytes that may be downloaded, for the model and for its encoder each.
        cache_dir: Where to; the client's own cache if ``None``.

    Raises:
        CheckpointError: If it is not usable; the message names it.
        BackboneError: If its encoder is not to be had.
    """
    with _named(repo.source, repo.sha):
        folder = bring(repo, _encoder_of, cap, token=token, cache_dir=cache_dir)
        backbone = _encoder_of(folder)
        encoder = _bring_encoder(backbone, cap, token, cache_dir) if backbone else None
        return read_folder(folder, repo.source, encoder)


def read_folder(folder: Path, source: str, encoder: Path | None = None) -> LoadedModel:
    """Load a folder of either kind.

    Args:
        folder: Where its files are.
        source: Where it came from, for people.
        encoder: Where the encoder of a checkpoint of our format is; found if left out.

    Returns:
        The model, which has answered once.

    Raises:
        CheckpointError: If it is not usable.
        BackboneError: If its encoder is not to be had.
    """
    classifier = _read(folder, source, encoder)
    classifier.warm_up()
    return classifier


def _read(folder: Path, source: str, encoder: Path | None) -> LoadedModel:
    values = read_values(folder)
    if values.get("model_type") != QBertConfig.model_type:
        plain = read_plain(folder, values)
        tokenizer = read_tokenizer(folder, plain.bert.config.vocab_size)
        return LoadedModel(cast(QBertForSequenceClassification, plain), tokenizer, source)
    config = our_config(values)
    try:
        model = QBertForSequenceClassification.build(config, encoder)
    except (ValueError, TypeError, KeyError, RuntimeError, OSError, ImportError) as error:
        raise CheckpointError(f"Its encoder cannot be built: {error!s:.200}") from error
    model.load_tensors(checkpoint.read_tensors(folder, model.tensor_shapes()))
    longest = model.bert.config.max_position_embeddings
    if config.max_length > longest:
        raise CheckpointError(f"It reads {config.max_length} tokens, but its encoder {longest}.")
    return LoadedModel(model.eval(), read_tokenizer(folder, model.bert.config.vocab_size), source)


def read_values(folder: Path) -> dict[str, Any]:
    """Read ``config.json`` as plain values.

    Raises:
        CheckpointError: If it is no JSON object, or asks for code of its own.
    """
    try:
        values = json.loads((folder / CONFIG).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CheckpointError(f"Its {CONFIG} cannot be read: {error!s:.200}") from error
    if not isinstance(values, dict):
        raise CheckpointError(f"Its {CONFIG} is not a list of settings.")
    if asked := [name for name in FORBIDDEN if values.get(name)]:
        raise CheckpointError(
            f"Its {CONFIG} has {asked[0]}, which asks for code that does not run here."
        )
    return values


def our_config(values: Mapping[str, Any]) -> QBertConfig:
    """Check the config of a checkpoint of our format before a tensor is read.

    Raises:
        CheckpointError: If a setting is out of range.
    """
    names = label_names(values)
    known = {name: values[name] for name in OUR_SETTINGS if name in values}
    known |= {"backbone": None, "id2label": dict(enumerate(names))}
    known["label2id"] = {name: k for k, name in enumerate(names)}
    try:
        return QBertConfig(**known)
    except (StrictDataclassError, ValueError, TypeError, AttributeError) as error:
        cause = str(error.__cause__ or error)
        raise CheckpointError(f"Its config is not usable: {cause:.300}") from error


def _encoder_of(folder: Path) -> Backbone | None:
    """Judge a stranger's config; the encoder that has to be brought for it, ``None`` if none has.

    Raises:
        CheckpointError: If it is not usable.
    """
    values = read_values(folder)
    if values.get("model_type") != QBertConfig.model_type:
        check_plain(values)
        return None
    backbone = our_config(values).source()
    if (backbone.repo_id, backbone.revision) == (MINILM.repo_id, MINILM.revision):
        if backbone.sha256 not in (None, MINILM.sha256):
            raise CheckpointError("Its config names a wrong hash for its encoder.")
        return None
    try:
        validate_repo_id(backbone.repo_id)
    except HFValidationError as error:
        raise CheckpointError(
            f"Its encoder must be on the Hub, not at {backbone.repo_id!r:.100}."
        ) from error
    return backbone


def _bring_encoder(backbone: Backbone, cap: int, token: Token, cache_dir: Path | None) -> Path:
    """Folder of the encoder that a stranger's config names."""
    repo = look("model", backbone.repo_id, backbone.revision, token)
    folder = bring(
        repo, lambda path: check_bert(read_values(path)), cap, token=token, cache_dir=cache_dir
    )
    hidden = check_bert(read_values(folder))
    rows = hidden.vocab_size + hidden.max_position_embeddings + hidden.type_vocab_size
    layer = 4 * hidden.hidden_size + 2 * hidden.intermediate_size
    check_room(folder, hidden.hidden_size * (rows + hidden.num_hidden_layers * layer))
    if backbone.sha256 and not has_digest(folder / WEIGHTS, backbone.sha256):
        raise CheckpointError("Its config names a wrong hash for its encoder.")
    return folder


@contextmanager
def _named(source: str, sha: str = "") -> Iterator[None]:
    """Let errors name what was asked for, in place of a folder on this machine."""
    try:
        yield
    except CheckpointError as error:
        text = str(error).removesuffix(checkpoint.REMEDY).rstrip()
        if sha:
            text = re.sub(rf"\S*/snapshots/{sha}/([\w.]+)", rf"\1 of {source}", text)
            text = re.sub(rf"\S*/snapshots/{sha}", source, text)
        if source.partition(" ")[0] not in text:
            text = f"{source} cannot be used. {text}"
        raise CheckpointError(text) from error

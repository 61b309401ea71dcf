"""One repository on the Hub: compared with a checkpoint's files, then brought up to date.

Only files that differ are sent, in one commit. What is there already makes none, so publishing
can be repeated, and goes on where it was interrupted. A repository with other content than a
checkpoint of ours is left alone.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi, ModelInfo, constants
from huggingface_hub.errors import HFValidationError, RepositoryNotFoundError
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import validate_repo_id

from qbert_demo.config import MODEL_TYPE
from qbert_demo.errors import InputError
from qbert_demo.hub.digests import stream_has_digest
from qbert_demo.hub.files import CONFIG, MAX_CONFIG_BYTES
from qbert_demo.hub.waiting import within
from qbert_demo.hub.words import HUB_ERRORS, checked_token, writing_sentence

ASK_SECONDS = 15.0
"""Longest wait for what the Hub has of a repository."""
SEND_SECONDS = 120.0
"""Longest wait for a commit."""

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Changes:
    """What publishing would do to a repository.

    Attributes:
        repo_id: The repository.
        head: The commit that was compared with; ``None`` if there is no such repository.
        is_private: Whether only its owners see it.
        files: ``new``, ``changed`` or ``same`` for each file.
    """

    repo_id: str
    head: str | None
    is_private: bool
    files: Mapping[str, str]

    @property
    def to_send(self) -> list[str]:
        """The files that are not there as they should be."""
        return [name for name, change in self.files.items() if change != "same"]


def compare(api: HfApi, repo_id: str, files: Files) -> Changes:
    """Compare a checkpoint's files with what a repository has; this only reads.

    Raises:
        InputError: If the Hub refuses or the repository holds something else.
    """
    with _told(repo_id):
        try:
            info = within(
                ASK_SECONDS,
                lambda: api.model_info(repo_id, files_metadata=True, timeout=ASK_SECONDS),
            )
        except RepositoryNotFoundError:
            return Changes(repo_id, None, False, dict.fromkeys(files, "new"))
        there = {sibling.rfilename: sibling for sibling in info.siblings or ()}
        changes = {name: _change(there.get(name), data) for name, data in files.items()}
        if changes[CONFIG] != "same" and not within(
            ASK_SECONDS, lambda: _is_ours(api, info, there)
        ):
            raise InputError(
                f"{repo_id} holds something else than a checkpoint of this app, so it was left as "
                "it is. Choose another name."
            )
    return Changes(repo_id, info.sha, bool(info.private), changes)


def send(
    api: HfApi, found: Changes, files: Files, message: str, *, private: bool | None = None
) -> str:
    """Send what differs, in one commit on top of the one that was compared with.

    Args:
        api: The Hub's client with a token that may write.
        found: From `compare` with the same files.
        files: All files.
        message: Of the commit.
        private: Whether a new repository is private; the owner's default if left out.

    Returns:
        The full sha of the commit that has all files: a new one, or the one that is there.

    Raises:
        InputError: If the Hub refuses.
    """
    if found.head is not None and not found.to_send:
        return found.head

    def work() -> str:
        if found.head is None:
            api.create_repo(found.repo_id, private=private)
        return api.create_commit(
            found.repo_id,
            [CommitOperationAdd(name, files[name]) for name in found.to_send],
            commit_message=message,
            parent_commit=found.head,
        ).oid

    with _told(found.repo_id):
        try:
            return within(SEND_SECONDS, work)
        except TimeoutError as error:
            raise InputError(
                f"The Hub took too long with {found.repo_id}. What was sent may still arrive: look "
                "at its page before you try again."
            ) from error


def check_repo_id(repo_id: object) -> str:
    """Check a repository's name.

    Raises:
        InputError: If it is not of the form ``owner/name``.
    """
    try:
        if isinstance(repo_id, str) and "/" in repo_id:
            validate_repo_id(repo_id)
            return repo_id
    except HFValidationError:
        pass
    raise InputError("Name the repository as owner/name, in letters, digits and .-_ alone.")


def writing_token(token: object) -> str:
    """A token without surrounding space.

    Raises:
        InputError: If there is none, or it cannot be one; the message does not repeat it.
    """
    given = checked_token(token)
    if given is None:
        raise InputError(
            "A token of yours that may write is needed. It is made at "
            f"{constants.ENDPOINT}/settings/tokens."
        )
    return given


def _change(there: RepoSibling | None, data: bytes) -> str:
    """What a file is to the Hub, by the hash under which it keeps its own."""
    if there is None:
        return "new"
    digest = there.lfs.sha256 if there.lfs else there.blob_id or ""
    return "same" if stream_has_digest(BytesIO(data), digest) else "changed"


def _is_ours(api: HfApi, info: ModelInfo, there: Mapping[str, RepoSibling]) -> bool:
    """Whether a repository is empty or holds a checkpoint of our format."""
    if set(there) <= {".gitattributes"}:
        return True
    if CONFIG not in there or not 0 < (there[CONFIG].size or 0) <= MAX_CONFIG_BYTES:
        return False
    with tempfile.TemporaryDirectory(prefix="qbert-") as parent:
        path = api.hf_hub_download(info.id, CONFIG, revision=info.sha, local_dir=parent)
        try:
            config = json.loads(Path(path).read_bytes())
        except ValueError:
            return False
    return isinstance(config, dict) and config.get("model_type") == MODEL_TYPE


@contextmanager
def _told(repo_id: str) -> Iterator[None]:
    """Put what the Hub's client raises into words, with what to do about it."""
    try:
        if constants.is_offline_mode():
            raise InputError("The Hub is switched off here (HF_HUB_OFFLINE): push from elsewhere.")
        yield
    except HUB_ERRORS as error:
        raise InputError(writing_sentence(error, repo_id)) from error

"""What the Hub's refusals mean, and the names and tokens that are given to it.

Every error of the Hub's client is put into words here, without the token, the address or the
request in them.
"""

import errno
import socket
from collections.abc import Iterator
from functools import partial

from httpx2 import HTTPError, InvalidURL, TimeoutException
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from safetensors import SafetensorError

from qbert_demo.errors import InputError
from qbert_demo.settings import TOKEN

HUB_ERRORS = (HTTPError, InvalidURL, OSError, ValueError, RuntimeError)
"""What a call of the Hub's client may raise; `hub_sentence` puts it into words."""

FOLDERS = {"HF_HOME": "The Hub's cache", "TMPDIR": "The folder for temporary files"}
"""Where files of the Hub go, by the variable that says so."""


def checked_token(token: object) -> str | None:
    """A visitor's token without surrounding space; ``None`` for an empty box.

    Raises:
        InputError: If it cannot be one; the message does not repeat it.
    """
    text = token.strip() if isinstance(token, str) else ""
    if text and not TOKEN.fullmatch(text):
        raise InputError("This is no access token: one has no spaces inside. Copy it again.")
    return text or None


def hub_sentence(error: BaseException, what: str, variable: str = "HF_HOME") -> str:
    """Say what the Hub's refusal means and what to do.

    Args:
        error: One of `HUB_ERRORS`, or what reading a downloaded file raised.
        what: What was asked for, to stand inside a sentence: ``org/name``, ``the dataset x``.
        variable: What says where the files go: a key of `FOLDERS`.

    Returns:
        One or two sentences that hold nothing of the request but ``what``.
    """
    chain = list(_causes(error))
    for told in (_refusal, _absence, _answer, _connection, partial(_disk, variable)):
        for cause in chain:
            if sentence := told(cause, what):
                return sentence
    return f"Loading {what} from the Hub failed ({type(error).__name__}). Try again later."


def writing_sentence(error: BaseException, repo_id: str) -> str:
    """The same where something was to be written to a repository."""
    owner = repo_id.partition("/")[0]
    sentences = {
        401: "The Hub does not accept this token. Make a new one that may write.",
        403: f"This token may not write to {owner}. Use one with write access of a member.",
        409: f"{repo_id} is there already, but this token may not read it. Use another.",
        412: f"{repo_id} was changed at the same time. Try again.",
    }
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else 0
    return sentences.get(status) or hub_sentence(error, repo_id)


def brief(sentence: str) -> str:
    """The first sentence of a message, to stand in brackets: without a capital or a full stop."""
    first = sentence.partition(". ")[0].rstrip(".")
    return f"t{first[1:]}" if first.startswith(("The ", "There ", "This ")) else first


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, the nearest first."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _refusal(error: BaseException, what: str) -> str | None:
    """What an answer of the Hub means."""
    if isinstance(error, GatedRepoError):
        return (
            f"The owner of {what} lets in only whom they choose. Ask for access on its Hub page, "
            "then give a token of yours."
        )
    if isinstance(error, DisabledRepoError):
        return f"The Hub has switched off {what}. Choose another."
    if isinstance(error, RepositoryNotFoundError):
        return (
            f"The Hub has no {what}, or it is private. Check the name, or give a token that may "
            "read it."
        )
    if isinstance(error, RevisionNotFoundError):
        return (
            f"The Hub has no such revision of {what}. Name a branch, a tag or a commit of it, or "
            "none at all."
        )
    if isinstance(error, HfHubHTTPError):
        if isinstance(error, EntryNotFoundError):
            return f"A file that is needed is missing in {what}. Choose another revision."
        return _status(error.response.status_code, what)
    return None


def _status(status: int, what: str) -> str:
    if status == 401:
        return f"The Hub does not accept the token for {what}. Make a new one and try again."
    if status == 403:
        return f"The Hub does not allow {what} with this token. Give one that may read it."
    if status == 404:
        return f"The Hub has no {what}. Check the name."
    if status == 429:
        return f"The Hub is asked too much at the moment, so {what} has to wait. Try in a minute."
    if status >= 500:
        return f"The Hub itself has trouble (status {status}) with {what}. Try again later."
    return f"The Hub refused {what} with status {status}. Try again later."


def _absence(error: BaseException, what: str) -> str | None:
    """What follows from settings, names and the cache."""
    if isinstance(error, OfflineModeIsEnabled):
        return (
            f"The Hub is switched off here (HF_HUB_OFFLINE), so it is not asked for {what}. Choose "
            "something that is here."
        )
    if isinstance(error, HFValidationError):
        return f"{what} is no Hub id. Give one such as org/name."
    if isinstance(error, LocalTokenNotFoundError):
        return f"For {what} this machine must be logged in to the Hub. Run `hf auth login`."
    if isinstance(error, SafetensorError):
        return f"The weights of {what} are damaged. Choose another revision, or tell its owner."
    return None


def _answer(error: BaseException, what: str) -> str | None:
    """Who answered, if anybody did."""
    if isinstance(error, socket.gaierror):
        return (
            f"The Hub's name cannot be looked up, so {what} is not to be had. Check the network "
            "and HF_ENDPOINT."
        )
    if isinstance(error, TimeoutException | TimeoutError):
        return f"The Hub did not deliver {what} in time. Try again later."
    if isinstance(error, FileMetadataError | ValueError) and type(error) is not UnicodeEncodeError:
        return (
            f"What answered for {what} is no Hub: perhaps the login page of this network, or a "
            "wrong HF_ENDPOINT. Open the Hub in a browser first."
        )
    return None


def _connection(error: BaseException, what: str) -> str | None:
    """What became of the connection."""
    if isinstance(error, InvalidURL):
        return f"HF_ENDPOINT is no address, so {what} is not to be had. Correct it."
    if isinstance(error, OSError) and str(error).startswith("Consistency check failed"):
        return f"The Hub's copy of {what} arrived with the wrong size. Try again later."
    if isinstance(error, HTTPError | ConnectionError):
        return f"The connection to the Hub failed while {what} was asked for. Try again later."
    return None


def _disk(variable: str, error: BaseException, what: str) -> str | None:
    """What this machine's disk has to do with it."""
    if isinstance(error, LocalEntryNotFoundError):
        return f"The Hub is out of reach, and its cache has no {what}. Check the network."
    if not isinstance(error, OSError):
        return None
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"There is no room on the disk for {what}. Free some, or set {variable} elsewhere."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR):
        where = FOLDERS[variable]
        return f"{where} cannot be written, so {what} has no place. Set {variable} elsewhere."
    return None

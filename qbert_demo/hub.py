"""The Hugging Face Hub: whether it answers, how long it may take, and what its refusals mean.

Every wait on the Hub is bounded here, because the client's own retries are not, and every error
of the client is put into words here, without the token, the address or the request in them.
"""

import errno
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from threading import Lock, Thread
from typing import TypeVar

from httpx2 import HTTPError, InvalidURL, TimeoutException
from huggingface_hub import HfApi, constants
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

PROBE_SECONDS = 2.5
"""Longest wait for the Hub's first answer."""
START_SECONDS = 3.0
"""Longest wait for the Hub while the app starts, all downloads together."""
DOWNLOAD_SECONDS = 120.0
"""Longest wait for one model."""
HUB_ERRORS = (HTTPError, InvalidURL, OSError, ValueError, RuntimeError)
"""What a call of the Hub's client may raise; `hub_sentence` puts it into words."""

FOLDERS = {"HF_HOME": "The Hub's cache", "TMPDIR": "The folder for temporary files"}
"""Where files of the Hub go, by the variable that says so."""

NOT_FOR_US = (RepositoryNotFoundError, RevisionNotFoundError)

T = TypeVar("T")


def hub_trouble(ask: Callable[[HfApi, float], object]) -> str | None:
    """Ask the Hub something small, for at most `PROBE_SECONDS`.

    Args:
        ask: Called with the Hub's client and the longest wait in seconds.

    Returns:
        ``None`` if the Hub answers, else what is wrong, in words for a status line.
    """
    if constants.is_offline_mode():
        return "the Hub is switched off by HF_HUB_OFFLINE"
    try:
        within(PROBE_SECONDS, lambda: ask(HfApi(), PROBE_SECONDS))
    except HfHubHTTPError as error:
        return f"the Hub refused with status {error.response.status_code}"
    except HUB_ERRORS:
        return "the Hub is out of reach"
    return None


def within(seconds: float, work: Callable[[], T]) -> T:
    """Do work in a thread that is left to itself when the time is over.

    The thread ends with the process. What it still brings to the cache later is whole, because
    the Hub's client moves a file there only when it is complete.

    Args:
        seconds: How long to wait.
        work: What to do.

    Raises:
        TimeoutError: If the time is over first.
    """
    return result_within(seconds, begun(work))


def begun(work: Callable[[], T]) -> "Future[T]":
    """Begin work in a thread that ends with the process.

    Whoever waits gets what it raises; what is no `Exception` arrives as a `RuntimeError`, since
    it would end more than the one who waits.
    """
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
            answer.set_exception(error)
        except BaseException as error:  # noqa: BLE001 - such as a panic of a library in Rust
            failure = RuntimeError(f"{type(error).__name__}: {error!s:.200}")
            failure.__cause__ = error
            answer.set_exception(failure)

    Thread(target=run, name="hub", daemon=True).start()
    return answer


def result_within(seconds: float, answer: "Future[T]") -> T:
    """Wait for begun work.

    Raises:
        TimeoutError: If the time is over first.
    """
    try:
        return answer.result(max(0.0, seconds))
    except TimeoutError as error:
        if answer.done():
            raise
        raise TimeoutError(f"not done within {seconds:.3g} s") from error


class Patience:
    """A time for the Hub that several downloads share, and one probe for all of them."""

    def __init__(self, seconds: float) -> None:
        """Begin to count."""
        self._end = time.monotonic() + seconds
        self._lock = Lock()
        self._probed = False
        self._trouble: str | None = None

    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._end - time.monotonic())

    def trouble(self, repo_id: str, revision: str | None) -> str | None:
        """What is wrong with the Hub, found out by asking for the first repository named here.

        A refusal of this one repository is an answer: others may be had.
        """
        with self._lock:
            if not self._probed:
                self._probed = True
                self._trouble = hub_trouble(lambda hub, _: self._ask(hub, repo_id, revision))
            return self._trouble

    def _ask(self, hub: HfApi, repo_id: str, revision: str | None) -> None:
        try:
            hub.model_info(repo_id, revision=revision, timeout=min(PROBE_SECONDS, self.left()))
        except HfHubHTTPError as error:
            if error.response.status_code in (403, 404) or isinstance(error, NOT_FOR_US):
                return
            raise


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
            f"The Hub is switched off by HF_HUB_OFFLINE, so it is not asked for {what}. Unset the "
            "variable, or choose something that is here."
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

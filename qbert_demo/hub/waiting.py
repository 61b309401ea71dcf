"""How long the Hub may take: every wait is bounded, because the client's own retries are not."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TypeVar

from huggingface_hub import HfApi, constants
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

from qbert_demo.hub.words import HUB_ERRORS

PROBE_SECONDS = 2.5
"""Longest wait for the Hub's first answer."""
START_SECONDS = 3.0
"""Longest wait for the Hub while the app starts, all downloads together."""
DOWNLOAD_SECONDS = 120.0
"""Longest wait for one model."""
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

    def trouble(self, repo_id: str, revision: str | None, kind: str = "model") -> str | None:
        """What is wrong with the Hub, found out by asking for the first repository named here.

        A refusal of this one repository is an answer: others may be had.
        """
        with self._lock:
            if not self._probed:
                self._probed = True
                self._trouble = hub_trouble(lambda hub, _: self._ask(hub, repo_id, revision, kind))
            return self._trouble

    def _ask(self, hub: HfApi, repo_id: str, revision: str | None, kind: str) -> None:
        wait = min(PROBE_SECONDS, self.left())
        try:
            hub.repo_info(repo_id, revision=revision, repo_type=kind, timeout=wait)
        except HfHubHTTPError as error:
            if error.response.status_code in (403, 404) or isinstance(error, NOT_FOR_US):
                return
            raise

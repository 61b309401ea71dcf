"""How long the Hub may take: every wait is bounded, because the client's own retries are not."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
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

        Returns:
            ``None`` if the Hub answers, else what is wrong, in words for a status line.
        """
        with self._lock:
            if not self._probed:
                self._probed, self._trouble = True, self._probe(repo_id, revision, kind)
            return self._trouble

    def _probe(self, repo_id: str, revision: str | None, kind: str) -> str | None:
        if constants.is_offline_mode():
            return "the Hub is switched off here (HF_HUB_OFFLINE)"
        ask = partial(HfApi().repo_info, repo_id, revision=revision, repo_type=kind)
        try:
            within(PROBE_SECONDS, partial(ask, timeout=min(PROBE_SECONDS, self.left())))
        except HfHubHTTPError as error:
            status = error.response.status_code
            if status not in (403, 404) and not isinstance(error, NOT_FOR_US):
                return f"the Hub refused with status {status}"
        except HUB_ERRORS:
            return "the Hub is out of reach"
        return None

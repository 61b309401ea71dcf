"""Models in memory, of so many bytes: what was asked for least recently goes first."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from threading import Lock

from qbert_demo.errors import InputError
from qbert_demo.hub.waiting import begun, result_within
from qbert_demo.model.loaded import LoadedModel

Models = Mapping[str, LoadedModel]
"""Models that come and go together, by head."""


class ModelCache:
    """Models by key, never more bytes of parameters than a limit; safe between threads.

    Models that share an encoder count it once.
    """

    def __init__(self, limit: int) -> None:
        """Start empty.

        Args:
            limit: Most bytes.
        """
        self._limit = limit
        self._lock = Lock()
        self._models: OrderedDict[str, Models] = OrderedDict()
        self._sizes: dict[str, dict[int, int]] = {}
        self._loading: dict[str, Future[Models]] = {}

    def get(self, key: str) -> Models | None:
        """The models under a key, which count as asked for now; ``None`` if they are not here."""
        with self._lock:
            if key not in self._models:
                return None
            self._models.move_to_end(key)
            return self._models[key]

    def put(self, key: str, models: Models) -> None:
        """Keep models, and drop others if there is no room for all.

        Raises:
            InputError: If these alone take more than the limit.
        """
        storages = _storages(models)
        needed = sum(storages.values())
        if needed > self._limit:
            raise InputError(
                f"This takes {needed / 1e6:,.0f} MB of memory; at most {self._limit / 1e6:,.0f} MB "
                "are kept for visitors' models here. Choose a smaller one."
            )
        with self._lock:
            self._models[key] = models
            self._models.move_to_end(key)
            self._sizes[key] = storages
            while self._bytes() > self._limit:
                oldest, _ = self._models.popitem(last=False)
                del self._sizes[oldest]

    def drop(self, key: str) -> None:
        """Keep the models under a key no longer, if they are here."""
        with self._lock:
            self._models.pop(key, None)
            self._sizes.pop(key, None)

    def keep(self, key: str, make: Callable[[], Models], seconds: float) -> Models:
        """The models under a key, made by one thread if they are not here, however many ask.

        What is not made in time is given up: it is not kept when it comes late, and whoever asks
        next begins anew.

        Args:
            key: What they are kept under.
            make: Makes them.
            seconds: How long to wait.

        Raises:
            TimeoutError: If the time is over first, for everyone who waited.
            InputError: As `put`; and whatever ``make`` raises, for everyone who waited.
        """
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
            loading = self._loading.get(key)
            mine = loading is None
            if loading is None:
                loading = self._loading[key] = Future()
        if not mine:
            return result_within(seconds, loading)
        try:
            models = result_within(seconds, begun(make))
            self.put(key, models)
            loading.set_result(models)
        except BaseException as error:
            loading.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._loading[key]
        return models

    @property
    def bytes(self) -> int:
        """Bytes of parameters that are kept."""
        with self._lock:
            return self._bytes()

    def _bytes(self) -> int:
        storages: dict[int, int] = {}
        for some in self._sizes.values():
            storages |= some
        return sum(storages.values())


def _storages(models: Models) -> dict[int, int]:
    """Size of every piece of memory that the parameters lie in, by its address."""
    sizes = {}
    for classifier in models.values():
        for parameter in classifier.model.parameters():
            storage = parameter.untyped_storage()
            sizes[storage.data_ptr()] = storage.nbytes()
    return sizes

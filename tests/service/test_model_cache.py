import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import torch
from torch import nn

from qbert_demo.errors import InputError
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.service.model_cache import ModelCache, Models

KB = 1000


def sized(bytes_: int, *shared: nn.Parameter) -> Models:
    model = nn.ParameterList([nn.Parameter(torch.zeros(bytes_ // 4)), *shared])
    return {"classical": LoadedModel(model, None, "test")}


def test_what_was_asked_for_least_recently_goes_first() -> None:
    cache = ModelCache(30 * KB)
    for key in "abc":
        cache.put(key, sized(10 * KB))
    assert cache.bytes == 30 * KB
    assert cache.get("a")
    cache.put("d", sized(10 * KB))
    assert [key for key in "abcd" if cache.get(key)] == ["a", "c", "d"]
    cache.put("e", sized(25 * KB))
    assert [key for key in "abcde" if cache.get(key)] == ["e"]
    assert cache.bytes == 25 * KB


def test_what_is_shared_counts_once() -> None:
    cache = ModelCache(30 * KB)
    encoder = nn.Parameter(torch.zeros(5 * KB))
    for key in "abcde":
        cache.put(key, sized(2 * KB, encoder))
    assert cache.bytes == 30 * KB
    assert all(cache.get(key) for key in "abcde")
    cache.put("f", sized(2 * KB, encoder))
    assert cache.get("a") is None
    assert cache.bytes == 30 * KB


def test_what_never_fits_is_refused_and_drops_nothing() -> None:
    cache = ModelCache(10 * KB)
    cache.put("a", sized(8 * KB))
    with pytest.raises(InputError, match="takes 0 MB of memory; at most 0 MB"):
        cache.put("b", sized(12 * KB))
    assert cache.get("a")


def test_a_model_that_many_want_is_made_once() -> None:
    cache = ModelCache(30 * KB)
    made: list[int] = []
    begun, go_on = Event(), Event()

    def make() -> Models:
        made.append(1)
        begun.set()
        assert go_on.wait(5)
        return sized(KB)

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(cache.keep, "a", make, 5) for _ in range(4)]
        assert begun.wait(5)
        go_on.set()
        results = [future.result(5) for future in futures]
    assert len(made) == 1
    assert all(result is results[0] for result in results)
    assert cache.keep("a", lambda: pytest.fail("made twice"), 5) is results[0]


def test_a_failure_is_everyones_and_not_kept() -> None:
    cache = ModelCache(30 * KB)

    def fail() -> Models:
        raise InputError("no such model")

    for _ in range(2):
        with pytest.raises(InputError, match="no such model"):
            cache.keep("a", fail, 5)
    assert cache.keep("a", lambda: sized(KB), 5)


def test_what_takes_too_long_is_given_up_by_all_and_not_kept() -> None:
    cache = ModelCache(30 * KB)
    begun, go_on, late = Event(), Event(), sized(KB)
    made: list[Models] = []

    def make() -> Models:
        begun.set()
        assert go_on.wait(5)
        made.append(late)
        return late

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.keep, "a", make, 0.2)
        assert begun.wait(5)
        second = pool.submit(cache.keep, "a", lambda: pytest.fail("made twice"), 5)
        for waiting in (first, second):
            with pytest.raises(TimeoutError, match=r"within 0\.2 s"):
                waiting.result(1)
    anew = sized(2 * KB)
    assert cache.keep("a", lambda: anew, 5) is anew
    go_on.set()
    while not made:
        time.sleep(0.01)
    assert cache.get("a") is anew

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import torch
from torch import nn

from qbert_demo.errors import InputError
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.service.model_cache import Models, Shelf

KB = 1000


def sized(bytes_: int, *shared: nn.Parameter) -> Models:
    model = nn.ParameterList([nn.Parameter(torch.zeros(bytes_ // 4)), *shared])
    return {"classical": LoadedModel(model, None, "test")}


def test_what_was_asked_for_least_recently_goes_first() -> None:
    shelf = Shelf(30 * KB)
    for key in "abc":
        shelf.put(key, sized(10 * KB))
    assert shelf.bytes == 30 * KB
    assert shelf.get("a")
    shelf.put("d", sized(10 * KB))
    assert [key for key in "abcd" if shelf.get(key)] == ["a", "c", "d"]
    shelf.put("e", sized(25 * KB))
    assert [key for key in "abcde" if shelf.get(key)] == ["e"]
    assert shelf.bytes == 25 * KB


def test_what_is_shared_counts_once() -> None:
    shelf = Shelf(30 * KB)
    encoder = nn.Parameter(torch.zeros(5 * KB))
    for key in "abcde":
        shelf.put(key, sized(2 * KB, encoder))
    assert shelf.bytes == 30 * KB
    assert all(shelf.get(key) for key in "abcde")
    shelf.put("f", sized(2 * KB, encoder))
    assert shelf.get("a") is None
    assert shelf.bytes == 30 * KB


def test_what_never_fits_is_refused_and_drops_nothing() -> None:
    shelf = Shelf(10 * KB)
    shelf.put("a", sized(8 * KB))
    with pytest.raises(InputError, match="takes 0 MB of memory; at most 0 MB"):
        shelf.put("b", sized(12 * KB))
    assert shelf.get("a")


def test_a_model_that_many_want_is_made_once() -> None:
    shelf = Shelf(30 * KB)
    made: list[int] = []
    begun, go_on = Event(), Event()

    def make() -> Models:
        made.append(1)
        begun.set()
        assert go_on.wait(5)
        return sized(KB)

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(shelf.load, "a", make, 5) for _ in range(4)]
        assert begun.wait(5)
        go_on.set()
        results = [future.result(5) for future in futures]
    assert len(made) == 1
    assert all(result is results[0] for result in results)
    assert shelf.load("a", lambda: pytest.fail("made twice"), 5) is results[0]


def test_a_failure_is_everyones_and_not_kept() -> None:
    shelf = Shelf(30 * KB)

    def fail() -> Models:
        raise InputError("no such model")

    for _ in range(2):
        with pytest.raises(InputError, match="no such model"):
            shelf.load("a", fail, 5)
    assert shelf.load("a", lambda: sized(KB), 5)


def test_what_takes_too_long_is_given_up_by_all_and_not_kept() -> None:
    shelf = Shelf(30 * KB)
    begun, go_on, late = Event(), Event(), sized(KB)
    made: list[Models] = []

    def make() -> Models:
        begun.set()
        assert go_on.wait(5)
        made.append(late)
        return late

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shelf.load, "a", make, 0.2)
        assert begun.wait(5)
        second = pool.submit(shelf.load, "a", lambda: pytest.fail("made twice"), 5)
        for waiting in (first, second):
            with pytest.raises(TimeoutError, match=r"within 0\.2 s"):
                waiting.result(1)
    anew = sized(2 * KB)
    assert shelf.load("a", lambda: anew, 5) is anew
    go_on.set()
    while not made:
        time.sleep(0.01)
    assert shelf.get("a") is anew

"""A full classroom on the real app: some classify, some train, one is unlucky, nobody suffers."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.client import Job
from gradio_client.exceptions import AppError

from tests.jobs.watch import eventually, trainees
from tests.service.test_tuner import OWN
from tests.serving import served_app

pytestmark = pytest.mark.slow

VISITORS, PUPILS = 6, 30
PATIENCE = 120.0
TEXTS = [f"a {word} film with {n} endings" for n, word in enumerate(("fine", "dull", "odd") * 2)]
TINY = {"epochs": 2, "n_qubits": 2, "n_layers": 1}
SHORT = {"epochs": 4, "n_qubits": 3}
LONG = {"heads": ["hybrid"], "epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served_app(HF_HUB_OFFLINE="1", QBERT_TRAININGS="2") as address:
        yield address


def rows_of(owner: int) -> str:
    """Everybody's own rows, in all but name the same."""
    return OWN.replace(", good", f", good {owner}").replace(", bad", f", bad {owner}")


def visitor(url: str) -> Client:
    """One who is patient: a request may take as long as a busy machine needs."""
    return Client(url, verbose=False, httpx_kwargs={"timeout": PATIENCE})


def start(client: Client, owner: int, settings: dict[str, Any]) -> Job:
    return client.submit(None, rows_of(owner), settings=settings, api_name="/fine_tune")


def story(job: Job) -> list[dict[str, Any]]:
    """All that a run told from its start to its end."""
    job.result(PATIENCE)
    return job.outputs()


def places(stories: list[list[dict[str, Any]]]) -> list[int]:
    """Where in the line its runs stood."""
    return [e["place"] for told in stories for e in told if e["event"] == "waiting"]


def test_everyone_is_served_and_only_the_unlucky_one_hears_of_it(url: str) -> None:
    first = visitor(url)
    expected = {t: first.predict("sst2", t, api_name="/compare") for t in TEXTS}
    unlucky = start(first, 99, LONG)
    for event in unlucky:
        if event["event"] == "epoch":
            break
    (victim,) = trainees()
    ended = threading.Event()

    def classify(k: int) -> int:
        client, text, n = visitor(url), TEXTS[k], 0
        while not ended.is_set() or not n:
            got = client.predict("sst2", text, api_name="/compare")
            for head, model in got["models"].items():
                assert model["logits"] == expected[text]["models"][head]["logits"], (text, head)
            n += 1
            time.sleep(0.2)
        return n

    with ThreadPoolExecutor(VISITORS) as pool:
        visitors = [pool.submit(classify, i) for i in range(VISITORS)]
        owners = [start(visitor(url), i, SHORT) for i in range(4)]
        try:
            assert eventually(
                lambda: max(places([owner.outputs() for owner in owners]), default=0) > 1
            ), "one runs beside the unlucky one, so three stand in line"
            os.kill(victim, signal.SIGKILL)
            with pytest.raises(AppError, match="The system ended the run"):
                unlucky.result(timeout=30)
            stories = [story(owner) for owner in owners]
        finally:
            ended.set()
        assert all(done.result(60) >= 1 for done in visitors)

    for owner, told in enumerate(stories):
        last = told[-1]
        assert last["event"] == "finished"
        assert last["labels"] == [f"good {owner}", f"bad {owner}"]
        assert set(last["heads"]) == {"classical", "hybrid"}
        assert {e["epoch"] for e in told if e["event"] == "epoch"} == set(range(1, 5))
        for head, result in last["heads"].items():
            assert result["predicted"] == stories[0][-1]["heads"][head]["predicted"]
    assert eventually(lambda: not trainees()), "no training outlives its owner's interest"


def test_a_class_that_presses_start_at_once_is_served(url: str) -> None:
    with ThreadPoolExecutor(PUPILS) as pool:
        clients = list(pool.map(visitor, [url] * PUPILS))
        stories = list(pool.map(lambda k: story(start(clients[k], k, TINY)), range(PUPILS)))
    assert max(places(stories)) > 20
    for pupil, told in enumerate(stories):
        assert told[-1]["event"] == "finished"
        assert told[-1]["labels"] == [f"good {pupil}", f"bad {pupil}"]


def test_who_hangs_up_while_training_frees_the_place(url: str) -> None:
    client = visitor(url)
    job = start(client, 0, LONG)
    for event in job:
        if event["event"] == "epoch":
            break
    assert len(trainees()) == 1
    job.cancel()
    assert eventually(lambda: not trainees())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((None, OWN, 500, 200, {"epochs": 101}), "epochs must be a whole number from 1 to 100"),
        ((None, OWN, 500, 200, {"epochs": "many"}), "epochs must be a whole number"),
        ((None, OWN, 500, 200, {"n_qubits": 9}), "n_qubits must be a whole number from 1 to 8"),
        ((None, OWN, 500, 200, {"heads": "hybrid, control"}), "Choose heads"),
        ((None, OWN, 500, 200, {"heads": [[]]}), "Choose heads"),
        ((None, OWN, 500, 200, {"steps": 1}), "settings must be an object with some of"),
        ((None, OWN, 500, 200, []), "settings must be an object"),
        ((None, 7), "lines must be a string"),
        ((None, "one, a"), "classes"),
        (("nope",), "no dataset 'nope'"),
        ((["bbc_news"],), "dataset must be a string"),
        (("bbc_news", "", 2001), "from 10 to 2,000"),
        (("bbc_news", "", 1e9), "whole number"),
        (("bbc_news", "", 500, 1001), "from 10 to 1,000"),
    ],
)
def test_caps_hold_for_programs_too(url: str, arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(AppError, match=words):
        visitor(url).predict(*arguments, api_name="/fine_tune")

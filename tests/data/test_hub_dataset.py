"""Any dataset of the Hub, looked at and streamed with the genuine client."""

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from huggingface_hub import HfFileSystem, constants

from qbert_demo.data import untrusted
from qbert_demo.data.hub_dataset import Another, load_another, look_at
from qbert_demo.errors import DataError, QBertError
from tests.data.repositories import NAME, PAIRS, csv, moods, repository
from tests.hub import Hub
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

CONFIGS = """---
configs:
- config_name: cola
  data_files: cola.csv
- config_name: mrpc
  data_files: mrpc.csv
---
"""


def test_a_look_guesses_all_and_pins_the_commit(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    sha = hub.add("dataset", NAME, repository(moods()))
    look = look_at(Another(NAME))
    assert look.another == Another(NAME, "default", "train", "sentence", "mood", sha)
    assert look.question == ""
    assert look.rows is not None
    assert look.rows.labels == ("calm", "glad", "sad")
    assert set(look.rows.rows.labels) == {0, 1, 2}, "the file is sorted by class"
    assert look.rows.rows.origin == f"{NAME} @ {sha[:7]}, streamed"
    hub.add("dataset", NAME, {"train.csv": b"nothing,here"})
    again, place = load_another(look.another, 100)
    assert place == look.another
    assert again.rows.origin == f"{NAME} @ {sha[:7]}, streamed"
    assert len(again.rows) == 100
    assert {r.authorization for r in hub.requests} == {None}, "the login is not the visitors'"


def test_nothing_but_ranges_is_read_and_nothing_of_it_stays(hub: Hub) -> None:
    hub.add("dataset", NAME, repository(moods()))
    load_another(Another(NAME), 40)
    read = [r for r in hub.requests if r.method == "GET" and r.path.endswith(".parquet")]
    assert read
    assert all(request.range for request in read)
    files = {path.name for path in Path(constants.HF_HUB_CACHE).rglob("*") if path.is_file()}
    assert not [name for name in files if "parquet" in name]


def test_what_is_not_unique_is_asked_with_its_choices(hub: Hub) -> None:
    grades = csv("text,label", *(f"text {i},{i % 2}" for i in range(40)))
    hub.add(
        "dataset",
        "org/glue",
        {"README.md": CONFIGS.encode(), "cola.csv": grades, "mrpc.csv": PAIRS},
    )
    look = look_at(Another("org/glue"))
    assert look.configs == ("cola", "mrpc")
    assert "Choose the configuration: “cola”, “mrpc”" in look.question
    look = look_at(Another("org/glue", "mrpc"))
    assert look.texts == ("premise", "hypothesis")
    assert (look.another.text, look.another.label) == ("", "label")
    assert "Choose the column of the text: “premise”, “hypothesis”" in look.question
    with pytest.raises(DataError, match="Choose the column of the text"):
        load_another(Another("org/glue", "mrpc"), 20)
    found, place = load_another(Another("org/glue", "mrpc", text="hypothesis"), 20)
    assert (place.text, place.label) == ("hypothesis", "label")
    assert found.rows.texts[0] == "the other 0"
    assert found.labels == ("0", "1")
    hub.add("dataset", "org/parts", {"dev.csv": grades, "test.csv": grades})
    look = look_at(Another("org/parts"))
    assert set(look.splits) == {"validation", "test"}
    assert "Choose the split" in look.question
    assert look_at(Another("org/parts", split="test")).rows


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"config": "nope"}, "no configuration “nope”. There are “default”"),
        ({"split": "nope"}, "no split “nope”. There are “train”"),
        ({"text": "nope"}, "no column “nope”"),
        ({"text": "mood"}, "“mood” holds no text"),
        ({"label": "id"}, "classes; 2 to 20 are accepted"),
        ({"revision": "nope"}, "no such revision"),
    ],
)
def test_a_choice_that_is_not_there_is_told_what_is(
    hub: Hub, wish: Mapping[str, str], words: str
) -> None:
    hub.add("dataset", NAME, repository(moods()))
    with pytest.raises(DataError, match=words):
        load_another(Another(NAME, **wish), 40)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"moods.py": b"import os", "train.csv": b"text,label"}, "running its own code"),
        ({"README.md": b"# Nothing else"}, "no .parquet, .csv"),
        ({"train.csv.gz": b"?"}, "no .parquet, .csv"),
        ({"train.CSV": gzip.compress(PAIRS)}, "no .parquet, .csv"),
        ({"train.ndjson": gzip.compress(b"{}")}, "no .parquet, .csv"),
        ({"train.csv": b"text,label\n"}, "empty"),
        ({"train.parquet": b"PAR1 and no more"}, "could not be read as a table"),
        ({"train.jsonl": b'{"text": '}, "could not be read as a table"),
        ({".huggingface.yaml": b"", "train.csv": b"a,b"}, "not read here"),
        (
            {"README.md": CONFIGS.replace("cola.csv", "/etc/*.csv").encode(), "a.csv": b"a,b"},
            "points outside of itself",
        ),
        (
            {
                "README.md": CONFIGS.replace("cola.csv", "http://127.0.0.1/x.csv").encode(),
                "a.csv": b"a",
            },
            "points outside of itself",
        ),
    ],
)
def test_what_cannot_be_read_safely_is_refused(
    hub: Hub, files: dict[str, bytes], words: str
) -> None:
    hub.add("dataset", NAME, files)
    with pytest.raises(DataError, match=words):
        look_at(Another(NAME))


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_what_would_fill_the_memory_is_refused_before_it_is_read(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(untrusted, "MAX_GROUP_BYTES", 300)
    hub.add("dataset", NAME, repository(moods()) if kind == "parquet" else {"train.csv": PAIRS})
    with pytest.raises(DataError, match="comes in pieces of"):
        look_at(Another(NAME))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Another("imdb"), "no id of a dataset"),
        (Another("../etc/passwd"), "no id of a dataset"),
        (Another("org/.."), "no id of a dataset"),
        (Another("qbert_demo/data"), "A folder here"),
        (Another(["org/a"]), "give its name"),
        (Another(NAME, config=3), "give its name"),
        (Another(NAME, token="hf_\nx"), "no access token"),
        (Another(NAME, token="x" * 401), "no access token"),
        (Another(NAME, token="hf_ä"), "no access token"),
    ],
)
def test_what_is_no_id_or_token_is_refused_before_anyone_is_asked(
    hub: Hub, wish: Another, words: str
) -> None:
    with pytest.raises(QBertError, match=words):
        look_at(wish)
    assert hub.requests == []


@pytest.mark.parametrize("how", [{"private": True}, {"gated": True}])
def test_a_token_opens_what_is_closed_and_is_left_nowhere(
    hub: Hub,
    how: dict[str, bool],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub.add("dataset", NAME, repository(moods()), **how)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    for stranger in (False, STRANGERS_TOKEN):
        with pytest.raises(DataError, match="it is private|lets in only") as refused:
            look_at(Another(NAME, token=stranger))
        assert STRANGERS_TOKEN not in str(refused.value)
    assert not any(r.authorization == "tester" for r in hub.requests), (
        "that is this machine's login"
    )
    look = look_at(Another(NAME, token=TOKEN))
    assert look.another.token is False
    for token in (f" {TOKEN}\n", None):  # the last is for the command line
        rows, place = load_another(Another(NAME, token=token), 40)
        assert rows.rows
        assert place.token is False
    assert TOKEN not in repr(Another(NAME, token=TOKEN))
    assert TOKEN not in caplog.text + "".join(
        request.path + request.query for request in hub.requests
    )
    assert TOKEN not in {system.token for system in HfFileSystem._cache.values()}
    cache = Path(constants.HF_HUB_CACHE).parent
    assert not [p for p in cache.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]

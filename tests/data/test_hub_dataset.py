"""Any dataset of the Hub, looked at and streamed with the genuine client."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from huggingface_hub import HfFileSystem, constants

from qbert_demo.data.hub_dataset import CONVERTED, HubDataset, load_hub_rows, look_at
from qbert_demo.errors import DataError, QBertError
from tests.data.repositories import NAME, PAIRS, moods, parquet, repository
from tests.hub import Hub
from tests.hub.faults import Status
from tests.hub.fixtures import STRANGERS_TOKEN, TOKEN

CSV = {"README.md": b"---\nconfigs: 1\n---\n", "train.csv": b"text,label\nhi,0\n"}


def test_a_look_guesses_all_and_pins_the_commit(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    sha = hub.add("dataset", NAME, repository(moods()))
    look = look_at(HubDataset(NAME))
    assert look.dataset == HubDataset(NAME, "default", "train", "sentence", "mood", sha)
    assert look.question == ""
    assert look.rows is not None
    assert look.rows.classes == ("calm", "glad", "sad")
    assert set(look.rows.labels) == {0, 1, 2}, "the file is sorted by class"
    assert look.rows.origin == f"{NAME} @ {sha[:7]}, streamed"
    hub.add("dataset", NAME, {"train.parquet": b"nothing here"})
    again, place = load_hub_rows(look.dataset, 100)
    assert place == look.dataset
    assert (again.origin, again.revision) == (f"{NAME} @ {sha[:7]}, streamed", sha)
    assert len(again) == 100
    assert {r.authorization for r in hub.requests} == {None}, "the login is not the visitors'"


def test_what_the_hub_converted_comes_first_and_at_its_commit(hub: Hub) -> None:
    main = hub.add("dataset", NAME, CSV)
    with pytest.raises(DataError, match="has not converted it.*upload it as your own sentences"):
        look_at(HubDataset(NAME))
    files = {
        "default/train/0000.parquet": moods(),
        "default/partial-test/0000.parquet": moods(60),
        "pairs/train/0000.parquet": PAIRS,
        ".gitattributes": b"",
    }
    sha = hub.add("dataset", NAME, files, branch=CONVERTED)
    look = look_at(HubDataset(NAME))
    assert look.dataset == HubDataset(NAME, "default", "train", "sentence", "mood", sha)
    assert (look.configs, look.splits) == (("default", "pairs"), ("test", "train"))
    hub.add("dataset", NAME, {"default/train/0000.parquet": PAIRS}, branch=CONVERTED)
    again, _ = load_hub_rows(look.dataset, 60)
    assert again.classes == ("calm", "glad", "sad")
    own = hub.add("dataset", NAME, {"mine.parquet": PAIRS})
    assert look_at(HubDataset(NAME)).configs == ("default", "pairs")
    assert look_at(HubDataset(NAME, revision=own)).texts == ("premise", "hypothesis")
    with pytest.raises(DataError, match=f"no .parquet file at {main}"):
        look_at(HubDataset(NAME, revision=main))


def test_a_split_of_one_class_is_not_trained_on(hub: Hub) -> None:
    texts = [f"a text {i}" for i in range(40)]
    names = {"label": ["calm", "glad", "sad"]}
    one = parquet({"text": texts, "label": [1] * 40}, names)
    two = parquet({"text": texts, "label": [0, 2] * 20}, names)
    hub.add("dataset", NAME, {"train.parquet": one, "test.parquet": two})
    note = "No row that was read has the label “calm”, “sad”."
    look = look_at(HubDataset(NAME))
    assert look.rows is not None
    assert note in look.rows.notes
    with pytest.raises(DataError, match=r"split “train” has the label “glad”\. Choose another"):
        load_hub_rows(HubDataset(NAME), 40)
    found, _ = load_hub_rows(HubDataset(NAME, split="test"), 40)
    assert "No row that was read has the label “glad”." in found.notes


@pytest.mark.parametrize(
    "values", [[0.0, 1.0, None, float("nan")], [1, 0, -1, None], [4, 0, 2, None]]
)
def test_whole_floats_and_gaps_are_classes(hub: Hub, values: list[float | None]) -> None:
    rows = {"text": [f"a text {i}" for i in range(40)], "target": values * 10}
    hub.add("dataset", NAME, {"train.parquet": parquet(rows)})
    found, place = load_hub_rows(HubDataset(NAME), 40)
    kept = sorted({int(v) for v in values if v is not None and v == v and v >= 0})
    assert place.label == "target"
    assert found.classes == tuple(map(str, kept))
    assert f"{10 * (4 - len(kept))} rows without a label left out." in found.notes


def test_a_column_of_another_type_is_called_so(hub: Hub) -> None:
    rows = {
        "text": [f"a text {i}" for i in range(40)],
        "label": [i % 2 for i in range(40)],
        "labels": [[i % 2] for i in range(40)],
        "score": [i / 3 for i in range(40)],
    }
    hub.add("dataset", NAME, {"train.parquet": parquet(rows)})
    with pytest.raises(DataError, match=r"“labels” cannot be read.*Not read.*“labels \(list<"):
        look_at(HubDataset(NAME, label="labels"))
    with pytest.raises(DataError, match=r"“score” holds no classes but numbers with a fraction"):
        look_at(HubDataset(NAME, label="score"))


def test_a_hub_that_fails_is_no_hub_without_a_conversion(hub: Hub) -> None:
    hub.add("dataset", NAME, repository(moods()))
    hub.fault("refs", Status(500))
    with pytest.raises(DataError, match="status 500"):
        look_at(HubDataset(NAME))


def test_nothing_but_ranges_is_read_and_nothing_of_it_stays(hub: Hub) -> None:
    hub.add("dataset", NAME, repository(moods()))
    load_hub_rows(HubDataset(NAME), 40)
    read = [r for r in hub.requests if r.method == "GET" and "/resolve/" in r.path]
    assert read
    assert all(request.range for request in read)
    assert not [path for path in Path(constants.HF_HUB_CACHE).rglob("*") if path.is_file()]


def test_what_is_not_unique_is_asked_with_its_choices(hub: Hub) -> None:
    texts = [f"text {i}" for i in range(40)]
    grades = parquet({"text": texts, "label": [i % 2 for i in range(40)]})
    hub.add("dataset", "org/glue", {"cola/train.parquet": grades, "mrpc/train.parquet": PAIRS})
    look = look_at(HubDataset("org/glue"))
    assert look.configs == ("cola", "mrpc")
    assert "Choose the configuration: “cola”, “mrpc”" in look.question
    look = look_at(HubDataset("org/glue", "mrpc"))
    assert look.texts == ("premise", "hypothesis")
    assert (look.dataset.text, look.dataset.label) == ("", "label")
    assert "Choose the column of the text: “premise”, “hypothesis”" in look.question
    with pytest.raises(DataError, match="Choose the column of the text"):
        load_hub_rows(HubDataset("org/glue", "mrpc"), 20)
    found, place = load_hub_rows(HubDataset("org/glue", "mrpc", text="hypothesis"), 20)
    assert (place.text, place.label) == ("hypothesis", "label")
    assert found.texts[0] == "the other 0"
    assert found.classes == ("0", "1")
    hub.add("dataset", "org/parts", {"dev.parquet": grades, "test.parquet": grades})
    look = look_at(HubDataset("org/parts"))
    assert set(look.splits) == {"validation", "test"}
    assert "Choose the split" in look.question
    assert look_at(HubDataset("org/parts", split="test")).rows


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
        load_hub_rows(HubDataset(NAME, **wish), 40)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"moods.py": b"import os", "train.csv": b"text,label"}, "no .parquet file"),
        ({"README.md": b"# Nothing else"}, "no .parquet file"),
        ({"train.parquet.gz": b"?"}, "no .parquet file"),
        ({"train.parquet": parquet({"text": [], "label": []})}, "empty"),
        ({"train.parquet": b"PAR1 and no more"}, "could not be read as a table"),
        ({"train.parquet": b"short"}, "could not be read as a table"),
    ],
)
def test_what_cannot_be_read_safely_is_refused(
    hub: Hub, files: dict[str, bytes], words: str
) -> None:
    hub.add("dataset", NAME, files)
    with pytest.raises(DataError, match=words):
        look_at(HubDataset(NAME))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (HubDataset("imdb"), "no id of a dataset"),
        (HubDataset("../etc/passwd"), "no id of a dataset"),
        (HubDataset("org/.."), "no id of a dataset"),
        (HubDataset(["org/a"]), "give its name"),
        (HubDataset(NAME, config=3), "give its name"),
        (HubDataset(NAME, token="hf_\nx"), "no access token"),
        (HubDataset(NAME, token="x" * 401), "no access token"),
        (HubDataset(NAME, token="hf_ä"), "no access token"),
    ],
)
def test_what_is_no_id_or_token_is_refused_before_anyone_is_asked(
    hub: Hub, wish: HubDataset, words: str
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
            look_at(HubDataset(NAME, token=stranger))
        assert STRANGERS_TOKEN not in str(refused.value)
    assert not any(r.authorization == "tester" for r in hub.requests), (
        "that is this machine's login"
    )
    look = look_at(HubDataset(NAME, token=TOKEN))
    assert look.dataset.token is False
    for token in (f" {TOKEN}\n", None):  # the last is for the command line
        rows, place = load_hub_rows(HubDataset(NAME, token=token), 40)
        assert len(rows)
        assert place.token is False
    assert TOKEN not in repr(HubDataset(NAME, token=TOKEN))
    assert TOKEN not in caplog.text + "".join(
        request.path + request.query for request in hub.requests
    )
    assert not HfFileSystem._cache, "it would hold the token, and what it opened"
    cache = Path(constants.HF_HUB_CACHE).parent
    assert not [p for p in cache.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]

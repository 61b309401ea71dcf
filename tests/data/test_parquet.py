"""Whose split a Parquet file is, and what a stranger's file may try."""

import io
import json
import threading
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import HfFileSystem, constants

from qbert_demo.data import hub_dataset, parquet
from qbert_demo.data.hub_dataset import HubDataset, look_at
from qbert_demo.data.parquet import class_names, layout
from qbert_demo.errors import DataError
from tests.data.repositories import NAME, moods, repository
from tests.hub import Hub
from tests.hub.faults import Slow
from tests.hub.fixtures import TOKEN


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("data/train-00000-of-00001.parquet", ("default", "train")),
        ("data/validation_matched-00000-of-00001.parquet", ("default", "validation_matched")),
        ("data/train-00000-of-00002-a9f3b7.parquet", ("default", "train")),
        ("plain_text/unsupervised-00000-of-00001.parquet", ("plain_text", "unsupervised")),
        ("sentiment/test-00000-of-00001.parquet", ("sentiment", "test")),
        ("data/en/dev-00000-of-00001.parquet", ("en", "validation")),
        ("train.parquet", ("default", "train")),
        ("my_Test_file.parquet", ("default", "test")),
        ("valid/part-00000-of-00007.parquet", ("default", "validation")),
        ("train/anything.parquet", ("default", "train")),
        ("a/b/training/x.parquet", ("a/b", "train")),
        ("0000.parquet", ("default", "train")),
        ("data/0000.parquet", ("default", "train")),
        ("rows.parquet", ("default", "train")),
        ("contest.parquet", ("default", "train")),
        ("default/train/0000.parquet", ("default", "train")),
        ("en/all/0012.parquet", ("en", "all")),
        ("en/partial-train/0000.parquet", ("en", "train")),
        ("en/train-part2/0000.parquet", ("en", "train")),
    ],
)
def test_paths_tell_configuration_and_split(path: str, home: tuple[str, str]) -> None:
    config, split = home
    names = ["README.md", "train.csv", f"{path}.lock", path]
    assert layout(names) == {config: {split: [path]}}


def schema(*fields: tuple[str, pa.DataType], facts: object) -> pa.Schema:
    kept = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    return pa.schema(list(fields), {b"huggingface": kept})


def features(**columns: object) -> dict[str, object]:
    return {"info": {"features": columns}}


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (features(label={"names": ["a", "b"], "_type": "ClassLabel"}), {"label": ["a", "b"]}),
        (features(text={"names": ["a", "b"]}), {}),
        (features(label={"names": ["a", 1]}), {}),
        (features(label={"names": ["a", "a"]}), {}),
        (features(label={"names": ["a", "\ud800"]}), {}),
        (features(label={"names": ["a", "b" * 1_000_000]}), {}),
        (features(label={"names": "ab"}), {}),
        (features(label=["names"]), {}),
        ({"info": {"features": ["label"]}}, {}),
        ({"info": None}, {}),
        ([], {}),
        (b"{", {}),
        (b"\xff", {}),
        (b"[" * 100_000, {}),
        (b"", {}),
    ],
)
def test_class_names_come_from_the_schema_or_not_at_all(
    facts: object, names: dict[str, list[str]]
) -> None:
    found = class_names(schema(("text", pa.string()), ("label", pa.int64()), facts=facts))
    assert found == names


def written(table: pa.Table, **how: object) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **how)
    return stream.getvalue()


def pairs(n: int, texts: Iterable[str], **more: pa.Array) -> pa.Table:
    return pa.table({"text": list(texts), "label": [i % 2 for i in range(n)], **more})


def test_a_column_that_is_not_simple_is_not_read(hub: Hub) -> None:
    image = pa.array([{"bytes": None, "path": "/no/such/file"}] * 40)
    table = pairs(40, (f"text {i}" for i in range(40)), image=image)
    hub.add("dataset", NAME, {"train.parquet": written(table)})
    look = look_at(HubDataset(NAME))
    assert look.rows is not None
    assert len(look.rows) == 40
    assert look.texts == ("text",)


def test_a_large_description_is_not_read(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pairs(40, (f"text {i}" for i in range(40)))
    data = written(table.replace_schema_metadata({"huggingface": "x" * 1_500_000}))
    hub.add("dataset", NAME, {"train.parquet": data})
    assert look_at(HubDataset(NAME)).rows
    monkeypatch.setattr(parquet, "MAX_FOOTER_BYTES", 1_000_000)
    hub.requests.clear()
    with pytest.raises(DataError, match=f"A file of {NAME} is described by 4 MB; at most 1 MB"):
        look_at(HubDataset(NAME))
    parts = [
        request.range.removeprefix("bytes=").split("-")
        for request in hub.requests
        if request.range and request.path.endswith(".parquet")
    ]
    assert sum(int(last) + 1 - int(first) for first, last in parts) < 300_000


def test_what_would_fill_the_memory_is_refused_before_it_is_read(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MAX_GROUP_BYTES", 300)
    hub.add("dataset", NAME, repository(moods()))
    with pytest.raises(DataError, match="comes in pieces of"):
        look_at(HubDataset(NAME))


def test_a_text_that_a_dictionary_repeats_does_not_fill_the_memory(hub: Hub) -> None:
    size, n = 1_000_000, 300
    text = "abcdefghij" * (size // 10)
    indices = pa.array([i % 2 for i in range(n)], pa.int32())
    texts = pa.DictionaryArray.from_arrays(indices, pa.array([text, text[::-1]]))
    data = written(
        pa.table({"text": texts, "label": indices}),
        dictionary_pagesize_limit=size * 3,
        store_schema=False,
    )
    hub.add("dataset", NAME, {"train.parquet": data})
    pool = pa.default_memory_pool()
    before = pool.max_memory()
    look = look_at(HubDataset(NAME, text="text", label="label"))
    assert pool.max_memory() - before < 20 * size
    assert look.rows is not None
    assert len(look.rows) == parquet.PLACE_BYTES // size - 1
    assert look.rows.notes[0] == "15 rows were streamed, from one place of the dataset."


def test_nothing_of_a_private_dataset_stays_even_if_nobody_waits_for_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("dataset", NAME, repository(moods()), private=True)
    hub.fault("GET .*parquet", Slow(0.6), times=1)
    monkeypatch.setattr(hub_dataset, "HUB_SECONDS", 0.3)
    with pytest.raises(DataError, match="in time"):
        look_at(HubDataset(NAME, token=TOKEN))
    for thread in threading.enumerate():
        if thread.name == "hub":
            thread.join(20)
    assert len([request for request in hub.requests if request.range]) > 1, "it was read on"
    assert not HfFileSystem._cache
    assert not [path for path in Path(constants.HF_HUB_CACHE).rglob("*") if path.is_file()]

import io
import random
from typing import Any

import pytest
from datasets import Dataset, load_dataset
from datasets.exceptions import DatasetNotFoundError
from pyarrow.dataset import ParquetFragmentScanOptions

from tests.hub import Hub
from tests.hub.fixtures import TOKEN

CARD = b"""---
configs:
- config_name: small
  data_files:
  - {split: train, path: small/train-*}
  - {split: test, path: small/test-*}
- config_name: large
  data_files: large/*
---
"""


def parquet(rows: int, width: int = 10) -> bytes:
    draw = random.Random(rows)
    table = {
        "text": [f"{row} {draw.randbytes(width).hex()}" for row in range(rows)],
        "label": [row % 2 for row in range(rows)],
    }
    data = io.BytesIO()
    Dataset.from_dict(table).to_parquet(data, batch_size=1000)
    return data.getvalue()


FILES = {
    "README.md": CARD,
    "small/train-0.parquet": parquet(20),
    "small/test-0.parquet": parquet(4),
    "large/train-0.parquet": parquet(20),
}


def test_a_configuration_is_loaded_at_a_revision(hub: Hub) -> None:
    first = hub.add("dataset", "org/rows", FILES)
    second = hub.add("dataset", "org/rows", {"small/test-0.parquet": parquet(6)})
    train = load_dataset("org/rows", "small", split="train", revision=first)
    assert train[3]["text"].startswith("3 ")
    assert len(train) == 20
    for revision, rows in ((first, 4), (second, 6)):
        test = load_dataset("org/rows", "small", split="test", revision=revision)
        assert len(test) == rows


def test_plain_files_make_a_dataset(hub: Hub) -> None:
    files = {"train.csv": b"text,label\na,0\n", "test.csv": b"text,label\n"}
    sha = hub.add("dataset", "org/rows", files)
    loaded = load_dataset("org/rows", split="train", revision=sha)
    assert list(loaded) == [{"text": "a", "label": 0}]


def test_streaming_a_few_rows_fetches_a_part_of_a_large_file(hub: Hub) -> None:
    data = parquet(30_000, width=400)
    sha = hub.add("dataset", "org/rows", {**FILES, "large/train-0.parquet": data})
    # Else pyarrow fetches the row groups that follow as well, up to 32 MiB in one request.
    options = ParquetFragmentScanOptions(pre_buffer=False)
    how: dict[str, Any] = {"split": "train", "streaming": True, "fragment_scan_options": options}
    rows = load_dataset("org/rows", "large", revision=sha, **how)
    assert [row["text"].split()[0] for row in rows.take(3)] == ["0", "1", "2"]
    asked = [request for request in hub.requests if request.path.endswith(".parquet")]
    assert {request.status for request in asked if request.method == "GET"} == {206}
    ends = [request.range.removeprefix("bytes=").split("-") for request in asked if request.range]
    fetched = sum(int(last) + 1 - int(first) for first, last in ends)
    assert 0 < fetched < len(data) / 2


def test_a_private_dataset_needs_its_token(hub: Hub) -> None:
    sha = hub.add("dataset", "org/rows", {"train.csv": b"text,label\na,0\n"}, private=True)
    how: dict[str, Any] = {"split": "train", "streaming": True, "revision": sha}
    with pytest.raises(DatasetNotFoundError):
        load_dataset("org/rows", **how)
    rows = load_dataset("org/rows", token=TOKEN, **how)
    assert list(rows) == [{"text": "a", "label": 0}]

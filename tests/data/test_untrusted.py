"""What a stranger's dataset may try, from a loopback Hub with the genuine client."""

import io
import json
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import HfFileSystem, constants

from qbert_demo.data import remote, untrusted
from qbert_demo.data.hub_dataset import Another, look_at
from qbert_demo.errors import DataError
from tests.data.repositories import NAME, PAIRS, csv, moods, repository
from tests.hub import Hub
from tests.hub.faults import Slow
from tests.hub.fixtures import TOKEN

IMAGES = b"""---
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype: string
  - name: img
    dtype: image
---
"""
REFERENCES = """---
configs:
- config_name: default
  data_files: train.csv
  a: &a [x, x, x, x, x, x, x, x]
  b: &b [*a, *a, *a, *a, *a, *a, *a, *a]
  c: [*b, *b, *b, *b, *b, *b, *b, *b]
---
"""


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_no_image_of_a_table_is_opened(hub: Hub, tmp_path: Path, kind: str) -> None:
    image = str(tmp_path / "no-such-file")
    rows = [{"text": f"text {i}", "label": "ab"[i % 2], "img": image} for i in range(40)]
    lines = {
        "csv": csv("text,label,img", *(",".join(row.values()) for row in rows)),
        "jsonl": "\n".join(map(json.dumps, rows)).encode(),
    }
    hub.add("dataset", NAME, {"README.md": IMAGES, f"train.{kind}": lines[kind]})
    look = look_at(Another(NAME))
    assert look.rows is not None
    assert len(look.rows.rows) == 40
    assert look.texts == ("text",)


def test_references_in_a_readme_are_counted_before_they_are_written_out(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("dataset", NAME, {"README.md": REFERENCES.encode(), "train.csv": PAIRS})
    monkeypatch.setattr(untrusted, "MAX_DESCRIPTION_PARTS", 500)
    with pytest.raises(DataError, match="too long when it is written out"):
        look_at(Another(NAME))


def test_a_readme_does_not_say_how_much_is_read_at_once(hub: Hub) -> None:
    readme = REFERENCES.split("  a:")[0] + "  chunksize: 0\n---\n"
    hub.add("dataset", NAME, {"README.md": readme.encode(), "train.csv": PAIRS})
    assert look_at(Another(NAME)).texts == ("premise", "hypothesis")


@pytest.mark.parametrize("name", ["README.md", "dataset_infos.json"])
def test_a_large_description_is_not_downloaded(hub: Hub, name: str) -> None:
    hub.add("dataset", NAME, {name: b"x" * 1_100_000, "train.csv": PAIRS})
    with pytest.raises(DataError, match=f"The {name} of {NAME} has 1.1 MB; at most 1 MB is read"):
        look_at(Another(NAME))
    assert not [request for request in hub.requests if request.path.endswith(name)]


def repeated(text: str, n: int) -> bytes:
    """A Parquet file that holds two texts in a dictionary and repeats each of them."""
    indices = pa.array([i % 2 for i in range(n)], pa.int32())
    texts = pa.DictionaryArray.from_arrays(indices, pa.array([text, text[::-1]]))
    stream = io.BytesIO()
    pq.write_table(
        pa.table({"text": texts, "label": indices}),
        stream,
        dictionary_pagesize_limit=len(text) * 3,
        store_schema=False,
    )
    return stream.getvalue()


def test_a_text_that_a_dictionary_repeats_does_not_fill_the_memory(hub: Hub) -> None:
    size, n = 1_000_000, 300
    data = repeated("abcdefghij" * (size // 10), n)
    hub.add("dataset", NAME, {"train.parquet": data})
    pool = pa.default_memory_pool()
    before = pool.max_memory()
    look = look_at(Another(NAME, text="text", label="label"))
    assert pool.max_memory() - before < 20 * size
    assert look.rows is not None
    assert len(look.rows.rows) == remote.PLACE_BYTES // size - 1
    assert look.rows.notes[0] == "15 rows were streamed, from one place of the dataset."


def test_nothing_of_a_private_dataset_stays_even_if_nobody_waits_for_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add("dataset", NAME, repository(moods()), private=True)
    hub.fault("README", Slow(0.6))
    monkeypatch.setattr(remote, "HUB_SECONDS", 0.3)
    with pytest.raises(DataError, match="in time"):
        look_at(Another(NAME, token=TOKEN))
    for thread in threading.enumerate():
        if thread.name == "hub":
            thread.join(20)
    assert any(request.path.endswith(".parquet") for request in hub.requests if request.range)
    assert TOKEN not in {system.token for system in HfFileSystem._cache.values()}
    cache = Path(constants.HF_HUB_CACHE)
    assert not [p for p in cache.rglob("*") if p.is_file() and b"config_name" in p.read_bytes()]

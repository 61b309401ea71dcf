"""Parquet files on the Hub: whose split each is, and a few rows from several places of a split.

A stranger may have made a file so that it fills the memory. So its footer and its row groups are
measured before they are read; only simple columns are decoded; and one row at a time, since a
dictionary can hold a text of many megabytes once and repeat it for a few bits a row.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from sys import getsizeof
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import HfFileSystem

from qbert_demo.errors import DataError
from qbert_demo.hub.files import Repo, Token

MAX_GROUP_BYTES = 256_000_000
"""Largest row group that is read."""
MAX_FOOTER_BYTES = 16_000_000
"""Largest description of a file that is read."""
MAX_NAMES_BYTES = 1_000_000
"""Largest part of it, on class names and the like, that is taken into account."""
SIMPLE = (
    *("string", "large_string", "bool", "int8", "int16", "int32", "int64"),
    *("uint8", "uint16", "uint32", "uint64", "float", "double"),
)
"""Types of the columns that are read."""
PLACES, MOST_PLACES = 5, 20
"""Evenly spaced places that a split is read at; more where classes or rows are wanting."""
PLACE_BYTES = 16_000_000
"""Most memory for the rows of one place."""
MOST_FILES = 10
"""Of a split in more files, so many are looked into."""
BLOCK = 65_536
"""Bytes that are asked for beyond those needed; the file system's own 5 MB would read it all."""
SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
"""What names of files and folders call the usual splits."""
_SHARD = re.compile(r"(.+)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?")
_CONVERTED = re.compile(r"(?:partial-)?(.+?)(?:-part\d+)?")
"""Folder of a split in the Hub's own conversion, which may be of a part, or in parts."""

Row = dict[str, Any]


def layout(
    names: Iterable[str], endings: tuple[str, ...] = (".parquet",)
) -> dict[str, dict[str, list[str]]]:
    """Sort a dataset's files into configurations and their splits, by the Hub's conventions.

    Those are ``CONFIG/SPLIT/0000.parquet`` of the Hub's conversion,
    ``CONFIG/SPLIT-00000-of-00001.parquet`` with or without a folder ``data``, and any file or
    folder whose name holds that of a usual split; what tells no split is of ``train``.

    Args:
        names: Paths in the repository.
        endings: Of the files that count.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for name in sorted(name for name in names if name.endswith(endings)):
        config, split = _home(name)
        found.setdefault(config, {}).setdefault(split, []).append(name)
    return found


def _home(path: str) -> tuple[str, str]:
    """The configuration and the split of a file."""
    *folders, file = path.split("/")
    stem = file.rpartition(".")[0]
    folders = [folder for folder in folders if folder != "data"]
    shard = _SHARD.fullmatch(stem)
    name = shard[1] if shard else stem
    if folders and re.fullmatch(r"\d{4,}", stem) and (of := _CONVERTED.fullmatch(folders[-1])):
        split = of[1]
        folders.pop()
    elif usual := _usual(name):
        split = SPLITS.get(name.lower(), name) if shard else usual
    elif folders and (usual := _usual(folders[-1])):
        split = usual
        folders.pop()
    else:
        split = name if shard else "train"
    return "/".join(folders) or "default", split


def _usual(name: str) -> str | None:
    words = re.split(r"[^a-z]+", name.lower())
    return next((SPLITS[word] for word in words if word in SPLITS), None)


def read_places(
    repo: Repo,
    files: Sequence[str],
    n: int,
    token: Token = None,
    is_enough: Callable[[Sequence[Row]], bool] = lambda rows: True,
) -> tuple[list[Row], int, dict[str, Sequence[str]], dict[str, str]]:
    """Read about ``n`` rows from evenly spaced row groups of a split.

    Datasets are often sorted by class, so that their first rows show one class alone.

    Args:
        repo: The dataset at one commit.
        files: Parquet files of the split.
        n: How many rows, shared out among the places.
        token: Who asks; it is kept nowhere.
        is_enough: Whether the rows will do; else up to `MOST_PLACES` places are read.

    Returns:
        The rows in the order of the places, the number of places, the class names of each
        column that holds indices, and the types of the columns that are not read. There are
        fewer rows where those of a place take more than `PLACE_BYTES`.

    Raises:
        DataError: If a piece is too large.
    """
    system = HfFileSystem(token=token, block_size=BLOCK, skip_instance_cache=True)
    places: list[Callable[[], Iterator[Row]]] = []
    names: dict[str, Sequence[str]] = {}
    unread: dict[str, str] = {}
    for file in files[:: -(-len(files) // MOST_FILES)]:
        path = f"datasets/{repo.repo_id}@{repo.sha}/{file}"
        with system.open(path) as stream:
            _check_footer(stream, repo)
            table = pq.ParquetFile(stream)
        columns = [field.name for field in table.schema_arrow if str(field.type) in SIMPLE]
        names = names or class_names(table.schema_arrow)
        unread |= {f.name: str(f.type) for f in table.schema_arrow if f.name not in columns}
        for number in range(table.num_row_groups):
            _check_group(table.metadata.row_group(number), columns, repo)
            places.append(partial(_group_rows, system, path, number, columns))
    return *_visit(places, n, is_enough), names, unread


def _visit(
    places: Sequence[Callable[[], Iterable[Row]]],
    n: int,
    is_enough: Callable[[Sequence[Row]], bool],
) -> tuple[list[Row], int]:
    """Read about ``n`` rows from places; see `read_places`."""
    k = len(places)
    first = [place * k // PLACES for place in range(PLACES)] if k > PLACES else [*range(k)]
    others = np.random.default_rng(0).permutation([i for i in range(k) if i not in first])
    share = -(-n // max(1, len(first)))
    rows: list[Row] = []
    visited = 0
    for place in (*first, *others.tolist()):
        if visited >= len(first) and (len(rows) >= n and is_enough(rows) or visited >= MOST_PLACES):
            break
        rows += _beginning(places[place](), share)
        visited += 1
    return rows, visited


def class_names(schema: pa.Schema) -> dict[str, Sequence[str]]:
    """Class names of the columns that hold indices, as `datasets` writes them into a file."""
    kept = (schema.metadata or {}).get(b"huggingface", b"")
    try:
        features = json.loads(kept)["info"]["features"] if len(kept) <= MAX_NAMES_BYTES else {}
        indices = [field.name for field in schema if pa.types.is_integer(field.type)]
        named = {column: features[column].get("names") for column in indices if column in features}
        return {column: names for column, names in named.items() if _are_names(names)}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}


def _are_names(names: object) -> bool:
    return (
        isinstance(names, list)
        and all(isinstance(name, str) and name.encode() is not None for name in names)
        and len(set(names)) == len(names)
    )


def streamed_note(n: int, places: int, of: int | None = None) -> str:
    """Say what was read of a split."""
    total = f" of {of:,}" if of else ""
    where = "one place" if places == 1 else f"{places} places"
    return f"{n:,}{total} rows were streamed, from {where} of the dataset."


def _group_rows(
    system: HfFileSystem, path: str, number: int, columns: Sequence[str]
) -> Iterator[Row]:
    with system.open(path) as stream:
        table = pq.ParquetFile(stream)
        for batch in table.iter_batches(1, [number], columns, use_threads=False):
            yield from batch.to_pylist()


def _beginning(place: Iterable[Row], share: int) -> list[Row]:
    """The first ``share`` rows of a place, or as many as `PLACE_BYTES` hold."""
    rows = []
    room = PLACE_BYTES
    for row in islice(place, share):
        room -= sum(map(getsizeof, row.values()))
        if room < 0:
            break
        rows.append(row)
    return rows


def _check_footer(stream: Any, repo: Repo) -> None:
    """Refuse a description that would fill the memory; pyarrow itself refuses what is none."""
    stream.seek(-8, 2)
    tail = stream.read(8)
    size = int.from_bytes(tail[:4], "little")
    if tail[4:] == b"PAR1" and size > MAX_FOOTER_BYTES:
        raise DataError(
            f"A file of {repo.repo_id} is described by {size / 1e6:,.0f} MB; at most "
            f"{MAX_FOOTER_BYTES / 1e6:,.0f} MB are read. Choose another dataset."
        )


def _check_group(group: pq.RowGroupMetaData, columns: Sequence[str], repo: Repo) -> None:
    """Refuse what would fill the memory, before it is read."""
    chunks = [group.column(k) for k in range(group.num_columns)]
    size = sum(
        max(chunk.total_uncompressed_size, chunk.total_compressed_size)
        for chunk in chunks
        if chunk.path_in_schema in columns
    )
    if size > MAX_GROUP_BYTES:
        raise DataError(
            f"{repo.repo_id} comes in pieces of {size / 1e6:,.0f} MB; at most "
            f"{MAX_GROUP_BYTES / 1e6:,.0f} MB are read at once. Choose another dataset."
        )

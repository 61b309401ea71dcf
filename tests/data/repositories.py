"""Small datasets for a loopback Hub, made on the spot."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from datasets import ClassLabel, Dataset

NAME = "org/moods"


def parquet(
    columns: Mapping[str, Sequence[Any]],
    classes: Mapping[str, Sequence[str]] | None = None,
    group: int = 1000,
) -> bytes:
    """A Parquet file as `datasets` writes it, ``group`` rows a row group."""
    table = Dataset.from_dict(dict(columns))
    for column, names in (classes or {}).items():
        table = table.cast_column(column, ClassLabel(names=list(names)))
    stream = io.BytesIO()
    table.to_parquet(stream, batch_size=group)
    return stream.getvalue()


def repository(data: bytes, config: str = "default") -> dict[str, bytes]:
    """The files of a dataset with one configuration and a train split."""
    folder = "data" if config == "default" else config
    return {"README.md": b"# A dataset", f"{folder}/train-00000-of-00001.parquet": data}


def moods(n: int = 300) -> bytes:
    """Sentences of three moods, sorted by mood, with columns that are neither text nor class."""
    rows = {
        "id": list(range(n)),
        "sentence": [f"sentence number {i} " for i in range(n)],
        "mood": [i * 3 // n for i in range(n)],
        "tokens": [["a", "b"]] * n,
    }
    return parquet(rows, {"mood": ["calm", "glad", "sad"]}, group=20)


def reviews(n: int = 60) -> bytes:
    """Sentences of the sentiment task's two classes, sorted by class."""
    words = ("dull", "lovely")
    texts = [f"a {words[2 * i // n]} film, number {i}" for i in range(n)]
    labels = [2 * i // n for i in range(n)]
    return parquet({"sentence": texts, "feeling": labels}, {"feeling": ["Negative", "Positive"]})


PAIRS = parquet(
    {
        "premise": [f"the one {i}" for i in range(40)],
        "hypothesis": [f"the other {i}" for i in range(40)],
        "label": [i % 2 for i in range(40)],
    }
)

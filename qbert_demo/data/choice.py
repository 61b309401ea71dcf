"""The rows that a visitor wants: gathered, then divided into some to learn from and some held out.

They are of the catalogue, of the Hub, or the visitor's own.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qbert_demo.config import MAX_SEED
from qbert_demo.data.catalogue import DATASETS
from qbert_demo.data.catalogue_rows import load_sample
from qbert_demo.data.hub_dataset import HubDataset, load_hub_rows
from qbert_demo.data.own_rows import read_given
from qbert_demo.data.rows import Rows
from qbert_demo.data.subset import take_subset
from qbert_demo.errors import InputError
from qbert_demo.ranges import whole

MIN_ROWS = 10
MAX_TRAIN_ROWS = 2000
MAX_HELD_OUT_ROWS = 1000
OWN_HELD_OUT_SHARE = 0.3
DRAWN, STREAMED = 20, 5
"""Rows drawn or streamed for each that is wanted, so that small classes and repeats have room."""
PLACE = ("config", "split", "revision", "text", "label")
NUMBERS = ("rows", "held_out", "balanced", "seed")
"""What tells where a dataset's rows are, and what chooses among them."""


@dataclass(frozen=True)
class DataChoice:
    """Which rows a visitor wants.

    Attributes:
        source: Key of a catalogue's dataset, or ``None`` for rows of another kind.
        own_text: Pasted lines ``text,label``.
        own_file: A CSV, TSV or JSONL file; it counts more than pasted lines.
        rows: Training rows of a dataset, at most 2,000.
        held_out: Rows of a dataset that are held out, at most 1,000.
        balanced: Whether the classes of a dataset are taken equally.
        seed: Of the choice.
        hub: A dataset of the Hub that is not in the catalogue; it counts more than own rows.
        own_columns: The file's columns of the text and of the label; they are told by their
            names and values where these are empty.
    """

    source: str | None
    own_text: str = ""
    own_file: Path | None = None
    rows: int = 500
    held_out: int = 200
    balanced: bool = True
    seed: int = 0
    hub: HubDataset | None = None
    own_columns: tuple[str, str] = ("", "")

    def as_json(self) -> dict[str, Any]:
        """What tells where rows of the Hub are and how they were chosen, and nothing else."""
        place = self.hub or HubDataset("")
        where = {name: getattr(place, name) for name in PLACE}
        return {"dataset": place.repo_id, **where, **{k: getattr(self, k) for k in NUMBERS}}


@dataclass(frozen=True)
class Material:
    """What one training run learns from and is judged on.

    Attributes:
        train: Rows to learn from, in random order; their notes say what had to be decided.
        held_out: Rows to judge on, in random order; no text of theirs is in ``train``.
        chosen: What chooses them again, if that is known: no token, and none of the visitor's rows.
    """

    train: Rows
    held_out: Rows
    chosen: DataChoice | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of the indices."""
        return self.train.classes

    @property
    def notes(self) -> tuple[str, ...]:
        """What had to be decided, in sentences for the visitor."""
        return self.train.notes


def gather(choice: DataChoice, datasets_dir: Path | None = None) -> Material:
    """Gather the rows that a visitor wants, and keep how they were chosen, but no token.

    Args:
        choice: Which ones.
        datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.

    Raises:
        InputError: If a number or the visitor's own rows cannot be used.
        DataError: If a dataset cannot be had.
    """
    whole("The seed", choice.seed, 0, MAX_SEED)
    if choice.source is None and choice.hub is None:
        rows = read_given(choice.own_text, choice.own_file, choice.own_columns)
        held_out = max(len(rows.classes), round(OWN_HELD_OUT_SHARE * len(rows)))
        chosen = DataChoice(
            None, rows=len(rows) - held_out, held_out=held_out, balanced=False, seed=choice.seed
        )
        return _divided(rows, chosen)
    whole("Training rows", choice.rows, MIN_ROWS, MAX_TRAIN_ROWS)
    whole("Rows held out", choice.held_out, MIN_ROWS, MAX_HELD_OUT_ROWS)
    wanted = choice.rows + choice.held_out
    if choice.source is None and choice.hub is not None:
        rows, place = load_hub_rows(choice.hub, STREAMED * wanted)
    else:
        rows, place = _of_the_catalogue(choice.source, wanted, datasets_dir)
    return _divided(rows, replace(choice, own_text="", own_file=None, hub=place))


def _of_the_catalogue(
    key: str | None, wanted: int, datasets_dir: Path | None
) -> tuple[Rows, HubDataset]:
    """Rows of a dataset, and where they stand."""
    dataset = DATASETS.get(key) if isinstance(key, str) else None
    if dataset is None:
        raise InputError(f"There is no dataset {str(key)[:40]!r} here.")
    rows = load_sample(
        dataset, datasets_dir=datasets_dir, limit=DRAWN * wanted, streamed=STREAMED * wanted
    )
    place = HubDataset(
        dataset.repo_id, dataset.config, dataset.train, dataset.text, dataset.label, rows.revision
    )
    return rows, place


def _divided(rows: Rows, chosen: DataChoice) -> Material:
    train, held_out = take_subset(
        rows, chosen.rows, balanced=chosen.balanced, held_out=chosen.held_out, seed=chosen.seed
    )
    note = DATASETS[chosen.source].note if chosen.source else ""
    train = replace(train, notes=(*train.notes, *([note] if note else [])))
    return Material(_cut(train), _cut(held_out), chosen)


def _cut(rows: Rows) -> Rows:
    """The same rows without what the encoder, which reads 128 tokens, never comes to."""
    return rows.cut()

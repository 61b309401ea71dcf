"""The rows that a visitor wants: of the catalogue, of the Hub, or the visitor's own."""

from dataclasses import dataclass, replace
from pathlib import Path

from qbert_demo.config import MAX_SEED
from qbert_demo.data.catalogue import SOURCES
from qbert_demo.data.catalogue_rows import LabelledRows, load_source
from qbert_demo.data.hub_dataset import Another, load_another
from qbert_demo.data.own_rows import MAX_OWN_CHARACTERS, read_own, read_own_file
from qbert_demo.data.rows import Rows
from qbert_demo.data.subset import Chosen, Material, take_subset
from qbert_demo.errors import InputError
from qbert_demo.ranges import whole

MIN_ROWS = 10
MAX_TRAIN_ROWS = 2000
MAX_HELD_OUT_ROWS = 1000
OWN_HELD_OUT_SHARE = 0.3
DRAWN, STREAMED = 20, 5
"""Rows drawn or streamed for each that is wanted, so that small classes and repeats have room."""
PLACE = ("dataset", "config", "split", "text", "label", "revision")
"""What tells where a dataset's rows are."""


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
        another: A dataset of the Hub that is not in the catalogue; it counts more than own rows.
    """

    source: str | None
    own_text: str = ""
    own_file: Path | None = None
    rows: int = 500
    held_out: int = 200
    balanced: bool = True
    seed: int = 0
    another: Another | None = None


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
    if choice.source is None and choice.another is None:
        return _own(choice)
    whole("Training rows", choice.rows, MIN_ROWS, MAX_TRAIN_ROWS)
    whole("Rows held out", choice.held_out, MIN_ROWS, MAX_HELD_OUT_ROWS)
    wanted = choice.rows + choice.held_out
    if choice.source is None and choice.another is not None:
        found, place = load_another(choice.another, STREAMED * wanted)
        said = ""
    else:
        found, place, said = _of_the_catalogue(choice.source, wanted, datasets_dir)
    chosen = Chosen(
        **{name: getattr(place, name) for name in PLACE},
        rows=choice.rows,
        held_out=choice.held_out,
        balanced=choice.balanced,
        seed=choice.seed,
    )
    return _taken(found, chosen, said)


def _of_the_catalogue(
    key: str | None, wanted: int, datasets_dir: Path | None
) -> tuple[LabelledRows, Another, str]:
    """Rows of a dataset, where they stand, and what must be known to judge a score on them."""
    source = SOURCES.get(key) if isinstance(key, str) else None
    if source is None:
        raise InputError(f"There is no dataset {str(key)[:40]!r} here.")
    found = load_source(
        source, datasets_dir=datasets_dir, limit=DRAWN * wanted, streamed=STREAMED * wanted
    )
    place = Another(
        source.dataset, source.config, source.train, source.text, source.label, found.revision
    )
    return found, place, source.note


def _own(choice: DataChoice) -> Material:
    if choice.own_file is not None:
        try:
            data = choice.own_file.read_bytes()
        except OSError as error:
            raise InputError("The file could not be read. Upload it again.") from error
        own = read_own_file(choice.own_file.name, data)
    else:
        own = read_own(choice.own_text)
    n = len(own.rows)
    held_out = max(len(own.labels), round(OWN_HELD_OUT_SHARE * n))
    chosen = Chosen(rows=n - held_out, held_out=held_out, balanced=False, seed=choice.seed)
    return _taken(LabelledRows(own.rows, own.labels, own.notes), chosen)


def _taken(found: LabelledRows, chosen: Chosen, said: str = "") -> Material:
    taken = take_subset(
        found.rows,
        found.labels,
        chosen.rows,
        balanced=chosen.balanced,
        held_out=chosen.held_out,
        seed=chosen.seed,
    )
    return Material(
        _cut(taken.train),
        _cut(taken.held_out),
        taken.labels,
        (*found.notes, *taken.notes, *([said] if said else [])),
        chosen,
    )


def _cut(rows: Rows) -> Rows:
    """The same rows without what the encoder, which reads 128 tokens, never comes to."""
    return replace(rows, texts=tuple(text[:MAX_OWN_CHARACTERS].rstrip() for text in rows.texts))

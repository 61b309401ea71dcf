"""Rows that models are scored on: of the catalogue, the Hub, a folder of Parquet files, a file.

Whatever names their classes have, they must be the model's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qbert_demo.data.catalogue import DATASETS, Dataset
from qbert_demo.data.catalogue_rows import load_sample, load_task
from qbert_demo.data.columns import guess, label_rows
from qbert_demo.data.hub_dataset import HubDataset, chosen, load_hub_rows
from qbert_demo.data.labels import class_numbers, plain_label
from qbert_demo.data.own_rows import read_own_file
from qbert_demo.data.parquet import class_names, layout
from qbert_demo.data.rows import Rows, rows_word
from qbert_demo.errors import DataError, InputError

STREAMED = 20_000
"""Most rows of a dataset of the Hub that is not in the catalogue."""
DEFAULT_SPLIT = "test"
"""Of a dataset that is not in the catalogue."""
FORMULA_MARKS = "=+-@"
"""A spreadsheet takes what begins with one of these for a formula."""


@dataclass(frozen=True)
class RowsPlace:
    """Where rows are; empty parts are guessed.

    Attributes:
        name: Key or Hub id of a dataset of the catalogue, another Hub id ``ORG/NAME[@REVISION]``, a
            folder of Parquet files, or a CSV, TSV or JSONL file.
        split: The reported split of a dataset of the catalogue if left out, of others
            `DEFAULT_SPLIT`; a file has none.
        config: Configuration of a dataset that is not in the catalogue.
        text, label: Columns of the text and of the class, of such a dataset or a file.
    """

    name: str
    split: str = ""
    config: str = ""
    text: str = ""
    label: str = ""


def load_rows(place: RowsPlace, datasets_dir: Path | None = None) -> tuple[Rows, RowsPlace]:
    """Load labelled rows, with this machine's own login where the Hub is asked.

    Returns:
        The rows, and where they are, with the dataset's Hub id and the split filled in.

    Raises:
        DataError: If a dataset cannot be had or used; the message says why.
        InputError: If a file cannot be, or nothing has this name.
    """
    path = Path(place.name)
    if path.is_file():
        return _of_file(path, place), place
    folder = path.resolve() if path.is_dir() else None
    name = place.name if folder is None else "/".join(folder.parts[-2:])
    if dataset := in_catalogue(name):
        where = replace(place, name=dataset.repo_id, split=place.split or dataset.report)
        root = datasets_dir if folder is None else folder.parent.parent
        return load_catalogue(dataset, where.split, root), where
    where = replace(place, split=place.split or DEFAULT_SPLIT)
    if folder is not None:
        return _of_folder(folder, where), where
    repo_id, _, revision = place.name.partition("@")
    if "/" not in repo_id:
        raise InputError(
            f"{place.name!r:.80} is neither a file, a folder nor a dataset known here. Give one "
            f"of {', '.join(DATASETS)}, a Hub id such as org/name, or a CSV, TSV or JSONL file."
        )
    wish = HubDataset(repo_id, place.config, where.split, place.text, place.label, revision, None)
    return load_hub_rows(wish, STREAMED)[0], where


def load_catalogue(
    dataset: Dataset, split: str, datasets_dir: Path | None = None, streamed: int | None = None
) -> Rows:
    """A whole split of the catalogue: of a local copy, else as `load_sample` finds it.

    Args:
        dataset: Which one.
        split: Such as ``test``.
        datasets_dir: A folder of datasets in the Hub's layout, asked before the Hub.
        streamed: See `load_sample`.

    Raises:
        DataError: If there is no such split to be had.
    """
    is_here = datasets_dir is not None and (datasets_dir / dataset.repo_id).is_dir()
    if dataset.test_seed is not None or is_here:
        rows = load_task(dataset, split, datasets_dir if is_here else None)
    else:
        rows = load_sample(dataset, split=split, streamed=streamed)
    return rows.cut()


def in_catalogue(name: str) -> Dataset | None:
    """The dataset with this key or Hub id, if it is one of the catalogue."""
    return next((d for d in DATASETS.values() if name in (d.key, d.repo_id)), None)


def read_as_text(rows: Rows) -> Rows:
    """Note how many of a visitor's own texts begin as a formula does in a spreadsheet."""
    begun = Counter(text[0] for text in rows.texts)
    marks = [f"“{mark}”" for mark in FORMULA_MARKS if begun[mark]]
    if not marks:
        return rows
    found = sum(begun[mark] for mark in FORMULA_MARKS)
    begin, are = ("begins", "it is") if found == 1 else ("begin", "they are")
    listed = " or ".join(filter(None, (", ".join(marks[:-1]), marks[-1])))
    note = (
        f"{rows_word(found)} {begin} with {listed}, as a formula does in a spreadsheet; {are} "
        "read as text."
    )
    return replace(rows, notes=(*rows.notes, note))


def fit_labels(rows: Rows, labels: Sequence[str]) -> Rows:
    """Read the classes of rows as a model's: by name in any case, or by number from 0.

    A model without names, whose labels are ``LABEL_0`` and so on, has as many classes as the rows
    and takes them in their order.

    Raises:
        InputError: If one is not the model's, or all rows are of one class.
    """
    numbers = [f"label_{k}" for k in range(len(labels))]
    notes = rows.notes
    if [label.lower() for label in labels] == numbers and len(rows.classes) == len(labels):
        places = dict(enumerate(range(len(labels))))
        pairs = ", ".join(f"{a} as {b}" for a, b in zip(labels, rows.classes, strict=True))
        notes = (*notes, f"The model's labels are read by their number: {pairs}.")
    else:
        names = [plain_label(name).lower() for name in rows.classes]
        one = "0" not in names and str(len(labels)) in names
        known = class_numbers(labels, int(one))
        places = {k: known[name] for k, name in enumerate(names) if name in known}
    for k in dict.fromkeys(rows.labels):
        if k not in places:
            raise InputError(
                f"The label “{rows.classes[k][:60]}” is none of this model's, which are "
                f"{', '.join(labels)}: choose other rows or another model."
            )
    found = tuple(places[k] for k in rows.labels)
    if len(set(found)) < 2:
        if not found:
            raise InputError("There is no row to score on: give some.")
        have = "The only row has" if len(found) == 1 else f"All {len(found):,} rows have"
        raise InputError(
            f"{have} the label “{labels[found[0]]}”: give rows of two classes or more."
        )
    return replace(rows, labels=found, classes=tuple(labels), notes=notes)


def _of_file(path: Path, place: RowsPlace) -> Rows:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    rows = read_own_file(path.name, data, place.text, place.label, is_for_training=False)
    return read_as_text(rows)


def _of_folder(folder: Path, place: RowsPlace) -> Rows:
    """A split of Parquet files in a folder, laid out as on the Hub."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet")]
    configs = layout(names)
    if not configs:
        raise DataError(f"{folder} has no Parquet file: name a dataset's folder, or a CSV file.")
    config = chosen(place.config, tuple(configs), "default", "configuration")
    if config is None:
        raise DataError(f"{folder} leaves a choice: name one with --config of {[*configs]}.")
    chosen(place.split, tuple(configs[config]), "", "split")
    files = configs[config][place.split]
    try:
        table = pa.concat_tables(pq.read_table(folder / name) for name in files)
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} cannot be read: {error!s:.200}") from error
    named, rows = class_names(table.schema), table.to_pylist()
    columns = guess(rows, named, place.text, place.label)
    if not columns.text or not columns.label:
        missing = "label" if columns.text else "text"
        raise DataError(f"{folder} leaves a choice: name its column with --{missing}-column.")
    origin = f"{folder.name}, local files"
    return label_rows(rows, columns.text, columns.label, named.get(columns.label), origin)

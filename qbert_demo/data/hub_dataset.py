"""Any text-classification dataset of the Hub: a look at it, then rows of it.

A stranger wrote it, so nothing of it is trusted. It runs no code, points at no file but its own,
and is streamed up to a number of rows. A visitor's token serves one request and is kept nowhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from datasets import DatasetBuilder, get_dataset_config_names, load_dataset_builder

from qbert_demo.data.catalogue_rows import LabelledRows, streamed_note
from qbert_demo.data.columns import Columns, guess, label_rows, listed
from qbert_demo.data.remote import BLOCK, PLACE_BYTES, Found, Token, find, reading
from qbert_demo.data.untrusted import check_description, forget, sample
from qbert_demo.errors import DataError, InputError
from qbert_demo.hub.words import checked_token

LOOK_ROWS = 200
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)


@dataclass(frozen=True)
class Another:
    """A dataset of the Hub as a visitor names it; empty parts are guessed.

    Attributes:
        dataset: Its repository.
        config: Its configuration.
        split: Its split.
        text: Column of the text.
        label: Column of the class.
        revision: A branch, a tag or a commit.
        token: A visitor's own, ``False`` for none, ``None`` for this machine's login.
    """

    dataset: str
    config: str = ""
    split: str = ""
    text: str = ""
    label: str = ""
    revision: str = ""
    token: Token = field(default=False, repr=False)


@dataclass(frozen=True)
class Look:
    """What a dataset is like.

    Attributes:
        another: What was asked for, filled in as far as the guess is unique; the revision is
            the full sha of the commit that was looked at, the token is left out.
        configs, splits, texts, labels: What may be chosen.
        question: What the visitor has to choose, in a sentence; empty if nothing.
        rows: Some rows, with their class names, if nothing is left to choose.
    """

    another: Another
    configs: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    question: str = ""
    rows: LabelledRows | None = None


def look_at(another: Another) -> Look:
    """Look at a dataset: configurations, splits, columns, and some rows.

    Raises:
        InputError: If the id or the token cannot be one.
        DataError: If the dataset cannot be had or used; the message says why.
    """
    return _seen(another, LOOK_ROWS)


def load_another(another: Another, n: int) -> tuple[LabelledRows, Another]:
    """Stream about ``n`` rows of a dataset.

    Returns:
        The rows, and what was asked for with every part filled in, but no token.

    Raises:
        InputError: If the id or the token cannot be one.
        DataError: If the dataset cannot be had or used, or something must be chosen first; the
            message says what.
    """
    look = _seen(another, n)
    if look.rows is None:
        raise DataError(look.question)
    return look.rows, look.another


def _seen(another: Another, n: int) -> Look:
    if isinstance(another.token, str):
        another = replace(another, token=checked_token(another.token) or False)
    found = _find(another)

    def read() -> Look:
        try:
            return _read(another, found, n)
        finally:  # here, because nobody may wait for it any more
            if isinstance(another.token, str):
                forget(found)

    return reading(another.dataset, read)


def _find(another: Another) -> Found:
    for name in ("dataset", "config", "split", "text", "label", "revision"):
        if not isinstance(getattr(another, name), str):
            raise InputError(f"For the {name} of a dataset, give its name.")
    if not _ID.fullmatch(another.dataset) or ".." in another.dataset:
        raise InputError(
            f"“{another.dataset[:60]}” is no id of a dataset. Give one such as stanfordnlp/imdb, "
            "as it stands on top of its Hub page."
        )
    if Path(another.dataset).exists():
        raise InputError(f"A folder here is called {another.dataset}, too. Rename the folder.")
    return find(
        another.dataset,
        another.revision or None,
        split=another.split or "train",
        token=another.token,
    )


def _read(another: Another, found: Found, n: int) -> Look:
    """Choose what is not chosen yet, read ``n`` rows, and guess the columns."""
    check_description(found, another.token)
    options: Any = {"revision": found.revision, "token": another.token}
    seen = Look(replace(another, revision=found.revision, token=False))
    try:
        builder = load_dataset_builder(
            found.dataset,
            another.config or None,
            storage_options={"hf": {"block_size": BLOCK}},
            **options,
        )
    except ValueError:
        configs = tuple(get_dataset_config_names(found.dataset, **options))
        if _chosen(another.config, configs, "", "configuration"):
            raise
        return _asking(replace(seen, configs=configs), "configuration", configs)
    splits = tuple(map(str, builder.config.data_files or ()))
    seen = replace(
        seen,
        another=replace(seen.another, config=builder.config.name),
        configs=tuple(builder.builder_configs) or (builder.config.name,),
        splits=splits,
    )
    split = _chosen(another.split, splits, "train", "split")
    if split is None:
        return _asking(seen, "split", splits)
    seen = replace(seen, another=replace(seen.another, split=split))
    return _with_rows(seen, builder, found, n)


def _with_rows(seen: Look, builder: DatasetBuilder, found: Found, n: int) -> Look:
    asked = seen.another
    rows, places, names = sample(builder, found, asked.split, n)
    if not rows:
        raise DataError(
            f"The split “{asked.split}” of {found.dataset} is empty, or its rows are larger than "
            f"{PLACE_BYTES / 1e6:.0f} MB. Choose another."
        )
    columns = guess(rows, names, asked.text, asked.label)
    seen = replace(
        seen,
        another=replace(asked, text=columns.text or "", label=columns.label or ""),
        texts=columns.texts,
        labels=columns.labels,
    )
    if columns.text is None:
        return _asking(seen, "column of the text", columns.texts)
    if columns.label is None:
        return _asking(seen, "column of the class", columns.labels)
    return replace(seen, rows=_labelled(rows, places, columns, names, found))


def _labelled(
    table: Sequence[Mapping[str, Any]],
    places: int,
    columns: Columns,
    names: Mapping[str, Sequence[str]],
    found: Found,
) -> LabelledRows:
    text, label = columns.text or "", columns.label or ""
    origin = f"{found.origin}, streamed"
    rows, labels, notes = label_rows(table, text, label, names.get(label), origin)
    return LabelledRows(rows, labels, (streamed_note(len(table), places), *notes))


def _chosen(wish: str, choices: Sequence[str], usual: str, kind: str) -> str | None:
    if wish:
        if wish not in choices:
            raise DataError(f"There is no {kind} “{wish[:60]}”. There are {listed(choices)}.")
        return wish
    if usual in choices:
        return usual
    return choices[0] if len(choices) == 1 else None


def _asking(seen: Look, kind: str, choices: Sequence[str]) -> Look:
    question = f"{seen.another.dataset} leaves a choice. Choose the {kind}: {listed(choices)}."
    return replace(seen, question=question)

"""Any text-classification dataset of the Hub: a look at it, then rows of it.

A stranger made it, so nothing of it is trusted. Only Parquet is read: the Hub's own conversion of
the dataset, else its own files. What is in its README or its code does not count. A visitor's
token serves one request and is kept nowhere.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from httpx2 import HTTPError
from huggingface_hub import get_hf_file_metadata, hf_hub_url
from huggingface_hub.errors import RevisionNotFoundError

from qbert_demo.data.columns import guess, label_rows, listed
from qbert_demo.data.parquet import PLACE_BYTES, layout, read_places, streamed_note
from qbert_demo.data.rows import MIN_CLASSES, Rows
from qbert_demo.errors import DataError, InputError, QBertError
from qbert_demo.hub.files import Repo, Token, look
from qbert_demo.hub.waiting import PROBE_SECONDS, within
from qbert_demo.hub.words import HUB_ERRORS, checked_token, hub_sentence

HUB_SECONDS = 60.0
"""Longest wait for rows once the Hub has answered."""
LOOK_ROWS = 200
CONVERTED = "refs/convert/parquet"
"""Where the Hub keeps what it made of a dataset's CSV, JSON or other files."""
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True)
class HubDataset:
    """A dataset of the Hub as a visitor names it; empty parts are guessed.

    Attributes:
        repo_id: Its repository.
        config: Its configuration.
        split: Its split.
        text: Column of the text.
        label: Column of the class.
        revision: A branch, a tag or a commit; if left out, the Hub's conversion of the main
            branch, or the main branch itself.
        token: A visitor's own, ``False`` for none, ``None`` for this machine's login.
    """

    repo_id: str
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
        dataset: What was asked for, filled in as far as the guess is unique; the revision is
            the full sha of the commit that was looked at, the token is left out.
        configs, splits, texts, labels: What may be chosen.
        question: What the visitor has to choose, in a sentence; empty if nothing.
        rows: Some rows, if nothing is left to choose.
    """

    dataset: HubDataset
    configs: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    question: str = ""
    rows: Rows | None = None


def look_at(wish: HubDataset, n: int = LOOK_ROWS) -> Look:
    """Look at a dataset: configurations, splits, columns, and about ``n`` rows.

    Raises:
        InputError: If the id or the token cannot be one.
        DataError: If the dataset cannot be had or used; the message says why.
    """
    for name in ("repo_id", "config", "split", "text", "label", "revision"):
        if not isinstance(getattr(wish, name), str):
            part = name.removeprefix("repo_")
            raise InputError(f"For the {part} of a dataset, give its name.")
    if not _ID.fullmatch(wish.repo_id) or ".." in wish.repo_id:
        raise InputError(
            f"“{wish.repo_id[:60]}” is no id of a dataset. Give one such as stanfordnlp/imdb, "
            "as it stands on top of its Hub page."
        )
    if isinstance(wish.token, str):
        wish = replace(wish, token=checked_token(wish.token) or False)
    repo = find(wish.repo_id, wish.revision, wish.token)
    return reading(wish.repo_id, lambda: _look(wish, repo, n))


def load_hub_rows(wish: HubDataset, n: int) -> tuple[Rows, HubDataset]:
    """Stream about ``n`` rows of a dataset.

    Returns:
        The rows, and what was asked for with every part filled in, but no token.

    Raises:
        InputError: If the id or the token cannot be one.
        DataError: If the dataset cannot be had or used, or something must be chosen first; the
            message says what.
    """
    look = look_at(wish, n)
    if look.rows is None:
        raise DataError(look.question)
    seen = {look.rows.classes[k] for k in look.rows.labels}
    if len(seen) < MIN_CLASSES:
        raise DataError(
            f"Every row that was read of the split “{look.dataset.split}” has the label "
            f"{listed([*seen])}. Choose another split or column of the class."
        )
    return look.rows, look.dataset


def find(
    repo_id: str,
    revision: str = "",
    token: Token = None,
    endings: tuple[str, ...] = (".parquet",),
) -> Repo:
    """Ask the Hub for a dataset and for one of its files, within 2 * `hub.PROBE_SECONDS`.

    Args:
        repo_id: The dataset.
        revision: A branch, a tag or a commit; if left out, the Hub's conversion, else the main
            branch.
        token: Used for these requests alone.
        endings: Of the files that can be read.

    Raises:
        DataError: If it is not to be had; the message says what is wrong.
    """

    def ask() -> Repo:
        for wanted in [revision] if revision else [CONVERTED, None]:
            try:
                repo = look("dataset", repo_id, wanted, token)
            except DataError as error:
                if wanted == CONVERTED and isinstance(error.__cause__, RevisionNotFoundError):
                    continue
                raise
            if file := next((name for name in repo.names if name.endswith(endings)), None):
                url = hf_hub_url(repo_id, file, repo_type="dataset", revision=repo.sha)
                get_hf_file_metadata(url, token=token, timeout=PROBE_SECONDS)
                return repo
        raise DataError(
            f"{repo_id} has no {' or '.join(endings)} file{f' at {revision:.40}' * bool(revision)}"
            f"{', and the Hub has not converted it' * (not revision)}. Choose another, or download "
            "its file and upload it as your own sentences."
        )

    try:
        return within(2 * PROBE_SECONDS, ask)
    except HUB_ERRORS as error:
        raise DataError(hub_sentence(error, repo_id)) from error


def reading(what: str, work: Callable[[], T]) -> T:
    """Read a dataset that was found, for at most `HUB_SECONDS`.

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
    except (OSError, HTTPError) as error:
        raise DataError(hub_sentence(error, what)) from error
    except Exception as error:  # a foreign file may make the libraries raise anything
        raise DataError(
            f"The files of {what} could not be read as a table ({type(error).__name__}). "
            "Choose another dataset, or tell its owner."
        ) from error


def _look(wish: HubDataset, repo: Repo, n: int) -> Look:
    """Choose what is not chosen yet, read ``n`` rows, and guess the columns."""
    files = layout(repo.names)
    seen = Look(replace(wish, revision=repo.sha, token=False), configs=tuple(files))
    config = chosen(wish.config, seen.configs, "default", "configuration")
    if config is None:
        return _asking(seen, "configuration", seen.configs)
    dataset = replace(seen.dataset, config=config)
    seen = replace(seen, dataset=dataset, splits=tuple(files[config]))
    split = chosen(wish.split, seen.splits, "train", "split")
    if split is None:
        return _asking(seen, "split", seen.splits)
    dataset = replace(dataset, split=split)
    table, places, names, unread = read_places(repo, files[config][split], n, wish.token)
    if not table:
        raise DataError(
            f"The split “{split}” of {repo.repo_id} is empty, or its rows are larger than "
            f"{PLACE_BYTES / 1e6:.0f} MB. Choose another."
        )
    columns = guess(table, names, wish.text, wish.label, unread)
    text, label = columns.text or "", columns.label or ""
    dataset = replace(dataset, text=text, label=label)
    seen = replace(seen, dataset=dataset, texts=columns.texts, labels=columns.labels)
    if not text:
        return _asking(seen, "column of the text", columns.texts)
    if not label:
        return _asking(seen, "column of the class", columns.labels)
    rows = label_rows(table, text, label, names.get(label), f"{repo.source}, streamed")
    notes = (streamed_note(len(table), places), *rows.notes)
    return replace(seen, rows=replace(rows, notes=notes, revision=repo.sha))


def chosen(wish: str, choices: Sequence[str], usual: str, kind: str) -> str | None:
    """What was wished for, else the usual choice, else the only one; ``None`` without any.

    Raises:
        DataError: If there is no such choice; the message lists those there are.
    """
    if wish:
        if wish not in choices:
            raise DataError(f"There is no {kind} “{wish[:60]}”. There are {listed(choices)}.")
        return wish
    if usual in choices:
        return usual
    return choices[0] if len(choices) == 1 else None


def _asking(seen: Look, kind: str, choices: Sequence[str]) -> Look:
    question = f"{seen.dataset.repo_id} leaves a choice. Choose the {kind}: {listed(choices)}."
    return replace(seen, question=question)

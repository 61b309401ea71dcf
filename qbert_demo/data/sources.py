"""The catalogue of datasets to fine-tune on."""

from dataclasses import dataclass

from qbert_demo.data.catalogue import AG_NEWS, IMDB, SMS_SPAM, SST2, TWEET_SENTIMENT, Task

SHARED = ("key", "title", "dataset", "config", "revision", "text", "label", "labels", "train")
"""What `Source` and `Task` have in common."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One dataset to fine-tune on.

    Attributes:
        key: Its name in addresses and on the command line.
        title: Its name for people.
        dataset: Dataset repository on the Hub.
        config: Configuration of the dataset.
        revision: Commit of the dataset, as a full sha.
        train: Split to learn from.
        held_out: Split to report on, if there is one.
        text, label: Columns of the text and of the label's index.
        labels: Names of the classes in the order of the indices.
        licence: What may be done with it, as far as is known.
        citation: Whom to cite.
        rows: Rows of the train split on the Hub.
        megabytes: Size of the train split's file on the Hub.
        note: What must be known to judge a score on rows held out of it.
    """

    key: str
    title: str
    dataset: str
    config: str = "default"
    revision: str
    train: str = "train"
    held_out: str | None = "test"
    text: str = "text"
    label: str = "label"
    labels: tuple[str, ...]
    licence: str
    citation: str
    rows: int
    megabytes: float
    note: str = ""


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
        megabytes=3.1,
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
        megabytes=18.6,
    ),
    Source(
        key="imdb",
        title="IMDb film reviews",
        dataset=IMDB.dataset,
        config=IMDB.config,
        revision=IMDB.revision,
        labels=_SENTIMENT,
        licence="none stated; the reviews belong to their writers and IMDb",
        citation="Maas et al., ACL 2011",
        rows=25_000,
        megabytes=21.0,
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
        megabytes=0.7,
    ),
    Source(
        key="sms_spam",
        title="SMS Spam Collection",
        dataset=SMS_SPAM.dataset,
        config=SMS_SPAM.config,
        revision=SMS_SPAM.revision,
        held_out=None,
        text=SMS_SPAM.text,
        labels=SMS_SPAM.labels,
        licence="CC BY 4.0 at UCI, unknown on the Hub",
        citation="Almeida, Gómez Hidalgo and Yamakami, DocEng 2011",
        rows=5_574,
        megabytes=0.4,
    ),
    Source(
        key="tweet_eval",
        title="TweetEval sentiment",
        dataset=TWEET_SENTIMENT.dataset,
        config=TWEET_SENTIMENT.config,
        revision=TWEET_SENTIMENT.revision,
        labels=TWEET_SENTIMENT.labels,
        licence="unknown; terms of X, for research",
        citation="Barbieri et al., Findings of EMNLP 2020; Rosenthal et al., SemEval 2017",
        rows=45_615,
        megabytes=3.8,
    ),
    Source(
        key="yelp_polarity",
        title="Yelp reviews",
        dataset="fancyzhx/yelp_polarity",
        config="plain_text",
        revision="bbf1c97a1f0cf005e5aded43839fd814654a1557",
        labels=_SENTIMENT,
        licence="unknown; from the Yelp Dataset Challenge 2015",
        citation="Zhang, Zhao and LeCun, NIPS 2015",
        rows=560_000,
        megabytes=256,
    ),
    Source(
        key="bbc_news",
        title="BBC News topics",
        dataset="SetFit/bbc-news",
        revision="3587946a5360b8c81993d551b16f4951e025fb6d",
        labels=("tech", "business", "sport", "entertainment", "politics"),
        licence="articles belong to the BBC; for non-commercial research",
        citation="Greene and Cunningham, ICML 2006",
        rows=1_225,
        megabytes=2.9,
    ),
)
SOURCES = {source.key: source for source in _CATALOGUE}


def source_of(task: Task) -> Source:
    """The entry of the catalogue that a task's rows come from."""
    return next(source for source in _CATALOGUE if source.dataset == task.dataset)


def task_of(source: Source) -> Task:
    """The source as `qbert_demo.data.loading.load_rows` takes it."""
    return Task(
        **{key: getattr(source, key) for key in SHARED},
        report=source.held_out or source.train,
        rows=source.rows,
        max_length=128,
        examples=(),
    )

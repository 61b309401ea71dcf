"""The catalogue: datasets to fine-tune on, and among them the tasks that checkpoints come for."""

from dataclasses import dataclass
from typing import Any

from qbert_demo.data.examples import EXAMPLES
from qbert_demo.errors import DataError
from qbert_demo.results import Example


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """One text-classification dataset.

    Attributes:
        key: Its name in addresses, folders and on the command line.
        title: Its name for people.
        task_title: What is learnt of it, where checkpoints come with the app.
        repo_id: Its repository on the Hub.
        config: Configuration of the dataset.
        revision: Commit of the dataset, as a full sha.
        train: Split to learn from.
        report: Split that scores are reported on and nothing is chosen on.
        test_seed: Where the dataset has one split only: the seed of the part of it that is
            reported on; see `qbert_demo.data.parts`.
        drops_shared: Whether rows of the train split that stand in the reported one are left out
            of a task's.
        text, label: Columns of the text and of the label's index.
        labels: Names of the classes in the order of the indices.
        licence: What may be done with it, as far as is known.
        citation: Whom to cite.
        rows: Rows of the train split on the Hub.
        megabytes: Size of the train split's file on the Hub.
        note: What must be known to judge a score on rows held out of it.
        leaks: Keys of tasks whose models have seen most of its rows in training.
        report_note: What must be known to judge a score on the reported split, in sentences.
        measure: What is reported beside accuracy: ``macro_recall``, or ``f1`` and a class's name
            after a colon; nothing if empty.
        limits: What its models learnt from and what they cannot say, in a sentence for visitors.
        examples: Texts worth trying.
    """

    key: str
    title: str
    task_title: str = ""
    repo_id: str
    config: str = "default"
    revision: str
    train: str = "train"
    report: str = "test"
    test_seed: int | None = None
    drops_shared: bool = False
    text: str = "text"
    label: str = "label"
    labels: tuple[str, ...]
    licence: str
    citation: str
    rows: int
    megabytes: float
    note: str = ""
    leaks: tuple[str, ...] = ()
    report_note: str = ""
    measure: str = ""
    limits: str = ""
    examples: tuple[Example, ...] = ()

    def measured(self, scores: dict[str, Any]) -> tuple[str, float] | None:
        """What is reported beside accuracy, in words and as a number.

        Args:
            scores: As `qbert_demo.evaluation.scores.as_json` gives them.
        """
        if not self.measure:
            return None
        kind, _, label = self.measure.partition(":")
        if kind == "f1":
            return f"F1 of {label}", scores["f1"][label]
        return kind.replace("_", " "), scores[kind]


_SENTIMENT = ("negative", "positive")
SST2 = Dataset(
    key="sst2",
    title="SST-2 film phrases",
    task_title="Sentiment",
    repo_id="stanfordnlp/sst2",
    revision="8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb",
    report="validation",
    text="sentence",
    labels=_SENTIMENT,
    licence="unknown",
    citation="Socher et al., EMNLP 2013; in GLUE, Wang et al., ICLR 2019",
    rows=67_349,
    megabytes=3.1,
    note="Rows are phrases of the same sentences, so those held out are easier than new ones.",
    limits="Trained on English film sentences; there is no “neither”.",
    examples=EXAMPLES["sst2"],
)
AG_NEWS = Dataset(
    key="ag_news",
    title="AG News topics",
    task_title="News topic",
    repo_id="fancyzhx/ag_news",
    revision="eb185aade064a813bc0b7f42de02595523103ca4",
    labels=("World", "Sports", "Business", "Sci/Tech"),
    licence="unknown; offered for research and other non-commercial use",
    citation="Zhang, Zhao and LeCun, NIPS 2015; corpus by A. Gulli",
    rows=120_000,
    megabytes=18.6,
    limits="Trained on English news of 2004 and 2005; every text gets one of these four topics. "
    "The hybrid takes “Striker scores twice as United win the cup final” for World.",
    examples=EXAMPLES["ag_news"],
)
IMDB = Dataset(
    key="imdb",
    title="IMDb film reviews",
    task_title="Film review",
    repo_id="stanfordnlp/imdb",
    config="plain_text",
    revision="e6281661ce1c48d982bc483cf8a173c1bbeb5d31",
    drops_shared=True,
    labels=_SENTIMENT,
    licence="none stated; the reviews belong to their writers and IMDb",
    citation="Maas et al., ACL 2011",
    rows=25_000,
    megabytes=21.0,
    report_note="Of each review the first 512 tokens are read, which is the whole of 86 % of them. "
    "123 texts of the train split stand in the test split, too, and are not trained on.",
    limits="Trained on English film reviews; there is no “neither”.",
    examples=EXAMPLES["imdb"],
)
ROTTEN_TOMATOES = Dataset(
    key="rotten_tomatoes",
    title="Rotten Tomatoes film sentences",
    repo_id="cornell-movie-review-data/rotten_tomatoes",
    revision="aa13bc287fa6fcab6daf52f0dfb9994269ffea28",
    labels=_SENTIMENT,
    licence="none stated; offered for research",
    citation="Pang and Lee, ACL 2005",
    rows=8_530,
    megabytes=0.7,
    note="Most of its rows are SST-2's: 84 % of SST-2's validation split and 82 % of its test "
    "split stand here word for word, so a model of one is not judged on the other.",
    leaks=("sst2",),
)
SMS_SPAM = Dataset(
    key="sms_spam",
    title="SMS Spam Collection",
    task_title="SMS spam",
    repo_id="ucirvine/sms_spam",
    config="plain_text",
    revision="cae486f927c250fe1d4a5b55f11357964ed1646c",
    test_seed=0,
    text="sms",
    labels=("ham", "spam"),
    licence="CC BY 4.0 at UCI, unknown on the Hub",
    citation="Almeida, Gómez Hidalgo and Yamakami, DocEng 2011",
    rows=5_574,
    megabytes=0.4,
    report_note="The dataset has one split. A fifth of its messages, chosen with seed 0, are the "
    "test split here; messages that differ in digits, punctuation and case alone stand on one "
    "side. About 13 % are spam, so the F1 of spam tells more than the accuracy.",
    measure="f1:spam",
    limits="Trained on English text messages of the 2000s; newer tricks are news to it.",
    examples=EXAMPLES["sms_spam"],
)
TWEET_SENTIMENT = Dataset(
    key="tweet_sentiment",
    title="TweetEval sentiment",
    task_title="Tweet sentiment",
    repo_id="cardiffnlp/tweet_eval",
    config="sentiment",
    revision="b3a375baf0f409c77e6bc7aa35102b7b3534f8be",
    labels=("negative", "neutral", "positive"),
    licence="unknown; terms of X, for research",
    citation="Barbieri et al., Findings of EMNLP 2020; Rosenthal et al., SemEval 2017",
    rows=45_615,
    megabytes=3.8,
    report_note="The official score is the recall averaged over the three classes.",
    measure="macro_recall",
    limits="Trained on English tweets of 2013 to 2017; there is no “mixed”.",
    examples=EXAMPLES["tweet_sentiment"],
)
YELP_POLARITY = Dataset(
    key="yelp_polarity",
    title="Yelp reviews",
    repo_id="fancyzhx/yelp_polarity",
    config="plain_text",
    revision="bbf1c97a1f0cf005e5aded43839fd814654a1557",
    labels=_SENTIMENT,
    licence="unknown; from the Yelp Dataset Challenge 2015",
    citation="Zhang, Zhao and LeCun, NIPS 2015",
    rows=560_000,
    megabytes=256,
)
BBC_NEWS = Dataset(
    key="bbc_news",
    title="BBC News topics",
    repo_id="SetFit/bbc-news",
    revision="3587946a5360b8c81993d551b16f4951e025fb6d",
    labels=("tech", "business", "sport", "entertainment", "politics"),
    licence="articles belong to the BBC; for non-commercial research",
    citation="Greene and Cunningham, ICML 2006",
    rows=1_225,
    megabytes=2.9,
)

_CATALOGUE = (
    SST2,
    AG_NEWS,
    IMDB,
    ROTTEN_TOMATOES,
    SMS_SPAM,
    TWEET_SENTIMENT,
    YELP_POLARITY,
    BBC_NEWS,
)
DATASETS = {dataset.key: dataset for dataset in _CATALOGUE}
"""Every dataset, in the order they are shown."""
TASKS = {key: dataset for key, dataset in DATASETS.items() if dataset.task_title}
"""Every task that `train` knows; the app shows those that have a checkpoint."""


def find_task(key: object) -> Dataset:
    """The task with this key.

    Raises:
        DataError: If there is none; the message lists the keys.
    """
    task = TASKS.get(key) if isinstance(key, str) else None
    if task is None:
        raise DataError(f"There is no task {key!r}; the tasks are {', '.join(TASKS)}.")
    return task


def leak(task: str, dataset: Dataset, split: str) -> str:
    """Why rows of a split are no fair test of a task's models, in sentences; empty if they are."""
    if task in dataset.leaks:
        return f"No fair test: the shipped models have seen most of these texts. {dataset.note}"
    if task == dataset.key and split != dataset.report:
        return "No fair test: the shipped models were trained on rows of this split."
    return ""

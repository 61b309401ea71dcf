"""The tasks: a dataset on the Hub, its columns and splits, and texts worth trying."""

from dataclasses import dataclass

from qbert_demo.errors import DataError
from qbert_demo.results import Example


@dataclass(frozen=True)
class Task:
    """One text-classification task.

    Attributes:
        key: Its name in addresses, folders and on the command line.
        title: Its name for people.
        dataset: Dataset repository on the Hub.
        config: Configuration of the dataset.
        revision: Commit of the dataset, as a full sha.
        text: Column of the text.
        label: Column of the label's index.
        labels: Names of the classes in the order of the indices.
        train: Split that is trained on.
        report: Split that scores are reported on, and nothing is chosen on.
        rows: Rows of the train split on the Hub.
        max_length: Most tokens that are read.
        examples: Texts worth trying.
        measure: What is reported beside accuracy: ``macro_recall``, or ``f1`` and a class's name
            after a colon; nothing if empty.
        test_seed: Where the dataset has one split only: the seed of the part of it that scores
            are reported on; see `qbert_demo.data.parts`.
        drops_shared: Whether rows of the train split that stand in the reported one are left out.
        note: What must be known of the splits to judge a score, in sentences.
    """

    key: str
    title: str
    dataset: str
    config: str
    revision: str
    text: str
    label: str
    labels: tuple[str, ...]
    train: str
    report: str
    rows: int
    max_length: int
    examples: tuple[Example, ...]
    measure: str = ""
    test_seed: int | None = None
    drops_shared: bool = False
    note: str = ""


SST2 = Task(
    key="sst2",
    title="Sentiment",
    dataset="stanfordnlp/sst2",
    config="default",
    revision="8d51e7e4887a4caaa95b3fbebbf53c0490b58bbb",
    text="sentence",
    label="label",
    labels=("negative", "positive"),
    train="train",
    report="validation",
    rows=67_349,
    max_length=128,
    examples=(
        Example("Plain praise", "A warm, funny and beautifully acted film."),
        Example("Negation", "Not a great film, but never dull."),
        Example(
            "Mixed feelings",
            "The cast is wonderful and the music soars, yet the story never finds its feet.",
        ),
        Example("Sarcasm", "Two hours of my life I will never get back. Thanks a lot."),
        Example("Very short", "Meh."),
        Example(
            "Long",
            "It opens like a thriller, drifts into family drama somewhere in the second act, and "
            "by the time the lighthouse catches fire I had stopped asking what kind of film this "
            "was meant to be; the strange thing is that I kept watching, kept laughing at the "
            "wrong moments, and walked out happier than I had any right to be.",
        ),
    ),
)

AG_NEWS = Task(
    key="ag_news",
    title="News topic",
    dataset="fancyzhx/ag_news",
    config="default",
    revision="eb185aade064a813bc0b7f42de02595523103ca4",
    text="text",
    label="label",
    labels=("World", "Sports", "Business", "Sci/Tech"),
    train="train",
    report="test",
    rows=120_000,
    max_length=128,
    examples=(
        Example("Sports", "Late goal sends the hosts into the final of the European cup"),
        Example(
            "Business or Sci/Tech",
            "Chip maker's shares jump 12 percent after it unveils a faster processor",
        ),
        Example(
            "World or Business",
            "Oil prices climb as ministers meet over the blockade of the strait",
        ),
        Example(
            "World or Sports",
            "Olympic team refuses to travel as border clashes enter a third week",
        ),
        Example("Very short", "Rates rise again"),
        Example(
            "Sci/Tech",
            "Probe sends back first close pictures of the comet's icy surface",
        ),
    ),
)

IMDB = Task(
    key="imdb",
    title="Film review",
    dataset="stanfordnlp/imdb",
    config="plain_text",
    revision="e6281661ce1c48d982bc483cf8a173c1bbeb5d31",
    text="text",
    label="label",
    labels=("negative", "positive"),
    train="train",
    report="test",
    rows=25_000,
    max_length=256,
    drops_shared=True,
    note="Of each review the first 256 tokens are read, which is the whole of about half of them. "
    "123 texts of the train split stand in the test split, too, and are not trained on.",
    examples=(
        Example(
            "Mixed review",
            "I wanted to love this. The first hour is as good as anything the director has done: "
            "patient, funny, beautifully lit. Then the plot wakes up, and with it every cliche of "
            "the genre. The leads do what they can, and the score is lovely, but I left the "
            "cinema with the feeling of having been sold two films for one ticket, of which I "
            "would gladly see the first again.",
        ),
        Example(
            "Sarcasm",
            "Ten minutes in I was already checking whether the exit was lit. What a triumph: "
            "three writers, and not one of them noticed that the villain's plan needs the hero "
            "to own a boat. Do take the children, they will sleep so well.",
        ),
        Example(
            "Praise for a bad film",
            "Terrible acting, cardboard sets, a monster with a visible zip - and I have not "
            "laughed so much in years. We watched it twice in a row.",
        ),
        Example(
            "A quiet no",
            "It is competently made and nobody embarrasses themselves. By the next morning I "
            "could not have told you how it ends.",
        ),
        Example("Plain", "One of the finest films I have seen. Moving, wise and never too long."),
    ),
)

SMS_SPAM = Task(
    key="sms_spam",
    title="SMS spam",
    dataset="ucirvine/sms_spam",
    config="plain_text",
    revision="cae486f927c250fe1d4a5b55f11357964ed1646c",
    text="sms",
    label="label",
    labels=("ham", "spam"),
    train="train",
    report="test",
    rows=5_574,
    max_length=128,
    measure="f1:spam",
    test_seed=0,
    note="The dataset has one split. A fifth of its messages, chosen with seed 0, are the test "
    "split here; messages that differ in digits, punctuation and case alone stand on one side. "
    "About 13 % are spam, so the F1 of spam tells more than the accuracy.",
    examples=(
        Example(
            "Polite phishing",
            "Dear customer, we noticed a small problem with your last payment. When you have a "
            "moment, please confirm your details at secure-parcel-help.example. Kind regards",
        ),
        Example("A prize", "WINNER!! Text CLAIM to 80808 now for your FREE weekend in Rome. 18+"),
        Example("Friend with a link", "look at this place for sat?? booking.example/cabin42 xx"),
        Example(
            "Bank that is none",
            "Your account has been limited. Call 0800 555 0100 today to avoid a charge.",
        ),
        Example("Offer among friends", "Got 2 free tickets for tonight, want one? Call me by 6"),
        Example("Plain", "Running late, start without me. Be there in 20."),
    ),
)

TWEET_SENTIMENT = Task(
    key="tweet_sentiment",
    title="Tweet sentiment",
    dataset="cardiffnlp/tweet_eval",
    config="sentiment",
    revision="b3a375baf0f409c77e6bc7aa35102b7b3534f8be",
    text="text",
    label="label",
    labels=("negative", "neutral", "positive"),
    train="train",
    report="test",
    rows=45_615,
    max_length=128,
    measure="macro_recall",
    note="The official score is the recall averaged over the three classes.",
    examples=(
        Example("Sarcasm", "Oh great, another Monday with the trains on strike. Living the dream."),
        Example("Neutral", "@user The meeting moves to Thursday at 3pm, same room."),
        Example("Mixed", "Lost the game but what a debut by the new keeper! #proud"),
        Example("Slang", "this album goes so hard i cant even"),
        Example("Complaint", "@user 40 minutes on hold and then you hang up on me. Thanks."),
        Example("Hope", "May the sun come back for the festival on Saturday"),
    ),
)

TASKS = {task.key: task for task in (SST2, AG_NEWS, IMDB, SMS_SPAM, TWEET_SENTIMENT)}
"""Every task that `train` knows; the app shows those that have a checkpoint."""


def find_task(key: object) -> Task:
    """The task with this key.

    Raises:
        DataError: If there is none; the message lists the keys.
    """
    task = TASKS.get(key) if isinstance(key, str) else None
    if task is None:
        raise DataError(f"There is no task {key!r}; the tasks are {', '.join(TASKS)}.")
    return task

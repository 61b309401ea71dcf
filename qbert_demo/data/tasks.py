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

TASKS = {task.key: task for task in (SST2, AG_NEWS)}


def find_task(key: object) -> Task:
    """The task with this key.

    Raises:
        DataError: If there is none; the message lists the keys.
    """
    task = TASKS.get(key) if isinstance(key, str) else None
    if task is None:
        raise DataError(f"There is no task {key!r}; the tasks are {', '.join(TASKS)}.")
    return task

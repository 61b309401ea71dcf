from pathlib import Path

import pytest
from datasets import Dataset

from qbert_demo.data.catalogue import SST2, TASKS, find_task
from qbert_demo.data.loading import Rows, hold_out, load_rows
from qbert_demo.errors import DataError
from tests.hub import Hub


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    """A folder in the Hub's layout with a tiny SST-2."""
    folder = tmp_path / SST2.dataset / "data"
    folder.mkdir(parents=True)
    rows = {"idx": [0, 1], "sentence": ["good ", "bad "], "label": [1, 0]}
    Dataset.from_dict(rows).to_parquet(folder / "train-00000-of-00001.parquet")
    hidden = {"idx": [0], "sentence": ["hm "], "label": [-1]}
    Dataset.from_dict(hidden).to_parquet(folder / "test-00000-of-00001.parquet")
    return tmp_path


def test_rows_come_stripped_and_in_order(hub_folder: Path) -> None:
    rows = load_rows(SST2, "train", hub_folder)
    assert rows.texts == ("good", "bad")
    assert rows.labels == (1, 0)
    assert rows.origin.startswith("stanfordnlp/sst2, local files ")


@pytest.mark.parametrize("split", ["test", "nowhere"])
def test_hidden_labels_and_unknown_splits_are_refused(hub_folder: Path, split: str) -> None:
    with pytest.raises(DataError, match=split):
        load_rows(SST2, split, hub_folder)


def test_a_missing_folder_says_what_to_do_and_the_hub_is_not_asked(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (tmp_path, "."):
        with pytest.raises(DataError, match="--datasets-dir"):
            load_rows(SST2, "train", place)
    assert hub.requests == []


SENTENCES = [f"this is sentence number {i} about film {i * 7}" for i in range(40)]


def test_held_out_rows_leak_no_run_of_words() -> None:
    phrases = [" ".join(s.split()[2:7]) for s in SENTENCES]
    rows = Rows((*SENTENCES, *phrases, "sentence number"), (0,) * 81, "made up")
    kept, held_out = hold_out(rows, 10, seed=3, words=5, least=6)
    assert len(held_out) == 10
    assert all(len(text.split()) >= 6 for text in held_out.texts)
    for text in held_out.texts:
        assert text not in kept.texts
        assert " ".join(text.split()[2:7]) not in kept.texts
    assert "sentence number" in kept.texts
    assert len(kept) == 81 - 20


def test_the_choice_hangs_on_the_seed_alone() -> None:
    rows = Rows(tuple(SENTENCES), (0,) * 40, "made up")
    first, again, other = (hold_out(rows, 10, seed)[1].texts for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_more_than_there_is_cannot_be_held_out() -> None:
    with pytest.raises(DataError, match="cannot be held out"):
        hold_out(Rows(("a", "b"), (0, 1), "made up"), 2, 0)


def test_tasks_are_pinned_and_known_by_key() -> None:
    for key, task in TASKS.items():
        assert find_task(key) is task
        assert len(task.revision) == 40
    with pytest.raises(DataError, match="sst2, ag_news, imdb"):
        find_task("yelp")

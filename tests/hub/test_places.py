"""Models and datasets alike: looked at, fetched, and taken from the first place that has them."""

from pathlib import Path

import pytest
from huggingface_hub import constants

from qbert_demo.errors import DataError
from qbert_demo.hub.files import Repo, cached, fetch, look
from qbert_demo.hub.places import first_place
from qbert_demo.hub.waiting import Patience
from qbert_demo.results import Place
from tests.hub import Hub
from tests.hub.faults import Silent, WrongBytes, WrongSize

FILES = {"data/train.parquet": b"rows to learn from" * 99, "README.md": b"# Rows"}


@pytest.fixture
def rows(hub: Hub) -> Repo:
    hub.add("dataset", "org/rows", FILES)
    return look("dataset", "org/rows", None, False)


def test_a_dataset_is_looked_at_and_fetched_as_a_model_is(hub: Hub, rows: Repo) -> None:
    assert set(rows.names) == set(rows.sizes) == set(rows.digests) == set(FILES)
    assert rows.sizes["README.md"] == 6
    assert rows.link == f"{constants.ENDPOINT}/datasets/org/rows/tree/{rows.sha}"
    folder = fetch(rows, sorted(FILES), token=False)
    assert {name: (folder / name).read_bytes() for name in FILES} == FILES
    hub.requests.clear()
    assert cached(rows, sorted(FILES)) == folder
    assert hub.requests == []


def test_what_is_wrong_with_a_dataset_is_an_error_of_data(hub: Hub, rows: Repo) -> None:
    with pytest.raises(DataError, match="The Hub has no org/other, or it is private"):
        look("dataset", "org/other", None, False)
    with pytest.raises(DataError, match="is no revision of org/rows"):
        look("dataset", "org/rows", "a b", False)
    for fault, words in ((WrongBytes(7), "arrived damaged"), (WrongSize(), "wrong size")):
        hub.fault("GET .*parquet", fault)
        with pytest.raises(DataError, match=words):
            fetch(rows, FILES, token=False)
        hub.clear_faults()


def test_the_first_place_that_has_them_is_taken(
    hub: Hub, rows: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Place(tmp_path, "bundled")

    def found(**more: Path) -> Place:
        return first_place(rows, list(FILES), Patience(0.7), copy=copy, **more)

    assert found(local=tmp_path) == Place(tmp_path, "local folder")
    missing = tmp_path / "missing"
    hub.fault("GET /api", Silent())
    assert found(local=missing) == Place(tmp_path, "bundled", None, "the Hub is out of reach")
    hub.clear_faults()
    from_hub = found()
    assert (from_hub.source, from_hub.link) == (f"{rows.source}, Hub", rows.link)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    again = found()
    assert (again.source, again.folder) == (f"{rows.source}, cached", from_hub.folder)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(missing))
    assert found() == Place(
        tmp_path, "bundled", None, "the Hub is switched off here (HF_HUB_OFFLINE)"
    )
    nowhere = first_place(rows, FILES, Patience(0.7))
    assert nowhere.folder is None
    assert "HF_HUB_OFFLINE" in nowhere.trouble

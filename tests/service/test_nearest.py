"""Training texts nearest to a text: by the hybrid's own vectors, read in a process, read on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch.nn.functional import normalize

from qbert_demo.checkpoints.card import FACTS
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import SST2
from qbert_demo.data.rows import Rows
from qbert_demo.errors import InputError
from qbert_demo.evaluation import embedding
from qbert_demo.evaluation.embedding import EmbeddingRun, embed_run
from qbert_demo.results import Neighbours
from qbert_demo.service import Explorer, nearest
from qbert_demo.service.nearest import MOST, NearestTexts
from qbert_demo.service.tuner import Tuner
from tests.data.repositories import parquet

PRAISE = [f"a joy of a {thing}" for thing in ("film", "play", "song", "book", "show", "night")]
BLAME = [f"how dull is this {thing}" for thing in ("film", "play", "song", "book", "show", "night")]
TEXTS = (*PRAISE, *BLAME)
TEXT = "what a joy this film is"


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer(tasks=["sst2"])


@pytest.fixture(scope="module")
def tuner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tuner]:
    folder = tmp_path_factory.mktemp("datasets")
    (folder / SST2.repo_id / "data").mkdir(parents=True)
    rows = {"sentence": list(TEXTS), "label": [1] * len(PRAISE) + [0] * len(BLAME)}
    data = parquet(rows, {"label": SST2.labels})
    (folder / SST2.repo_id / "data" / "train-00000-of-00001.parquet").write_bytes(data)
    tuner = Tuner(folder)
    yield tuner
    tuner.close()


@pytest.fixture(scope="module")
def found(explorer: Explorer, tuner: Tuner) -> Neighbours:
    *_, last = NearestTexts(explorer, tuner).near("sst2", TEXT)
    return last


def cosines(explorer: Explorer) -> dict[str, float]:
    model = explorer.classifier("sst2", "hybrid")
    vectors = normalize(model.embed([t.ids for t in model.tokenize([TEXT, *TEXTS])]))
    return dict(zip(TEXTS, (vectors[1:] @ vectors[0]).tolist(), strict=True))


def test_the_nearest_are_those_of_the_vectors_that_the_head_reads(
    explorer: Explorer, found: Neighbours
) -> None:
    wanted = cosines(explorer)
    assert len(found.nearest) == MOST
    assert found.read == found.rows == len(TEXTS)
    for near in found.nearest:
        assert near.alike == pytest.approx(wanted[near.text], abs=2e-3)
        assert near.label == int(near.text in PRAISE)
    best = sorted(wanted.values(), reverse=True)[:MOST]
    assert [near.alike for near in found.nearest] == pytest.approx(best, abs=2e-3)
    assert SST2.labels[found.said] == "positive"


def test_rows_that_are_not_those_of_the_training_are_called_so(found: Neighbours) -> None:
    assert found.trained == 67_349


def test_what_is_read_is_known_at_once_and_to_everybody(
    explorer: Explorer, tuner: Tuner, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = NearestTexts(explorer, tuner)
    *_, last = texts.near("sst2", TEXT)
    monkeypatch.setattr(tuner, "read", None)
    first, *others = texts.near("sst2", PRAISE[2])
    assert others == []
    assert first.read == last.rows
    assert first.nearest[0].text == PRAISE[2]
    assert first.nearest[0].alike == pytest.approx(1, abs=1e-3)


def test_two_who_ask_share_one_reading_and_it_ends_with_the_last(
    explorer: Explorer, tuner: Tuner, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[EmbeddingRun] = []
    dropped: list[str] = []

    def read(run: EmbeddingRun) -> str:
        begun.append(run)
        return "job"

    monkeypatch.setattr(tuner, "read", read)
    monkeypatch.setattr(tuner, "events", lambda *_: [])
    monkeypatch.setattr(tuner, "drop", dropped.append)
    texts = NearestTexts(explorer, tuner)
    one, other = texts.near("sst2", TEXT), texts.near("sst2", PRAISE[0])
    assert [next(one).read, next(other).read] == [0, 0]
    assert len(begun) == 1
    one.close()
    assert dropped == []
    other.close()
    assert dropped == ["job"]


def test_reading_stops_between_two_parts_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "PART", 5)
    path = tmp_path / "vectors.npy"
    np.lib.format.open_memmap(path, "w+", np.float16, (len(TEXTS), 384))
    told: list[dict[str, Any]] = []
    run = EmbeddingRun(CHECKPOINTS / "sst2-hybrid", TEXTS, 0, path)
    assert embed_run(run, told.append, lambda: bool(told)) == 5
    lengths = np.linalg.norm(np.load(path).astype(float), axis=1)
    assert lengths == pytest.approx([1] * 5 + [0] * 7, abs=1e-3)
    rest = EmbeddingRun(run.model, TEXTS, 5, path)
    assert embed_run(rest, told.append, lambda: False) == len(TEXTS)
    assert [event["read"] for event in told] == [5, 10, 12]
    lengths = np.linalg.norm(np.load(path).astype(float), axis=1)
    assert lengths == pytest.approx([1] * len(TEXTS), abs=1e-3)


def test_a_reading_that_breaks_off_is_told_and_begun_anew_by_the_next(
    explorer: Explorer, tuner: Tuner, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = NearestTexts(explorer, tuner)
    with monkeypatch.context() as broken:
        folder = Path("/nowhere")
        broken.setattr(nearest, "EmbeddingRun", lambda _, *rest: EmbeddingRun(folder, *rest))
        with pytest.raises(InputError):
            list(texts.near("sst2", TEXT))
    *_, last = texts.near("sst2", TEXT)
    assert last.read == last.rows


@pytest.mark.parametrize(("train_rows", "trained"), [(4, None), (9, 9)])
def test_held_out_rows_and_their_leaks_are_no_training_texts(
    tmp_path: Path, train_rows: int, trained: int | None
) -> None:
    again = ("one two three again", "again one two three")
    texts = ("one two three", "four five six", "seven", again[0], "eight", "nine", again[1])
    recipe = {"held_out": 1, "leak_words": 3, "held_out_words": 4}
    facts = {"recipe": recipe, "data": {"train_rows": train_rows}}
    (tmp_path / FACTS).write_text(json.dumps(facts))
    rows = Rows(texts, (0,) * 7, "made up")
    kept, unknown = nearest._trained_on(rows, tmp_path)
    assert unknown == trained
    assert kept == ([1, 2, 4, 5] if trained is None else list(range(7)))


def test_fewer_rows_than_were_held_out_are_not_those_of_the_training(tmp_path: Path) -> None:
    recipe = {"held_out": 1000, "leak_words": 5, "held_out_words": 0}
    (tmp_path / FACTS).write_text(json.dumps({"recipe": recipe, "data": {"train_rows": 9}}))
    assert nearest._trained_on(Rows(("a", "b"), (0, 1), "made up"), tmp_path) == ([0, 1], 9)


def test_without_rows_a_sentence_says_what_to_set(explorer: Explorer, tmp_path: Path) -> None:
    (tmp_path / SST2.repo_id).mkdir(parents=True)
    tuner = Tuner(tmp_path)
    try:
        with pytest.raises(InputError, match="not to be had now; set QBERT_DATASETS_DIR"):
            NearestTexts(explorer, tuner).near("sst2", TEXT)
    finally:
        tuner.close()

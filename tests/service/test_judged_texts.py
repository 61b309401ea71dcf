"""The texts behind a judgement: from a folder, checked to be those that were judged, bounded."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from qbert_demo.data.catalogue import SST2
from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.evaluation.judgement import FOLDER, score
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.results import Judgement
from qbert_demo.service.judged_texts import (
    JudgedTexts,
    all_wrong,
    alone_right,
    in_bin,
    in_cell,
    surest_first,
)
from tests.data.repositories import parquet
from tests.judgements import made_up, made_up_texts

TEXTS = made_up_texts()
Fill = Callable[..., None]


@pytest.fixture
def judged(tmp_path: Path) -> Judgement:
    """A judgement of the made-up texts, its predictions stored as they are shipped."""
    said, truth = TEXTS.probabilities, TEXTS.truth
    assert truth is not None
    (tmp_path / FOLDER).mkdir()
    small = {head: p.astype(np.float16) for head, p in said.items()}
    save_file(small, tmp_path / FOLDER / "sst2.safetensors")
    models = tuple(score(head, p, truth, 1.0) for head, p in said.items())
    pairs = paired_tests({head: TEXTS.labels(head) == truth for head in said})
    return replace(made_up(), dataset=SST2.repo_id, models=models, pairs=pairs)


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Fills the folder of datasets with a validation split."""
    folder = tmp_path / "datasets" / SST2.repo_id / "data"
    folder.mkdir(parents=True)
    monkeypatch.setenv("QBERT_DATASETS_DIR", str(tmp_path / "datasets"))

    def filled(texts: tuple[str, ...], labels: list[int]) -> None:
        columns = {"sentence": texts, "label": labels}
        data = parquet(columns, {"label": SST2.labels})
        (folder / "validation-00000-of-00001.parquet").write_bytes(data)

    return filled


def truth() -> list[int]:
    assert TEXTS.truth is not None
    return TEXTS.truth.tolist()


def test_the_judged_texts_come_with_what_was_said(
    judged: Judgement, fill: Fill, tmp_path: Path
) -> None:
    fill(TEXTS.texts, truth())
    source = JudgedTexts(tmp_path)
    found = source.of(judged)
    assert found.texts == TEXTS.texts
    assert list(found.probabilities) == [model.head for model in judged.models]
    shutil.rmtree(tmp_path / "datasets" / SST2.repo_id)
    assert source.of(judged) is found


def test_other_rows_are_not_shown(judged: Judgement, fill: Fill, tmp_path: Path) -> None:
    fill(TEXTS.texts[1:] + TEXTS.texts[:1], truth()[1:] + truth()[:1])
    with pytest.raises(InputError, match="are not those that were judged"):
        JudgedTexts(tmp_path).of(judged)
    fill(TEXTS.texts[:99], truth()[:99])
    with pytest.raises(InputError, match="are not those that were judged"):
        JudgedTexts(tmp_path).of(judged)


def test_without_rows_one_sentence_says_what_to_do(
    judged: Judgement, fill: Fill, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"not to be had now; set QBERT_DATASETS_DIR to .*\.$"):
        JudgedTexts(tmp_path).of(judged)


def test_damaged_predictions_are_called_so(judged: Judgement, fill: Fill, tmp_path: Path) -> None:
    fill(TEXTS.texts, truth())
    (tmp_path / FOLDER / "sst2.safetensors").write_bytes(b"no tensors")
    with pytest.raises(CheckpointError, match="is damaged"):
        JudgedTexts(tmp_path).of(judged)


def test_texts_asked_for_least_recently_make_room(
    judged: Judgement, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(TEXTS.texts, truth())
    monkeypatch.setattr("qbert_demo.service.judged_texts.TASKS", {"sst2": SST2, "other": SST2})
    other = replace(judged, task="other")
    shutil.copy(tmp_path / FOLDER / "sst2.safetensors", tmp_path / FOLDER / "other.safetensors")
    source = JudgedTexts(tmp_path, limit=1)
    first, second = source.of(judged), source.of(other)
    assert source.of(other) is second
    assert source.of(judged) is not first


def test_every_number_finds_as_many_texts_as_it_says(judged: Judgement) -> None:
    for test in judged.pairs:
        assert len(alone_right(TEXTS, test.a, test.b)) == test.only_a
        assert len(alone_right(TEXTS, test.b, test.a)) == test.only_b
    for model in judged.models:
        for true, row in enumerate(model.confusion):
            for said, count in enumerate(row):
                assert len(in_cell(TEXTS, model.head, true, said)) == count
        counts = [b.n for b in model.reliability]
        for k, b in enumerate(model.reliability):
            places = in_bin(TEXTS, model.head, counts, k)
            confidence = TEXTS.probabilities[model.head][places].max(1)
            assert len(places) == b.n
            assert confidence.mean() == pytest.approx(b.said)
    assert all_wrong(TEXTS).tolist() == [8, 9, 10]


def test_the_surest_texts_come_first() -> None:
    assert surest_first(TEXTS, np.array([3, 50, 7]), ["hybrid"]) == [50, 7, 3]

"""Maps of judged texts, with a random hybrid and with vectors whose map is known."""

from functools import cached_property

import numpy as np
import pytest
import torch

from qbert_demo.data.catalogue import SST2
from qbert_demo.errors import InputError
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import BatchComparison, SplitMap
from qbert_demo.service.split_maps import PART, SEED, SplitMaps, plane
from qbert_demo.training.recipe import Recipe
from qbert_demo.training.train_task import make_config
from tests.judgements import made_up_texts
from tests.ui.scripted import NEWS, ScriptedExplorer

TEXTS = made_up_texts()


class WithModel(ScriptedExplorer):
    """A scripted explorer with a random model of one head."""

    kind = "circuit"

    def judged_texts(self, task: str) -> BatchComparison:
        return TEXTS

    @cached_property
    def model(self) -> LoadedModel:
        torch.manual_seed(0)
        return LoadedModel.fresh(make_config(SST2, self.kind, Recipe(adapter_rank=0)))

    def classifier(self, task: str, head: str) -> LoadedModel:
        return self.model


def made(maps: SplitMaps) -> tuple[list[tuple[int, int]], SplitMap]:
    steps: list[tuple[int, int]] = []
    for step in maps.make("sst2"):
        if isinstance(step, SplitMap):
            return steps, step
        steps.append(step)
    raise AssertionError("no map was made")


def test_a_map_is_made_in_parts_and_once() -> None:
    maps = SplitMaps(WithModel())
    steps, found = made(maps)
    assert steps[0] == (PART, 100)
    assert steps[-1] == (100, 100)
    assert found.places.tolist() == list(range(100))
    assert found.seed is None
    assert found.said.tolist() == TEXTS.labels("hybrid").tolist()
    again, same = made(maps)
    assert again == []
    assert same is found


def test_points_are_of_the_texts_that_they_stand_for() -> None:
    explorer = WithModel()
    _, found = made(SplitMaps(explorer))
    ids = [tokens.ids for tokens in explorer.model.tokenize(TEXTS.texts)]
    vectors = explorer.model.embed(ids).double().numpy()
    expected = plane(vectors, found.truth)
    np.testing.assert_allclose(
        np.abs(found.encoder.points), np.abs(expected.points), atol=1e-4, rtol=0
    )
    head = explorer.model.model.classifier
    with torch.no_grad():
        values = head.middle(head.reduce(torch.from_numpy(vectors).float())).double().numpy()
    circuit = plane(values, found.truth)
    np.testing.assert_allclose(
        np.abs(found.circuit.points), np.abs(circuit.points), atol=1e-4, rtol=0
    )


def test_of_many_texts_a_sample_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbert_demo.service.split_maps.MOST", 30)
    _, found = made(SplitMaps(WithModel()))
    assert found.seed == SEED
    assert len(found.places) == 30
    assert found.rows == 100
    assert TEXTS.truth is not None
    assert found.truth.tolist() == TEXTS.truth[found.places].tolist()


def test_without_a_circuit_there_is_no_map() -> None:
    explorer = WithModel()
    explorer.kind = "linear"
    with pytest.raises(InputError, match="no circuit"):
        made(SplitMaps(explorer))
    bare = WithModel(tasks=(NEWS,))
    with pytest.raises(InputError, match="no task"):
        made(SplitMaps(bare))


def test_a_plane_says_how_much_it_holds_and_which_labels_lie_together() -> None:
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2
    apart = np.stack([10.0 * truth, rng.normal(size=60), 0 * truth], 1)
    found = plane(apart, truth)
    assert found.alike == 1
    assert sum(found.shares) == pytest.approx(1)
    assert found.shares[0] == pytest.approx(25 / (25 + apart[:, 1].var()), abs=0.03)
    assert plane(apart, np.roll(truth, 1)[rng.permutation(60)]).alike < 0.8
    single = plane(apart[:, :1], truth)
    assert single.shares == (pytest.approx(1), 0.0)
    assert not single.points[:, 1].any()

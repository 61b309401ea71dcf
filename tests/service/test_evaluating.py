"""Evaluations run in the queue of the trainings, and say what they are of."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qbert_demo.data.catalogue import ROTTEN_TOMATOES
from qbert_demo.data.hub_dataset import HubDataset
from qbert_demo.errors import InputError, QBertError
from qbert_demo.model.prediction import softmax
from qbert_demo.results import Evaluation, TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.evaluating import PASTED, Evaluator, Order, RowsWish
from qbert_demo.service.tuner import Tuner
from tests import models
from tests.data.repositories import NAME, moods, repository, reviews
from tests.hub import Hub
from tests.labelled_lines import LINES

OWN = RowsWish(None, own_text=LINES)
PLACEHOLDER = "A warm and funny film, positive\nDull and lifeless, negative"
MANY = RowsWish("rotten_tomatoes", "train", 5000)


@pytest.fixture(scope="module")
def evaluator() -> Iterator[Evaluator]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        tuner = Tuner()
    yield Evaluator(Explorer(tasks=["sst2"]), tuner)
    tuner.close()


def finished(evaluator: Evaluator, order: Order) -> Evaluation:
    since, deadline = 0, time.monotonic() + 120
    while time.monotonic() < deadline:
        for event in evaluator.tuner.events(order.job_id, since, 1):
            since = event.number + 1
            if event.is_last:
                return evaluator.finish(order, event.value)
    raise AssertionError("the evaluation did not end")


@pytest.fixture(scope="module")
def found(evaluator: Evaluator) -> Evaluation:
    return finished(evaluator, evaluator.start("sst2", ["classical", "hybrid"], OWN))


def test_scores_are_of_what_the_models_say(found: Evaluation, evaluator: Evaluator) -> None:
    judgement, texts = found.judgement, found.texts
    assert (judgement.rows, found.wanted, found.available) == (40, 40, 40)
    assert texts.truth is not None
    (test,) = judgement.pairs
    assert (test.a, test.b) == ("hybrid", "classical")
    for model in judgement.models:
        single = evaluator.explorer.compare("sst2", texts.texts[0], [model.head])
        said = single.predictions[model.head].probabilities
        np.testing.assert_allclose(texts.probabilities[model.head][0], said, atol=1e-4)
        right = texts.labels(model.head) == texts.truth
        assert model.accuracy.value == right.mean() < 1
        assert sum(one.n for one in model.classes) == 40
        assert model.texts_per_second > 0
    assert any("“=”" in note for note in found.notes)


def test_two_lines_are_enough(evaluator: Evaluator) -> None:
    wish = RowsWish(None, own_text=PLACEHOLDER)
    found = finished(evaluator, evaluator.start("sst2", ["classical", "hybrid"], wish))
    judgement = found.judgement
    assert (judgement.dataset, judgement.rows, found.notes) == (PASTED, 2, ())
    for model in judgement.models:
        assert model.accuracy.value == model.accuracy.high == 1
    (test,) = judgement.pairs
    assert (test.difference.low, test.difference.high, test.differs) == (0, 0, False)


def test_a_program_is_warned_of_what_a_person_is(evaluator: Evaluator) -> None:
    leaking = evaluator.evaluate("sst2", "hybrid", RowsWish("rotten_tomatoes", "train", 20))
    (warning,) = leaking["warnings"]
    assert warning.startswith("No fair test")
    fair = evaluator.evaluate("sst2", "hybrid", replace(OWN, rows=20))
    assert (fair["warnings"], fair["predictions_file"]) == ([], None)


def test_the_seed_draws_the_same_texts_again(evaluator: Evaluator) -> None:
    wishes = [RowsWish("rotten_tomatoes", "train", 30, seed) for seed in (1, 1, 2)]
    orders = [evaluator.start("sst2", ["classical"], wish) for wish in wishes]
    for order in orders:
        evaluator.drop(order.job_id)
    first, again, other = (order.rows.texts for order in orders)
    assert first == again
    assert len(set(first)) == 30
    assert first != other
    assert orders[0].available > 8000


def test_what_was_read_until_stop_is_scored_with_its_n(evaluator: Evaluator) -> None:
    order = evaluator.start("sst2", ["classical", "hybrid"], MANY)
    while not any(
        e.kind == "sent" and "best" in e.value for e in evaluator.tuner.events(order.job_id)
    ):
        time.sleep(0.1)
    evaluator.stop(order.job_id)
    stopped = finished(evaluator, order)
    n = stopped.judgement.rows
    assert 0 < n < stopped.wanted == 5000
    assert n == len(stopped.texts.texts) == stopped.judgement.models[0].accuracy.n
    assert stopped.texts.texts == order.rows.texts[:n]


def test_a_dataset_that_leaks_is_called_so(evaluator: Evaluator) -> None:
    order = evaluator.start("sst2", ["hybrid"], RowsWish("rotten_tomatoes", "train", 20))
    evaluator.drop(order.job_id)
    (warning,) = order.warnings
    assert warning.startswith("No fair test")
    assert ROTTEN_TOMATOES.note in warning


def test_any_dataset_of_the_hub_is_evaluated_at_the_commit_that_was_read(
    evaluator: Evaluator, hub: Hub
) -> None:
    sha = hub.add("dataset", NAME, repository(reviews()))
    order = evaluator.start("sst2", ["hybrid"], RowsWish(None, "", 20, hub=HubDataset(NAME)))
    assert (order.dataset, order.split, order.available) == (NAME, "train", 60)
    assert order.rows.revision == sha
    assert "Whether the shipped models have seen rows of org/moods" in order.warnings[0]
    judgement = finished(evaluator, order).judgement
    assert (judgement.dataset, judgement.revision, judgement.rows) == (NAME, sha, 20)
    assert judgement.models[0].accuracy.value > 0.9
    hub.add("dataset", "stanfordnlp/sst2", repository(reviews()))
    seen = HubDataset("stanfordnlp/sst2", split="train")
    order = evaluator.start("sst2", ["hybrid"], RowsWish(None, "", 20, hub=seen))
    evaluator.drop(order.job_id)
    assert order.warnings[0].startswith("No fair test")


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (HubDataset(NAME), "“calm” is none of this model's"),
        (HubDataset(NAME, split="nope"), "nope"),
        (HubDataset("org/gone"), "org/gone"),
        (HubDataset("../x"), "is no id of a dataset"),
        (HubDataset(NAME, token="hf_<b>"), "token"),
    ],
)
def test_a_dataset_that_does_not_fit_says_why(
    evaluator: Evaluator, hub: Hub, wish: HubDataset, message: str
) -> None:
    hub.add("dataset", NAME, repository(moods()))
    with pytest.raises(QBertError, match=message):
        evaluator.start("sst2", ["hybrid"], RowsWish(None, "", 20, hub=wish))


def test_a_strangers_model_is_evaluated_beside_ours_and_said_to_be_unknown(
    evaluator: Evaluator, hub: Hub, tmp_path: Path
) -> None:
    models.plain_bert(tmp_path, ("Positive", "Negative"))
    hub.add("model", "org/moods", tmp_path)
    (card,) = evaluator.explorer.load_model("org/moods").cards
    order = evaluator.start(card.key, ["hybrid", "guest"], OWN)
    assert "What org/moods was trained on is not known" in order.warnings[0]
    theirs = finished(evaluator, order)
    assert theirs.names == {"guest": "org/moods"}
    said = evaluator.explorer.compare(card.key, theirs.texts.texts[0], ["guest"])
    np.testing.assert_allclose(
        theirs.texts.probabilities["guest"][0], said.predictions["guest"].probabilities, atol=1e-4
    )


def test_a_visitors_trained_head_is_evaluated(evaluator: Evaluator) -> None:
    model = evaluator.tuner.base()
    card = TaskCard("mine-1", "My films", ("negative", "positive"), (), ("classical",))
    evaluator.explorer.adopt(card, {"classical": model})
    mine = finished(evaluator, evaluator.start("mine-1", ["classical"], OWN))
    assert mine.warnings[0].startswith("What My films was trained on is not known")
    said = softmax(model.logits([row.ids for row in model.tokenize(mine.texts.texts)]))
    np.testing.assert_allclose(mine.texts.probabilities["classical"], said, atol=1e-4)


def test_datasets_are_those_with_the_tasks_classes(evaluator: Evaluator) -> None:
    keys = [key for _, key in evaluator.sources("sst2")]
    assert keys == ["sst2", "imdb", "rotten_tomatoes", "yelp_polarity"]


@pytest.mark.parametrize(
    ("heads", "wish", "message"),
    [
        ([], OWN, "at least one model"),
        (["nope"], OWN, "no 'nope' model"),
        (["hybrid"], RowsWish("nope"), "no dataset 'nope'"),
        (["hybrid"], RowsWish("../sst2"), "no dataset"),
        (["hybrid"], RowsWish("rotten_tomatoes", "secret"), "The splits of Rotten"),
        (["hybrid"], RowsWish("rotten_tomatoes", "train", 0), "Rows must be"),
        (["hybrid"], RowsWish("rotten_tomatoes", "train", 5, -1), "The seed"),
        (["hybrid"], RowsWish("bbc_news", "train", 5), "is none of this model's"),
        (["hybrid"], RowsWish(None), "There is no row"),
        (
            ["hybrid"],
            RowsWish(None, own_text="A warm film, spam"),
            "“spam” is none of this model's",
        ),
        (["hybrid"], RowsWish(None, own_text="A film, positive"), "only row has the label “pos"),
        (["hybrid"], RowsWish(None, own_text="a,1\nc,positive"), "All 2 rows have the label “pos"),
        (["hybrid"], RowsWish(None, own_file=Path("/nowhere.csv")), "could not be read"),
    ],
)
def test_what_cannot_be_evaluated_says_why(
    evaluator: Evaluator, heads: list[str], wish: RowsWish, message: str
) -> None:
    with pytest.raises(QBertError, match=message):
        evaluator.start("sst2", heads, wish)


@pytest.mark.parametrize("rows", [None, 0, 2001, 1.5, "all"])
def test_a_program_asks_for_so_many_rows_and_no_more(evaluator: Evaluator, rows: Any) -> None:
    with pytest.raises(InputError, match="Rows must be a whole number from 1 to 2,000"):
        evaluator.evaluate("sst2", "hybrid", RowsWish("rotten_tomatoes", "train", rows))


def test_what_is_kept_no_longer_says_so(evaluator: Evaluator) -> None:
    with pytest.raises(InputError, match="dropped to make room"):
        evaluator.kept("nope")

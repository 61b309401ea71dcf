"""The service behind the Fine-tune tab: rows, caps, and trainings in processes of their own."""

import io
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.data.catalogue import DATASETS
from qbert_demo.data.catalogue_rows import load_sample
from qbert_demo.errors import BusyError, DataError, InputError, QBertError
from qbert_demo.jobs.queue import Event
from qbert_demo.results import Estimate, QuickReport
from qbert_demo.service.tuner import DataChoice, TrainingRun, Tuner, archive
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from tests.jobs.watch import trainees

OWN = "\n".join(
    f"the {thing} is {word}, {label}"
    for label, words in (
        ("good", ("lovely", "superb", "a joy")),
        ("bad", ("awful", "a mess", "dull")),
    )
    for word in words
    for thing in ("film", "soup", "garden", "song")
)
MINE = DataChoice(None, own_text=OWN)
LONG = FrozenRecipe(epochs=100, n_qubits=8, n_layers=6, batch_size=2)


@pytest.fixture(scope="module")
def tuner() -> Iterator[Tuner]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        made = Tuner()
    yield made
    made.close()


def wait_for_the_end(tuner: Tuner, job_id: str) -> tuple[Event, list[Event]]:
    events: list[Event] = []
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        events += tuner.events(job_id, events[-1].number + 1 if events else 0, 1.0)
        if events and events[-1].is_last:
            return events[-1], events
    raise AssertionError("the training did not end")


def wait_for_an_epoch(tuner: Tuner, job_id: str) -> None:
    while not any(e.kind == "sent" and "epoch" in e.value for e in tuner.events(job_id)):
        assert not any(e.is_last for e in tuner.events(job_id)), "the training ended without one"
        time.sleep(0.05)


def test_datasets_that_need_no_network_come_first_and_say_so(tuner: Tuner) -> None:
    choices = tuner.sources()
    assert len(choices) == 8
    bundled = [key for title, key in choices if "(bundled)" in title]
    assert bundled == ["imdb", "rotten_tomatoes", "bbc_news"]
    assert [key for _, key in choices[:3]] == bundled


def test_own_rows_are_divided_and_every_class_is_on_both_sides(tuner: Tuner) -> None:
    material = tuner.material(MINE)
    assert material.labels == ("good", "bad")
    assert len(material.train) + len(material.held_out) == 24
    assert len(material.held_out) == 7
    assert material.notes == ()
    assert set(material.train.labels) == set(material.held_out.labels) == {0, 1}
    assert tuner.material(MINE) == material


def test_a_file_counts_more_than_pasted_lines(tuner: Tuner, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("text,label\n" + "\n".join(f"row {i},{'ab'[i % 2]}" for i in range(12)))
    assert tuner.material(DataChoice(None, OWN, file)).labels == ("a", "b")
    with pytest.raises(InputError, match="Upload it again"):
        tuner.material(DataChoice(None, OWN, tmp_path / "gone.csv"))


def test_a_bundled_dataset_gives_what_was_asked_for(tuner: Tuner) -> None:
    material = tuner.material(DataChoice("bbc_news", rows=60, held_out=30))
    assert (len(material.train), len(material.held_out)) == (60, 30)
    assert len(material.labels) == 5
    assert "bundled" in material.train.origin


def test_long_texts_are_cut_where_the_encoder_has_long_stopped_reading(tuner: Tuner) -> None:
    material = tuner.material(DataChoice("bbc_news", rows=1000, held_out=1000))
    texts = material.train.texts + material.held_out.texts
    assert max(map(len, texts)) == 2_000
    source = DATASETS["bbc_news"]
    whole = load_sample(source).texts
    longest = sorted(whole, key=len)[-20:]
    read = [token.ids for token in tuner.base().tokenize(longest)]
    again = [token.ids for token in tuner.base().tokenize([text[:2_000] for text in longest])]
    assert read == again
    assert sum(map(len, texts)) < 0.8 * sum(map(len, whole)) * len(texts) / len(whole)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (DataChoice("nonsense"), "no dataset 'nonsense'"),
        (DataChoice("bbc_news", rows=2001), "10 to 2,000"),
        (DataChoice("bbc_news", rows=5), "10 to 2,000"),
        (DataChoice("bbc_news", held_out=1001), "10 to 1,000"),
        (DataChoice("bbc_news", seed=-1), "The seed"),
        (DataChoice("bbc_news", rows=[500]), "10 to 2,000"),
        (DataChoice("bbc_news", seed=False), "The seed"),
        (DataChoice(["bbc_news"]), "no dataset"),
        (DataChoice(None, seed=-1, own_text=OWN), "The seed"),
        (DataChoice(None, "one line, alone"), "classes"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(
    tuner: Tuner, choice: DataChoice, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        tuner.material(choice)


def test_a_training_tells_its_way_and_hands_back_heads_that_load(
    tuner: Tuner, tmp_path: Path
) -> None:
    material, recipe = tuner.material(MINE), FrozenRecipe(epochs=6)
    last, events = wait_for_the_end(tuner, tuner.start(material, recipe))
    assert last.kind == "finished", last.sentence
    told = [e.value for e in events if e.kind == "sent"]
    assert {"embedded": (24, 24), "replaces": "embedded"} in told
    assert sum("epoch" in value for value in told) == 12
    report = last.value
    assert isinstance(report, QuickReport)
    with zipfile.ZipFile(
        io.BytesIO(archive(report.heads["hybrid"], TrainingRun(material, recipe)))
    ) as z:
        z.extractall(tmp_path)
    classifier = open_checkpoint(tmp_path / "qbert-hybrid", Trust.OURS)
    ids = [t.ids for t in classifier.tokenize(material.held_out.texts)]
    assert classifier.logits(ids).argmax(1).tolist() == report.heads["hybrid"].predicted.tolist()


def test_a_stop_ends_within_a_second_and_keeps_the_best_so_far(tuner: Tuner) -> None:
    material = tuner.material(MINE)
    job_id = tuner.start(material, LONG)
    wait_for_an_epoch(tuner, job_id)
    start = time.monotonic()
    tuner.stop(job_id)
    last, _ = wait_for_the_end(tuner, job_id)
    assert time.monotonic() - start < 3, "one second on a quiet machine"
    assert last.kind == "stopped"
    assert last.value.heads["classical"].best_epoch >= 1


def test_a_stop_keeps_the_best_so_far_of_a_process_that_has_no_time_to_answer(
    tuner: Tuner, tmp_path: Path
) -> None:
    order = TrainingRun(tuner.material(MINE), LONG)
    others = trainees()
    job_id = tuner.start(order.material, order.recipe)
    wait_for_an_epoch(tuner, job_id)
    (pid,) = trainees() - others
    os.kill(pid, signal.SIGSTOP)
    tuner.stop(job_id)
    last, _ = wait_for_the_end(tuner, job_id)
    assert last.kind == "stopped"
    head = last.value.heads["classical"]
    assert head.best_epoch >= 1
    assert head.accuracy.value == pytest.approx(head.history[head.best_epoch - 1].accuracy)
    with zipfile.ZipFile(io.BytesIO(archive(head, order))) as zipped:
        zipped.extractall(tmp_path)
    classifier = open_checkpoint(tmp_path / "qbert-classical", Trust.OURS)
    ids = [t.ids for t in classifier.tokenize(order.material.held_out.texts)]
    assert classifier.logits(ids).argmax(1).tolist() == head.predicted.tolist()


def test_end_to_end_the_time_is_told_first_and_a_stop_keeps_the_best(
    tuner: Tuner, tmp_path: Path
) -> None:
    material = tuner.material(MINE)
    recipe = LoraRecipe(n_qubits=2, epochs=10, batch_size=2, adapter_rank=2)
    order = TrainingRun(material, recipe)
    told = tuner.estimate(order)
    assert (told.heads, told.epochs, told.rows) == (2, 10, 17)
    assert told.seconds > 1
    job_id = tuner.start(material, recipe)
    sent: list[dict[str, Any]] = []
    since = 0
    while not {"epoch", "moved", "best"} <= {key for value in sent for key in value}:
        for event in tuner.events(job_id, since, 1.0):
            since = event.number + 1
            sent += [event.value] if event.kind == "sent" else []
            assert not event.is_last, event.sentence
    assert next(value["moved"][1] for value in sent if "moved" in value) == 2 * 10 * 9
    start = time.monotonic()
    tuner.stop(job_id)
    last, _ = wait_for_the_end(tuner, job_id)
    assert time.monotonic() - start < 3, "one second on a quiet machine"
    assert last.kind == "stopped"
    assert list(last.value.heads) == ["classical"]
    head = last.value.heads["classical"]
    assert head.best_epoch >= 1
    with zipfile.ZipFile(io.BytesIO(archive(head, order))) as zipped:
        zipped.extractall(tmp_path)
    texts = material.held_out.texts
    for classifier in (
        open_checkpoint(tmp_path / "qbert-classical", Trust.OURS),
        tuner.classifiers(last.value, order)["classical"],
    ):
        ids = [t.ids for t in classifier.tokenize(texts)]
        assert classifier.logits(ids).argmax(1).tolist() == head.predicted.tolist()


def test_an_estimate_can_be_given_up_and_is_for_end_to_end_alone(tuner: Tuner) -> None:
    material = tuner.material(MINE)
    start = time.monotonic()
    with pytest.raises(InputError, match="Stopped before it began"):
        tuner.estimate(TrainingRun(material, LoraRecipe()), lambda: time.monotonic() - start > 0.2)
    assert time.monotonic() - start < 2
    with pytest.raises(BusyError, match="Heads alone take seconds"):
        tuner.estimate(TrainingRun(material, FrozenRecipe()))


def test_a_class_may_stand_in_line_for_its_estimates(
    tuner: Tuner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbert_demo.service.tuner.MEASURING_SECONDS", 0)
    order = TrainingRun(tuner.material(MINE), LoraRecipe())
    start = time.monotonic()

    def measure(_: int) -> Estimate | str:
        try:
            return tuner.estimate(order, lambda: time.monotonic() - start > 3)
        except QBertError as error:
            return str(error)

    with ThreadPoolExecutor(30) as pool:
        said = list(pool.map(measure, range(30)))
    refused = [words for words in said if isinstance(words, str)]
    assert len(refused) > 25
    assert set(refused) == {"Stopped before it began."}


def test_an_estimate_that_takes_too_long_itself_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("qbert_demo.service.tuner.MEASURING_SECONDS", 0.1)
    with closing(Tuner()) as hurried, pytest.raises(BusyError, match="too busy to say how long"):
        hurried.estimate(TrainingRun(hurried.material(MINE), LoraRecipe()))


def test_too_many_rows_for_end_to_end_are_refused_at_the_start(tuner: Tuner) -> None:
    material = tuner.material(DataChoice("rotten_tomatoes", rows=1010, held_out=10))
    with pytest.raises(InputError, match="at most 1,000 rows to train on"):
        tuner.start(material, LoraRecipe())
    with pytest.raises(InputError, match="at most 1,000 rows to train on"):
        tuner.estimate(TrainingRun(material, LoraRecipe()))


def test_unknown_and_dropped_trainings_are_said_to_be_gone(tuner: Tuner) -> None:
    with pytest.raises(InputError, match="gone"):
        tuner.events("guess")
    job_id = tuner.start(tuner.material(MINE), FrozenRecipe())
    tuner.drop(job_id)
    with pytest.raises(InputError, match="gone"):
        tuner.events(job_id)


@pytest.mark.parametrize("text", ["0", "17", "two", "", "1.5"])
def test_a_bad_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("QBERT_TRAININGS", text)
    with pytest.raises(InputError, match="QBERT_TRAININGS must be a whole number from 1 to 16"):
        Tuner()


def test_a_dataset_out_of_reach_says_what_to_do(
    tuner: Tuner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbert_demo.hub.waiting.PROBE_SECONDS", 0.2)
    with pytest.raises(DataError, match="bundled"):
        tuner.material(DataChoice("yelp_polarity"))

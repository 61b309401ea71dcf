"""Evaluate now, as its handlers tell it, and as a program asks for it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from qbert_demo.service.evaluating import PASTED, Evaluator
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.judge.evaluate import evaluate, stop
from qbert_demo.ui.judge.evaluate_form import _shown_for, choices_of
from qbert_demo.ui.judge.evaluate_result import Chosen, Run, Shown, numbers, show_texts
from qbert_demo.ui.judge.evaluate_words import progress_html, result_html
from qbert_demo.ui.parts.events import KEEP
from tests.data.repositories import NAME, repository, reviews
from tests.hub import Hub
from tests.hub.fixtures import TOKEN
from tests.labelled_lines import LINES
from tests.ui.scripted import ScriptedExplorer
from tests.ui.test_compare import text_of

KINDS = ("dataset", "hub", "own")
HEADS = ["classical", "hybrid", "control"]
OWN = ("sst2", HEADS, "own", None, "report", False, 200, 0, LINES, None)


@pytest.fixture(scope="module")
def evaluator() -> Iterator[Evaluator]:
    tuner = Tuner()
    yield Evaluator(ScriptedExplorer(), tuner)
    tuner.close()


@pytest.fixture(scope="module")
def run() -> Run:
    return Run()


@pytest.fixture(scope="module")
def updates(evaluator: Evaluator, run: Run) -> list[Shown]:
    return list(evaluate(evaluator, run, *OWN))


def test_an_evaluation_goes_through_its_stages_to_figures(updates: list[Shown], run: Run) -> None:
    first, *_, last = updates
    assert text_of(first.said) == "Getting the texts …"
    assert (first.start["visible"], first.end["visible"]) == (False, True)
    assert text_of(last.said) == "Finished."
    assert (last.start["visible"], last.end["visible"]) == (True, False)
    words = text_of(last.result)
    assert words.startswith("No difference between hybrid and classical can be shown on 40 texts")
    assert "All 40 texts of your own; seed 0. One row begins with “=”" in words
    assert re.search(r"Read at \d+ \(classical\), \d+ \(hybrid\).* texts a second", words)
    for name in ("scores", "confusion_hybrid", "reliability_control"):
        assert getattr(last, name).figure.data
    assert last.confusion_guest is last.reliability_guest is None
    assert text_of(last.classes).count("negative") == len(HEADS)
    assert run.wanted is None


def test_a_number_leads_to_its_texts_escaped(
    updates: list[Shown], evaluator: Evaluator, run: Run
) -> None:
    assert updates
    choices = updates[-1].number["choices"]
    (name,) = [n for n in choices if n.startswith("hybrid says positive, true is negative (")]
    event = gr.EventData(None, {"trace": "confusion", "index": [0, 1]})
    assert Chosen(evaluator, "confusion_hybrid")(run, event) == name
    shown = show_texts(evaluator, run, name)
    assert "a &lt;b&gt;superb&lt;/b&gt; film" in shown.listed
    assert "<b>" not in shown.listed
    assert "?task=sst2&amp;text=" in shown.listed
    assert show_texts(evaluator, run, None).listed == ""
    assert Chosen(evaluator, "confusion_hybrid")(Run(), event) is KEEP
    assert "dropped" in show_texts(evaluator, Run(), name).said


def test_every_choice_holds_as_many_texts_as_it_says(
    updates: list[Shown], evaluator: Evaluator, run: Run
) -> None:
    assert updates
    found = evaluator.kept(run.shown)
    for number in numbers(found):
        assert number.count == len(number.find(found.texts)) > 0, number.what


def test_of_three_models_the_texts_that_one_alone_got_right_can_be_chosen(
    updates: list[Shown], evaluator: Evaluator, run: Run
) -> None:
    assert updates
    found = evaluator.kept(run.shown)
    truth = found.texts.truth
    assert truth is not None
    for number in (n for n in numbers(found) if n.name.startswith("only the ")):
        places = number.find(found.texts)
        assert number.count == len(places) > 0
        for head in HEADS:
            right = (found.texts.labels(head) == truth)[places]
            assert right.all() if head in number.heads else not right.any()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({1: []}, "at least one model"),
        ({8: ""}, "There is no row"),
        ({8: "a,positive\nb,positive"}, "All 2 rows have the label “positive”"),
        ({8: "A warm film, spam"}, "“spam” is none of this model's"),
        ({8: LINES.replace("negative", "<i>so</i>")}, "“<i>so</i>” is none of this model's"),
        ({8: LINES.replace("negative", "=1+1")}, "“=1+1” is none of this model's"),
        ({2: "dataset", 3: "nope"}, "no dataset"),
        ({7: 0.5}, "The seed"),
    ],
)
def test_a_mistake_is_said_and_the_page_goes_on(
    evaluator: Evaluator, changes: dict[int, Any], words: str
) -> None:
    form = [changes.get(k, value) for k, value in enumerate(OWN)]
    run = Run()
    *_, last = evaluate(evaluator, run, *form)
    assert words in text_of(last.said)
    assert "<i>" not in last.said
    assert last.start["visible"]
    assert run == Run()


def test_a_dataset_of_the_hub_is_read_and_the_token_forgotten(
    evaluator: Evaluator, hub: Hub
) -> None:
    hub.add("dataset", NAME, repository(reviews()), private=True)
    boxes = (NAME, "default", "train", "sentence", "feeling", None)
    form = ("sst2", HEADS, "hub", "sst2", "report", False, 40, 0, LINES, None, *boxes)
    refused, allowed = (
        list(evaluate(evaluator, Run(), *form, token)) for token in ("", f" {TOKEN} ")
    )
    assert NAME in text_of(refused[-1].said)
    assert not any(update.token == "" for update in refused)
    first, begun, *_, last = allowed
    assert (first.token, begun.token) == (KEEP, "")
    words = text_of(last.result)
    assert "can be shown on 40 texts" in words
    assert f"{NAME}" in words
    assert "60 rows were streamed" in words
    assert "have seen rows of org/moods in training is not known" in words
    assert TOKEN not in repr(allowed)


def test_each_kind_of_texts_has_its_part_of_the_form() -> None:
    shown = {kind: [part["visible"] for part in _shown_for(kind)] for kind in KINDS}
    assert shown == {
        "dataset": [True, False, False, True],
        "hub": [False, True, False, True],
        "own": [False, False, True, False],
    }


@pytest.mark.parametrize(
    ("heads", "dataset", "split", "words"),
    [
        (2, PASTED, "", "the parts that all models had read, drawn at random from your own; seed"),
        (1, "a/b", "test", "the parts that were read, drawn at random from the test split of a/b;"),
    ],
)
def test_what_is_scored_after_a_stop_is_told(
    updates: list[Shown],
    evaluator: Evaluator,
    run: Run,
    *,
    heads: int,
    dataset: str,
    split: str,
    words: str,
) -> None:
    assert updates
    whole = evaluator.kept(run.shown)
    models = whole.judgement.models[:heads]
    judgement = replace(whole.judgement, models=models, dataset=dataset, split=split)
    stopped = replace(whole, judgement=judgement, wanted=1066, available=1066)
    told = text_of(result_html(stopped))
    assert f"Stopped: 40 of 1,066 texts are scored, {words}" in told


def test_a_second_press_does_nothing_and_stop_counts_before_it_begins(
    evaluator: Evaluator,
) -> None:
    run = Run()
    assert stop(evaluator, run) is KEEP
    first = evaluate(evaluator, run, *OWN)
    next(first)
    assert list(evaluate(evaluator, run, *OWN)) == [Shown(KEEP)]
    assert text_of(stop(evaluator, run)) == "Stopping …"
    *_, last = first
    assert text_of(last.said) == "Stopped before it began."
    assert run == Run()


def test_a_page_that_is_closed_leaves_no_job(evaluator: Evaluator) -> None:
    run = Run()
    going = evaluate(evaluator, run, *OWN)
    next(going)
    next(going)
    job_id = run.job_id
    assert job_id
    del going
    with pytest.raises(Exception, match="This run is gone"):
        evaluator.tuner.events(job_id)


def test_another_task_brings_its_models_and_datasets(evaluator: Evaluator) -> None:
    heads, sources = choices_of(evaluator, "ag_news")
    assert heads["value"] == ["classical", "hybrid"]
    assert sources["value"] == "ag_news"
    assert choices_of(evaluator, "nope")[0]["choices"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((2, (0, 0), 0.0), "Waiting; 2 in the queue."),
        ((0, (0, 0), 0.0), "Starting …"),
        ((None, (0, 0), 0.0), "Opening the models …"),
        ((None, (50, 200), 10.0), "50 of 200 readings, about 30 s left"),
    ],
)
def test_progress_is_told(arguments: Any, words: str) -> None:
    assert text_of(progress_html(*arguments)) == words


def test_a_program_evaluates_over_the_network(url: str) -> None:
    client = Client(url, verbose=False)
    report = client.predict("sst2", lines=LINES, rows=40, api_name="/evaluate")
    keys = "checkpoint dataset split rows accuracy accuracy_ci95 macro_f1 macro_recall log_loss ece"
    more = ("confusion_matrix", "texts_per_second", "warnings", "predictions_file")
    assert list(report) == [*keys.split(), *more]
    assert (report["warnings"], report["predictions_file"]) == ([], None)
    assert (report["checkpoint"], report["rows"]) == ("sst2-hybrid", 40)
    right = sum(report["confusion_matrix"][k][k] for k in range(2))
    assert report["accuracy"] == pytest.approx(right / 40)
    for arguments, words in (
        ({"rows": 2001, "lines": LINES}, "from 1 to 2,000"),
        ({"rows": 10, "dataset": "/etc/passwd"}, "no dataset"),
        ({"rows": 10, "lines": 5}, "Paste lines"),
        ({"rows": 10, "lines": LINES, "head": "nope"}, "no 'nope' model"),
    ):
        with pytest.raises(AppError, match=words):
            client.predict("sst2", **arguments, api_name="/evaluate")

"""The Fine-tune tab's handlers, called directly, with trainings in real processes."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np
import pytest

from qbert_demo.errors import InputError
from qbert_demo.figures.theme import signed
from qbert_demo.results import QuickReport, TaskCard
from qbert_demo.service.tuner import Tuner
from qbert_demo.ui.finetune.downloads import download, use
from qbert_demo.ui.finetune.replay import replay_json
from qbert_demo.ui.finetune.rows_form import choice_of, preview
from qbert_demo.ui.finetune.run import Shown, run, stop
from qbert_demo.ui.finetune.session import Session
from tests.service.test_tuner import OWN
from tests.ui.scripted import ScriptedExplorer
from tests.ui.test_compare import text_of

FORM = ("own", "rotten_tomatoes", OWN, None, 500.0, 200.0, True, 0.0)
QUICK = {"epochs": 5, "n_qubits": 2}


@pytest.fixture(scope="module")
def tuner() -> Iterator[Tuner]:
    made = Tuner()
    yield made
    made.close()


@pytest.fixture(scope="module")
def updates(tuner: Tuner) -> list[Any]:
    """Everything that one training shows."""
    return list(run(tuner, Session(), ["classical", "hybrid"], QUICK, FORM))


def test_the_rows_are_shown_before_anything_is_trained(tuner: Tuner) -> None:
    words = text_of(preview(tuner, *FORM))
    counts = r"\(good (\d+), bad (\d+)\)"
    found = re.search(rf"17 rows to train on {counts} and 7 held out {counts}", words)
    assert found is not None
    assert int(found[1]) + int(found[2]) == 17
    assert int(found[3]) + int(found[4]) == 7
    material = tuner.material(choice_of(*FORM))
    assert all(text in words for text in material.train.texts[:8])
    assert "classes" in preview(tuner, "own", "", "only one line, a", None, 500, 200, True, 0)
    assert "whole number" in preview(tuner, "own", "", OWN, None, 500, 200, True, 0.5)


def test_a_training_goes_through_its_stages_to_a_table(updates: list[Any]) -> None:
    said = [text_of(update.said) for update in updates]
    assert said[0].startswith("Getting the rows")
    assert said[-1] == "Finished."
    last = updates[-1]
    session = last.session
    assert last.bar == ""
    assert isinstance(session.report, QuickReport)
    assert last.form == gr.skip()
    assert not last.end["visible"]
    words = text_of(last.result)
    assert "On 7 held-out rows" in words
    truth = np.array(session.order.material.held_out.labels)
    right = {name: head.predicted == truth for name, head in session.report.heads.items()}
    points = 100 * (right["hybrid"].mean() - right["classical"].mean())
    assert f"hybrid minus classical: {signed(points, 1)} points" in words
    alone = sum(right["hybrid"] & ~right["classical"])
    assert f"the hybrid alone is right on {alone} texts" in words
    largest = max(np.mean(truth), 1 - np.mean(truth))
    assert f"would be right on {100 * largest:.1f} %" in words
    wrong = sum(~(right["classical"] & right["hybrid"]))
    assert f"{wrong} held-out texts that at least one head got wrong" in text_of(last.wrong) or (
        not wrong
    )
    begun = next(update for update in updates if update.token == "")
    assert begun.form == {"open": False, "__type__": "update"}


def test_a_finished_training_is_in_its_page_alone_and_may_give_way(
    tuner: Tuner, updates: list[Any]
) -> None:
    session = updates[-1].session
    with pytest.raises(InputError, match="run is gone"):
        tuner.events(session.job_id)
    dropped = replace(session, order=None, report=None, was_dropped=True)
    assert "dropped to make room" in download("hybrid", dropped)[0]


def test_a_trained_head_is_downloaded_as_a_checkpoint(updates: list[Any]) -> None:
    session = updates[-1].session
    words, file = download("hybrid", session)
    assert words == ""
    assert re.fullmatch(r"qbert-hybrid-\d{4}-\d\d-\d\d-\d{4}\.zip", file.name)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        names = {name.split("/")[1] for name in archive.namelist()}
    assert {"config.json", "model.safetensors", "README.md", "training.json"} <= names
    for other in (download("control", session), download("hybrid", Session())):
        assert "nothing to download" in other[0]
        assert other[1] is None


def test_the_replay_has_every_epoch_and_what_was_kept(updates: list[Any]) -> None:
    session = updates[-1].session
    report, material = session.report, session.order.material
    told = json.loads(updates[-1].replay)
    assert told["epochs"] == [1, 2, 3, 4, 5]
    assert told["ended"]
    figures = {name: panel["figure"]["data"] for name, panel in told["figures"].items()}
    assert figures["loss"][0]["x"] == [1, 2, 3, 4, 5]
    assert [trace["name"] for trace in figures["turns"]] == ["q0", "q1"]
    assert {"accuracy", "gradients", "courses"} < set(figures)
    hybrid = report.heads["hybrid"].history
    np.testing.assert_allclose(told["dials"]["angles"], [e.angles for e in hybrid], atol=6e-5)
    np.testing.assert_allclose(told["bars"]["values"], [e.values for e in hybrid], atol=6e-5)
    assert len(told["dials"]["angles"][0]) == len(told["dials"]["middles"]) == 2 * 2 * 3
    for scores, confusion in zip(told["scores"], told["confusions"], strict=True):
        head = report.heads[scores["head"]]
        assert scores["kept"] == head.best_epoch - 1
        kept = np.array(confusion["counts"][head.best_epoch - 1])
        assert kept.trace() / len(material.held_out) == head.accuracy.value
    below = told["figures"]["values"]["below"]
    assert all(text in text_of(below) for text in material.held_out.texts[:4])
    assert replay_json(session.order, {"hybrid": ()}, report) is None
    early = json.loads(replay_json(session.order, {"hybrid": hybrid[:2]}) or "")
    assert (early["epochs"], early["planned"], early["ended"]) == ([1, 2], 5, False)
    assert "gradients" not in early["figures"]


@pytest.mark.parametrize(
    ("heads", "settings", "form", "words"),
    [
        ([], QUICK, FORM, "Choose heads"),
        (["hybrid"], {"epochs": 0}, FORM, "epochs must be a whole number from 1 to 100"),
        (["hybrid"], QUICK, ("own", "", "a, b", *FORM[3:]), "classes"),
        (["hybrid"], QUICK, ("dataset", "nope", *FORM[2:]), "no dataset"),
        (["hybrid"], {"epochs": float("inf")}, FORM, "epochs must be a whole number"),
        (["hybrid"], QUICK, ("dataset", *FORM[1:4], float("inf"), *FORM[5:]), "Training rows"),
        (["hybrid"], QUICK, ("dataset", *FORM[1:5], 9.0, *FORM[6:]), "Rows held out"),
        (["hybrid"], QUICK, (*FORM[:7], float("nan")), "The seed"),
    ],
)
def test_what_cannot_be_trained_is_said_and_the_page_goes_on(
    tuner: Tuner, heads: list[str], settings: dict[str, Any], form: tuple[Any, ...], words: str
) -> None:
    *_, last = run(tuner, Session(), heads, settings, form)
    assert words in text_of(last.said)
    assert not last.session.is_running


def test_a_second_start_asks_first_and_then_drops_the_first(tuner: Tuner) -> None:
    long = {"epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}
    first = run(tuner, Session(), ["hybrid"], long, FORM)
    session = next(update.session for update in first if update.session.is_running)
    (asked,) = run(tuner, session, ["classical"], QUICK, FORM)
    assert "Press once more" in text_of(asked.said)
    assert "Press once more" in text_of(next(first).said), "the running one keeps asking"
    *_, last = run(tuner, asked.session, ["classical"], QUICK, FORM)
    assert text_of(last.said) == "Finished."
    assert list(first) == [], "the dropped one falls silent"


def test_a_double_click_starts_one_training(tuner: Tuner) -> None:
    session = Session()
    first = run(tuner, session, ["classical"], QUICK, FORM)
    assert "Getting the rows" in text_of(next(first).said)
    (second,) = run(tuner, session, ["classical"], QUICK, FORM)
    assert second == Shown(session), "the first goes on speaking"
    *_, last = first
    assert text_of(last.said) == "Finished."


def test_stop_counts_while_the_rows_are_got(tuner: Tuner) -> None:
    session = Session()
    first = run(tuner, session, ["classical"], QUICK, FORM)
    next(first)
    stop(tuner, session)
    second = run(tuner, session, ["classical"], QUICK, FORM)
    next(second)
    (last,) = first
    assert text_of(last.said) == "Stopped before it began."
    assert not session.is_running
    *_, last = second
    assert text_of(last.said) == "Finished.", "a stopped start takes no later one along"


def test_a_mistake_in_a_second_start_leaves_the_first_running(tuner: Tuner) -> None:
    long = {"epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}
    first = run(tuner, Session(), ["hybrid"], long, FORM)
    session = next(update.session for update in first if update.session.is_running)
    mistaken = ("own", "", "a, b", *FORM[3:])
    assert len(list(run(tuner, session, ["classical"], QUICK, mistaken))) == 1
    *_, refused = run(tuner, session, ["classical"], QUICK, mistaken)
    assert "classes" in text_of(refused.said)
    assert session.is_running
    assert "classes" in text_of(next(first).said), "it stays in view"
    first.close()  # type: ignore[attr-defined]


def test_old_curves_go_when_a_new_training_begins(tuner: Tuner) -> None:
    following = run(tuner, Session(), ["classical"], QUICK, FORM)
    begun = next(update for update in following if update.session.is_running)
    assert begun.replay is None
    assert begun.bar == begun.result == begun.wrong == begun.token == ""
    following.close()  # type: ignore[attr-defined]


def test_what_is_not_named_stays_as_it_is() -> None:
    session = Session()
    told = Shown(session, replay=None, wrong="", token="")._asdict()
    named = {name for name, value in told.items() if value != gr.skip()}
    assert named == {"session", "replay", "wrong", "token"}


def test_the_token_stays_until_a_training_has_begun(tuner: Tuner) -> None:
    following = run(tuner, Session(), ["classical"], QUICK, FORM)
    assert next(following).token == gr.skip()
    assert next(following).token == ""
    assert next(following).token == gr.skip(), "another one may be typed meanwhile"
    following.close()  # type: ignore[attr-defined]


def test_stop_ends_a_training_with_what_it_learnt(tuner: Tuner) -> None:
    long = {"epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}
    following = run(tuner, Session(), ["classical", "hybrid"], long, FORM)
    for update in following:
        if isinstance(update.replay, str) and update.session.is_running:
            stop(tuner, update.session)
            break
    *_, last = following
    assert "Stopped" in text_of(last.said)
    assert not last.session.is_running


def test_leaving_the_page_drops_the_training(tuner: Tuner) -> None:
    following = run(tuner, Session(), ["classical"], {"epochs": 100}, FORM)
    session = next(update.session for update in following if update.session.is_running)
    following.close()  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="gone"):
        tuner.events(session.job_id)


def test_the_trained_heads_answer_in_the_other_tabs(tuner: Tuner, updates: list[Any]) -> None:
    class Asked(ScriptedExplorer):
        def adopt(self, card: TaskCard, classifiers: dict[str, Any]) -> None:
            self.adopted = card, classifiers

    explorer = Asked()
    words, cards, task, circuit_task, asked, token, text = use(
        tuner, explorer, updates[-1].session, ()
    )
    assert token == gr.skip()
    last_report, rows = updates[-1].session.report, updates[-1].session.order.material.held_out
    place = rows.texts.index(text)
    wrong = [head.predicted[place] != rows.labels[place] for head in last_report.heads.values()]
    assert any(wrong) or text == rows.texts[0]
    assert "in Compare and Circuit" in words
    (card,) = cards
    assert card.key.startswith("mine-")
    assert card.labels == ("good", "bad")
    for radio in (task, circuit_task):
        assert radio["choices"][-1] == ("Yours", card.key)
        assert radio["value"] == asked == card.key
    adopted, classifiers = explorer.adopted
    assert adopted is card
    assert set(classifiers) == set(card.heads) == {"classical", "hybrid"}
    report = updates[-1].session.report
    texts = updates[-1].session.order.material.held_out.texts
    for head, classifier in classifiers.items():
        ids = [t.ids for t in classifier.tokenize(texts)]
        predicted = classifier.logits(ids).argmax(1).tolist()
        assert predicted == report.heads[head].predicted.tolist()
    encoders = {id(c.model.bert) for c in classifiers.values()}
    use(tuner, explorer, updates[-1].session, cards)
    encoders |= {id(c.model.bert) for c in explorer.adopted[1].values()}
    assert len(encoders) == 1, "all heads of all visitors share an encoder"
    other = replace(updates[-1].session, job_id="another")
    words, cards, *_ = use(tuner, explorer, other, cards)
    assert [card.title for card in cards] == ["Yours", "Yours (2)"]
    assert "Yours (2)" in words
    assert "nothing to use" in use(tuner, explorer, Session(), cards)[0]

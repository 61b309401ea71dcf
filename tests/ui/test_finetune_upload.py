"""A downloaded head comes back through the page's handler, and leaves when its visitor does."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from qbert_demo.errors import InputError
from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.tuner import TrainingRun, Tuner
from qbert_demo.training.fine_tune import fine_tune
from qbert_demo.training.recipe import FrozenRecipe
from qbert_demo.ui.finetune.downloads import download
from qbert_demo.ui.finetune.rows_form import choice_of
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.upload import load
from qbert_demo.ui.parts.own_tasks import added, own_cards
from tests.ui.scripted import SENTIMENT, ScriptedExplorer
from tests.ui.test_compare import text_of
from tests.ui.test_finetune import FORM

RECIPE = FrozenRecipe(("hybrid", "classical"), epochs=2, n_qubits=2)


@pytest.fixture(scope="module")
def tuner() -> Iterator[Tuner]:
    made = Tuner()
    yield made
    made.close()


@pytest.fixture(scope="module")
def session(tuner: Tuner) -> Session:
    order = TrainingRun(tuner.material(choice_of(*FORM)), RECIPE)
    return Session("a job", order=order, report=fine_tune(order.material, RECIPE))


def saved(session: Session, head: str, folder: Path) -> Path:
    file = download(head, session).shown
    path: Path = folder / file.name
    path.write_bytes(file.content)
    return path


@pytest.mark.parametrize("head", ["hybrid", "classical"])
def test_it_becomes_a_task_that_answers_as_the_trained_head_did(
    tuner: Tuner, session: Session, tmp_path: Path, head: str
) -> None:
    explorer = Explorer()
    file = saved(session, head, tmp_path)
    words, cards, task, circuit_task, asked, _ = load(tuner, explorer, str(file), ())
    (card,) = cards
    assert card.title == f"From {file.name}"
    assert (card.heads, card.labels) == ((head,), ("good", "bad"))
    assert card.title in text_of(words)
    assert ("Circuit" in text_of(words)) == (head == "hybrid")
    assert task["value"] == asked == card.key
    assert circuit_task.get("value") == (card.key if head == "hybrid" else None)
    assert not file.exists()
    assert session.report is not None
    assert session.order is not None
    held_out = session.order.material.held_out.texts
    answers = [
        explorer.compare(card.key, text, [head]).predictions[head].winner for text in held_out
    ]
    assert answers == session.report.heads[head].predicted.tolist()


def test_a_wrong_file_is_said_to_be_wrong_and_nothing_changes(tuner: Tuner, tmp_path: Path) -> None:
    explorer = ScriptedExplorer()
    file = tmp_path / "holiday.zip"
    file.write_bytes(b"no zip")
    for _ in range(2):  # the second time it is gone
        words, *rest = load(tuner, explorer, str(file), ())
        assert "problem" in words
        assert all("value" not in part for part in rest)
    assert "Upload it again" in text_of(words)
    assert explorer._own == {}


def test_who_leaves_is_forgotten_and_so_is_what_gave_way() -> None:
    explorer = ScriptedExplorer()
    state = own_cards(explorer)

    def kept(key: str, title: str, *own: TaskCard) -> tuple[TaskCard, ...]:
        card = TaskCard(key, title, SENTIMENT.labels, (), ("hybrid",))
        explorer.adopt(card, {"hybrid": None})
        cards: tuple[TaskCard, ...] = added(explorer, "", own, card).cards
        return cards

    mine = kept("mine-1", "Yours")
    mine = kept("file-1", "From a.zip", *mine)
    mine = kept("mine-2", "Yours", *mine)
    assert list(explorer._own) == ["file-1", "mine-2"]
    mine = kept("mine-2", "Yours", *mine)
    kept("mine-3", "Yours")
    assert list(explorer._own) == ["file-1", "mine-2", "mine-3"], "another visitor's is apart"
    deepcopy(state.delete_callback)(mine)  # Gradio copies it deeply for every page
    assert list(explorer._own) == ["mine-3"]
    with pytest.raises(InputError, match="no task"):
        explorer.task("mine-2")

"""The Fine-tune tab's handlers, called directly, with trainings in real processes."""

import base64
import contextlib
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from qbert_demo.data.loading import Rows
from qbert_demo.data.subset import Material
from qbert_demo.results import Estimate, QuickReport, TaskCard
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from qbert_demo.tuning import Order, Tuner
from qbert_demo.ui.finetune.data import choice_of, preview
from qbert_demo.ui.finetune.run import MEASURING, Session, run, stop
from qbert_demo.ui.finetune.settings import recipe_of
from qbert_demo.ui.finetune.take import download, use
from qbert_demo.ui.finetune.words import duration, progress_html, steps_html, watched_html
from qbert_demo.ui.plotly_view import Panel
from tests.test_tuning import OWN
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
    found = re.search(r"17 rows to train on \(good (\d+), bad (\d+)\) and 7 held out", words)
    assert found is not None
    assert int(found[1]) + int(found[2]) == 17
    material = tuner.material(choice_of(*FORM))
    assert all(text in words for text in material.train.texts[:8])
    assert "classes" in preview(tuner, "own", "", "only one line, a", None, 500, 200, True, 0)
    assert "whole number" in preview(tuner, "own", "", OWN, None, 500, 200, True, 0.5)


def test_a_training_goes_through_its_stages_to_a_table(updates: list[Any]) -> None:
    said = [text_of(update[1]) for update in updates]
    assert said[0].startswith("Getting the rows")
    assert said[-1] == "Finished."
    assert all(len(update) == 12 for update in updates)
    *_, (session, _, bar, loss, accuracy, gradients, angles, values, result, *matrices) = updates
    assert bar == ""
    assert isinstance(session.report, QuickReport)
    for panel in (loss, accuracy, gradients, angles, values):
        assert isinstance(panel, Panel)
    assert loss.figure.data[0]["x"] == [1, 2, 3, 4, 5]
    assert len(angles.figure.data) == 2 * 2 * 3
    words = text_of(result)
    assert "On 7 held-out rows" in words
    assert words.count("classical") >= 1
    assert [panel is None for panel in matrices] == [False, False, True]
    counts = matrices[0].figure.data[0]["z"]
    assert sum(map(sum, counts)) == 7


def test_a_trained_head_is_downloaded_as_a_checkpoint(updates: list[Any]) -> None:
    session = updates[-1][0]
    words, box = download("hybrid", session)
    assert words == ""
    assert box is not None
    file = json.loads(box)
    assert file["name"] == "qbert-hybrid.zip"
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(file["base64"]))) as archive:
        names = {name.split("/")[1] for name in archive.namelist()}
    assert {"config.json", "model.safetensors", "README.md", "training.json"} <= names
    for other in (download("control", session), download("hybrid", Session())):
        assert "nothing to download" in other[0]
        assert other[1] is None


@pytest.mark.parametrize(
    ("heads", "settings", "form", "words"),
    [
        ([], QUICK, FORM, "Choose heads"),
        (["hybrid"], {"epochs": 0}, FORM, "epochs must be from 1 to 100"),
        (["hybrid"], QUICK, ("own", "", "a, b", *FORM[3:]), "classes"),
        (["hybrid"], QUICK, ("dataset", "nope", *FORM[2:]), "no dataset"),
        (["hybrid"], {"epochs": float("inf")}, FORM, "epochs must be a whole number"),
        (["hybrid"], QUICK, (*FORM[:4], float("inf"), *FORM[5:]), "training rows"),
        (["hybrid"], QUICK, (*FORM[:7], float("nan")), "the seed"),
    ],
)
def test_what_cannot_be_trained_is_said_and_the_page_goes_on(
    tuner: Tuner, heads: list[str], settings: dict[str, Any], form: tuple[Any, ...], words: str
) -> None:
    *_, last = run(tuner, Session(), heads, settings, form)
    assert words in text_of(last[1])
    assert not last[0].is_running


END_TO_END = {
    "learns": "all",
    "n_qubits": 2.0,
    "epochs": 50,
    "lora_epochs": 1,
    "lora_batch_size": 8,
    "lora_adapter_rank": 2,
}


def test_the_form_has_settings_of_its_own_for_end_to_end() -> None:
    assert recipe_of(["hybrid"], END_TO_END) == LoraRecipe(
        heads=("hybrid",), n_qubits=2, epochs=1, batch_size=8, adapter_rank=2
    )
    alone = recipe_of(["hybrid"], END_TO_END | {"learns": "heads"})
    assert alone == FrozenRecipe(heads=("hybrid",), n_qubits=2, epochs=50)


def test_a_training_end_to_end_goes_through_its_stages_to_a_table(tuner: Tuner) -> None:
    updates = list(run(tuner, Session(), ["hybrid"], END_TO_END, FORM))
    said = [text_of(update[1]) for update in updates if isinstance(update[1], str)]
    assert said[:2] == ["Getting the rows …", text_of(MEASURING)]
    assert re.match(r"About \d+ s on this machine \(1 head × 1 epoch over 17 rows", said[2])
    assert said[2].endswith("Starting …")
    assert "Training end to end" in said
    assert said[-1] == "Finished."
    assert all(len(update) == 12 for update in updates)
    bars = [text_of(update[2]) for update in updates if isinstance(update[2], str)]
    assert any(re.match(r"\d of 3 steps", bar) for bar in bars)
    *_, (session, _, _, loss, _, gradients, _, values, result, *_) = updates
    assert loss.figure.data[0]["x"] == pytest.approx([1 / 3, 2 / 3, 1])
    names = [trace["name"] for trace in gradients.figure.data]
    assert names == ["hybrid, circuit", "hybrid, classical", "hybrid, adapters"]
    assert len(values.figure.data) == 4 * 2
    held_out = session.order.material.held_out.texts
    assert all(text in values.below for text in held_out[:4])
    assert "83,732" in text_of(result), "72 updates of rank 2, and the head"


class Telling(Tuner):
    """Says what it is told to instead of measuring."""

    seconds = 200.0

    def estimate(self, order: Order, given_up: Callable[[], bool] = lambda: False) -> Estimate:
        self.measured = order
        return Estimate(self.seconds, len(order.recipe.heads), order.recipe.epochs, 17, 6.2)


def test_a_long_training_is_asked_about_and_one_too_long_refused() -> None:
    with contextlib.closing(Telling()) as telling:
        session = Session(report=QuickReport({}, {}))
        *_, asked = run(telling, session, ["hybrid"], END_TO_END, FORM)
        assert text_of(asked[1]).startswith(
            "About 3 min on this machine (1 head × 1 epoch over 17 rows of 6 tokens on average)."
        )
        assert "Press Start once more" in text_of(asked[1])
        assert asked[0].report is session.report, "what there was stays"
        assert not asked[0].is_running

        *_, again = run(telling, asked[0], ["hybrid"], END_TO_END | {"seed": 1}, FORM)
        assert "Press Start once more" in text_of(again[1]), "other settings are another training"
        assert telling.measured.recipe.seed == 1
        following = run(telling, again[0], ["hybrid"], END_TO_END | {"seed": 1}, FORM)
        assert next(update[0] for update in following if update[0].is_running).order
        following.close()  # type: ignore[attr-defined]

        telling.seconds = 901
        for _ in range(2):
            *_, refused = run(telling, session, ["hybrid"], END_TO_END | {"seed": 2}, FORM)
            assert "more than the 15 min" in text_of(refused[1])
            assert not refused[0].is_running


def test_stop_ends_a_measurement_and_a_second_start_waits_for_it(tuner: Tuner) -> None:
    session = Session()
    starting = run(tuner, session, ["hybrid"], END_TO_END, FORM)
    next(starting), next(starting)
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, starting)
        while not session.is_measuring:
            time.sleep(0.01)
        (still,) = run(tuner, session, ["hybrid"], END_TO_END, FORM)
        assert still[0] is session
        stop(tuner, session)
        (last,) = rest.result(timeout=5)
    assert text_of(last[1]) == "Stopped before it began."
    assert not last[0].is_running


def test_a_training_stopped_early_says_what_was_not_learnt(tuner: Tuner) -> None:
    long = END_TO_END | {"lora_epochs": 10, "lora_batch_size": 2}
    for at, heads in (("Getting the encoder ready …", "Nothing"), ("classical", "hybrid")):
        recipe = recipe_of(["classical", "hybrid"], long)
        session = Session()
        session.foretold = Order(tuner.material(choice_of(*FORM)), recipe)
        following = run(tuner, session, ["classical", "hybrid"], long, FORM)
        for update in following:
            is_drawn = isinstance(update[3], Panel) and bool(update[3].figure.data)
            if update[0].is_running and (at in str(update[1]) or (is_drawn and at == "classical")):
                stop(tuner, update[0])
                break
        *_, last = following
        assert f"{'Stopped. ' * (at != 'classical')}Nothing had been learnt yet" in text_of(last[1])
        assert heads in text_of(last[1])
        assert (last[0].report is None) == (at != "classical")


@pytest.mark.parametrize(
    ("arguments", "stage", "bar"),
    [
        ((2, (0, 0), 3), "Waiting; 2 in the queue.", ""),
        ((None, (0, 0), 3), "Getting the encoder ready", ""),
        ((None, (1, 40), 0), "Training end to end", "1 of 40 steps"),
        ((None, (11, 41), 20), "Training end to end", "11 of 41 steps, about 60 s left"),
    ],
)
def test_progress_end_to_end_counts_steps(arguments: tuple[Any, ...], stage: str, bar: str) -> None:
    words, drawn = steps_html(*arguments)
    assert stage in words
    assert text_of(drawn) == bar


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (95, "2 min"), (900, "15 min")]
)
def test_times_are_said_in_seconds_or_minutes(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_watched_texts_are_escaped_and_cut() -> None:
    rows = Rows(("<b>bold</b>", "x" * 200), (0, 1), "here")
    words = watched_html(Material(rows, rows, ("<i>", "b")), 2)
    assert "<b>" not in words
    assert "(&lt;i&gt;)" in words
    assert "x" * 120 + "</bdi> …" in words


def test_a_second_start_asks_first_and_then_drops_the_first(tuner: Tuner) -> None:
    long = {"epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}
    first = run(tuner, Session(), ["hybrid"], long, FORM)
    session = next(update[0] for update in first if update[0].is_running)
    (asked,) = run(tuner, session, ["classical"], QUICK, FORM)
    assert "Press Start once more" in text_of(asked[1])
    assert "Press Start once more" in text_of(next(first)[1]), "the running one keeps asking"
    *_, last = run(tuner, asked[0], ["classical"], QUICK, FORM)
    assert text_of(last[1]) == "Finished."
    assert list(first) == [], "the dropped one falls silent"


def test_stop_ends_a_training_with_what_it_learnt(tuner: Tuner) -> None:
    long = {"epochs": 100, "n_qubits": 8, "n_layers": 6, "batch_size": 2}
    following = run(tuner, Session(), ["classical", "hybrid"], long, FORM)
    for update in following:
        if isinstance(update[3], Panel) and update[0].is_running:
            stop(tuner, update[0])
            break
    *_, last = following
    assert "Stopped" in text_of(last[1])
    assert not last[0].is_running


def test_leaving_the_page_drops_the_training(tuner: Tuner) -> None:
    following = run(tuner, Session(), ["classical"], {"epochs": 100}, FORM)
    session = next(update[0] for update in following if update[0].is_running)
    following.close()  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="gone"):
        tuner.events(session.job_id)


@pytest.mark.parametrize(
    ("arguments", "stage", "bar"),
    [
        ((3, (0, 1), 0, 20, 0), "Waiting; 3 in the queue.", ""),
        ((None, (100, 400), 0, 20, 2), "Embedding", "100 of 400 texts, about 6 s left"),
        ((None, (400, 400), 5, 20, 1), "Training", "5 of 20 epochs, about 3 s left"),
        ((None, (400, 400), 0, 20, 1), "Training", "0 of 20 epochs"),
    ],
)
def test_progress_tells_stage_share_and_time_left(
    arguments: tuple[Any, ...], stage: str, bar: str
) -> None:
    words, drawn = progress_html(*arguments)
    assert stage in words
    assert text_of(drawn) == bar


def test_the_trained_heads_answer_in_the_other_tabs(tuner: Tuner, updates: list[Any]) -> None:
    class Asked(ScriptedExplorer):
        def adopt(self, card: TaskCard, classifiers: dict[str, Any]) -> None:
            self.adopted = card, classifiers

    explorer = Asked()
    words, cards, task, circuit_task, asked = use(tuner, explorer, updates[-1][0], ())
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
    report = updates[-1][0].report
    texts = updates[-1][0].order.material.held_out.texts
    for head, classifier in classifiers.items():
        ids = [t.ids for t in classifier.tokenize(texts)]
        predicted = classifier.logits(ids).argmax(1).tolist()
        assert predicted == report.heads[head].predicted.tolist()
    encoders = {id(c.model.bert) for c in classifiers.values()}
    use(tuner, explorer, updates[-1][0], cards)
    encoders |= {id(c.model.bert) for c in explorer.adopted[1].values()}
    assert len(encoders) == 1, "all heads of all visitors share an encoder"
    assert "nothing to use" in use(tuner, explorer, Session(), cards)[0]

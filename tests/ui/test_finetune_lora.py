"""The Fine-tune tab's handlers for training end to end: the time told first, stages, a stop."""

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from qbert_demo.circuit import CircuitSpec
from qbert_demo.data.choice import Material
from qbert_demo.data.rows import Rows
from qbert_demo.results import Estimate, QuickReport
from qbert_demo.service.training import PRESETS
from qbert_demo.service.tuner import TrainingRun, Tuner
from qbert_demo.training.recipe import FrozenRecipe, LoraRecipe
from qbert_demo.ui.finetune.rows_form import choice_of
from qbert_demo.ui.finetune.run import MEASURING, run, stop
from qbert_demo.ui.finetune.session import Session
from qbert_demo.ui.finetune.settings_form import recipe_of
from qbert_demo.ui.finetune.words import steps_html, watched_html
from qbert_demo.ui.parts.words import duration
from tests.ui.test_compare import text_of
from tests.ui.test_finetune import FORM

pytestmark = pytest.mark.slow

END_TO_END = {
    "learns": "all",
    "n_qubits": 2.0,
    "epochs": 50,
    "lora_epochs": 1,
    "lora_batch_size": 8,
    "lora_adapter_rank": 2,
}


@pytest.fixture(scope="module")
def tuner() -> Iterator[Tuner]:
    made = Tuner()
    yield made
    made.close()


def test_the_form_has_settings_of_its_own_for_end_to_end() -> None:
    assert recipe_of(["hybrid"], END_TO_END) == LoraRecipe(
        heads=("hybrid",), n_qubits=2, epochs=1, batch_size=8, adapter_rank=2
    )
    alone = recipe_of(["hybrid"], END_TO_END | {"learns": "heads"})
    assert alone == FrozenRecipe(heads=("hybrid",), n_qubits=2, epochs=50)


def test_a_preset_decides_its_own_settings_and_no_others() -> None:
    preset = PRESETS["notebook-2024"]
    form = END_TO_END | {"preset": preset.name, "n_layers": 2, "epochs": 7, "batch_size": 8}
    recipe = recipe_of(["hybrid", "control"], form)
    assert isinstance(recipe, FrozenRecipe)
    for name, value in (preset.shared | preset.frozen).items():
        assert getattr(recipe, name) == value, name
    assert (recipe.epochs, recipe.batch_size, recipe.n_qubits) == (7, 8, END_TO_END["n_qubits"])
    assert recipe.spec() == CircuitSpec(recipe.n_qubits, 4, "h_ry", "brick")


def test_a_training_end_to_end_goes_through_its_stages_to_a_table(tuner: Tuner) -> None:
    updates: list[Any] = list(run(tuner, Session(), ["hybrid"], END_TO_END, FORM))
    said = [text_of(update.said) for update in updates if isinstance(update.said, str)]
    assert said[:2] == ["Getting the rows …", text_of(MEASURING)]
    assert re.match(r"About \d+ s on this machine \(1 head × 1 epoch over 17 rows", said[2])
    assert said[2].endswith("Starting …")
    assert "Training end to end" in said
    assert said[-1] == "Finished."
    bars = [text_of(update.bar) for update in updates if isinstance(update.bar, str)]
    assert any(re.match(r"\d of 3 steps", bar) for bar in bars)
    last = updates[-1]
    figures = json.loads(last.replay)["figures"]
    assert figures["loss"]["figure"]["data"][0]["x"] == pytest.approx([1 / 3, 2 / 3, 1])
    names = [trace["name"] for trace in figures["gradients"]["figure"]["data"]]
    assert names == ["hybrid, circuit", "hybrid, classical part", "hybrid, encoder"]
    assert len(figures["courses"]["figure"]["data"]) == 4 * 2
    held_out = last.session.order.material.held_out.texts
    assert all(text in figures["values"]["below"] for text in held_out[:4])
    assert "83,732" in text_of(last.result), "72 updates of rank 2, and the head"


class Telling(Tuner):
    """Says what it is told to instead of measuring."""

    seconds = 200.0

    def estimate(
        self, order: TrainingRun, given_up: Callable[[], bool] = lambda: False
    ) -> Estimate:
        self.measured = order
        return Estimate(self.seconds, len(order.recipe.heads), order.recipe.epochs, 17, 6.2)


def test_a_long_training_is_asked_about_and_one_too_long_refused() -> None:
    with contextlib.closing(Telling()) as telling:
        session = Session(report=QuickReport({}, {}))
        *_, asked = run(telling, session, ["hybrid"], END_TO_END, FORM)
        assert text_of(asked.said).startswith(
            "About 3 min on this machine (1 head × 1 epoch over 17 rows of 6 tokens on average)."
        )
        assert "Press Start once more" in text_of(asked.said)
        assert asked.session.report is session.report, "what there was stays"
        assert not asked.session.is_running

        *_, again = run(telling, asked.session, ["hybrid"], END_TO_END | {"seed": 1}, FORM)
        assert "Press Start once more" in text_of(again.said), "other settings are another training"
        assert telling.measured.recipe.seed == 1
        following = run(telling, again.session, ["hybrid"], END_TO_END | {"seed": 1}, FORM)
        assert next(update.session for update in following if update.session.is_running).order
        following.close()  # type: ignore[attr-defined]

        telling.seconds = 901
        for _ in range(2):
            *_, refused = run(telling, session, ["hybrid"], END_TO_END | {"seed": 2}, FORM)
            assert "more than the 15 min" in text_of(refused.said)
            assert not refused.session.is_running


def test_stop_ends_a_measurement_and_a_second_start_waits_for_it(tuner: Tuner) -> None:
    session = Session()
    starting = run(tuner, session, ["hybrid"], END_TO_END, FORM)
    next(starting), next(starting)
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, starting)
        while not session.preparing:
            time.sleep(0.01)
        (still,) = run(tuner, session, ["hybrid"], END_TO_END, FORM)
        assert still.session is session
        stop(tuner, session)
        (last,) = rest.result(timeout=5)
    assert text_of(last.said) == "Stopped before it began."
    assert not last.session.is_running


def test_a_training_stopped_early_says_what_was_not_learnt(tuner: Tuner) -> None:
    long = END_TO_END | {"lora_epochs": 10, "lora_batch_size": 2}
    for at, heads in (("Getting the encoder ready …", "Nothing"), ("classical", "hybrid")):
        recipe = recipe_of(["classical", "hybrid"], long)
        session = Session()
        session.foretold = TrainingRun(tuner.material(choice_of(*FORM)), recipe)
        following = run(tuner, session, ["classical", "hybrid"], long, FORM)
        for update in following:
            is_drawn = isinstance(update.replay, str)
            if update.session.is_running and (
                at in str(update.said) or (is_drawn and at == "classical")
            ):
                stop(tuner, update.session)
                break
        *_, last = following
        assert f"{'Stopped. ' * (at != 'classical')}Nothing had been learnt yet" in text_of(
            last.said
        )
        assert heads in text_of(last.said)
        assert (last.session.report is None) == (at != "classical")


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
    rows = Rows(("<b>bold</b>", "x" * 200), (0, 1), "here", ("<i>", "b"))
    words = watched_html(Material(rows, rows), 2)
    assert "<b>" not in words
    assert "(&lt;i&gt;)" in words
    assert "x" * 120 + "</bdi> …" in words

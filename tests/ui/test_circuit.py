"""The Circuit tab's handlers, called directly."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from typing import Any

import numpy as np
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import trace
from qbert_demo.figures.circuit import describe
from qbert_demo.ui.circuit.answers import FORMATS, compared, exported, measured, proved
from qbert_demo.ui.circuit.tab import show_circuit, text_for
from tests.ui.scripted import NEWS, SENTIMENT, ScriptedExplorer
from tests.ui.test_compare import text_of

EXPLORER = ScriptedExplorer()
LARGE = ScriptedExplorer(CircuitSpec(12, 2))


def payload(explorer: ScriptedExplorer = EXPLORER, text: str = "a good film") -> dict[str, Any]:
    said, value = show_circuit(explorer, "sst2", text)
    assert said == ""
    assert value is not None
    circuit: dict[str, Any] = json.loads(value)
    return circuit


def sent(explorer: ScriptedExplorer = EXPLORER, step: int | None = None, **changes: Any) -> str:
    """Return what the page would send, with true values after a step."""
    hybrid = explorer.predict(SENTIMENT, "a good film", "hybrid")
    circuit = hybrid.circuit
    assert circuit is not None
    seen = trace(circuit.gates, circuit.n_qubits)
    step = len(circuit.gates) if step is None else step
    at = step - 1
    data = {
        "n_qubits": circuit.n_qubits,
        "gates": [{"name": g.name, "wires": g.wires, "angles": g.angles} for g in circuit.gates],
        "step": step,
        "head": {
            "weight": circuit.output_weight.tolist(),
            "bias": circuit.output_bias.tolist(),
        },
        "labels": SENTIMENT.labels,
        "shown": {
            "bloch": seen.bloch[at].tolist(),
            "probabilities": seen.probabilities[at].tolist(),
            "entropies": seen.entropies[at].tolist(),
            "mutual_information": seen.mutual_information[at].tolist(),
            "expectation_values": seen.bloch[-1, :, 2].tolist(),
        },
    }
    return json.dumps({**data, **changes})


def test_the_page_gets_the_circuit_that_answers_and_the_control_beside_it() -> None:
    circuit = payload()
    hybrid = EXPLORER.predict(SENTIMENT, "a good film", "hybrid")
    assert hybrid.circuit is not None
    assert [g["name"] for g in circuit["gates"]] == [g.name for g in hybrid.circuit.gates]
    assert [g["feature"] for g in circuit["gates"][:5]] == [0, 1, 2, 3, None]
    for answer, side in ((circuit, hybrid), (circuit["control"], None)):
        prediction = side or EXPLORER.predict(SENTIMENT, "a good film", "control")
        logits = np.array(answer["head"]["weight"]) @ answer["values"] + answer["head"]["bias"]
        np.testing.assert_allclose(logits, prediction.logits)
    assert circuit["title"] == "Hybrid BERT + 4-qubit circuit"
    drawn = circuit["frames"]["drawing"]["figure"]["data"][-1]["hovertext"]
    assert drawn[: len(hybrid.circuit.gates)] == [describe(g) for g in hybrid.circuit.gates]


def test_the_same_text_gives_the_same_bytes() -> None:
    """Or coming back to the tab would undo what the visitor changed."""
    assert show_circuit(EXPLORER, "sst2", "good") == show_circuit(EXPLORER, "sst2", "good")


@pytest.mark.parametrize(
    ("task", "text", "expected"),
    [
        ("ag_news", SENTIMENT.examples[1].text, NEWS.examples[0].text),
        ("own~ag_news", SENTIMENT.examples[0].text, NEWS.examples[0].text),
        ("ag_news", NEWS.examples[1].text, NEWS.examples[1].text),
        ("ag_news", " ", NEWS.examples[0].text),
        ("ag_news", "my own words", "my own words"),
        ("org/unknown", SENTIMENT.examples[0].text, SENTIMENT.examples[0].text),
        ("org/unknown", None, ""),
    ],
)
def test_a_new_task_brings_an_example_of_its_own(
    task: str, text: str | None, expected: str
) -> None:
    assert text_for(EXPLORER, task, text) == expected


@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_box_invites(text: str | None) -> None:
    said, value = show_circuit(EXPLORER, "sst2", text)
    assert "Type a sentence" in said
    assert value is None


def test_a_task_without_a_hybrid_says_so_and_one_without_a_control_works() -> None:
    lonely = ScriptedExplorer(tasks=(replace(SENTIMENT, heads=("classical",)),))
    said, value = show_circuit(lonely, "sst2", "good")
    assert "no hybrid checkpoint for Sentiment" in said
    assert value is None
    without = ScriptedExplorer(tasks=(replace(SENTIMENT, heads=("classical", "hybrid")),))
    assert payload(without)["control"] is None


def test_errors_and_what_was_not_read_are_said() -> None:
    said, value = show_circuit(EXPLORER, "sst2", "x" * 30_000)
    assert "30,000 characters" in text_of(said)
    assert value is None
    said, value = show_circuit(EXPLORER, "no such task", "good")
    assert "no task" in said
    said, value = show_circuit(EXPLORER, "sst2", "word " * 300)
    assert "Not read" in said
    assert value is not None


def test_exact_measurement_says_what_the_model_says() -> None:
    words, panel = measured(sent(), True, None, 0, 0, 0, 0)
    hybrid = EXPLORER.predict(SENTIMENT, "a good film", "hybrid")
    assert f"This run says {hybrid.label}" in words
    assert panel is not None
    rings, dots, _ = panel.figure.data
    assert hybrid.circuit is not None
    np.testing.assert_allclose(rings["x"], hybrid.circuit.expectation_values, atol=1e-10)
    np.testing.assert_allclose(dots["x"], rings["x"])


def test_shots_scatter_by_their_seed_and_noise_pulls_towards_zero() -> None:
    def dots(*arguments: Any) -> Any:
        _, panel = measured(sent(), *arguments)
        assert panel is not None
        return np.array(panel.figure.data[1]["x"])

    one, same, other = (dots(False, 100, seed, 0, 0, 0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    exact, flipped = dots(True, None, 0, 0, 0, 0), dots(True, None, 0, 0, 0, 0.1)
    np.testing.assert_allclose(flipped, 0.8 * exact, atol=1e-10)
    words, _ = measured(sent(), False, 100, 0, 0.01, 0, 0)
    assert re.search(r"Of 1,000 runs with 100 shots each: negative in .*, positive in", words)
    assert "shots are needed" in words or "shots would be needed" in words


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((False, 0, 0, 0, 0, 0), "from 1 to 100,000"),
        ((False, 1.5, 0, 0, 0, 0), "whole number"),
        ((False, None, 0, 0, 0, 0), "whole number"),
        ((False, float("nan"), 0, 0, 0, 0), "whole number"),
        ((False, 10, -1, 0, 0, 0), "The seed"),
        ((False, 10, 0, 2, 0, 0), "depolarizing must be a number from 0 to 1"),
        ((False, 10, 0, 0, float("nan"), 0), "amplitude_damping"),
        ((False, 10, 0, 0, 0, "x"), "readout_flip"),
    ],
)
def test_bad_settings_are_named(arguments: Any, problem: str) -> None:
    words, panel = measured(sent(), *arguments)
    assert problem in text_of(words)
    assert panel is None


def test_noise_beyond_eight_qubits_is_refused_and_shots_are_not() -> None:
    words, panel = measured(sent(LARGE), False, 100, 0, 0.01, 0, 0)
    assert "up to 8 qubits; this circuit has 12" in words
    assert panel is None
    assert measured(sent(LARGE), False, 100, 0, 0, 0, 0)[1] is not None


def test_a_text_is_exactly_like_itself_and_another_less() -> None:
    same = text_of(compared(EXPLORER, "sst2", "a good film", "a good film"))
    assert "final states: 1.0000 ." in same
    assert "embeddings: +1.0000 ." in same
    other = text_of(compared(EXPLORER, "sst2", "a good film", "<b>bad</b>"))
    assert "<b>bad</b>" in other
    fidelity = re.search(r"final states: ([\d.]+|less than 0.0001)", other)
    assert fidelity is not None
    assert fidelity[1] != "1.0000"
    assert "30,000 characters" in compared(EXPLORER, "sst2", "a good film", "x" * 30_000)


def test_the_fidelity_is_that_of_the_encoding_angles() -> None:
    """The trained layers are one unitary, and cos^2 of half the differences is left."""
    one, other = (EXPLORER.predict(SENTIMENT, t, "hybrid").circuit for t in ("good", "bad"))
    assert one is not None
    assert other is not None
    expected = np.prod(np.cos((one.angles - other.angles) / 2) ** 2)
    assert EXPLORER.compare_texts("sst2", "good", "bad").fidelity == pytest.approx(expected)


@pytest.mark.parametrize("explorer", [EXPLORER, ScriptedExplorer(CircuitSpec(3, 2, "rz", "basic"))])
def test_the_pennylane_code_runs_as_it_stands_and_prints_the_values(
    explorer: ScriptedExplorer,
) -> None:
    words, file = exported(sent(explorer), "PennyLane")
    done = subprocess.run(
        [sys.executable, "-c", file.content], capture_output=True, text=True, check=True
    )
    circuit = explorer.predict(SENTIMENT, "a good film", "hybrid").circuit
    assert circuit is not None
    np.testing.assert_allclose(json.loads(done.stdout), circuit.expectation_values, atol=1e-10)
    link = re.search(r'href="(https://algassert.com/quirk#circuit=[^"]+)"', words)
    assert link is not None
    assert "good" not in unescape(link[1])


@pytest.mark.parametrize("name", FORMATS)
def test_every_language_is_offered_as_a_file(name: str) -> None:
    file = exported(sent(), name).shown
    assert file.name.startswith("circuit.")
    content = file.content.decode()
    if name == "JSON":
        steps = json.loads(content)["steps"]
        assert len(steps) == 20
        np.testing.assert_allclose(sum(steps[7]["probabilities"]), 1)
    if name.startswith("OpenQASM"):
        assert content.startswith(name.upper() + ".0;")


def test_nothing_to_write_and_no_such_language_are_said() -> None:
    assert "No gate is left" in exported(sent(step=0, gates=[]), "JSON")[0]
    assert "Choose one of" in exported(sent(), "COBOL")[0]
    assert "Type a sentence" in exported("null", "JSON")[0]


@pytest.mark.slow
def test_pennylane_agrees_with_true_values_and_exposes_false_ones() -> None:
    assert float(re.findall(r"<b>(.*?)</b>", proved(sent(step=9)))[0]) < 1e-9
    lie = json.loads(sent(step=9))
    lie["shown"]["entropies"][2] += 0.25
    words = proved(json.dumps(lie))
    assert float(re.findall(r"<b>(.*?)</b>", words)[0]) == pytest.approx(0.25, abs=0.01)
    assert "Reload the page" in proved("{}")

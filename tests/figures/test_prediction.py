"""Bars are read back: lengths, scales, colours, and a sum that is the logit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.figures.circuit import ROW, TOP
from qbert_demo.figures.prediction import contribution_bars, expectation_bars, probability_bars
from qbert_demo.figures.theme import HEAD_COLOURS, NEGATIVE, POSITIVE, percent, signed
from qbert_demo.results import CircuitReading, Prediction
from tests.figures.test_circuit import resolved
from tests.ui.scripted import NEWS, SENTIMENT, ScriptedExplorer


def predicted(head: str = "hybrid", n_qubits: int = 4) -> Prediction:
    return ScriptedExplorer(CircuitSpec(n_qubits, 2)).predict(NEWS, "rates rise", head)


def circuit_of(prediction: Prediction) -> CircuitReading:
    assert prediction.circuit is not None
    return prediction.circuit


@pytest.mark.parametrize("head", ["classical", "hybrid", "control"])
def test_probabilities_are_bars_on_a_scale_that_never_changes(head: str) -> None:
    prediction = predicted(head)
    figure = probability_bars(prediction)
    bars = figure.data[0]
    np.testing.assert_allclose(bars["x"], prediction.probabilities)
    assert figure.layout["xaxis"]["range"] == [0, 1]
    assert figure.layout["yaxis"]["ticktext"] == list(NEWS.labels)
    colours: list[Any] = bars["marker"]["color"]
    assert [k for k, c in enumerate(colours) if c == HEAD_COLOURS[head]] == [prediction.winner]
    resolved(figure)


def test_the_first_label_stands_on_top() -> None:
    low, high = probability_bars(predicted()).layout["yaxis"]["range"]
    assert low > high


@pytest.mark.parametrize("n_qubits", [1, 4, 12])
def test_expectation_values_are_bars_in_minus_one_to_one(n_qubits: int) -> None:
    circuit = circuit_of(predicted(n_qubits=n_qubits))
    figure = expectation_bars(circuit)
    np.testing.assert_allclose(figure.data[0]["x"], circuit.expectation_values)
    assert figure.layout["xaxis"]["range"] == [-1, 1]
    colours = [POSITIVE if z >= 0 else NEGATIVE for z in circuit.expectation_values]
    assert figure.data[0]["marker"]["color"] == colours
    resolved(figure)


@pytest.mark.parametrize("n_qubits", [1, 4, 12])
def test_contributions_and_bias_add_up_to_the_winning_logit(n_qubits: int) -> None:
    prediction = predicted(n_qubits=n_qubits)
    figure = contribution_bars(prediction, circuit_of(prediction))
    *shares, bias, total = figure.data[0]["x"]
    assert len(shares) == n_qubits
    assert sum(shares) + bias == pytest.approx(total, abs=1e-12)
    assert total == pytest.approx(prediction.logits[prediction.winner], abs=1e-12)
    assert prediction.label in figure.title
    low, high = figure.layout["xaxis"]["range"]
    assert low <= min(figure.data[0]["x"])
    assert max(figure.data[0]["x"]) <= high
    resolved(figure)


def test_rows_stand_beside_the_wires_of_the_circuit() -> None:
    prediction = predicted()
    for figure in (
        expectation_bars(circuit_of(prediction)),
        contribution_bars(prediction, circuit_of(prediction)),
    ):
        margin = figure.layout["margin"]
        rows = len(figure.layout["yaxis"]["ticktext"])
        assert margin["t"] == TOP
        assert figure.layout["height"] - margin["t"] - margin["b"] == ROW * rows


def test_labels_of_any_kind_are_drawn_as_letters_and_leave_room_for_bars() -> None:
    labels = ("<b>bold</b>", '<a href="https://127.0.0.1">a link</a>', "x" * 60, 'a & "b"')
    prediction = replace(predicted(), labels=labels)
    probabilities = probability_bars(prediction)
    assert probabilities.layout["yaxis"]["ticktext"] == [
        "&lt;b&gt;bold&lt;/b&gt;",
        '&lt;a href="https://…',
        "x" * 17 + "…",
        'a &amp; "b"',
    ]
    assert 120 < probabilities.layout["margin"]["l"] < 160
    assert probabilities.data[0]["customdata"][0] == "&lt;b&gt;bold&lt;/b&gt;"
    assert probabilities.table.rows[2][0] == "x" * 60
    winner = replace(predicted(), labels=("<b>",) * 4)
    hovers = contribution_bars(winner, circuit_of(winner)).data[0]["customdata"]
    assert hovers[-1] == "logit of &lt;b&gt;"


def test_written_values_are_those_of_the_bars() -> None:
    prediction = ScriptedExplorer().predict(SENTIMENT, "good", "classical")
    bars, written = probability_bars(prediction).data
    assert [text.strip() for text in written["text"]] == [percent(x) for x in bars["x"]]


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.62, "62 %"), (0.9949, "99.5 %"), (0.9999, ">99.9 %"), (0.0001, "<0.1 %"), (0.005, "0.5 %")],
)
def test_a_percentage_never_claims_certainty(share: float, text: str) -> None:
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == text


def test_signs_are_real_minus_signs_and_zero_has_none() -> None:
    assert signed(-0.321) == "−0.32"
    assert signed(0.321) == "+0.32"
    assert signed(-0.0001) == "0.00"

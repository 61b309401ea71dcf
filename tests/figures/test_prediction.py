"""Bars are read back: lengths, scales, colours, and a sum that is the logit."""

from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.figures.circuit import ROW, TOP
from qbert_demo.figures.prediction import compared_bars, contribution_bars, expectation_bars
from qbert_demo.figures.theme import HEAD_COLOURS, NEGATIVE, POSITIVE, percent, signed
from qbert_demo.results import CircuitReading, Comparison, Prediction
from tests.figures.test_circuit import resolved
from tests.ui.scripted import NEWS, ScriptedExplorer


def predicted(head: str = "hybrid", n_qubits: int = 4) -> Prediction:
    return ScriptedExplorer(CircuitSpec(n_qubits, 2)).predict(NEWS, "rates rise", head)


def circuit_of(prediction: Prediction) -> CircuitReading:
    assert prediction.circuit is not None
    return prediction.circuit


def compared(*heads: str, **shares: list[float]) -> Comparison:
    """The heads' scripted answers, or answers with these probabilities."""
    explorer = ScriptedExplorer()
    predictions = {head: explorer.predict(NEWS, "rates rise", head) for head in heads or shares}
    for head, values in shares.items():
        predictions[head] = replace(predictions[head], probabilities=np.array(values))
    return Comparison("ag_news", "rates rise", 4, "", predictions)


def test_probabilities_are_bars_on_a_scale_that_never_changes() -> None:
    comparison = compared("classical", "hybrid", "control")
    figure = compared_bars(comparison)
    assert figure.layout["xaxis"]["range"] == [0, 1]
    for bars, written in zip(figure.data[::2], figure.data[1::2], strict=True):
        prediction = comparison.predictions[bars["name"]]
        np.testing.assert_allclose(bars["x"], prediction.probabilities)
        full = [c == HEAD_COLOURS[bars["name"]] for c in bars["marker"]["color"]]
        assert full == [k == prediction.winner for k in range(4)]
        expected = [f"{percent(share)} {bars['name']}" for share in bars["x"]]
        assert [text.strip() for text in written["text"]] == expected
        assert written["y"] == bars["y"]
    patterns = {bars["marker"]["pattern"]["shape"] for bars in figure.data[::2]}
    assert len(patterns) == 3
    resolved(figure)


def test_bars_of_a_label_stand_together_in_the_models_order_from_the_top() -> None:
    figure = compared_bars(compared("classical", "hybrid"))
    low, high = figure.layout["yaxis"]["range"]
    assert low > high == 0
    classical, hybrid = (np.array(bars["y"]) for bars in figure.data[::2])
    assert (np.diff(np.stack([classical, hybrid], 1).ravel()) > 0).all()
    np.testing.assert_allclose(figure.layout["yaxis"]["tickvals"], (classical + hybrid) / 2)
    width = figure.data[0]["width"]
    assert width < (hybrid - classical).min() < (classical[1:] - hybrid[:-1]).min()
    assert classical[0] - width / 2 >= 0
    assert hybrid[-1] + width / 2 <= low


def test_the_widest_difference_is_written_and_drawn() -> None:
    shares = {"classical": [0.1, 0.6, 0.2, 0.1], "hybrid": [0.2, 0.25, 0.45, 0.1]}
    figure = compared_bars(compared(**shares))
    apart = [name for name in figure.layout["yaxis"]["ticktext"] if "apart" in name]
    assert len(apart) == 1
    assert apart[0].startswith("Sports<br>")
    assert "35 points apart" in apart[0]
    line, end = figure.layout["shapes"]
    assert (line["x0"], line["x1"], end["x0"]) == (0.25, 0.6, 0.6)
    assert line["y0"] == line["y1"] == figure.data[2]["y"][1]


def test_of_two_labels_the_difference_stands_at_the_surer_answer() -> None:
    comparison = compared(classical=[0.9, 0.1], hybrid=[0.3, 0.7])
    pair = {head: replace(p, labels=("no", "yes")) for head, p in comparison.predictions.items()}
    names = compared_bars(replace(comparison, predictions=pair)).layout["yaxis"]["ticktext"]
    assert "60 points apart" in names[0]
    assert names[1] == "yes"


def test_equal_models_and_a_single_one_have_no_difference() -> None:
    near = {"classical": [0.1, 0.6, 0.2, 0.1], "hybrid": [0.1, 0.57, 0.23, 0.1]}
    for comparison in (compared(**near), compared("hybrid")):
        figure = compared_bars(comparison)
        assert figure.layout["yaxis"]["ticktext"] == list(NEWS.labels)
        assert figure.layout["shapes"] == []


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
def test_contributions_add_up_to_the_lead_on_a_scale_that_the_weights_fix(n_qubits: int) -> None:
    prediction = predicted(n_qubits=n_qubits)
    circuit = circuit_of(prediction)
    figure = contribution_bars(prediction, circuit)
    *shares, bias, total = figure.data[0]["x"]
    assert len(shares) == n_qubits
    assert sum(shares) + bias == pytest.approx(total, abs=1e-12)
    first, second = np.sort(prediction.logits)[::-1][:2]
    assert total == pytest.approx(first - second, abs=1e-12)
    assert total > 0
    head = figure.table.head[1]
    assert head == f"logit of {prediction.label} minus that of {NEWS.labels[prediction.runner_up]}"
    signs = np.array(np.meshgrid(*[[-1, 1]] * n_qubits)).reshape(n_qubits, -1)
    logits = circuit.output_weight @ signs + circuit.output_bias[:, None]
    low, high = figure.layout["xaxis"]["range"]
    assert -low == high == pytest.approx(1.05 * np.ptp(logits, axis=0).max())
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
    figure = compared_bars(Comparison("ag_news", "", 2, "", {"hybrid": prediction}))
    assert figure.layout["yaxis"]["ticktext"] == [
        "&lt;b&gt;bold&lt;/b&gt;",
        '&lt;a href="https://…',
        "x" * 17 + "…",
        'a &amp; "b"',
    ]
    assert 120 < figure.layout["margin"]["l"] < 160
    assert figure.data[0]["customdata"][0] == "&lt;b&gt;bold&lt;/b&gt;"
    assert figure.table.rows[2][0] == "x" * 60
    winner = replace(predicted(), labels=("<b>",) * 4)
    hovers = contribution_bars(winner, circuit_of(winner)).data[0]["customdata"]
    assert hovers[-1] == "logit of &lt;b&gt; minus that of &lt;b&gt;"


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

"""Curves are read back: one point an epoch, colours by head, axes that do not move."""

from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.figures.theme import HEAD_COLOURS, plain
from qbert_demo.figures.training import (
    accuracy_curves,
    gradient_curves,
    loss_curves,
)
from qbert_demo.figures.watched import angle_curves, value_curves
from qbert_demo.results import Epoch
from tests.figures.test_circuit import resolved


def history(head: str, n: int, n_qubits: int = 3) -> list[Epoch]:
    random = np.random.default_rng(len(head))
    parts = {"circuit": 0.1, "classical": 2.0} if head == "hybrid" else {"classical": 1.0}
    angles = 2 * n_qubits * 3 if head == "hybrid" else 0
    return [
        Epoch(
            head,
            k + 1,
            1 / (k + 1),
            1.5 / (k + 1),
            0.5 + 0.1 * k,
            parts,
            random.normal(size=angles),
            random.uniform(-1, 1, (4, n_qubits)),
        )
        for k in range(n)
    ]


HISTORIES = {"classical": history("classical", 3), "hybrid": history("hybrid", 2)}


def test_losses_of_both_kinds_of_rows_are_there_for_every_head() -> None:
    figure = loss_curves(HISTORIES, 20)
    curves = {trace["name"]: trace for trace in figure.data}
    assert curves["classical, training"]["y"] == [1, 1 / 2, 1 / 3]
    assert curves["hybrid, held out"]["y"] == [1.5, 0.75]
    assert curves["hybrid, held out"]["line"]["dash"] == "dash"
    for name, curve in curves.items():
        assert curve["line"]["color"] == HEAD_COLOURS[name.split(",")[0]]
    assert figure.layout["xaxis"]["range"] == [0, 20.4]
    assert figure.table.rows[2] == ("3", "0.3333", "0.5000", "", "")
    resolved(figure)


def test_accuracy_has_its_own_scale_and_one_curve_a_head() -> None:
    figure = accuracy_curves(HISTORIES, 20)
    assert [trace["y"] for trace in figure.data] == [[0.5, 0.6, 0.7], [0.5, 0.6]]
    assert figure.layout["yaxis"]["range"] == [0, 1.02]
    resolved(figure)


def test_gradients_of_circuit_and_classical_parts_are_apart_on_a_log_scale() -> None:
    figure = gradient_curves(HISTORIES, 20)
    assert [t["name"] for t in figure.data] == [
        "classical head",
        "hybrid, circuit",
        "hybrid, classical part",
    ]
    assert figure.table.head == ("epoch", *(trace["name"] for trace in figure.data))
    assert figure.layout["yaxis"]["type"] == "log"
    resolved(figure)


def test_angles_start_at_zero_and_qubits_have_their_colours() -> None:
    epochs = history("hybrid", 4)
    figure = angle_curves(epochs, 20, (2, 3, 3))
    assert [trace["name"] for trace in figure.data] == ["q0", "q1", "q2"]
    assert len({trace["line"]["color"] for trace in figure.data}) == 3
    drawn = {}
    for k, trace in enumerate(figure.data):
        points = list(zip(trace["customdata"], trace["x"], trace["y"], strict=True))
        for i in range(0, len(points), 5):
            angle, *others = {point[0] for point in points[i : i + 5]}
            assert not others
            assert angle // 3 % 3 == k
            assert points[i + 4][1:] == (None, None), "a gap before the next angle"
            assert [point[1] for point in points[i : i + 4]] == [e.epoch for e in epochs]
            drawn[angle] = [point[2] for point in points[i : i + 4]]
    assert sorted(drawn) == list(range(18))
    for angle, turned in drawn.items():
        assert turned == pytest.approx([e.angles[angle] - epochs[0].angles[angle] for e in epochs])
    resolved(figure)


def test_one_angle_a_qubit_and_layer_is_told_from_three() -> None:
    epochs = [replace(e, angles=e.angles[:9]) for e in history("hybrid", 4)]
    figure = angle_curves(epochs, 20, (3, 3, 1))
    assert set(figure.data[1]["customdata"]) == {1, 4, 7}


@pytest.mark.parametrize("n_texts", [1, 2, 3, 4])
def test_values_follow_every_text_in_a_panel_of_its_own(n_texts: int) -> None:
    epochs = [replace(e, values=e.values[:n_texts]) for e in history("hybrid", 4)]
    figure = value_curves(epochs, 20)
    for i in range(n_texts):
        suffix = str(i + 1) if i else ""
        here = [trace for trace in figure.data if trace["xaxis"] == f"x{suffix}"]
        assert [t["name"] for t in here] == ["q0", "q1", "q2"]
        assert [t["y"][-1] for t in here] == pytest.approx(list(epochs[-1].values[i]))
        assert {trace["yaxis"] for trace in here} == {f"y{suffix}"}
        assert figure.layout[f"yaxis{suffix}"]["range"] == [-1.05, 1.05]
    assert [note["text"][-1] for note in figure.layout["annotations"]] == list("1234"[:n_texts])
    corners = {
        (tuple(layout["domain"]), tuple(figure.layout[name.replace("x", "y", 1)]["domain"]))
        for name, layout in figure.layout.items()
        if name.startswith("xaxis")
    }
    assert len(corners) == n_texts, "no panel lies on another"
    assert figure.table.rows[3][1:] == tuple(plain(float(z), 3) for z in epochs[3].values.flat)
    resolved(figure)


def test_looks_within_an_epoch_stand_where_they_were_made() -> None:
    thirds = [replace(e, epoch=(k + 1) / 3) for k, e in enumerate(history("classical", 4))]
    figure = accuracy_curves({"classical": thirds, "hybrid": []}, 2)
    assert figure.data[0]["x"] == pytest.approx([1 / 3, 2 / 3, 1, 4 / 3])
    assert [row[0] for row in figure.table.rows] == ["0.333", "0.667", "1", "1.33"]


def test_before_the_first_epoch_there_are_empty_axes() -> None:
    nothing: dict[str, list[Epoch]] = {"classical": [], "hybrid": []}
    for draw in (loss_curves, accuracy_curves, gradient_curves):
        resolved(draw(nothing, 20))
    resolved(angle_curves([], 20, (2, 4, 3)))
    resolved(value_curves([], 20))

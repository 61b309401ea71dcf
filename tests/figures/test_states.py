"""Frames must be what Plotly accepts, with scales that never change and room for every qubit."""

import numpy as np
import pytest

from qbert_demo.figures.measurement import measured_values
from qbert_demo.figures.response import HEIGHT, WIDTH, cell, response_frame
from qbert_demo.figures.states import (
    CELL,
    CELL_HEIGHT,
    PROJECTION,
    RADIUS,
    bloch_frame,
    entropy_frame,
    information_frame,
    pauli_frame,
    probability_frame,
    sphere_middle,
)
from tests.figures.test_circuit import resolved, trace

SIZES = [1, 2, 4, 6, 7, 12]
FRAMES = [
    bloch_frame,
    pauli_frame,
    entropy_frame,
    probability_frame,
    information_frame,
    response_frame,
]


@pytest.mark.parametrize("n_qubits", SIZES)
@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: f.__name__)
def test_plotly_accepts_every_frame(frame, n_qubits: int) -> None:  # type: ignore[no-untyped-def]
    figure = frame(n_qubits)
    resolved(figure)
    assert figure.layout["height"] > 0
    assert figure.title


def test_spheres_are_seen_from_one_point_without_distortion() -> None:
    right, up = np.array(PROJECTION)
    assert np.linalg.norm(right) == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(up) == pytest.approx(1, abs=1e-3)
    assert right @ up == pytest.approx(0, abs=1e-3)
    assert np.cross(right, up) @ [0, 0, 1] > 0, "z must point up, seen from above the equator"


@pytest.mark.parametrize("n_qubits", SIZES)
def test_spheres_lie_inside_the_figure_and_apart(n_qubits: int) -> None:
    figure = bloch_frame(n_qubits)
    middles = [sphere_middle(k) for k in range(n_qubits)]
    assert len(set(middles)) == n_qubits
    for x, y in middles:
        assert RADIUS <= x <= figure.min_width - RADIUS
        assert RADIUS <= y <= figure.layout["height"] - RADIUS
    assert min(CELL, CELL_HEIGHT) > 2 * RADIUS
    assert trace(figure, "spheres")["x"].count(None) == n_qubits


def test_scales_are_the_quantities_own() -> None:
    layout = pauli_frame(4).layout
    assert [layout[axis]["range"] for axis in ("xaxis", "xaxis2", "xaxis3")] == [[-1, 1]] * 3
    assert entropy_frame(4).layout["xaxis"]["range"] == [0, 1]
    assert probability_frame(4).layout["yaxis"]["range"] == [0, 1]
    heat = information_frame(4).data[0]
    assert (heat["zmin"], heat["zmax"] ** 2) == (0, pytest.approx(2))


@pytest.mark.parametrize(("n_qubits", "shown"), [(1, 2), (4, 16), (6, 64), (7, 32), (12, 32)])
def test_all_states_are_shown_up_to_six_qubits_and_32_beyond(n_qubits: int, shown: int) -> None:
    figure = probability_frame(n_qubits)
    assert len(figure.data[0]["x"]) == shown
    assert ("32 largest" in figure.title) == (n_qubits > 6)


@pytest.mark.parametrize("n_qubits", SIZES)
def test_small_plots_do_not_touch_and_rows_stand_beside_them(n_qubits: int) -> None:
    figure = response_frame(n_qubits)
    corners = {cell(k, j) for k in range(n_qubits) for j in range(n_qubits)}
    assert len(corners) == n_qubits**2
    assert max(x for x, _ in corners) + WIDTH <= figure.min_width
    assert figure.rows is not None
    for k in range(n_qubits):
        middle = cell(k, 0)[1] - HEIGHT / 2
        assert figure.rows.top + k * figure.rows.pitch == pytest.approx(middle)


def test_measured_values_stand_beside_the_exact_ones() -> None:
    exact, seen, errors = np.array([0.5, -1]), np.array([0.4, -1]), np.array([0.03, 0])
    figure = measured_values(exact, seen, errors)
    rings, dots, written = figure.data
    assert rings["x"] == [0.5, -1]
    assert dots["x"] == [0.4, -1]
    assert dots["error_x"]["array"] == [0.03, 0]
    assert [text.strip() for text in written["text"]] == ["+0.40 ± 0.03", "−1.00"]
    assert figure.table.rows[0] == ("q0", "+0.5000", "+0.4000", "0.0300")
    resolved(figure)

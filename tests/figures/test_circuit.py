"""The drawing is read back: what stands where must be the gates that were given."""

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.figures import Figure
from qbert_demo.figures.circuit import ROW, TOP, circuit_figure
from qbert_demo.figures.placement import BARRIER, place
from qbert_demo.results import CircuitReading
from tests.ui.scripted import reading

SPECS = [
    CircuitSpec(1, 1),
    CircuitSpec(2, 1, ansatz="basic"),
    CircuitSpec(4, 2),
    CircuitSpec(3, 2, encoding="rz", ansatz="basic", reupload=True),
    CircuitSpec(4, 2, encoding="h_ry", ansatz="brick"),
    CircuitSpec(12, 8, reupload=True),
]


def read(spec: CircuitSpec) -> CircuitReading:
    return reading(spec, np.array([0.4, -1.1]), np.random.default_rng(3))


def trace(figure: Figure, name: str) -> dict[str, Any]:
    (found,) = [t for t in figure.data if t["name"] == name]
    return found


def resolved(figure: Figure) -> go.Figure:
    """Let Plotly check every attribute, with the page's colours filled in."""
    text = re.sub(r"var\(--[a-z-]+\)", "#123456", json.dumps([figure.data, figure.layout]))
    data, layout = json.loads(text)
    return go.Figure(data=data, layout=layout)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_plotly_accepts_every_attribute(spec: CircuitSpec) -> None:
    assert len(resolved(circuit_figure(read(spec))).data) >= 6


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_every_gate_is_there_in_order_on_its_wire_with_its_angles(spec: CircuitSpec) -> None:
    circuit = read(spec)
    points = trace(circuit_figure(circuit), "gates")
    drawn = zip(points["y"], points["hovertext"], strict=True)
    for gate, (wire, text) in zip(circuit.gates, drawn, strict=False):
        assert wire == gate.wires[0]
        assert text.startswith(f"<b>{gate.name}</b>")
        assert text.endswith(gate.block)
        for angle, origin in zip(gate.angles, gate.origins, strict=True):
            in_radians, in_pi = f"{angle:.3f} rad", f"{angle / np.pi:.2f} π"
            assert f"{in_radians} = {in_pi}, {origin}" in text.replace("−", "-")
    measured = points["hovertext"][len(circuit.gates) :][: spec.n_qubits]
    for k, text in enumerate(measured):
        assert f"q{k}: {circuit.expectation_values[k]:+.4f}" in text.replace("−", "-")


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_boxes_show_the_angles_and_cnots_their_control_and_target(spec: CircuitSpec) -> None:
    circuit = read(spec)
    figure = circuit_figure(circuit)
    boxed = [gate for gate in circuit.gates if gate.name != "CNOT"]
    cnots = [gate for gate in circuit.gates if gate.name == "CNOT"]
    labels = trace(figure, "labels")
    for gate, wire, text in zip(boxed, labels["y"], labels["text"], strict=False):
        assert wire == gate.wires[0]
        shown = [float(x) for x in re.findall(r"-?\d+\.\d\d", text.replace("−", "-"))]
        np.testing.assert_allclose(shown, gate.angles, atol=0.005)
    if cnots:
        ends = trace(figure, "CNOT ends")
        assert ends["y"] == [wire for gate in cnots for wire in gate.wires]
        assert ends["marker"]["symbol"] == ["circle", "circle-cross"] * len(cnots)
        links = trace(figure, "CNOT links")
        assert links["y"] == [y for gate in cnots for y in (*gate.wires, None)]


def test_data_and_trained_gates_have_their_own_tint_and_one_box_each() -> None:
    figure = circuit_figure(read(CircuitSpec(4, 2)))
    data, trained, fixed = (trace(figure, name) for name in ("data", "trained", "fixed"))
    boxes = [t["x"].count(None) for t in (data, trained, fixed)]
    assert boxes == [4, 8, 4]
    assert len({t["fillcolor"] for t in (data, trained, fixed)}) == 3


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_nothing_overlaps_and_time_runs_to_the_right(spec: CircuitSpec) -> None:
    gates = place(spec.read(np.zeros(spec.n_qubits), np.zeros(spec.weight_shape)), spec.n_qubits, 0)
    ends = np.zeros(spec.n_qubits)
    for placed in gates.gates:
        span = slice(min(placed.gate.wires), max(placed.gate.wires) + 1)
        assert placed.x - placed.width / 2 >= ends[span].max()
        ends[span] = placed.x + placed.width / 2
    for before, after in pairwise(gates.blocks):
        assert after.start - before.end == BARRIER


def test_blocks_are_named_and_parted_by_barriers() -> None:
    figure = circuit_figure(read(CircuitSpec(3, 2, reupload=True)))
    names = [note["text"] for note in figure.layout["annotations"]]
    assert names == ["encoding 1", "layer 1", "encoding 2", "layer 2"]
    assert trace(figure, "barriers")["x"].count(None) == 4


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_room_grows_with_the_circuit_and_rows_stand_on_the_wires(spec: CircuitSpec) -> None:
    figure = circuit_figure(read(spec))
    assert figure.layout["height"] >= TOP + ROW * spec.n_qubits
    assert figure.layout["xaxis"]["range"] == [0, figure.min_width]
    assert figure.rows is not None
    assert figure.rows.labels == tuple(f"q{k}" for k in range(spec.n_qubits))
    plot = figure.layout["height"] - figure.layout["margin"]["t"] - figure.layout["margin"]["b"]
    assert plot == ROW * spec.n_qubits
    assert figure.rows.top == figure.layout["margin"]["t"] + ROW / 2


def test_the_table_tells_every_gate() -> None:
    circuit = read(CircuitSpec(2, 1))
    rows = circuit_figure(circuit).table.rows
    assert [row[1] for row in rows] == [gate.name for gate in circuit.gates]
    assert rows[-1][2] == "q1 → q0"
    assert rows[0][4] == "feature 0"


def test_the_page_gets_plain_json_without_nan() -> None:
    figure = circuit_figure(read(CircuitSpec(4, 2)))
    again = json.loads(figure.as_json())
    assert again["data"] == figure.data
    assert again["rows"]["labels"] == ["q0", "q1", "q2", "q3"]
    assert len(figure.as_json()) < 15_000

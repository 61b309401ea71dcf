import ast
import json
import re
import subprocess
import sys
from urllib.parse import unquote

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit import qasm2
from scipy.linalg import expm

from qbert_demo.circuit.export import outline, to_pennylane, to_qasm2, to_qasm3, to_quirk, to_text
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import trace
from qbert_demo.results import GateReading
from tests.circuit.test_trace import random_gates

SPECS = [
    CircuitSpec(3, 2),
    CircuitSpec(4, 1, encoding="rz", ansatz="basic", reupload=True),
    CircuitSpec(4, 2, encoding="h_ry", ansatz="brick"),
]
NAMES = {"rx": "RX", "ry": "RY", "rz": "RZ", "h": "Hadamard", "cx": "CNOT"}
STATEMENT = re.compile(r"(r[xyz]|h|cx)(?:\(([^)]+)\))? (q\[\d+\](?:, q\[\d+\])?);")


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_pennylane_program_runs_and_prints_the_same_values(spec: CircuitSpec) -> None:
    gates = random_gates(spec)
    program = to_pennylane(gates, spec.n_qubits)
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    expected = trace(gates, spec.n_qubits).bloch[-1, :, 2]
    np.testing.assert_allclose(ast.literal_eval(run.stdout), expected, atol=1e-10)


def test_strict_readers_take_angles_of_every_size() -> None:
    spec = CircuitSpec(3, 1)
    gates = spec.read([1e-05, -2.5e-17, 3e22], np.full((1, 3, 3), -1e16))
    circuit = qasm2.loads(to_qasm2(gates, 3), strict=True)
    angles = [float(gate.operation.params[0]) for gate in circuit.data if gate.operation.params]
    assert angles == [angle for gate in gates for angle in gate.angles]
    for text in re.findall(r"\(([^)]+)\)", to_qasm3(gates, 3)):
        assert re.fullmatch(r"-?\d+\.\d+(e[-+]?\d+)?", text)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_qasm_read_back_ends_in_the_same_state(spec: CircuitSpec) -> None:
    gates, n = random_gates(spec), spec.n_qubits
    expected = trace(gates, n).states[-1]
    three, two = to_qasm3(gates, n), to_qasm2(gates, n)
    assert three.splitlines()[:4] == [
        "OPENQASM 3.0;",
        'include "stdgates.inc";',
        f"qubit[{n}] q;",
        f"bit[{n}] c;",
    ]
    assert two.splitlines()[0] == "OPENQASM 2.0;"
    for text, head in ((three, 4), (two, 4)):
        read = []
        for line in text.splitlines()[head:-1]:
            match = STATEMENT.fullmatch(line)
            assert match, line
            wires = tuple(int(wire) for wire in re.findall(r"\d+", match[3]))
            angles = (float(match[2]),) if match[2] else ()
            read.append(GateReading(NAMES[match[1]], wires, angles, (), ""))
        np.testing.assert_allclose(trace(read, n).states[-1], expected, atol=1e-12)


def test_the_drawing_has_a_line_a_wire_and_every_gate_once() -> None:
    spec = CircuitSpec(3, 1)
    text = to_text(random_gates(spec), 3)
    lines = text.splitlines()
    assert [line[:4] for line in lines] == ["q0: ", "q1: ", "q2: "]
    assert len({len(line) for line in lines}) == 1
    assert (text.count("RY("), text.count("Rot("), text.count("●"), text.count("X")) == (3, 3, 3, 3)
    for line in lines:
        assert line.index("RY(") < line.index("Rot(") < line.index("●")


def test_the_outline_is_the_drawing_with_names_for_angles() -> None:
    for spec in (CircuitSpec(3, 2, "rz", "basic", True), CircuitSpec(2, 1)):
        angles = re.compile(r"\([^)]+\)")
        named, drawn = outline(spec), to_text(random_gates(spec), spec.n_qubits)
        parts = [re.sub("─+", "─", angles.sub("", text)) for text in (named, drawn)]
        assert parts[0] == parts[1]
        in_data = re.findall(r"R[YZ]\(x(\d)\)", named)
        assert sorted(in_data) == sorted(map(str, [*range(spec.n_qubits)] * (1 + spec.reupload)))
        assert named.count("(θ)") == spec.n_qubits * spec.n_layers


def quirk_state(link: str, n_qubits: int) -> NDArray[np.complex128]:
    """What Quirk computes from a link: column after column, wire 0 on top and least significant."""
    head, _, fragment = link.partition("#circuit=")
    assert head == "https://algassert.com/quirk"
    assert re.fullmatch(r"[\w.~%-]+", fragment, re.ASCII)
    state = np.eye(2**n_qubits, dtype=complex)[0]
    x, y, z = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
    for column in json.loads(unquote(fragment))["cols"]:
        assert len(column) in (0, n_qubits)
        controls = [wire for wire, cell in enumerate(column) if cell == "•"]
        for wire, cell in enumerate(column):
            if cell in (1, "•"):
                continue
            if isinstance(cell, dict):
                assert cell.keys() == {"id", "arg"}
                assert re.fullmatch(r"-?\d+\.\d+", cell["arg"])
                axis = {"Rxft": x, "Ryft": y, "Rzft": z}[cell["id"]]
                gate = expm(-0.5j * float(cell["arg"]) * axis)
            else:
                gate = {"X": x, "H": (x + z) / np.sqrt(2)}[cell]
            whole = np.kron(np.kron(np.eye(2 ** (n_qubits - 1 - wire)), gate), np.eye(2**wire))
            active = [all(index >> c & 1 for c in controls) for index in range(len(state))]
            state = np.where(active, whole @ state, state)
    return state.reshape((2,) * n_qubits).transpose().reshape(-1)


@pytest.mark.parametrize(
    "spec", [*SPECS, CircuitSpec(1, 2), CircuitSpec(5, 3, "rx"), CircuitSpec(3, 2, "rz")], ids=str
)
def test_quirk_ends_in_the_same_state(spec: CircuitSpec) -> None:
    gates, n = random_gates(spec), spec.n_qubits
    expected = trace(gates, n).states[-1]
    np.testing.assert_allclose(quirk_state(to_quirk(gates, n), n), expected, atol=1e-5)


def test_quirk_draws_wide_gates_apart_and_a_control_alone() -> None:
    spec = CircuitSpec(3, 1)
    gates = spec.read([-11.5, 1e-9, 2.0], np.ones((1, 3, 3)))
    columns = json.loads(unquote(to_quirk(gates, 3).partition("=")[2]))["cols"]
    arguments = [cell["arg"] for cell in columns[0]]
    assert arguments == ["-11.500000", "0.000000", "2.000000"]
    drawn = [bool(column) for column in columns]
    assert drawn == [True, False, False, *[True, False] * 3, True, True, True]
    assert columns[-3:] == [["•", "X", 1], [1, "•", "X"], ["X", 1, "•"]]

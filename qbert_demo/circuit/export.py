"""A circuit in other programs' languages, PennyLane, OpenQASM 3 and 2, and Quirk, and drawn.

Each program is complete: it runs, or is accepted, as it stands, with the angles of one text filled
in. Angles are radians, written so that they are read back exactly; only Quirk's are rounded.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from qbert_demo.circuit.spec import CircuitSpec, Data
from qbert_demo.results import GateReading, pack

QASM_NAMES = {"RX": "rx", "RY": "ry", "RZ": "rz", "Hadamard": "h", "CNOT": "cx"}


def to_pennylane(gates: Sequence[GateReading], n_qubits: int) -> str:
    """Write a Python program that prints the expectation value <Z> of every wire.

    Args:
        gates: In order of time, with their angles.
        n_qubits: Number of wires.
    """
    lines = []
    for gate in gates:
        arguments = [repr(angle) for angle in gate.angles]
        wires = str(gate.wires[0]) if len(gate.wires) == 1 else str(list(gate.wires))
        lines.append(f"    qml.{gate.name}({', '.join([*arguments, f'wires={wires}'])})")
    body = "\n".join(lines)
    return f"""import pennylane as qml

device = qml.device("default.qubit", wires={n_qubits})


@qml.qnode(device)
def circuit():
{body}
    return [qml.expval(qml.PauliZ(wire)) for wire in range({n_qubits})]


print([float(value) for value in circuit()])
"""


def to_qasm3(gates: Sequence[GateReading], n_qubits: int) -> str:
    """Write OpenQASM 3 that measures every wire (Cross et al., arXiv:2104.14722)."""
    head = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{n_qubits}] q;"]
    return "\n".join([*head, f"bit[{n_qubits}] c;", *_qasm(gates), "c = measure q;", ""])


def to_qasm2(gates: Sequence[GateReading], n_qubits: int) -> str:
    """Write OpenQASM 2 that measures every wire (Cross et al., arXiv:1707.03429)."""
    head = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{n_qubits}];"]
    return "\n".join([*head, f"creg c[{n_qubits}];", *_qasm(gates), "measure q -> c;", ""])


def _qasm(gates: Sequence[GateReading]) -> Iterator[str]:
    for gate in gates:
        wires = ", ".join(f"q[{wire}]" for wire in gate.wires)
        if gate.name == "Rot":
            for name, angle in zip(("rz", "ry", "rz"), gate.angles, strict=True):
                yield f"{name}({_real(angle)}) {wires};"
        else:
            angles = f"({_real(gate.angles[0])})" if gate.angles else ""
            yield f"{QASM_NAMES[gate.name]}{angles} {wires};"


def _real(angle: float) -> str:
    """Write a number exactly, with the decimal point that strict readers of OpenQASM ask for."""
    digits, exponent, power = repr(angle).partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}{exponent}{power}"


def to_quirk(gates: Sequence[GateReading], n_qubits: int) -> str:
    """Write a link that opens the circuit in Quirk (algassert.com/quirk, Strilanc/Quirk).

    Wire 0 is Quirk's top wire. Quirk reads a basis state the other way round than we do: its top
    wire is the least significant bit. ``Rot`` becomes ``Rz``, ``Ry``, ``Rz``. A CNOT has a column
    of its own, because Quirk's control acts on the whole column. Angles are rounded to six digits:
    Quirk computes in single precision and draws a longer formula across more columns.

    Args:
        gates: In order of time, with their angles.
        n_qubits: Number of wires; Quirk takes up to 16.
    """
    placed = list(_quirk_cells(gates))
    places = pack([tuple(cells) for cells in placed], n_qubits, apart=True)
    columns: list[list[Any]] = [[1] * n_qubits for _ in range(max(places, default=-1) + 1)]
    for place, cells in zip(places, placed, strict=True):
        for wire, cell in cells.items():
            columns[place][wire] = cell
    spaced = []
    for column in columns:
        spaced += [column, *[[]] * (max(map(_quirk_width, column)) - 1)]
    circuit = json.dumps({"cols": spaced}, ensure_ascii=False, separators=(",", ":"))
    return f"https://algassert.com/quirk#circuit={quote(circuit, safe='')}"


def _quirk_cells(gates: Sequence[GateReading]) -> Iterator[dict[int, Any]]:
    """What each gate puts on which wire of a column."""
    for gate in gates:
        if gate.name == "CNOT":
            control, target = gate.wires
            yield {control: "•", target: "X"}
        elif gate.name == "Hadamard":
            yield {gate.wires[0]: "H"}
        else:
            axes = "zyz" if gate.name == "Rot" else gate.name[1].lower()
            for axis, angle in zip(axes, gate.angles, strict=True):
                yield {gate.wires[0]: {"id": f"R{axis}ft", "arg": f"{angle:.6f}"}}


def _quirk_width(cell: Any) -> int:
    """Columns that Quirk draws a gate across (its ``updateUsingFormula``)."""
    return -(-(len(cell["arg"]) + 1) // 5) if isinstance(cell, dict) else 1


def to_text(gates: Sequence[GateReading], n_qubits: int) -> str:
    """Draw the circuit in characters, one line a wire, time running to the right.

    ``●`` is the control of a CNOT and ``X`` its target; angles are rounded to two digits.
    """
    return _drawn([(gate.wires, _labels(gate)) for gate in gates], n_qubits)


def outline(spec: CircuitSpec) -> str:
    """Draw a circuit as `to_text` does, with names for the angles.

    ``x0`` is the angle that carries feature 0; each ``θ`` is trained (three angles in a ``Rot``).
    """
    placed = []
    for gate in spec.gates:
        angles = {f"x{source.k}" if isinstance(source, Data) else "θ" for source in gate.sources}
        placed.append((gate.wires, _cells(gate.name, gate.wires, "".join(angles))))
    return _drawn(placed, spec.n_qubits)


def _drawn(gates: Sequence[tuple[tuple[int, ...], dict[int, str]]], n_qubits: int) -> str:
    """Place gates, given by their wires and what stands on each, in columns."""
    places = pack([wires for wires, _ in gates], n_qubits)
    columns: list[dict[int, str]] = [{} for _ in range(max(places, default=-1) + 1)]
    for place, (wires, cells) in zip(places, gates, strict=True):
        columns[place] |= dict.fromkeys(range(min(wires), max(wires) + 1), "│") | cells
    width = len(f"q{n_qubits - 1}")
    lines = [f"{f'q{wire}':<{width}}: ─" for wire in range(n_qubits)]
    for column in columns:
        widest = max(map(len, column.values()))
        for wire in range(n_qubits):
            lines[wire] += column.get(wire, "").center(widest, "─") + "─"
    return "\n".join(f"{line}┤ <Z>" for line in lines) + "\n"


def _labels(gate: GateReading) -> dict[int, str]:
    return _cells(gate.name, gate.wires, ",".join(f"{angle:.2f}" for angle in gate.angles))


def _cells(name: str, wires: tuple[int, ...], angles: str) -> dict[int, str]:
    if name == "CNOT":
        control, target = wires
        return {control: "●", target: "X"}
    return {wires[0]: f"{name}({angles})" if angles else "H"}

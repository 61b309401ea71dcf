"""A circuit in other programs' languages: PennyLane, OpenQASM 3 and 2.

Each text is complete: it runs, or is accepted, as it stands, with the angles of one text filled
in. Angles are radians, written so that they are read back exactly.
"""

from collections.abc import Iterator, Sequence

from qbert_demo.results import GateReading

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
                yield f"{name}({angle!r}) {wires};"
        else:
            angles = f"({gate.angles[0]!r})" if gate.angles else ""
            yield f"{QASM_NAMES[gate.name]}{angles} {wires};"


def to_text(gates: Sequence[GateReading], n_qubits: int) -> str:
    """Draw the circuit in characters, one line a wire, time running to the right.

    ``●`` is the control of a CNOT and ``X`` its target; angles are rounded to two digits.
    """
    columns: list[dict[int, str]] = []
    free = [0] * n_qubits
    for gate in gates:
        span = range(min(gate.wires), max(gate.wires) + 1)
        place = max(free[wire] for wire in span)
        if place == len(columns):
            columns.append({})
        columns[place].update(dict.fromkeys(span, "│") | _labels(gate))
        for wire in span:
            free[wire] = place + 1
    width = len(f"q{n_qubits - 1}")
    lines = [f"{f'q{wire}':<{width}}: ─" for wire in range(n_qubits)]
    for column in columns:
        widest = max(map(len, column.values()))
        for wire in range(n_qubits):
            lines[wire] += column.get(wire, "").center(widest, "─") + "─"
    return "\n".join(f"{line}┤ <Z>" for line in lines) + "\n"


def _labels(gate: GateReading) -> dict[int, str]:
    if gate.name == "CNOT":
        control, target = gate.wires
        return {control: "●", target: "X"}
    angles = ",".join(f"{angle:.2f}" for angle in gate.angles)
    return {gate.wires[0]: f"{gate.name}({angles})" if angles else "H"}

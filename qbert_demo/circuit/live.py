"""Which trained angles of a circuit can change what is measured.

Seen backwards from the measurement, each Z is a sum of products of Paulis, and every gate makes
other ones of it. A rotation about P changes nothing where only I and P can stand on its wire. What
can stand there is followed wire by wire, so a dead angle is proved to be dead. That the others are
live, as they are in every circuit of `CircuitSpec`, the tests hold against gradients.
"""

import itertools
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qbert_demo.circuit.spec import CircuitSpec, Gate, Weight

_PARTS = {"Rot": "ZYZ", "RX": "X", "RY": "Y", "RZ": "Z"}
_I, _X, _Z, _Y = range(4)
"""A Pauli's bits: 1 where it flips the wire, 2 where it turns its sign."""
_BITS = {"X": _X, "Y": _Y, "Z": _Z}


@lru_cache(maxsize=256)
def live_angles(spec: CircuitSpec) -> NDArray[np.bool_]:
    """Tell the live angles from those whose gradient is zero whatever the text and the weights.

    Args:
        spec: The circuit, whose every wire is read out in Z.

    Returns:
        True for a live one, shape ``spec.weight_shape``; not to be written to.
    """
    live = np.zeros(spec.weight_shape, bool)
    on_wire = [{_I, _Z} for _ in range(spec.n_qubits)]
    for gate in reversed(spec.gates):
        for weight in _passed(gate, on_wire):
            live[weight.l, weight.k, weight.j] = True
    live.flags.writeable = False
    return live


def _passed(gate: Gate, on_wire: list[set[int]]) -> Iterator[Weight]:
    """Take what can stand on each wire back through a gate, and name the weights that matter."""
    wire, *targets = gate.wires
    if gate.name == "CNOT":
        (target,) = targets
        pairs = list(itertools.product(on_wire[wire], on_wire[target]))
        on_wire[wire] = {c ^ (t & _Z) for c, t in pairs}
        on_wire[target] = {t ^ (c & _X) for c, t in pairs}
    elif gate.name == "Hadamard":
        on_wire[wire] = {(p & 1) << 1 | p >> 1 for p in on_wire[wire]}
    else:
        for axis, source in zip(_PARTS[gate.name][::-1], gate.sources[::-1], strict=True):
            turned = on_wire[wire] - {_I, _BITS[axis]}
            on_wire[wire] |= {p ^ _BITS[axis] for p in turned}
            if turned and isinstance(source, Weight):
                yield source

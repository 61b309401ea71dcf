"""How alike two texts are, before the circuit and after it."""

import numpy as np

from qbert_demo.circuit.trace import States, states_of
from qbert_demo.errors import CheckpointError
from qbert_demo.results import Array, CircuitReading, Prediction, TextPair


def alike(texts: tuple[str, str], first: Prediction, second: Prediction) -> TextPair:
    """Compare the embeddings of two texts, and the final states of their circuits.

    Args:
        texts: The texts.
        first: What a model with a circuit makes of the first.
        second: What the same model makes of the second.

    Raises:
        CheckpointError: If the model has no circuit.
    """
    if first.circuit is None or second.circuit is None:
        raise CheckpointError("The hybrid checkpoint of this task has no circuit to compare in.")
    states = _final(first.circuit), _final(second.circuit)
    cosine = float(_overlap(first.embedding, second.embedding).real)
    return TextPair(texts, (first, second), cosine, abs(_overlap(*states)) ** 2)


def _final(circuit: CircuitReading) -> States:
    return states_of(circuit.gates, circuit.n_qubits)[-1]


def _overlap(one: Array | States, other: Array | States) -> complex:
    return complex(np.vdot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)))

"""Explanations that are made up but consistent: what the page is tested with."""

import re
import zlib

import numpy as np

from qbert_demo.results import (
    Array,
    Attribution,
    CircuitPaths,
    CircuitReading,
    ModelExplanation,
    Prediction,
    Word,
)


def explained(prediction: Prediction, text: str, label: str = "") -> ModelExplanation:
    """Make up which words an answer came from; the logit and the circuit are the answer's own."""
    words = tuple(
        Word(m[0], m.start(), m.end()) for m in re.finditer(r"\w+|[^\w\s]", text) if m.start() < 500
    )
    seed = zlib.crc32(f"{prediction.card.head} {text} why".encode("utf-8", "replace"))
    random = np.random.default_rng(seed)
    chosen = prediction.labels.index(label) if label else prediction.winner
    logit = _shared_out(float(prediction.logits[chosen]), len(words), random)
    without = logit.scores + random.normal(scale=0.3, size=len(words))
    circuit = prediction.circuit and _paths(prediction.circuit, chosen, len(words), random)
    named = prediction.labels[chosen]
    head = prediction.card.head
    return ModelExplanation(
        head, prediction.label, named, words, logit, without, 24, 0.4, circuit or None
    )


def _shared_out(value: float, n_words: int, random: np.random.Generator) -> Attribution:
    scores: Array = random.normal(scale=0.4, size=n_words)
    return Attribution(value - float(scores.sum()) - 0.001, value, scores)


def _paths(
    circuit: CircuitReading, label: int, n_words: int, random: np.random.Generator
) -> CircuitPaths:
    n = circuit.n_qubits
    return CircuitPaths(
        tuple(_shared_out(a, n_words, random) for a in circuit.angles.tolist()),
        tuple(_shared_out(z, n_words, random) for z in circuit.values.tolist()),
        random.uniform(-0.5, 0.5, (n, n)),
        circuit.output_weight[label],
        float(circuit.output_bias[label]),
    )

"""What Compare, the API and the command line ask of why models say what they say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from qbert_demo.errors import InputError
from qbert_demo.evaluation import attribution
from qbert_demo.evaluation.edits import edits
from qbert_demo.model.differentiable import BASES
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.words import near_words, read_words
from qbert_demo.results import (
    Attribution,
    BatchComparison,
    CircuitPaths,
    Comparison,
    EditSearch,
    Explanation,
    ModelExplanation,
    TaskCard,
    Word,
)
from qbert_demo.service.checks import check_text, tokens_of

BASE = BASES[0]
"""What stands for each word in the base."""
TRIES_AT_ONCE = 16
"""Edits that are tried together."""
Json = dict[str, Any]


def explain(
    card: TaskCard, models: Mapping[str, LoadedModel], text: str, label: str | None = None
) -> Explanation:
    """Share out among the words what several models say of a text.

    Args:
        card: The task.
        models: Which models, by head.
        text: What they read, at most 20,000 characters.
        label: The label that is explained; each model's own answer if left out.

    Raises:
        InputError: If there is nothing to read, too much, or no such label.
    """
    text = check_text(text)
    chosen = check_label(card.labels, label)
    found = {}
    for head, classifier in models.items():
        tokens_of(classifier, text)
        found[head] = attribution.explain(classifier, head, text, chosen)
    first = next(iter(models))
    read = read_words(models[first], text)
    told = {head: model.on(read.words) for head, model in found.items()}
    near = near_words(models[first], read)
    return Explanation(card.key, text, text[read.read :], len(read.ids), told, near)


def smallest_edit(
    compare: Callable[[Sequence[str]], BatchComparison], explanation: Explanation
) -> Iterator[EditSearch]:
    """Drop or swap one word until the models part, or at least one changes its mind.

    Args:
        compare: Asks the models of an explanation about many texts.
        explanation: Of the text; its words of most effect are tried first.

    Yields:
        How far it is, with an edit that turned all of them together, if one did; last what was
        found, or that nothing was.
    """
    effect = np.abs([model.logit.scores for model in explanation.models.values()])
    found = edits(explanation.words, explanation.near, effect.max(0))
    tries = [(edit, edit.applied(explanation.text)) for edit in found]
    tries = [(edit, text) for edit, text in tries if text.strip()]
    before = _answers(compare([explanation.text]), 0)
    best = EditSearch(0, len(tries), before=before)
    yield best
    for start in range(0, len(tries), TRIES_AT_ONCE):
        part = tries[start : start + TRIES_AT_ONCE]
        answers = compare([text for _, text in part])
        for k, (edit, text) in enumerate(part):
            after, place = _answers(answers, k), start + k + 1
            turned = [head for head in before if after[head][0] != before[head][0]]
            if not turned:
                continue
            seen = EditSearch(place, len(tries), place, edit, text, before, after)
            if seen.parts_them or not (explanation.agree and len(before) > 1):
                yield replace(seen, is_done=True)
                return
            best = seen if best.edit is None else best
        best = replace(best, tried=start + len(part))
        yield best
    yield replace(best, is_done=True)


def _answers(batch: BatchComparison, row: int) -> dict[str, tuple[str, float]]:
    return {
        head: (batch.label_names[int(shares[row].argmax())], float(shares[row].max()))
        for head, shares in batch.probabilities.items()
    }


def expected_seconds(comparison: Comparison) -> float:
    """How long it will take to explain these answers, unless more steps are needed."""
    return sum(
        attribution.expected_seconds(
            p.timing.encoder / 1e3, 0 if p.circuit is None else p.circuit.n_qubits
        )
        for p in comparison.predictions.values()
    )


def check_label(labels: Sequence[str], label: object) -> str:
    """A label that a task has; empty for each model's own answer.

    Raises:
        InputError: If it has none of that name.
    """
    if label is None or label == "":
        return ""
    if not isinstance(label, str) or label not in labels:
        raise InputError(
            f"There is no label {str(label)[:40]!r} here; the labels are {', '.join(labels)}."
        )
    return label


def explanation_json(explanation: Explanation) -> Json:
    """Report which words an answer came from, and through which angles and qubits.

    Returns:
        ``models`` by head with the explained ``label``, ``base`` (its logit for the text without
        its words), ``sum`` of the scores, ``gap`` (how far both together are from its logit), and
        ``words`` with ``start`` and ``end`` in characters of the text and ``score``. ``hybrid``
        has the same for each of its ``angles`` (radians) and ``qubits`` (<Z_k>), with their
        ``value``, and for qubits the ``weight`` in the label's logit; it is ``None`` without a
        circuit.
    """
    hybrid = explanation.models.get("hybrid")
    return {
        "models": {
            head: {"label": model.label, **_shared_out(model.words, model.logit)}
            for head, model in explanation.models.items()
        },
        "hybrid": hybrid and hybrid.circuit and _circuit_json(hybrid, hybrid.circuit),
    }


def _circuit_json(model: ModelExplanation, circuit: CircuitPaths) -> Json:
    return {
        "angles": [
            {"value": angle.value, **_shared_out(model.words, angle)} for angle in circuit.angles
        ],
        "qubits": [
            {"value": qubit.value, "weight": weight, **_shared_out(model.words, qubit)}
            for qubit, weight in zip(circuit.qubits, circuit.weights.tolist(), strict=True)
        ],
    }


def _shared_out(words: Sequence[Word], found: Attribution) -> Json:
    scores = found.scores.tolist()
    return {
        "base": found.base,
        "sum": found.sum,
        "gap": found.gap,
        "words": [
            {"word": word.text, "start": word.start, "end": word.end, "score": score}
            for word, score in zip(words, scores, strict=True)
        ],
    }

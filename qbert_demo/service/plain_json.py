"""Results as plain JSON values: what the API returns and the command line prints.

Every number is a Python ``float`` or ``int``, every class stands under its name, and
milliseconds are rounded to a microsecond. Nothing here is specific to the screen.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from qbert_demo.circuit.trace import trace
from qbert_demo.evaluation.behaviour import failure_rate
from qbert_demo.evaluation.words import verdict
from qbert_demo.results import (
    Array,
    BatchComparison,
    Comparison,
    Family,
    GateReading,
    Judgement,
    ModelScore,
    PairedTest,
    Prediction,
    Score,
    Standing,
    Timing,
)

Json = dict[str, Any]


def prediction_json(prediction: Prediction) -> Json:
    """Report one model's answer.

    Returns:
        ``label``, ``probabilities`` and ``logits`` by label name, ``milliseconds`` in all and
        ``milliseconds_in`` encoder, circuit and head, ``source``.
        A model with a circuit adds ``angles`` (radians) and ``expectation_values``, one a qubit,
        and ``contributions`` (a list over qubits for each label) with ``bias``, which add up
        to the logits.
    """
    labels = prediction.labels
    report: Json = {
        "label": prediction.label,
        "probabilities": _by_label(labels, prediction.probabilities),
        "logits": _by_label(labels, prediction.logits),
        "milliseconds": round(prediction.timing.total, 3),
        "milliseconds_in": _milliseconds_in(prediction.timing),
        "source": prediction.card.source,
    }
    if (circuit := prediction.circuit) is not None:
        report["angles"] = circuit.angles.tolist()
        report["expectation_values"] = circuit.expectation_values.tolist()
        report["contributions"] = _by_label(labels, circuit.contributions)
        report["bias"] = _by_label(labels, circuit.output_bias)
    return report


def judgement_json(judgement: Judgement) -> Json:
    """Report what is known of a task's models.

    Returns:
        ``task``, ``dataset``, ``split``, ``rows``, ``date``; ``weights_sha256`` by head; ``models``
        by head with ``accuracy``, ``accuracy_ci95``, ``macro_f1``, ``macro_recall``, ``log_loss``,
        ``ece``, ``confusion_matrix`` (rows are true classes); ``pairs`` with the exact McNemar test
        of each; the ``ladder``; the ``formula``, or null where it is too long; ``angles``, on which
        of the hybrid's angles live, or null where it was never asked; under ``behaviour`` for each
        family of short texts how many each model fails; and under ``seeds`` for each model its
        ``accuracy`` by seed, with ``mean`` and ``range`` or null where there is but one, and the
        ``pairs`` of each seed.
    """
    formula = judgement.formula
    return {
        "task": judgement.task,
        "dataset": judgement.dataset,
        "revision": judgement.revision,
        "split": judgement.split,
        "rows": judgement.rows,
        "date": judgement.day,
        "weights_sha256": judgement.weights_sha256,
        "models": {model.head: _scores(model) for model in judgement.models},
        "pairs": [_pair(t, judgement.rows, len(judgement.pairs)) for t in judgement.pairs],
        "fitted_on": judgement.fitted_on,
        "ladder": [
            {
                "rung": rung.name,
                **_interval("accuracy", rung.as_trained),
                **_interval("fitted_accuracy", rung.fitted),
                "fitted_mcnemar_p": rung.p_fitted,
                "seeds": rung.seeds,
            }
            for rung in judgement.ladder
        ],
        "formula": formula and asdict(formula),
        "angles": judgement.angles and asdict(judgement.angles),
        "behaviour": [_family(family) for family in judgement.behaviour],
        "seeds": _seeds(judgement),
    }


def costs_json(costs: Sequence[Standing]) -> Json:
    """Report what models of one task cost beside the encoder, which is the same for all.

    Returns:
        By head ``parameters_in_head``, ``live_parameters``, ``milliseconds_in_head`` (of one text
        alone, null where it was never measured), ``training_hours`` and ``trained_on``.
    """
    return {
        s.head: {
            "parameters_in_head": s.in_head,
            "live_parameters": s.live,
            "milliseconds_in_head": s.milliseconds and round(s.milliseconds, 3),
            "training_hours": s.hours,
            "trained_on": s.device,
        }
        for s in costs
    }


def _pair(test: PairedTest, rows: int, pairs: int) -> Json:
    return {
        "a": test.a,
        "b": test.b,
        **_interval("difference", test.difference),
        "mcnemar_p": test.p,
        "mcnemar_p_holm": test.corrected,
        "only_a": test.only_a,
        "only_b": test.only_b,
        "smallest_difference": test.smallest,
        "verdict": verdict(test, rows, pairs),
    }


def _seeds(judgement: Judgement) -> Json:
    models = {}
    for model in judgement.models:
        values, spread = judgement.seeded(model.head), judgement.spread(model.head)
        models[model.head] = {
            "accuracy": {str(seed): value for seed, value in values.items()},
            "mean": spread and spread.mean,
            "range": spread and [spread.low, spread.high],
        }
    pairs = [
        {"seed": run.seed, **_pair(test, judgement.rows, len(run.pairs))}
        for run in judgement.seeds
        for test in run.pairs
    ]
    return {"models": models, "pairs": pairs}


def _family(family: Family) -> Json:
    return {
        "family": family.name,
        "asks": family.asks,
        "texts": len(family.cases),
        "models": {
            head: {
                "failures": family.failures(head),
                **_interval("failure_rate", failure_rate(family, head)),
            }
            for head in family.heads
        },
    }


def evaluation_json(model: ModelScore, checkpoint: str, dataset: str, split: str) -> Json:
    """Report what one model scored.

    Returns:
        ``checkpoint``, ``dataset``, ``split``, ``rows``, and of the scores ``accuracy``,
        ``accuracy_ci95``, ``macro_f1``, ``macro_recall``, ``log_loss`` (nats), ``ece``,
        ``confusion_matrix`` (rows are true classes) and ``texts_per_second``.
    """
    facts = {"checkpoint": checkpoint, "dataset": dataset, "split": split}
    speed = {"texts_per_second": model.texts_per_second}
    return {**facts, "rows": model.accuracy.n, **_scores(model), **speed}


def _scores(model: ModelScore) -> Json:
    return {
        **_interval("accuracy", model.accuracy),
        "macro_f1": model.macro_f1,
        "macro_recall": model.macro_recall,
        "log_loss": model.log_loss,
        "ece": model.ece,
        "confusion_matrix": [list(row) for row in model.confusion],
    }


def _interval(name: str, score: Score | None) -> Json:
    bounds = None if score is None else [score.low, score.high]
    return {name: None if score is None else score.value, f"{name}_ci95": bounds}


def comparison_json(comparison: Comparison) -> Json:
    """Report what several models make of one text.

    Returns:
        ``task``, ``text``, ``n_tokens``, ``cut`` (the part that was not read), ``unknown`` (parts
        that were read as [UNK]), ``agree``, and under ``models`` one `prediction_json` for each
        head.
    """
    return {
        "task": comparison.task,
        "text": comparison.text,
        "n_tokens": comparison.n_tokens,
        "cut": comparison.cut,
        "unknown": list(comparison.unknown),
        "agree": comparison.agree,
        "models": {head: prediction_json(p) for head, p in comparison.predictions.items()},
    }


def batch_json(batch: BatchComparison) -> Json:
    """Report what several models make of many texts, in the order they were given.

    Returns:
        ``task``, ``n_texts``, ``n_cut``, ``disagreements`` (positions, from 0), ``true_labels``
        (by name, as they were read; ``None`` without), and under ``models`` for each head
        ``labels``, ``probabilities`` (one object a text) and ``accuracy`` (``None`` without true
        labels).
    """
    truth = None if batch.truth is None else [batch.label_names[k] for k in batch.truth]
    return {
        "task": batch.task,
        "n_texts": len(batch.texts),
        "n_cut": batch.n_cut,
        "disagreements": batch.disagreements.nonzero()[0].tolist(),
        "true_labels": truth,
        "models": {head: _batch_head(batch, head) for head in batch.probabilities},
    }


def circuit_json(gates: Sequence[GateReading], n_qubits: int) -> Json:
    """A circuit as plain JSON: its gates, what is seen after each, and what is measured."""
    seen = trace(gates, n_qubits)
    steps = zip(seen.bloch, seen.probabilities, seen.entropies, strict=True)
    return {
        "n_qubits": n_qubits,
        "gates": [
            {"name": gate.name, "wires": list(gate.wires), "angles": list(gate.angles)}
            for gate in gates
        ],
        "steps": [
            {"bloch": b.tolist(), "probabilities": p.tolist(), "entropies": e.tolist()}
            for b, p, e in steps
        ],
        "expectation_values": seen.bloch[-1, :, 2].tolist(),
    }


def _batch_head(batch: BatchComparison, head: str) -> Json:
    return {
        "labels": [batch.label_names[k] for k in batch.labels(head)],
        "probabilities": [_by_label(batch.label_names, row) for row in batch.probabilities[head]],
        "accuracy": batch.accuracy(head),
    }


def _by_label(labels: tuple[str, ...], values: Array) -> Json:
    return dict(zip(labels, values.tolist(), strict=True))


def _milliseconds_in(timing: Timing) -> dict[str, float]:
    parts = {"encoder": timing.encoder, "circuit": timing.circuit, "head": timing.head}
    return {name: round(value, 3) for name, value in parts.items()}

"""Does the circuit help? Every model of a task on its reported split, and what the circuit is for.

A judgement is measured once, by ``python -m qbert_demo judge --measure``, and shipped: as JSON, and
beside it each model's class probabilities in float16, in the order of the dataset.
"""

import json
import time
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_predict
from torch import Tensor

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.circuit.formula import formula_of
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import Rows
from qbert_demo.errors import CheckpointError
from qbert_demo.evaluation.ladder import Embedded, Labels, climb
from qbert_demo.evaluation.metrics import accuracy, confusion, macro_f1, macro_recall
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.model.heads import HEADS, CircuitHead
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.prediction import softmax
from qbert_demo.results import (
    Array,
    FormulaFacts,
    Judgement,
    ModelScore,
    PairedTest,
    Reliability,
    Rung,
    Score,
)

FOLDER = "judgements"
"""Where judgements lie in the folder of the checkpoints."""
FITTED_ON = 2000
"""Training rows that output layers are fitted on anew."""
BINS = 10
KEPT = 100
"""Most of the largest products whose labels are compared with the circuit's."""


def measure(classifier: LoadedModel, head: str, rows: Rows) -> tuple[ModelScore, Array, Tensor]:
    """Score a model on labelled rows, in float32.

    Returns:
        Its scores, its probabilities ``(n, n_labels)``, and the encoder's vectors ``(n, hidden)``.
    """
    ids = [tokens.ids for tokens in classifier.tokenize(rows.texts)]
    start = time.perf_counter()
    pooled = classifier.embed(ids).clone()
    with torch.no_grad():
        logits = classifier.model.classify(pooled).logits.double().numpy()
    seconds = time.perf_counter() - start
    probabilities, truth = softmax(logits), np.array(rows.labels)
    return score(head, probabilities, truth, len(ids) / seconds), probabilities, pooled


def score(head: str, probabilities: Array, truth: Labels, texts_per_second: float) -> ModelScore:
    """Score probabilities ``(n, n_labels)`` against the true classes ``(n,)``."""
    predicted, n_labels = probabilities.argmax(1), probabilities.shape[1]
    bins = _reliability(probabilities.max(1), predicted == truth)
    return ModelScore(
        head,
        accuracy(predicted, truth),
        macro_f1(predicted, truth, n_labels),
        macro_recall(predicted, truth, n_labels),
        float(log_loss(truth, probabilities, labels=np.arange(n_labels))),
        sum(b.n * abs(b.said - b.right) for b in bins) / len(truth),
        bins,
        tuple(map(tuple, confusion(predicted, truth, n_labels).tolist())),
        texts_per_second,
    )


def judge(task: Dataset, folder: Path, datasets_dir: Path | None = None) -> Judgement:
    """Measure a task's checkpoints on its reported split, and keep what was found in ``folder``.

    Args:
        task: Which task.
        folder: Where the folders ``<task>-<head>`` are; the judgement goes into ``judgements``.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Raises:
        CheckpointError: If there is no checkpoint of the task.
        DataError: If the rows cannot be had.
    """
    places = {head: folder / f"{task.key}-{head}" for head in ("hybrid", "control", "classical")}
    places = {head: place for head, place in places.items() if place.is_dir()}
    if not places:
        raise CheckpointError(f"{folder} has no checkpoint of {task.key}. Train one first.")
    rows = load_task(task, task.report, datasets_dir)
    truth = np.array(rows.labels)
    other = load_task(task, task.train, datasets_dir).sample(FITTED_ON)
    scores, said = {}, {}
    ladder: tuple[Rung, ...] = ()
    formula = None
    for head, place in places.items():
        model = open_checkpoint(place, Trust.OURS)
        scores[head], said[head], pooled = measure(model, head, rows)
        layer = model.model.classifier
        if isinstance(layer, CircuitHead):
            fitted = model.embed([tokens.ids for tokens in model.tokenize(other.texts)]).clone()
            embedded = Embedded.of(layer, pooled, truth)
            ladder = tuple(
                climb(layer, embedded, Embedded.of(layer, fitted, np.array(other.labels)))
            )
            formula = formula_facts(layer, embedded.angles, truth)
    judgement = Judgement(
        task.key,
        task.repo_id,
        task.report,
        rows.revision or task.revision,
        len(rows),
        len(other),
        date.today().isoformat(),
        tuple(scores[head] for head in HEADS if head in scores),
        paired_tests({head: p.argmax(1) == truth for head, p in said.items()}),
        ladder,
        formula,
    )
    _write(folder / FOLDER, judgement, said)
    return judgement


def formula_facts(head: CircuitHead, angles: Array, truth: Labels) -> FormulaFacts | None:
    """What the formula of circuit and output layer tells; ``None`` where it is too long.

    Args:
        head: The hybrid's head.
        angles: Of the texts that labels are compared on, shape ``(n, n_qubits)``.
        truth: Their true classes, shape ``(n,)``.
    """
    try:
        values = formula_of(head.middle.spec, head.middle.weights.detach().numpy())
    except ValueError:
        return None
    weight, bias = (part.double().numpy() for part in head.output.applied())
    formula = values.combined(weight, bias).centred()
    labels = formula(angles).argmax(1)
    given = [values.argmax(1) for values in formula.growing(angles, KEPT)]
    line = LogisticRegression(C=1e4, max_iter=5000)
    few = np.bincount(labels)[np.unique(labels)].min() < 5
    guessed = labels if few else cross_val_predict(line, angles, labels, cv=5)
    return FormulaFacts(
        formula.n_terms,
        formula.share_by_order(),
        tuple(range(1, len(given) + 1)),
        tuple(float((said == labels).mean()) for said in given),
        None if few else float((guessed == labels).mean()),
        tuple(float((said == truth).mean()) for said in given),
    )


def read_judgement(task: str, folder: Path = CHECKPOINTS) -> Judgement:
    """Read what was kept of a task in the folder of its checkpoints.

    Raises:
        CheckpointError: If nothing was, or it is damaged.
    """
    path = folder / FOLDER / f"{task}.json"
    try:
        values = json.loads(path.read_text("utf-8"))
        return Judgement(
            **values
            | {
                "models": tuple(_model(m) for m in values["models"]),
                "pairs": tuple(
                    PairedTest(**p | {"difference": Score(**p["difference"])})
                    for p in values["pairs"]
                ),
                "ladder": tuple(_rung(r) for r in values["ladder"]),
                "formula": values["formula"] and FormulaFacts(**_tuples(values["formula"])),
            }
        )
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path} is not there. `python -m qbert_demo judge --task {task} --measure` makes it."
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise CheckpointError(f"{path} is damaged ({error!s:.100}). Measure it anew.") from error


def read_predictions(task: str, folder: Path = CHECKPOINTS) -> dict[str, Array]:
    """Read the probabilities behind a task's judgement, ``(n, n_labels)`` of each head.

    Raises:
        CheckpointError: If there are none, or they are damaged.
    """
    path = folder / FOLDER / f"{task}.safetensors"
    try:
        return {head: said.astype(np.float64) for head, said in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} is damaged ({error!s:.100}). Measure it anew.") from error


def _write(folder: Path, judgement: Judgement, said: dict[str, Array]) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / f"{judgement.task}.json"
    save_file(
        {head: p.astype(np.float16) for head, p in said.items()}, path.with_suffix(".safetensors")
    )
    path.write_text(json.dumps(asdict(judgement), indent=1) + "\n", "utf-8")


def _reliability(confidence: Array, right: Any) -> tuple[Reliability, ...]:
    """How often a model is right by how sure it is, in `BINS` bins of equal width."""
    edges = np.linspace(0, 1, BINS + 1)
    bins = []
    for low, high in pairwise(edges):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            said, share = float(confidence[inside].mean()), float(right[inside].mean())
            bins.append(Reliability(said, share, int(inside.sum())))
    return tuple(bins)


def _model(values: dict[str, Any]) -> ModelScore:
    bins = tuple(Reliability(**b) for b in values["reliability"])
    more = {"accuracy": Score(**values["accuracy"]), "reliability": bins}
    return ModelScore(**values | more | {"confusion": tuple(map(tuple, values["confusion"]))})


def _rung(values: dict[str, Any]) -> Rung:
    kept = {name: values[name] and Score(**values[name]) for name in ("as_trained", "fitted")}
    spread = values["spread"] and tuple(s and tuple(s) for s in values["spread"])
    return Rung(**values | kept | {"spread": spread})


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}

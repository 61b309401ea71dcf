"""Does the circuit help? Every model of a task on its reported split, and what the circuit is for.

A judgement is measured once, by ``python -m qbert_demo judge --measure``, and shipped: as JSON, and
beside it each model's class probabilities in float16, in the order of the dataset.
"""

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from qbert_demo.checkpoints.behaviour import FOLDER, read_behaviour, write_behaviour
from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.circuit.formula import Formula, formula_of
from qbert_demo.config import CHECKPOINTS
from qbert_demo.data.catalogue import Dataset
from qbert_demo.data.catalogue_rows import load_task
from qbert_demo.data.rows import fingerprint
from qbert_demo.errors import CheckpointError, DataError
from qbert_demo.evaluation.angles import angle_facts
from qbert_demo.evaluation.behaviour import ask, behave
from qbert_demo.evaluation.cost import head_milliseconds
from qbert_demo.evaluation.judged_rows import ORDER, are_judged, digest, seed_runs
from qbert_demo.evaluation.ladder import Embedded, Labels, climb
from qbert_demo.evaluation.paired import paired_tests
from qbert_demo.evaluation.scores import TIMED_TEXTS, halved, measure
from qbert_demo.model.heads import HEADS, CircuitHead
from qbert_demo.results import (
    AngleFacts,
    Array,
    ClassScore,
    FormulaFacts,
    Judgement,
    KernelFacts,
    ModelScore,
    PairedTest,
    Range,
    Reliability,
    Rung,
    Score,
    SeedRun,
)

FITTED_ON = 2000
"""Training rows that output layers are fitted on anew."""
KEPT = 100
"""Most of the largest products whose labels are compared with the circuit's."""


def judge(task: Dataset, folder: Path, datasets_dir: Path | None = None) -> Judgement:
    """Measure a task's checkpoints on its reported split, and keep what was found in ``folder``.

    Args:
        task: Which task.
        folder: Where the folders ``<task>-<head>`` are; the judgement goes into ``judgements``.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Raises:
        CheckpointError: If there is no checkpoint of the task, or runs beside it are not of it.
        DataError: If the rows cannot be had.
    """
    places = {head: folder / f"{task.key}-{head}" for head in ORDER}
    places = {head: place for head, place in places.items() if place.is_dir()}
    if not places:
        raise CheckpointError(f"{folder} has no checkpoint of {task.key}. Train one first.")
    rows = load_task(task, task.report, datasets_dir)
    truth = np.array(rows.labels)
    seeds = seed_runs(task.key, folder, rows)
    other = load_task(task, task.train, datasets_dir).sample(FITTED_ON)
    scores, said, answers, times = {}, {}, {}, {}
    labels: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()
    formula = angles = None
    for head, place in places.items():
        model = open_checkpoint(place, Trust.OURS)
        scores[head], said[head], pooled = measure(model, head, rows)
        answers[head], labels = ask(model), model.labels
        timed = [tokens.ids for tokens in model.tokenize(rows.texts[:TIMED_TEXTS])]
        times[head] = head_milliseconds(model, timed)
        layer = model.model.classifier
        if isinstance(layer, CircuitHead):
            fitted = model.embed([tokens.ids for tokens in model.tokenize(other.texts)]).clone()
            embedded = Embedded.of(layer, pooled, truth)
            ladder = tuple(
                climb(layer, embedded, Embedded.of(layer, fitted, np.array(other.labels)))
            )
            formula = formula_facts(layer, embedded.angles, truth)
            angles = angle_facts(layer, embedded)
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
        angles,
        times,
        behave(labels, {head: answers[head] for head in HEADS if head in answers}),
        fingerprint(rows),
        seeds,
        {head: digest(place) for head, place in places.items()},
    )
    path = folder / FOLDER / f"{task.key}.json"
    path.parent.mkdir(exist_ok=True)
    save_file({head: halved(p) for head, p in said.items()}, path.with_suffix(".safetensors"))
    write_behaviour(judgement.behaviour, task.key, folder)
    _write(path, judgement)
    return judgement


def take_seeds(task: Dataset, folder: Path, datasets_dir: Path | None = None) -> Judgement:
    """Put what several seeds scored, and the fingerprint of the rows, into a stored judgement.

    No model is asked; the rest of the judgement stays as it is.

    Args:
        task: Which task.
        folder: Where its checkpoints are, and their runs in ``runs``.
        datasets_dir: A folder in the Hub's layout to read the rows from instead of the Hub.

    Raises:
        CheckpointError: If there is no judgement, or the runs are not of the checkpoints.
        DataError: If the rows cannot be had, or are not those that were judged.
    """
    judgement = read_judgement(task.key, folder)
    rows = load_task(task, task.report, datasets_dir)
    if not are_judged(judgement, rows, read_predictions(task.key, folder)):
        raise DataError(
            f"{rows.origin}, split {task.report}, are not the rows that were judged. Measure "
            "anew with --measure."
        )
    judgement = replace(
        judgement, rows_sha256=fingerprint(rows), seeds=seed_runs(task.key, folder, rows)
    )
    _write(folder / FOLDER / f"{task.key}.json", judgement)
    return judgement


def head_formula(head: CircuitHead) -> Formula:
    """Each logit less the mean of all, as a formula of the circuit's encoding angles in radians.

    Raises:
        ValueError: If it is too long.
    """
    values = formula_of(head.middle.spec, head.middle.weights.detach().numpy())
    weight, bias = (part.double().numpy() for part in head.output.applied())
    return values.combined(weight, bias).centred()


def formula_facts(head: CircuitHead, angles: Array, truth: Labels) -> FormulaFacts | None:
    """What the formula of circuit and output layer tells; ``None`` where it is too long.

    Args:
        head: The hybrid's head.
        angles: Of the texts that labels are compared on, shape ``(n, n_qubits)``.
        truth: Their true classes, shape ``(n,)``.
    """
    try:
        formula = head_formula(head)
    except ValueError:
        return None
    labels = formula(angles).argmax(1)
    given = [values.argmax(1) for values in formula.growing(angles, KEPT)]
    few = np.bincount(labels)[np.unique(labels)].min() < 5
    columns = [angles, *(angles[:, [k]] for k in range(angles.shape[1]))]
    line, *single = [0.0] if few else [_by_line(some, labels) for some in columns]
    orders = range(1, formula.n_angles + 1)
    return FormulaFacts(
        formula.n_terms,
        formula.share_by_order(),
        tuple(range(1, len(given) + 1)),
        tuple(float((said == labels).mean()) for said in given),
        None if few else line,
        tuple(float((said == truth).mean()) for said in given),
        tuple(float((formula.up_to(k)(angles).argmax(1) == labels).mean()) for k in orders),
        None if few else max(enumerate(single), key=lambda pair: pair[1]),
    )


def _by_line(angles: Array, labels: Labels) -> float:
    """Share of labels that a straight line in the angles tells, by five-fold cross-validation."""
    line = LogisticRegression(C=1e4, max_iter=5000)
    return float((cross_val_predict(line, angles, labels, cv=5) == labels).mean())


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
                "pairs": tuple(_pair(p) for p in values["pairs"]),
                "ladder": tuple(_rung(r) for r in values["ladder"]),
                "formula": values["formula"] and FormulaFacts(**_tupled(values["formula"])),
                "angles": values.get("angles") and _angles(values["angles"]),
                "behaviour": read_behaviour(task, folder),
                "seeds": tuple(_seed(s) for s in values.get("seeds", ())),
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


def _write(path: Path, judgement: Judgement) -> None:
    values = asdict(judgement)
    del values["behaviour"]
    path.write_text(json.dumps(values, indent=1) + "\n", "utf-8")


def _model(values: dict[str, Any]) -> ModelScore:
    bins = tuple(Reliability(**b) for b in values["reliability"])
    classes = tuple(ClassScore(**c) for c in values.get("classes", ()))
    more = {"accuracy": Score(**values["accuracy"]), "reliability": bins, "classes": classes}
    return ModelScore(**values | more | {"confusion": tuple(map(tuple, values["confusion"]))})


def _pair(values: dict[str, Any]) -> PairedTest:
    return PairedTest(**values | {"difference": Score(**values["difference"])})


def _seed(values: dict[str, Any]) -> SeedRun:
    accuracy = {head: Score(**score) for head, score in values["accuracy"].items()}
    return SeedRun(values["seed"], accuracy, tuple(_pair(p) for p in values["pairs"]))


def _rung(values: dict[str, Any]) -> Rung:
    kept = {name: values[name] and Score(**values[name]) for name in ("as_trained", "fitted")}
    spread = values["spread"] and tuple(s and tuple(s) for s in values["spread"])
    return Rung(**values | kept | {"spread": spread})


def _angles(values: dict[str, Any]) -> AngleFacts:
    kernel = values["kernel"]
    ranges = {name: Range(**kernel[name]) for name in ("circuit", "rbf", "tuned", "geometric")}
    more = {"random": Range(**values["random"]), "kernel": KernelFacts(**kernel | ranges)}
    return AngleFacts(**_tupled(values) | more)


def _tupled(value: Any) -> Any:
    """Lists as tuples, also within lists and tables: what was written."""
    if isinstance(value, dict):
        return {name: _tupled(v) for name, v in value.items()}
    return tuple(map(_tupled, value)) if isinstance(value, list) else value

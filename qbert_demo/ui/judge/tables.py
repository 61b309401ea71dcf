"""A judgement as CSV, one number a line, and the facts of it that every file tells."""

import csv
import io
from collections.abc import Iterator, Sequence

from qbert_demo import __version__
from qbert_demo.results import (
    AngleFacts,
    Family,
    FormulaFacts,
    Judgement,
    KernelFacts,
    ModelScore,
    PairedTest,
    Range,
    Rung,
    SeedRun,
    Spread,
    Standing,
)
from qbert_demo.service.judging import command, failure_rate, versions

Line = tuple[object, ...]
"""Of what, by which name, which quantity, its value, and the ends of its interval if it has one."""

LADDER = {"as_trained": "accuracy as trained", "fitted": "accuracy fitted anew"}
"""Accuracies of a `Rung` in the order of its spread, and what they are called."""
AGREEMENT = "share of the circuit's labels"


def as_csv(judgement: Judgement, costs: Sequence[Standing]) -> str:
    """One number a line: of what, by which name, and its interval if it has one.

    Args:
        judgement: What was measured.
        costs: Of its models.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("part", "name", "quantity", "value", "low", "high"))
    writer.writerows(_lines(judgement, costs))
    return file.getvalue()


def _lines(judgement: Judgement, costs: Sequence[Standing]) -> Iterator[Line]:
    for quantity, value in source(judgement).items():
        yield "source", judgement.task, quantity, value
    for model in judgement.models:
        yield from _model_lines(model, judgement.spread(model.head))
    yield from _pair_lines("pair", judgement.pairs)
    for run in judgement.seeds:
        yield from _seed_lines(run)
    for standing in costs:
        yield from _cost_lines(standing)
    for rung in judgement.ladder:
        yield from _rung_lines(rung)
    if judgement.formula:
        yield from _formula_lines(judgement.formula)
    for family in judgement.behaviour:
        yield from _family_lines(family)
    if judgement.angles:
        yield from _angle_lines(judgement.angles)


def _model_lines(model: ModelScore, spread: Spread | None) -> Iterator[Line]:
    score = model.accuracy
    yield "model", model.head, "accuracy", score.value, score.low, score.high
    for quantity in ("macro_f1", "macro_recall", "log_loss", "ece"):
        yield "model", model.head, quantity, getattr(model, quantity)
    if spread:
        mean = f"mean accuracy of {spread.n} seeds, lowest and highest"
        yield "model", model.head, mean, spread.mean, spread.low, spread.high


def _pair_lines(part: str, pairs: Sequence[PairedTest]) -> Iterator[Line]:
    for test in pairs:
        name, gap = f"{test.a} minus {test.b}", test.difference
        yield part, name, "difference", gap.value, gap.low, gap.high
        for quantity in ("p", "corrected", "only_a", "only_b", "smallest"):
            yield part, name, quantity, getattr(test, quantity)


def _seed_lines(run: SeedRun) -> Iterator[Line]:
    for head, score in run.accuracy.items():
        yield f"seed {run.seed}", head, "accuracy", score.value, score.low, score.high
    yield from _pair_lines(f"seed {run.seed}", run.pairs)


def _cost_lines(standing: Standing) -> Iterator[Line]:
    for quantity, value in (
        ("parameters in the head", standing.in_head),
        ("live parameters in the head", standing.live),
        ("ms in the head", standing.milliseconds),
        ("training hours", standing.hours),
        ("trained on", standing.device),
    ):
        if value is not None:
            yield "cost", standing.head, quantity, value


def _rung_lines(rung: Rung) -> Iterator[Line]:
    for quantity in LADDER:
        if score := getattr(rung, quantity):
            yield "ladder", rung.name, quantity, score.value, score.low, score.high
    if rung.p_fitted is not None:
        yield "ladder", rung.name, "McNemar p of fitted against the whole", rung.p_fitted
    for quantity, ends in drawn_ranges(rung).items():
        name = f"{quantity}, median of {rung.seeds} draws, lowest and highest"
        yield "ladder", rung.name, name, getattr(rung, quantity).value, *ends


def drawn_ranges(rung: Rung) -> dict[str, tuple[float, float]]:
    """Lowest and highest accuracy of a rung that was drawn several times, by name in `LADDER`."""
    return {
        quantity: ends for quantity, ends in zip(LADDER, rung.spread or (), strict=False) if ends
    }


def _formula_lines(facts: FormulaFacts) -> Iterator[Line]:
    for name, quantity, value in formula_facts(facts):
        yield "formula", name, quantity, value
    for quantity, values in kept_facts(facts).items():
        for kept, value in zip(facts.kept, values, strict=True):
            yield "formula", f"largest products: {kept}", quantity, value


def formula_facts(facts: FormulaFacts) -> Iterator[tuple[str, str, float]]:
    """Of which part of the formula, which quantity, and its value."""
    yield "whole", "terms, the constant among them", facts.n_terms
    for order, share in enumerate(facts.share_by_order, 1):
        yield f"order {order}", "share of the variance over evenly spread angles", share
    if facts.linear_agreement is not None:
        yield "straight line in the angles, five-fold", AGREEMENT, facts.linear_agreement
    if facts.best_angle:
        yield f"straight line in x{facts.best_angle[0]} alone", AGREEMENT, facts.best_angle[1]
    for order, share in enumerate(facts.by_order, 1):
        yield f"products of at most {order} of the angles", AGREEMENT, share


def kept_facts(facts: FormulaFacts) -> dict[str, tuple[float, ...]]:
    """What the largest products alone give, one value for each number of them in ``kept``."""
    found = {AGREEMENT: facts.agreement, "share of the true labels": facts.right}
    return {quantity: values for quantity, values in found.items() if values}


def _family_lines(family: Family) -> Iterator[Line]:
    for head in family.heads:
        rate, name = failure_rate(family, head), f"{family.name}, {head}"
        yield "behaviour", name, "texts failed", family.failures(head)
        yield "behaviour", name, "failure rate", rate.value, rate.low, rate.high


def _angle_lines(facts: AngleFacts) -> Iterator[Line]:
    for k, (spread, row) in enumerate(zip(facts.spread, facts.correlation, strict=True)):
        yield "encoding angle", f"x{k}", "standard deviation in radians", spread
        for label, r in enumerate(row):
            yield "encoding angle", f"x{k}", f"correlation with the logit of label {label}", r
    for place, weight, is_live in trained_angles(facts):
        yield "trained angle", place, "radians", weight
        yield "trained angle", place, "live", int(is_live)
    random = facts.random
    yield "entanglement", "as trained", "Meyer-Wallach", facts.entangling
    yield "entanglement", "random angles", "Meyer-Wallach", random.middle, random.low, random.high
    for name, quantity, found in kernel_facts(facts.kernel):
        yield "kernel", name, quantity, found.middle, found.low, found.high
    yield "kernel", "samples", "number", facts.kernel.seeds
    yield "kernel", "samples", "texts in each", facts.kernel.rows
    yield "kernel", "circuit", "samples in which it is ahead of RBF, best width", facts.kernel.ahead


def kernel_facts(kernel: KernelFacts) -> Iterator[tuple[str, str, Range]]:
    """Of which kernel, which quantity, and its range over the samples."""
    yield "circuit", "alignment with the labels", kernel.circuit
    yield "RBF, median width", "alignment with the labels", kernel.rbf
    yield "RBF, best width", "alignment with the labels", kernel.tuned
    yield "circuit from RBF", "geometric difference", kernel.geometric


def trained_angles(facts: AngleFacts) -> Iterator[tuple[str, float, bool]]:
    """Where each trained angle stands, its value in radians, and whether it is live."""
    for layer, (rows, states) in enumerate(zip(facts.weights, facts.live, strict=True)):
        for qubit, (angles, alive) in enumerate(zip(rows, states, strict=True)):
            for place, pair in enumerate(zip(angles, alive, strict=True)):
                yield f"layer {layer}, qubit {qubit}, place {place}", *pair


def trained(judgement: Judgement) -> str:
    """Seeds that the models were trained with, where runs of them are kept."""
    seeds = [str(run.seed) for run in judgement.seeds]
    return ", ".join(seeds) if len(seeds) > 1 else "one"


def drawn(judgement: Judgement) -> str:
    """Seeds of all that was drawn at random."""
    last = max((rung.seeds for rung in judgement.ladder), default=1) - 1
    return f"0 to {last} where the ladder draws at random; 0 for all else"


def packages() -> str:
    """What is installed here, which a program's versions are of."""
    found = versions() | {"qbert_demo": __version__}
    return ", ".join(f"{name} {version}" for name, version in found.items())


def source(judgement: Judgement) -> dict[str, object]:
    """What was measured, on what, when, and how it is repeated."""
    sums = judgement.weights_sha256
    return {
        "task": judgement.task,
        "dataset": judgement.dataset,
        "revision": judgement.revision or "",
        "split": judgement.split,
        "texts": judgement.rows,
        "rows the output layers were fitted on": judgement.fitted_on,
        "seeds of the trainings": trained(judgement),
        "other seeds": drawn(judgement),
        "date": judgement.day,
        "command": command(judgement.task),
        "versions, as this was written": packages(),
        **{f"SHA-256 of the {head}'s weights": digest for head, digest in sums.items()},
    }

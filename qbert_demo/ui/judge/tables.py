"""A judgement as CSV, one number a line, and as LaTeX tables that need no package."""

import csv
import io
from collections.abc import Iterator, Sequence

from qbert_demo import __version__
from qbert_demo.results import (
    AngleFacts,
    Family,
    Judgement,
    ModelScore,
    PairedTest,
    SeedRun,
    Spread,
)
from qbert_demo.service.judging import command, failure_rate, p_value, versions

Line = tuple[object, ...]
"""Of what, by which name, which quantity, its value, and the ends of its interval if it has one."""


def as_csv(judgement: Judgement) -> str:
    """One number a line: of what, by which name, and its interval if it has one."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("part", "name", "quantity", "value", "low", "high"))
    writer.writerows(_lines(judgement))
    return file.getvalue()


def _lines(judgement: Judgement) -> Iterator[Line]:
    for quantity, value in _source(judgement).items():
        yield "source", judgement.task, quantity, value
    for model in judgement.models:
        yield from _model_lines(model, judgement.spread(model.head))
    yield from _pair_lines("pair", judgement.pairs)
    for run in judgement.seeds:
        yield from _seed_lines(run)
    for rung in judgement.ladder:
        for quantity in ("as_trained", "fitted"):
            if score := getattr(rung, quantity):
                yield "ladder", rung.name, quantity, score.value, score.low, score.high
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
    for place, weight, is_live in _trained_angles(facts):
        yield "trained angle", place, "radians", weight
        yield "trained angle", place, "live", int(is_live)
    random, kernel = facts.random, facts.kernel
    yield "entanglement", "as trained", "Meyer-Wallach", facts.entangling
    yield "entanglement", "random angles", "Meyer-Wallach", random.middle, random.low, random.high
    for name, quantity, found in (
        ("circuit", "alignment with the labels", kernel.circuit),
        ("RBF, median width", "alignment with the labels", kernel.rbf),
        ("RBF, best width", "alignment with the labels", kernel.tuned),
        ("circuit from RBF", "geometric difference", kernel.geometric),
    ):
        yield "kernel", name, quantity, found.middle, found.low, found.high


def _trained_angles(facts: AngleFacts) -> Iterator[tuple[str, float, bool]]:
    """Where each trained angle stands, its value in radians, and whether it is live."""
    for layer, (rows, states) in enumerate(zip(facts.weights, facts.live, strict=True)):
        for qubit, (angles, alive) in enumerate(zip(rows, states, strict=True)):
            for place, pair in enumerate(zip(angles, alive, strict=True)):
                yield f"layer {layer}, qubit {qubit}, place {place}", *pair


def as_latex(judgement: Judgement) -> str:
    """Tables of models, their seeds, pairs, short texts and angles, each if there is any."""
    comments = "".join(f"% {name}: {value}\n" for name, value in _source(judgement).items())
    models = [
        f"{m.head} & {m.accuracy.value:.4f} & {m.accuracy.low:.4f} to {m.accuracy.high:.4f} & "
        f"{m.macro_f1:.4f} & {m.log_loss:.4f} & {m.ece:.4f}"
        for m in judgement.models
    ]
    pairs = [
        f"{t.a} $-$ {t.b} & ${100 * t.difference.value:+.2f}$ & "
        f"${100 * t.difference.low:+.2f}$ to ${100 * t.difference.high:+.2f}$ & "
        f"{_latex_p(t.p)} & {_latex_p(t.corrected)} & {t.only_a} & {t.only_b}"
        for t in judgement.pairs
    ]
    of_model = r"model & accuracy & 95\,\% interval & macro F1 & log loss & ECE"
    of_pair = r"pair & points & 95\,\% interval & McNemar $p$ & Holm & only first & only second"
    tables = [_tabular(of_model, models), _seeds_latex(judgement), _tabular(of_pair, pairs)]
    if judgement.behaviour:
        tables.append(_behaviour_latex(judgement.behaviour))
    if judgement.angles:
        tables.append(_angles_latex(judgement.angles))
    return comments + "\n".join(filter(None, tables))


def _seeds_latex(judgement: Judgement) -> str:
    """Mean and range of the models that were trained with several seeds; nothing without any."""
    spreads = {model.head: judgement.spread(model.head) for model in judgement.models}
    rows = [
        f"{head} & {s.n} & {s.mean:.4f} & {s.low:.4f} to {s.high:.4f}"
        for head, s in spreads.items()
        if s
    ]
    return _tabular("model & seeds & mean accuracy & lowest to highest", rows) if rows else ""


def _behaviour_latex(families: Sequence[Family]) -> str:
    heads = families[0].heads
    rows = []
    for family in families:
        rates = {head: failure_rate(family, head) for head in heads}
        cells = (
            f"{family.failures(head)} & {100 * r.low:.0f} to {100 * r.high:.0f}"
            for head, r in rates.items()
        )
        rows.append(" & ".join((family.name, str(len(family.cases)), *cells)))
    columns = (rf"{head} fails & 95\,\% interval in \%" for head in heads)
    return _tabular(" & ".join(("short texts", "texts", *columns)), rows)


def _angles_latex(facts: AngleFacts) -> str:
    """The encoding angles, the trained ones with the dead in brackets, and the entanglement."""
    spreads = [f"$x_{k}$ & {spread:.4f}" for k, spread in enumerate(facts.spread)]
    trained = [
        f"{place} & {f'${weight:.4f}$' if is_live else f'$({weight:.4f})$'}"
        for place, weight, is_live in _trained_angles(facts)
    ]
    random = facts.random
    entangled = [
        f"as trained & {facts.entangling:.4f} & ",
        f"random angles & {random.middle:.4f} & {random.low:.4f} to {random.high:.4f}",
    ]
    return "\n".join(
        (
            _tabular("encoding angle & standard deviation in rad", spreads),
            _tabular("trained angle & rad; in brackets where it is dead", trained),
            _tabular("entanglement & Meyer and Wallach & lowest to highest", entangled),
        )
    )


def _tabular(head: str, rows: list[str]) -> str:
    columns = f"l{head.count('&') * 'r'}"
    body = "".join(f"{row} \\\\\n" for row in rows)
    start = f"\\begin{{tabular}}{{{columns}}}\n\\hline\n{head} \\\\\n\\hline\n"
    return f"{start}{body}\\hline\n\\end{{tabular}}\n"


def _latex_p(p: float) -> str:
    return f"${p_value(p)}$"


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


def _source(judgement: Judgement) -> dict[str, object]:
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

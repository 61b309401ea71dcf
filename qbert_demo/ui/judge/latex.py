"""A judgement as LaTeX tables that need no package."""

import re
from collections.abc import Iterable, Iterator, Sequence

from qbert_demo.figures.formula import TICKS
from qbert_demo.results import AngleFacts, Family, FormulaFacts, Judgement, Rung, Score, Standing
from qbert_demo.service.judging import failure_rate, p_value, signed
from qbert_demo.ui.judge.tables import (
    LADDER,
    drawn_ranges,
    formula_facts,
    kept_facts,
    kernel_facts,
    source,
    trained_angles,
)
from qbert_demo.ui.parts.words import milliseconds

INTERVAL = r"95\,\% interval"
ESCAPES = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{sign: rf"\{sign}" for sign in "#$%&_{}"},
}


def as_latex(judgement: Judgement, costs: Sequence[Standing]) -> str:
    """Tables, each if there is anything for it.

    Args:
        judgement: What was measured.
        costs: Of its models.
    """
    comments = "".join(f"% {name}: {value}\n" for name, value in source(judgement).items())
    tables = [
        _models(judgement),
        _seeds(judgement),
        _pairs(judgement),
        _costs(costs),
        _ladder(judgement.ladder),
    ]
    if judgement.formula:
        tables += _formula(judgement.formula)
    if judgement.angles:
        tables += _angles(judgement.angles)
    if judgement.behaviour:
        tables.append(_behaviour(judgement.behaviour))
    return comments + "\n".join(filter(None, tables))


def escaped(text: str) -> str:
    """Write a text so that LaTeX sets it as it is."""
    return re.sub(r"[\\~^<>#$%&_{}]", lambda found: ESCAPES[found[0]], text)


def _tabular(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, names to the left and numbers to the right; nothing where it has no rows.

    Args:
        columns: Their headings, as LaTeX.
        rows: As many cells each, as LaTeX.
    """
    body = "".join(f"{' & '.join(row)} \\\\\n" for row in rows)
    if not body:
        return ""
    start = f"\\begin{{tabular}}{{l{'r' * (len(columns) - 1)}}}\n\\hline\n"
    return f"{start}{' & '.join(columns)} \\\\\n\\hline\n{body}\\hline\n\\end{{tabular}}\n"


def _range(low: float, high: float) -> str:
    return f"{low:.4f} to {high:.4f}"


def _models(judgement: Judgement) -> str:
    columns = ("model", "accuracy", INTERVAL, "macro F1", "macro recall", "log loss", "ECE")
    rows = (
        (
            escaped(m.head),
            *_interval(m.accuracy),
            *(f"{value:.4f}" for value in (m.macro_f1, m.macro_recall, m.log_loss, m.ece)),
        )
        for m in judgement.models
    )
    return _tabular(columns, rows)


def _interval(score: Score | None) -> tuple[str, str]:
    return (f"{score.value:.4f}", _range(score.low, score.high)) if score else ("", "")


def _seeds(judgement: Judgement) -> str:
    """Mean and range of the models that were trained with several seeds."""
    spreads = {model.head: judgement.spread(model.head) for model in judgement.models}
    rows = (
        (escaped(head), str(s.n), f"{s.mean:.4f}", _range(s.low, s.high))
        for head, s in spreads.items()
        if s
    )
    return _tabular(("model", "seeds", "mean accuracy", "lowest to highest"), rows)


def _pairs(judgement: Judgement) -> str:
    alone = ("only first", "only second", r"least seen at 80\,\% power")
    several = len(judgement.pairs) > 1
    columns = ("pair", "points", INTERVAL, "McNemar $p$", *["Holm"][:several], *alone)
    rows = (
        (
            f"{escaped(t.a)} $-$ {escaped(t.b)}",
            f"${signed(100 * t.difference.value, 2)}$",
            f"${signed(100 * t.difference.low, 2)}$ to ${signed(100 * t.difference.high, 2)}$",
            f"${p_value(t.p)}$",
            *[f"${p_value(t.corrected)}$"][:several],
            str(t.only_a),
            str(t.only_b),
            f"{100 * t.smallest:.2f}",
        )
        for t in judgement.pairs
    )
    return _tabular(columns, rows)


def _costs(costs: Sequence[Standing]) -> str:
    columns = ("model", "parameters in the head", "live", "ms in the head", "training hours")
    rows = (
        (
            escaped(s.head),
            str(s.in_head),
            str(s.live),
            "" if s.milliseconds is None else milliseconds(s.milliseconds),
            f"{s.hours:.2f}",
            escaped(s.device),
        )
        for s in costs
    )
    return _tabular((*columns, "trained on"), rows)


def _ladder(ladder: Sequence[Rung]) -> str:
    """The accuracies of each rung, and where it was drawn several times, their range below it."""
    columns = (cell for name in LADDER.values() for cell in (name, INTERVAL))
    return _tabular(("rung", *columns), (row for rung in ladder for row in _rung(rung)))


def _rung(rung: Rung) -> Iterator[list[str]]:
    name = f"{rung.name}, median of {rung.seeds} draws" if rung.seeds > 1 else rung.name
    scores = (getattr(rung, quantity) for quantity in LADDER)
    yield [escaped(name), *(cell for score in scores for cell in _interval(score))]
    if ranges := drawn_ranges(rung):
        ends = (_range(*ranges[quantity]) if quantity in ranges else "" for quantity in LADDER)
        yield ["lowest to highest of these draws", *(cell for end in ends for cell in ("", end))]


def _formula(facts: FormulaFacts) -> tuple[str, str]:
    """What is known of the whole, and what its largest products give, for round numbers of them."""
    rows = (
        (name, quantity, str(value) if isinstance(value, int) else f"{value:.4f}")
        for name, quantity, value in formula_facts(facts)
    )
    found = kept_facts(facts)
    few = (
        (str(kept), *(f"{value:.4f}" for value in values))
        for kept, *values in zip(facts.kept, *found.values(), strict=True)
        if kept in TICKS
    )
    return (
        _tabular(("formula", "quantity", "value"), rows),
        _tabular(("largest products", *found), few),
    )


def _behaviour(families: Sequence[Family]) -> str:
    heads = families[0].heads
    rows = []
    for family in families:
        cells = [escaped(family.name), str(len(family.cases))]
        for head in heads:
            rate = failure_rate(family, head)
            cells += (str(family.failures(head)), f"{100 * rate.low:.0f} to {100 * rate.high:.0f}")
        rows.append(cells)
    columns = (cell for head in heads for cell in (f"{escaped(head)} fails", rf"{INTERVAL} in \%"))
    return _tabular(("short texts", "texts", *columns), rows)


def _angles(facts: AngleFacts) -> tuple[str, ...]:
    """The encoding angles, entanglement, kernels, and the trained angles, the dead in brackets."""
    labels = (f"$r$ with the logit of label {k}" for k in range(len(facts.correlation[0])))
    spreads = (
        (f"$x_{{{k}}}$", f"{spread:.4f}", *(f"${r:.4f}$" for r in row))
        for k, (spread, row) in enumerate(zip(facts.spread, facts.correlation, strict=True))
    )
    random, kernel = facts.random, facts.kernel
    entangled = (
        ("as trained", f"{facts.entangling:.4f}", ""),
        ("random angles", f"{random.middle:.4f}", _range(random.low, random.high)),
    )
    kernels = [
        (name, quantity, f"{found.middle:.4f}", _range(found.low, found.high))
        for name, quantity, found in kernel_facts(kernel)
    ]
    ahead = f"{kernel.ahead} of {kernel.seeds}"
    kernels.append(("circuit", "samples in which it is ahead of RBF, best width", ahead, ""))
    trained = (
        (place, f"${weight:.4f}$" if is_live else f"$({weight:.4f})$")
        for place, weight, is_live in trained_angles(facts)
    )
    samples = f"kernel, {kernel.seeds} samples of {kernel.rows} texts"
    return (
        _tabular(("encoding angle", "standard deviation in rad", *labels), spreads),
        _tabular(("entanglement", "Meyer and Wallach", "lowest to highest"), entangled),
        _tabular((samples, "quantity", "median", "lowest to highest"), kernels),
        _tabular(("trained angle", "rad; in brackets where it is dead"), trained),
    )

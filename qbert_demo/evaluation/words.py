"""A judgement in words that carry no more than its numbers."""

import math
from collections.abc import Iterator, Sequence

from qbert_demo.evaluation.paired import FEWEST, LEVEL, holm
from qbert_demo.results import AngleFacts, Judgement, PairedTest, Rung

UNKNOWN_TRAINING = (
    "What {} was trained on is not known here; if it has seen these texts, its scores are too good."
)


UNKNOWN_ROWS = (
    "Whether the shipped models have seen rows of {} in training is not known here; if they have, "
    "their scores are too good."
)
ONE_SEED = "One seed of each model was trained: the next may turn this round."


def verdict(test: PairedTest, rows: int, pairs: int) -> str:
    """What one comparison shows, in one sentence.

    Exact McNemar, corrected for the number of comparisons, decides what is called a difference.

    Args:
        test: The comparison.
        rows: Texts it was made on.
        pairs: Comparisons it was corrected for; nothing is said of that where it is the only one.
    """
    found = test.difference
    value, low, high = (signed(100 * x, 1) for x in (found.value, found.low, found.high))
    points = f"{value} points ({low} to {high})"
    texts = "text" if test.only_a == 1 else "texts"
    better, worse = (test.a, test.b) if test.only_a >= test.only_b else (test.b, test.a)
    claim = (
        f"The {better} is better than the {worse}"
        if test.differs
        else f"No difference between {test.a} and {test.b} can be shown"
    )
    if not test.only_a + test.only_b:
        return f"{claim} on {rows:,} texts: both are right on the same, and wrong on the others."
    after = f", {p_value(test.corrected)} after Holm" if pairs > 1 else ""
    return (
        f"{claim} on {rows:,} texts: {test.a} {points}, exact McNemar p = {p_value(test.p)}"
        f"{after}; {test.only_a} {texts} only the {test.a} got right, {test.only_b} only the "
        f"{test.b}."
    )


def undecided(pairs: Sequence[PairedTest]) -> str:
    """Why there is no difference where an interval leaves 0 out; empty where none does."""
    if all(t.differs or t.difference.low <= 0 <= t.difference.high for t in pairs):
        return ""
    return (
        "An interval is approximate and of its two models alone. Where it leaves out 0 and yet no "
        "difference is claimed, the exact test decided."
    )


def power(test: PairedTest, rows: int) -> str:
    """What could have been seen."""
    if rows < FEWEST:
        return f"So few texts show no difference, however large: it takes {FEWEST} or more."
    return (
        f"By this test alone, {rows:,} texts show a difference between {test.a} and {test.b} of "
        f"{100 * test.smallest:.1f} points or more four times in five; a smaller one may be there "
        "unseen."
    )


def unneeded(rungs: Sequence[Rung]) -> tuple[list[Rung], list[Rung]]:
    """Tell rungs that cannot be shown to be worse than the whole circuit from those that are.

    Exact McNemar of output layers fitted anew, corrected for the number of these rungs, decides.

    Args:
        rungs: The whole circuit, then those that are asked about; untested ones are left out.
    """
    whole, *asked = [r for r in rungs if r.fitted]
    tested = [(r, r.p_fitted, r.fitted.value) for r in asked if r.fitted and r.p_fitted is not None]
    corrected = holm([p for _, p, _ in tested])
    top = whole.fitted.value if whole.fitted else 1.0
    worse = [
        rung
        for (rung, _, value), p in zip(tested, corrected, strict=True)
        if p < LEVEL and value < top
    ]
    return [rung for rung, *_ in tested if rung not in worse], worse


def seeds_words(judgement: Judgement) -> str:
    """Mean and range of each model over the seeds of its training, in one sentence."""
    spreads = {model.head: judgement.spread(model.head) for model in judgement.models}
    numbers = {spread.n if spread else 1 for spread in spreads.values()}
    if numbers == {1}:
        return ONE_SEED
    (same,) = numbers if len(numbers) == 1 else (None,)
    told = []
    for head, spread in spreads.items():
        if spread is None:
            told.append(f"{head} has one seed")
        else:
            over = "" if same else f" over {spread.n} seeds"
            ends = f"from {spread.low:.3f} to {spread.high:.3f}"
            told.append(f"{head} mean {spread.mean:.3f}{over}, {ends}")
    return f"{f'Over {same} seeds' if same else 'Over the seeds'}: {'; '.join(told)}."


def paired_seeds(judgement: Judgement, a: str, b: str) -> str:
    """How two models differ over the seeds that both were trained with; nothing of one seed.

    Tests are told seed by seed: all seeds read the same texts, so that they are no independent
    samples.
    """
    tests = [test for run in judgement.seeds for test in run.pairs if (test.a, test.b) == (a, b)]
    if len(tests) < 2:
        return ""
    gaps = [100 * test.difference.value for test in tests]
    after = " after Holm" if any(len(run.pairs) > 1 for run in judgement.seeds) else ""
    return (
        f"Seed by seed, {a} minus {b} is {_listed([signed(gap, 1) for gap in gaps])} points, on "
        f"average {signed(sum(gaps) / len(gaps), 1)}; exact McNemar{after} shows {_which(tests)}."
    )


def _which(tests: Sequence[PairedTest]) -> str:
    """In how many seeds a test shows which difference."""
    shown = [test for test in tests if test.differs]
    if not shown:
        return f"no difference in any of the {len(tests)}"
    counts = {
        better: sum((test.only_a > test.only_b) == (better == test.a) for test in shown)
        for better in (tests[0].a, tests[0].b)
    }
    told = [f"the {head} better in {count}" for head, count in counts.items() if count]
    return f"{_listed(told)} of the {len(tests)}"


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def signed(value: float, digits: int) -> str:
    """Write a number with its sign; what rounds to zero has none."""
    text = f"{value:+.{digits}f}"
    return text if float(text) else text[1:]


def p_value(p: float) -> str:
    """A p value to two digits that never reads as 0."""
    return "< 0.0001" if p < 1e-4 else f"{p:.2g}"


def as_text(judgement: Judgement) -> str:
    """The judgement for a terminal."""
    n, pairs = judgement.rows, len(judgement.pairs)
    lines = [
        f"{judgement.task}: {judgement.dataset}, {judgement.split} split, {n:,} texts, "
        f"{judgement.day}",
        "",
    ]
    for model in judgement.models:
        s = model.accuracy
        lines.append(
            f"{model.head:10} accuracy {s.value:.4f} ({s.low:.4f} to {s.high:.4f})  "
            f"macro F1 {model.macro_f1:.4f}  log loss {model.log_loss:.4f}  ECE {model.ece:.4f}"
        )
    lines += ["", seeds_words(judgement)]
    lines += ["", *(f"{verdict(test, n, pairs)} {power(test, n)}" for test in judgement.pairs)]
    lines += filter(None, [undecided(judgement.pairs)])
    lines += filter(None, (paired_seeds(judgement, test.a, test.b) for test in judgement.pairs))
    if judgement.ladder:
        head = f"output fitted anew on {judgement.fitted_on:,} rows"
        lines += ["", f"{'the hybrid, accuracy':48} as trained  {head}"]
        for rung in judgement.ladder:
            cells = [f"{s.value:.4f}" if s else "     -" for s in (rung.as_trained, rung.fitted)]
            lines.append(f"{rung.name:48} {cells[0]}      {cells[1]}")
    if judgement.behaviour:
        heads = judgement.behaviour[0].heads
        lines += ["", f"{'short texts failed':48} {'  '.join(heads)}"]
        for family in judgement.behaviour:
            n = len(family.cases)
            cells = [f"{family.failures(h)} of {n}".ljust(len(h)) for h in heads]
            lines.append(f"{family.name:48} {'  '.join(cells)}")
    if judgement.formula:
        f = judgement.formula
        shares = ", ".join(f"{100 * share:.1f} %" for share in f.share_by_order)
        lines += ["", f"formula: {f.n_terms} products; of 1, 2, ... angles: {shares}"]
        if f.linear_agreement is not None:
            share = 100 * f.linear_agreement
            lines.append(f"a straight line in the angles gives its label on {share:.1f} %")
    if judgement.angles:
        lines += ["", *_angle_lines(judgement.angles)]
    return "\n".join(lines)


def _angle_lines(facts: AngleFacts) -> Iterator[str]:
    """The hybrid's angles, entanglement and kernel for a terminal."""
    yield f"spread of the encoding angles: {', '.join(f'{s:.3f}' for s in facts.spread)} rad"
    kernel, random = facts.kernel, facts.random
    yield (
        f"entanglement (Meyer and Wallach) {facts.entangling:.3f}; random angles "
        f"{random.middle:.3f} ({random.low:.3f} to {random.high:.3f})"
    )
    yield (
        f"alignment with the labels: circuit {kernel.circuit.middle:.3f}, RBF "
        f"{kernel.rbf.middle:.3f}, its best width {kernel.tuned.middle:.3f} (medians of "
        f"{kernel.seeds} samples of {kernel.rows}); geometric difference "
        f"{kernel.geometric.middle:.2f}, root of {kernel.rows} is {math.sqrt(kernel.rows):.1f}"
    )

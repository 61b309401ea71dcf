"""What the Judge tab says: never more than the numbers carry."""

import html
import re
from collections.abc import Sequence

from qbert_demo.figures.theme import percent
from qbert_demo.results import FormulaFacts, Judgement, ModelScore, Rung
from qbert_demo.service import PAIR
from qbert_demo.service.judging import (
    p_value,
    paired_seeds,
    power,
    seeds_words,
    undecided,
    unneeded,
    verdict,
)
from qbert_demo.ui.parts.markup import commit_html, table_html
from qbert_demo.ui.parts.words import listed

ASKED = {
    "CNOTs removed": "without CNOTs",
    "trained angles replaced by random ones": "with random angles in the trained gates",
    "circuit replaced by its angles": "with the bare angles in place of the circuit",
}
"""Rungs that ask whether a circuit is needed, in words."""
FEW = 20
"""Of fewer texts no share is told."""
NEARLY = 0.99
"""Share of texts on which some products must give the circuit's label to be called enough."""


def verdict_html(judgement: Judgement, others: Sequence[str] = ()) -> str:
    """The pair that answers by default first, the others after it, and what could be seen.

    Args:
        judgement: What was measured.
        others: Heads that have other weights here than those that were judged.
    """
    n = judgement.rows
    pairs = sorted(judgement.pairs, key=lambda test: {test.a, test.b} != set(PAIR))
    lines = []
    for k, test in enumerate(pairs):
        words = html.escape(minus(verdict(test, n, len(pairs))))
        lines.append(f'<p class="verdict">{words}</p>' if k == 0 else f"<p>{words}</p>")
    if pairs:
        first = pairs[0]
        seeds = " ".join((seeds_words(judgement), paired_seeds(judgement, first.a, first.b)))
        hint = f"{power(first, n)} {undecided(pairs)}".strip()
        lines.insert(1, f'<p class="hint">{html.escape(hint)}</p>')
        lines.insert(2, f"<p>{html.escape(minus(seeds.strip()))}</p>")
    if others:
        lines.append(f'<p class="problem">{html.escape(_others(others))}</p>')
    return f"{''.join(lines)}{_source_html(judgement)}"


def _others(heads: Sequence[str]) -> str:
    have = "has" if len(heads) == 1 else "have"
    return (
        f"Measured with other models: {' and '.join(heads)} {have} other weights here than those "
        "that were judged. Evaluate now scores what is here."
    )


def _source_html(judgement: Judgement) -> str:
    source = html.escape(judgement.dataset)
    if judgement.revision:
        source = commit_html(judgement.dataset, judgement.revision, kind="datasets/")
    return (
        f'<p class="hint">Measured on the {html.escape(judgement.split)} split of {source}, '
        f"{judgement.rows:,} texts, {judgement.day}.</p>"
    )


def scores_words(judgement: Judgement) -> str:
    """How to read the accuracies."""
    words = (
        "The intervals are of each model alone, and the axis is cut to them. Whether two models "
        "differ is told by the texts that one alone got right."
    )
    if any(judgement.spread(model.head) for model in judgement.models):
        words += (
            " Rings are trainings with different seeds, the one shown among them, and strokes "
            "their means: how far chance in training moves a score, where intervals tell how far "
            "chance in the texts does."
        )
    return words


def alone_words(judgement: Judgement) -> str:
    """How to read the texts that one model alone got right."""
    return (
        f"Only these of the {judgement.rows:,} texts tell two models apart; McNemar's test asks "
        "whether so unequal counts come from chance alone."
    )


def ladder_words(judgement: Judgement) -> str:
    """What the ladder means, from its numbers."""
    rungs = {rung.name: rung for rung in judgement.ladder}
    if not judgement.ladder or judgement.ladder[0].fitted is None:
        return ""
    words = (
        "Circles tell what the output layer was trained on; diamonds, with an output layer fitted "
        f"anew on {judgement.fitted_on:,} training rows, tell what the part is good for"
    )
    phrases = {name: phrase for name, phrase in ASKED.items() if name in rungs}
    phrases |= {name: f"with {name}" for name in rungs if name.endswith(" cut")}
    needless, needed = unneeded([judgement.ladder[0], *(rungs[name] for name in phrases)])
    if needless:
        words += (
            f": {listed([_valued(phrases[r.name], r) for r in needless])} no loss against the "
            f"whole ({judgement.ladder[0].fitted.value:.3f}) can be shown, so "
            f"{'this part' if len(needless) == 1 else 'these parts'} cannot be shown to be needed"
        )
    if needed:
        join = ", while" if needless else ":"
        words += f"{join} {listed([_valued(phrases[r.name], r) for r in needed])} it is worse"
    n = len(needless) + len(needed)
    after = f", after Holm for {n}" if n > 1 else ""
    return f"{words} (exact McNemar on the same texts{after})." if n else f"{words}."


def formula_words(formula: FormulaFacts) -> str:
    """What the formula's figures mean."""
    shares = formula.share_by_order
    largest = max(range(len(shares)), key=shares.__getitem__)
    words = (
        "Each logit, less the mean of all, is exactly a sum of a constant and up to "
        f"{formula.n_terms - 1} products of cosines and sines of the angles; the largest share "
        f"({share_of(shares[largest])} of the variance over angles spread evenly) is in products "
        f"of {_angles(largest + 1)}."
    )
    if len(formula.by_order) > 1:
        one, two = map(share_of, formula.by_order[:2])
        words += (
            f" Its products of single angles alone give the circuit's label on {one} of these "
            f"texts, those of single angles and pairs on {two}."
        )
    return words


def line_words(formula: FormulaFacts) -> str:
    """How nearly a straight line is the circuit on these texts."""
    if formula.linear_agreement is None:
        return ""
    words = (
        "On these texts a straight line in the angles gives the circuit's label on "
        f"{share_of(formula.linear_agreement)}"
    )
    if formula.best_angle:
        number, share = formula.best_angle
        words += f", in the angle x{number} alone on {share_of(share)}"
    return f"{words} (five-fold cross-validation)."


def enough(formula: FormulaFacts) -> int | None:
    """The fewest products from which on nearly all of the circuit's labels are given, if any."""
    found = None
    for kept, share in zip(reversed(formula.kept), reversed(formula.agreement), strict=True):
        if share < NEARLY:
            break
        found = kept
    return found


def enough_words(formula: FormulaFacts) -> str:
    """How few products that is."""
    number = enough(formula)
    if number is None:
        return ""
    return (
        f"The {number} largest products of the formula give it on {share_of(NEARLY, 0)} or more, "
        "and so do any more of them."
    )


def reliability_words(model: ModelScore) -> str:
    """How sure a model is and how often it is right, where the two differ most."""
    enough = [b for b in model.reliability if b.n >= FEW]
    words = f"All in all the two are {100 * model.ece:.1f} points apart (ECE)."
    if not enough:
        return words
    worst = max(enough, key=lambda b: b.n * abs(b.said - b.right))
    right = {0.0: "none is", 1.0: "all are"}.get(worst.right, f"{percent(worst.right)} are")
    return (
        f"Where the {model.head} says {percent(worst.said)}, {right} right "
        f"({worst.n:,} texts). {words}"
    )


def confusion_words(model: ModelScore, labels: Sequence[str]) -> str:
    """Which class a model takes for which other one most often."""
    wrong = [
        (count, true, said)
        for true, row in enumerate(model.confusion)
        for said, count in enumerate(row)
        if true != said
    ]
    count, true, said = max(wrong)
    if not count:
        return f"All is on the diagonal: the {model.head} made no mistake."
    return (
        f"Off the diagonal are mistakes; most often, {count:,} times, the {model.head} says "
        f"{labels[said]} where {labels[true]} is true."
    )


def scores_html(judgement: Judgement) -> str:
    """The other scores as a table."""
    columns = ("model", "accuracy", "macro F1", "macro recall", "log loss", "ECE")
    rows = "".join(
        f'<tr><th scope="row" class="{m.head}">{m.head}</th><td>{m.accuracy.value:.4f}</td>'
        f"<td>{m.macro_f1:.4f}</td><td>{m.macro_recall:.4f}</td><td>{m.log_loss:.4f}</td>"
        f"<td>{m.ece:.4f}</td></tr>"
        for m in judgement.models
    )
    hint = (
        "Log loss: what the true label's probability p costs on average, −ln p. ECE (expected "
        "calibration error): how far the probabilities of a model's answers are from the share of "
        "them that is right."
    )
    table = table_html(f"On {judgement.rows:,} texts; log loss in nats", columns, rows)
    return f'{table}<p class="hint">{hint}</p>'


def seeds_html(judgement: Judgement) -> str:
    """Every pair of every seed as a table; nothing where there is but one seed."""
    if len(judgement.seeds) < 2:
        return ""
    several = any(len(run.pairs) > 1 for run in judgement.seeds)
    rows = "".join(
        f'<tr><th scope="row">{test.a} and {test.b}</th><td>{run.seed}</td>'
        f"<td>{run.accuracy[test.a].value:.4f}</td><td>{run.accuracy[test.b].value:.4f}</td>"
        f"<td>{test.only_a}</td><td>{test.only_b}</td><td>{p_value(test.p)}</td>"
        f"{f'<td>{p_value(test.corrected)}</td>' if several else ''}"
        f"<td>{'yes' if test.differs else 'not shown'}</td></tr>"
        for pair in judgement.pairs
        for run in judgement.seeds
        for test in run.pairs
        if (test.a, test.b) == (pair.a, pair.b)
    )
    alone = ("only first right", "only second right")
    p = ("McNemar p", "after Holm") if several else ("McNemar p",)
    columns = ("pair", "seed", "first", "second", *alone, *p, "differ")
    corrected = ", corrected for the pairs of that seed" if several else ""
    words = (
        f"Each seed by itself{corrected}; all seeds read the same texts, so the tests of one pair "
        "are not independent and are not put together."
    )
    return f'{table_html("Each seed", columns, rows)}<p class="hint">{words}</p>'


def _valued(phrase: str, rung: Rung) -> str:
    median = f", median of {rung.seeds}" if rung.seeds > 1 else ""
    return f"{phrase} ({rung.fitted.value:.3f}{median})" if rung.fitted else phrase


def _angles(k: int) -> str:
    return "one angle" if k == 1 else f"{k} angles"


def share_of(share: float, digits: int = 1) -> str:
    """Write a share, where 0 and 100 % are plain facts."""
    return f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def minus(text: str) -> str:
    """Write the minus of a number as one."""
    return re.sub(r"-(?=\d)", "\N{MINUS SIGN}", text)

"""What came of a training: a sentence no stronger than the rows, a table, the errors."""

import html
from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.theme import signed
from qbert_demo.results import HeadReport, QuickReport
from qbert_demo.service.training import Material, class_counts, difference, exact_p
from qbert_demo.ui.parts.hub_dataset import LONGEST
from qbert_demo.ui.parts.markup import table_html
from qbert_demo.ui.parts.words import count, milliseconds, shown

SHOWN_WRONG = 30
FEWEST = 30
"""With fewer held-out rows not even 20 points, all one way, could be told from chance."""
SURE = 0.05
COLUMNS = (
    "head",
    "right",
    "95 % interval",
    "last epoch",
    "macro F1",
    "best epoch",
    "trained parameters",
    "seconds",
    "ms in the head",
)
EXPLAINED = (
    ("head", "what turns BERT's numbers into a label; the encoder before it is the same for all"),
    ("last epoch", "accuracy after the last pass over the rows, which was not chosen"),
    ("macro F1", "F1 balances what a class misses and what it takes from others; the mean"),
    ("best epoch", "the pass after which most held-out rows were right; that head is kept"),
)


def result_html(report: QuickReport, material: Material) -> str:
    """Say who did better, if anyone, and show a row a head."""
    rows = "".join(_row(head) for head in report.heads.values())
    seconds = sum(report.seconds.values())
    n = len(material.held_out)
    counts = class_counts(material.held_out, material.labels)
    largest = max(counts, key=counts.__getitem__)
    words = "; ".join(f"<b>{name}</b>: {meaning}" for name, meaning in EXPLAINED)
    return (
        f'<p class="result">{verdict(report, material)}</p>'
        + table_html(f"On {n:,} held-out rows; {seconds:.1f} s in all", COLUMNS, rows)
        + f'<p class="hint">To answer always “{html.escape(largest)}” would be right on '
        f"{_share(counts[largest] / n)}. {words}.</p>" + _differences(report, material)
    )


def verdict(report: QuickReport, material: Material) -> str:
    """Say in a sentence or two how many texts each head got, and what that tells.

    The hybrid is compared with each other head by McNemar's exact test on the same texts, the
    p-value times the number of these comparisons.
    """
    truth = np.asarray(material.held_out.labels)
    n = len(truth)
    right = {name: int(np.sum(head.predicted == truth)) for name, head in report.heads.items()}
    (first, most), *others = right.items()
    scores = f"{first.capitalize()} got {most:,} of {n:,}"
    scores += "".join(f", {name} {number:,}" for name, number in others)
    if len(right) == 1:
        return f"{scores} right."
    if n < FEWEST:
        return f"{scores}: {n} rows are too few to compare."
    hybrid = report.heads.get("hybrid")
    if hybrid is None:
        return f"{scores}."
    rivals = [head for head in report.heads.values() if head is not hybrid]
    chances = {
        rival.head: min(
            1.0, len(rivals) * exact_p(hybrid.predicted == truth, rival.predicted == truth)
        )
        for rival in rivals
    }
    unclear = [name for name, p in chances.items() if p >= SURE]
    if len(unclear) == len(rivals):
        told = " and ".join(f"{p:.2g}" for p in chances.values())
        return (
            f"{scores}: no difference between the hybrid and the {' or the '.join(unclear)} can "
            f"be shown (p = {told})."
        )
    clear = [
        _not_chance(right["hybrid"] - right[name], n, name, p)
        for name, p in chances.items()
        if p < SURE
    ]
    rest = f" No difference to the {unclear[0]} can be shown." if unclear else ""
    return f"{scores}. {'; '.join(clear)}; but the best epochs were picked on these rows.{rest}"


def _not_chance(rows: int, n: int, rival: str, p: float) -> str:
    """Say that the hybrid got more or fewer rows than a rival, and that this is not chance."""
    side = "more" if rows > 0 else "fewer"
    points = f"{100 * abs(rows) / n:.1f}".removesuffix(".0")
    return (
        f"{points} points {side} for the hybrid than for the {rival} are not chance (p = {p:.2g})"
    )


def _row(head: HeadReport) -> str:
    score = head.accuracy
    cells = (
        f"{round(score.value * score.n):,} of {score.n:,} = {_share(score.value)}",
        f"{_share(score.low)} to {_share(score.high)}",
        _share(head.history[-1].accuracy) if head.history else "",
        f"{head.macro_f1:.3f}",
        f"{head.history[head.best_epoch - 1].epoch:.3g}" if head.best_epoch else "0",
        _trained(head),
        f"{head.seconds:.1f}",
        milliseconds(head.milliseconds),
    )
    name = f'<th scope="row" class="{head.head}">{head.head}</th>'
    return f"<tr>{name}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _trained(head: HeadReport) -> str:
    if not head.dead:
        return count(head.trained)
    return f"{count(head.trained)} stored, {count(head.trained - head.dead)} live"


def _differences(report: QuickReport, material: Material) -> str:
    """Compare the hybrid with every other head on the same texts."""
    truth = np.asarray(material.held_out.labels)
    hybrid = report.heads.get("hybrid")
    sentences = []
    for other in report.heads.values():
        if hybrid is None or other is hybrid:
            continue
        gap = difference(hybrid.predicted, other.predicted, truth)
        points = [f"{signed(100 * value, 1)}" for value in (gap.value, gap.low, gap.high)]
        alone = [
            int(np.sum((one.predicted == truth) & (two.predicted != truth)))
            for one, two in ((hybrid, other), (other, hybrid))
        ]
        p = exact_p(hybrid.predicted == truth, other.predicted == truth)
        sentences.append(
            f"<li>hybrid minus {other.head}: {points[0]} points ({points[1]} to {points[2]}, "
            f"paired 95 % interval); the hybrid alone is right on {alone[0]} texts, the "
            f"{other.head} alone on {alone[1]} (McNemar's exact p = {p:.2g})</li>"
        )
    if not sentences:
        return ""
    return (
        "<details><summary>How they differ on the same texts</summary>"
        f"<ul>{''.join(sentences)}</ul></details>"
    )


def _share(share: float) -> str:
    """Write an exact share."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def wrong_texts(report: QuickReport, material: Material) -> list[int]:
    """Places of the held-out texts that at least one head got wrong, those they disagree on first.

    Args:
        report: Of the training.
        material: Its rows.
    """
    answers = np.array([head.predicted for head in report.heads.values()])
    is_wrong = answers != np.asarray(material.held_out.labels)
    places = np.flatnonzero(is_wrong.any(0))
    return sorted(map(int, places), key=lambda i: bool(is_wrong[:, i].all()))


def wrong_html(report: QuickReport, material: Material) -> str:
    """Show the held-out texts that any head got wrong."""
    places = wrong_texts(report, material)
    if not places:
        return "<p>No head got any held-out text wrong.</p>"
    held_out, rows = material.held_out, []
    for i in places[:SHOWN_WRONG]:
        truth = held_out.labels[i]
        answers = [int(head.predicted[i]) for head in report.heads.values()]
        cells = "".join(_answer(material.labels, answer, answer == truth) for answer in answers)
        rows.append(
            f'<tr><td class="text">{shown(held_out.texts[i][:LONGEST])}</td>'
            f"<td>{html.escape(material.labels[truth])}</td>{cells}</tr>"
        )
    caption = f"{len(places):,} held-out texts that at least one head got wrong"
    if len(places) > SHOWN_WRONG:
        caption += f"; {SHOWN_WRONG} of them, those they disagree on first"
    return "<h2>What they got wrong</h2>" + table_html(
        caption, ("text", "true", *report.heads), "".join(rows)
    )


def _answer(labels: Sequence[str], answer: int, is_right: bool) -> str:
    if is_right:
        return f"<td>{html.escape(labels[answer])}</td>"
    return f'<td class="wrong">✗ {html.escape(labels[answer])}</td>'

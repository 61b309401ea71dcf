"""A batch of comparisons as an HTML table, a sentence, and a CSV file safe for spreadsheets."""

import csv
import html
import io
from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.theme import percent, signed
from qbert_demo.results import BatchComparison, PairedTest
from qbert_demo.service import against, batch_scores
from qbert_demo.ui.parts import markup
from qbert_demo.ui.parts.markup import bar_html
from qbert_demo.ui.parts.words import shown

SHOWN_CHARACTERS = 300
"""Characters of a text that the table shows; the CSV has all."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def order(batch: BatchComparison) -> list[int]:
    """Return the texts' positions, disagreements first, otherwise as they were given."""
    return np.argsort(~batch.disagreements, kind="stable").tolist()


def progress_html(done: int, total: int) -> str:
    """Show how far a run is."""
    if not total:
        return "<p>Reading the texts.</p>"
    return f"<p>{bar_html(done, total, 'Texts compared')} {done} of {total} texts compared</p>"


def summary_html(batch: BatchComparison, task: str, notes: Sequence[str] = ()) -> str:
    """Say how many texts were compared, how often the models differ, and how right they are.

    Args:
        batch: The comparison.
        task: The task's name, for it may be another than the page shows by now.
        notes: Sentences on how the texts were read.
    """
    n, differ = len(batch.texts), int(batch.disagreements.sum())
    sentences = [f"{task}, {n} {'text' if n == 1 else 'texts'}: the models disagree on {differ}."]
    if batch.n_cut:
        were = "text was" if batch.n_cut == 1 else "texts were"
        sentences.append(f"{batch.n_cut} {were} longer than the models read and cut.")
    return f"<p>{html.escape(' '.join([*sentences, *notes]))}</p>{_scores_html(batch)}"


def _scores_html(batch: BatchComparison) -> str:
    """Tabulate how right the models are and how far the hybrid is ahead of each other one."""
    scores, pairs = batch_scores(batch), against(batch, "hybrid")
    if not scores:
        return ""
    columns: tuple[str, ...] = ("model", "right", "accuracy", "95 % interval")
    if pairs:
        columns += ("hybrid is ahead by", "95 % interval", "only hybrid right", "only this", "p")
    rows = ""
    for head, score in scores.items():
        cells = [
            f"{round(score.value * score.n)} of {score.n}",
            percent_of(score.value),
            f"{100 * score.low:.1f} to {percent_of(score.high)}",
            *(_pair_cells(pairs.get(head)) if pairs else ()),
        ]
        written = "".join(f"<td>{cell}</td>" for cell in cells)
        rows += f'<tr><th scope="row" class="{head}">{head}</th>{written}</tr>'
    hint = "p is of the exact McNemar test on the texts that only one of two models gets right."
    below = f'<p class="hint">{hint}</p>' if pairs else ""
    return markup.table_html("Accuracy", columns, rows) + below


def _pair_cells(pair: PairedTest | None) -> tuple[str, ...]:
    """Cells on the hybrid against another model; of itself there is nothing to say."""
    if pair is None:
        return ("",) * 5
    gap = pair.difference
    is_open = pair.only_a + pair.only_b
    interval = f"{signed(100 * gap.low, 1)} to {signed(100 * gap.high, 1)}" if is_open else ""
    p = f"{pair.p:.2g}" if pair.p < 1 else "1"
    points = f"{signed(100 * gap.value, 1)} points"
    return points, interval, str(pair.only_a), str(pair.only_b), p


def percent_of(share: float) -> str:
    """Write an accuracy, where 0 and 100 % are plain facts."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def table_html(batch: BatchComparison, lines: Sequence[int]) -> str:
    """Lay the comparison out as a table, disagreements first.

    Args:
        batch: The comparison.
        lines: The line each text came from.
    """
    heads = list(batch.probabilities)
    labels = ["label"] if batch.truth is not None else []
    columns = "".join(
        f'<th scope="col" class="{name}">{name}</th>'
        for name in ("line", "text", *labels, *heads, "agree")
    )
    rows = "".join(_row_html(batch, k, lines[k]) for k in order(batch))
    return (
        '<div class="table-frame tall" tabindex="0" role="region" aria-label="Comparison">'
        f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row_html(batch: BatchComparison, k: int, line: int) -> str:
    text = batch.texts[k]
    if len(text) > SHOWN_CHARACTERS:
        text = f"{text[:SHOWN_CHARACTERS]} …"
    cells = [f"<td>{line}</td>", f'<td class="text">{shown(text)}</td>']
    if batch.truth is not None:
        cells.append(f"<td>{html.escape(batch.label_names[batch.truth[k]])}</td>")
    for head, probabilities in batch.probabilities.items():
        guess = int(batch.labels(head)[k])
        right = batch.truth is None or guess == batch.truth[k]
        cells.append(
            f'<td class="{head}">{html.escape(batch.label_names[guess])} '
            f"{html.escape(percent(float(probabilities[k, guess])))}"
            f"{'' if right else ' <span class=wrong>wrong</span>'}</td>"
        )
    differ = bool(batch.disagreements[k])
    cells.append(f"<td>{'no' if differ else 'yes'}</td>")
    return f"<tr{' class=differ' if differ else ''}>{''.join(cells)}</tr>"


def table_csv(batch: BatchComparison) -> str:
    """Write the comparison as CSV, disagreements first, no cell a spreadsheet would execute."""
    heads = list(batch.probabilities)
    out = io.StringIO()
    writer = csv.writer(out)
    guesses = [name for head in heads for name in (head, f"{head}_probability")]
    labels = ["label"] if batch.truth is not None else []
    writer.writerow(["text", *labels, *guesses, "agree"])
    for k in order(batch):
        row = [batch.texts[k]]
        if batch.truth is not None:
            row.append(batch.label_names[batch.truth[k]])
        for head in heads:
            guess = int(batch.labels(head)[k])
            row += [batch.label_names[guess], f"{batch.probabilities[head][k, guess]:.4f}"]
        row.append("no" if batch.disagreements[k] else "yes")
        writer.writerow([defused(cell) for cell in row])
    return out.getvalue()


def defused(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would take for a formula."""
    starts = cell.startswith(FORMULA_STARTS) or cell.lstrip().startswith(FORMULA_STARTS)
    return f"'{cell}" if starts else cell

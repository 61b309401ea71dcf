"""What the Fine-tune tab says: the rows, the progress, the result."""

import html
from collections.abc import Sequence

import numpy as np

from qbert_demo.figures.theme import signed
from qbert_demo.results import Estimate, HeadReport, QuickReport
from qbert_demo.service.training import Material, Rows, class_counts, difference
from qbert_demo.ui.parts.markup import table_html
from qbert_demo.ui.parts.words import count, milliseconds, shown

PREVIEW_ROWS = 8
WRONG_ROWS = 30
WATCHED_LENGTH = 120
LONGEST = 300
"""Characters of a text that are shown."""


def preview_html(material: Material) -> str:
    """Show class counts, what was decided, and the first training rows."""
    train, held_out = material.train, material.held_out
    notes = "".join(f'<p class="notice">{html.escape(note)}</p>' for note in material.notes)
    return (
        f"<p>{len(train):,} rows to train on ({_counted(train, material.labels)}) and "
        f"{len(held_out):,} held out ({_counted(held_out, material.labels)}), from "
        f"{html.escape(train.origin)}.</p>{notes}" + first_rows_html(train, material.labels)
    )


def _counted(rows: Rows, labels: Sequence[str]) -> str:
    """Say how many rows of each class there are."""
    counts = class_counts(rows, labels)
    return ", ".join(f"{html.escape(name)} {n:,}" for name, n in counts.items())


def first_rows_html(rows: Rows, labels: Sequence[str]) -> str:
    """Show the first rows as a table."""
    cells = "".join(
        f'<tr><td class="text">{shown(text[:LONGEST])}</td>'
        f"<td>{html.escape(labels[label])}</td></tr>"
        for text, label in zip(rows.texts[:PREVIEW_ROWS], rows.labels[:PREVIEW_ROWS], strict=True)
    )
    return table_html("The first rows", ("text", "label"), cells)


def progress_html(
    place: int | None, embedded: tuple[int, int], epochs: float, n_epochs: int, seconds: float
) -> tuple[str, str]:
    """Say what is happening, and draw how far it is.

    Args:
        place: In the queue; ``None`` once the training runs.
        embedded: Texts embedded, and texts in all; 0 before the first.
        epochs: Epochs done, a share counted.
        n_epochs: Epochs in all.
        seconds: Since the embedding began, or, once it is done, since the first epoch began.

    Returns:
        The stage in words, and a bar with the time left.
    """
    done, total = embedded
    if place is not None or not total:
        waiting = f"Waiting; {place} in the queue." if place else "Starting …"
        return f"<p>{waiting}</p>", ""
    if done < total:
        left = seconds * (total - done) / done if done else None
        return _stage("Embedding the texts, once for all heads", done, total, "texts", left)
    left = seconds * (n_epochs - epochs) / epochs if epochs else None
    return _stage("Training", int(epochs), n_epochs, "epochs", left)


def steps_html(place: int | None, moved: tuple[int, int], seconds: float) -> tuple[str, str]:
    """Say how far a training end to end is, as `progress_html` does for heads alone.

    Args:
        place: In the queue; ``None`` once the training runs.
        moved: Steps done, and steps in all; 0 before the first.
        seconds: Since the first step was done.
    """
    done, total = moved
    if place is not None:
        return progress_html(place, (0, 0), 0, 1, 0)
    if not done:
        return "<p>Getting the encoder ready …</p>", ""
    left = seconds * (total - done) / (done - 1) if done > 1 else None
    return _stage("Training end to end", done, total, "steps", left)


def estimate_html(estimate: Estimate, limit: float, unasked: float) -> str:
    """Say how long a training end to end will take, and what comes now.

    Args:
        estimate: From a measurement.
        limit: Seconds that it may take.
        unasked: Seconds up to which it begins by itself.
    """
    races = f"{estimate.heads} {'head' if estimate.heads == 1 else 'heads'}"
    passes = f"{estimate.epochs} {'epoch' if estimate.epochs == 1 else 'epochs'}"
    words = (
        f"About {duration(estimate.seconds)} on this machine ({races} × {passes} over "
        f"{estimate.rows:,} rows of {estimate.tokens:.0f} tokens on average)"
    )
    if estimate.seconds > limit:
        words += (
            f": more than the {duration(limit)} that a run may take here. "
            "Take fewer rows, epochs or heads."
        )
        return f'<p class="problem">{words}</p>'
    if estimate.seconds > unasked:
        return f'<p class="notice">{words}. Press Start once more to begin.</p>'
    return f"<p>{words}. Starting …</p>"


def duration(seconds: float) -> str:
    """Write a time as people say it: 45 s or 3 min."""
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


def watched_html(material: Material, n: int) -> str:
    """Name the first held-out texts, whose expectation values are drawn."""
    items = "".join(
        f"<li>{shown(text[:WATCHED_LENGTH])}{' …' if len(text) > WATCHED_LENGTH else ''} "
        f"({html.escape(material.labels[label])})</li>"
        for text, label in zip(
            material.held_out.texts[:n], material.held_out.labels[:n], strict=True
        )
    )
    return f'<ol class="key">{items}</ol>'


def _stage(name: str, done: int, total: int, unit: str, left: float | None) -> tuple[str, str]:
    words = f"{done:,} of {total:,} {unit}"
    if left is not None:
        words += f", about {duration(left)} left"
    bar = f'<progress value="{done}" max="{total}" aria-label="{name}"></progress> {words}'
    return f"<p>{name}</p>", bar


def result_html(report: QuickReport, material: Material) -> str:
    """Show a row a head, how the heads differ, and what any of them got wrong."""
    rows = "".join(_result_row(head) for head in report.heads.values())
    columns = (
        "head",
        "held-out accuracy",
        "95 % interval",
        "last epoch",
        "macro F1",
        "trained parameters",
        "best epoch",
        "seconds",
        "ms a text",
    )
    seconds = sum(report.seconds.values())
    n = len(material.held_out)
    counts = class_counts(material.held_out, material.labels)
    largest = max(counts, key=counts.__getitem__)
    return (
        "<h2>How they did</h2>"
        + table_html(f"On {n:,} held-out rows; {seconds:.1f} s in all", columns, rows)
        + _differences(report, material)
        + '<p class="hint">Each head is kept as it was after its best epoch, which was chosen on '
        "the same held-out rows. That flatters the score, by several points where these rows are "
        "few; the accuracy after the last epoch was not chosen. To answer always "
        f"“{html.escape(largest)}” would be right on {_share(counts[largest] / n)}.</p>"
        + _wrong(report, material)
    )


def _result_row(head: HeadReport) -> str:
    score = head.accuracy
    cells = (
        _share(score.value),
        f"{_share(score.low)} to {_share(score.high)}",
        _share(head.history[-1].accuracy) if head.history else "",
        f"{head.macro_f1:.3f}",
        _trained(head),
        f"{head.history[head.best_epoch - 1].epoch:.3g}" if head.best_epoch else "0",
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
        sentences.append(
            f"<li>hybrid minus {other.head}: {points[0]} points ({points[1]} to {points[2]}, "
            f"paired 95 % interval); the hybrid alone is right on {alone[0]} texts, the "
            f"{other.head} alone on {alone[1]}</li>"
        )
    return f"<ul>{''.join(sentences)}</ul>" if sentences else ""


def _share(share: float) -> str:
    """Write an exact share."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def _wrong(report: QuickReport, material: Material) -> str:
    rows = []
    for i, (text, truth) in enumerate(
        zip(material.held_out.texts, material.held_out.labels, strict=True)
    ):
        answers = [int(head.predicted[i]) for head in report.heads.values()]
        if any(answer != truth for answer in answers):
            cells = "".join(_answer(material.labels[a], a == truth) for a in answers)
            rows.append(
                f'<tr><td class="text">{shown(text[:LONGEST])}</td>'
                f"<td>{html.escape(material.labels[truth])}</td>{cells}</tr>"
            )
    if not rows:
        return "<p>No head got any held-out text wrong.</p>"
    caption = f"{len(rows):,} held-out texts that at least one head got wrong"
    if len(rows) > WRONG_ROWS:
        caption += f"; the first {WRONG_ROWS}"
    return table_html(caption, ("text", "true", *report.heads), "".join(rows[:WRONG_ROWS]))


def _answer(label: str, is_right: bool) -> str:
    mark = "" if is_right else ' class="wrong"'
    return f"<td{mark}>{html.escape(label)}</td>"

"""What the Fine-tune tab says of the rows and of the progress; of the result, see `result`."""

import html
from collections.abc import Sequence

from qbert_demo.results import Estimate
from qbert_demo.service.training import Material, Rows, class_counts
from qbert_demo.ui.parts.hub_dataset import first_rows_html
from qbert_demo.ui.parts.markup import bar_html
from qbert_demo.ui.parts.words import duration, shown

WATCHED_LENGTH = 120


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
    return f"<p>{name}</p>", f"{bar_html(done, total, name)} {words}"

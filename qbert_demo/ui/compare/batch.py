"""Many texts at once: paste or upload, compare in parts, show a table, take it home as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from qbert_demo.config import MAX_BATCH_ROWS
from qbert_demo.errors import InputError, QBertError
from qbert_demo.results import BatchComparison
from qbert_demo.service import Entry, Explorer, match_labels, read_csv, read_lines
from qbert_demo.ui.compare.batch_table import progress_html, summary_html, table_csv, table_html
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.file_link import File, FileLink
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import TEXT
from qbert_demo.ui.parts.words import error_html

WAITING = "<p>Waiting until the batch of another visitor is done.</p>"
"""Shown from the click until the run starts, which is at once when nobody else runs one."""
PART = 16
"""Texts compared between two looks at the clock: how soon progress shows and Stop works."""
MAX_FILE_BYTES = 5_000_000


class Shown(NamedTuple):
    """What stands below the texts: words, the table (HTML), and its `File`."""

    status: Any
    table: Any = ""
    download: Any = None


STOPPED = Shown("<p>Stopped. Nothing was kept.</p>")


def build_batch(explorer: Explorer, task: gr.Radio) -> None:
    """Lay out the accordion and wire it to `compare_many`.

    Args:
        explorer: What answers.
        task: The tab's task chooser.
    """
    with gr.Accordion("Many texts at once", open=False, elem_id="batch"):
        gr.Markdown((TEXT / "batch.md").read_text("utf-8").format(rows=MAX_BATCH_ROWS))
        with gr.Row(elem_classes="batch-input"):
            lines = gr.Textbox(
                label="Texts, one a line", lines=6, max_lines=6, elem_id="batch-lines"
            )
            file = gr.File(
                label="or a CSV file", file_types=[".csv"], height=160, elem_id="batch-file"
            )
        with gr.Row(elem_classes="options"):
            control = gr.Checkbox(
                False, label="Ask the control, too", elem_id="batch-control", container=False
            )
            start = gr.Button("Compare all", variant="primary", elem_id="batch-start", scale=0)
            stop = gr.Button("Stop", elem_id="batch-stop", scale=0)
            download = FileLink("Download as CSV", elem_id="batch-download")
        status = spoken("", elem_id="batch-status")
        table = gr.HTML("", elem_id="batch-table", apply_default_css=False)
    run = gr.State(Run())
    outputs = Shown(status, table, download)
    start.click(begin, run, status, queue=False, **QUIET).then(
        partial(compare_many, explorer),
        [run, task, lines, file, control],
        outputs,
        concurrency_limit=1,
        concurrency_id="batch",
        **QUIET,
    )
    stop.click(end, run, outputs, queue=False, **QUIET)


@dataclass
class Run:
    """What a page wants compared.

    Gradio's own ``cancels`` would send the last progress once more, perhaps after what Stop says.

    Attributes:
        wanted: Stands for the run that is waiting or under way; ``None`` if none is.
    """

    wanted: object | None = None


def begin(run: Run) -> str:
    """Want a run, if none is wanted; say what is shown until it starts."""
    run.wanted = run.wanted or object()
    return WAITING


def end(run: Run) -> Shown:
    """Want no run any more, and say so at once; a finished table stays."""
    if run.wanted is None:
        return Shown(KEEP, KEEP, KEEP)
    run.wanted = None
    return STOPPED


def compare_many(
    explorer: Explorer,
    run: Run,
    task: str,
    lines: str | None,
    file: str | None,
    with_control: bool = False,
) -> Iterator[Shown]:
    """Compare every text and yield what to show: progress, then the table and its CSV.

    Args:
        explorer: What answers.
        run: Tells whether to go on.
        task: Key of the task.
        lines: Pasted texts, one a line; used when no file is given.
        file: Path of an uploaded CSV file.
        with_control: Whether the control is asked, too.
    """
    this = run.wanted
    if this is None:
        # Stopped while it waited, or a second click. What tells nothing at all empties the page.
        yield Shown(KEEP, KEEP, KEEP)
        return
    try:
        for told in _compared(explorer, task, lines, file, with_control):
            if run.wanted is not this:
                yield STOPPED
                return
            yield told
    except QBertError as error:
        yield Shown(error_html(str(error)))
    finally:
        if run.wanted is this:
            run.wanted = None


def _compared(
    explorer: Explorer, task: str, lines: str | None, file: str | None, with_control: bool
) -> Iterator[Shown]:
    yield Shown(progress_html(0, 0))
    entries, notes = _read(lines, file)
    card = explorer.task(task)
    truth, read = match_labels(entries, card.labels)
    parts: list[BatchComparison] = []
    for start in range(0, len(entries), PART):
        piece = slice(start, start + PART)
        parts.append(
            explorer.compare_batch(
                task,
                [entry.text for entry in entries[piece]],
                None if truth is None else truth[piece],
                explorer.heads(task, with_control),
            )
        )
        yield Shown(progress_html(min(start + PART, len(entries)), len(entries)))
    whole = joined(parts)
    numbers = tuple(entry.line for entry in entries)
    # The byte order mark makes spreadsheets read the file as UTF-8.
    sheet = File("comparison.csv", table_csv(whole).encode("utf-8-sig"))
    yield Shown(summary_html(whole, card.title, (*notes, *read)), table_html(whole, numbers), sheet)


def joined(parts: Sequence[BatchComparison]) -> BatchComparison:
    """Join comparisons of consecutive texts by the same models."""
    first = parts[0]
    truths = [part.truth for part in parts if part.truth is not None]
    return BatchComparison(
        task=first.task,
        texts=tuple(text for part in parts for text in part.texts),
        label_names=first.label_names,
        truth=np.concatenate(truths) if truths else None,
        probabilities={
            head: np.concatenate([part.probabilities[head] for part in parts])
            for head in first.probabilities
        },
        n_cut=sum(part.n_cut for part in parts),
    )


def _read(lines: str | None, file: str | None) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    if not file:
        return read_lines(lines or ""), ()
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise InputError("The file could not be read. Upload it again.") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(
            f"The file has {len(data) / 1e6:.1f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are "
            "read. Split it."
        )
    return read_csv(data)

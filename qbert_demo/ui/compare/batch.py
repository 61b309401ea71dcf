"""Many texts at once: paste or upload, compare in parts, show a table, take it home as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from qbert_demo.config import MAX_BATCH_ROWS
from qbert_demo.errors import QBertError
from qbert_demo.results import BatchComparison
from qbert_demo.service import Explorer
from qbert_demo.service.batch import match_labels, read_texts
from qbert_demo.ui.compare.batch_table import batch_file, batch_html, progress_html, summary_html
from qbert_demo.ui.parts.events import KEEP, handler
from qbert_demo.ui.parts.file_link import FileLink
from qbert_demo.ui.parts.html_blocks import block, spoken
from qbert_demo.ui.parts.markup import error_html
from qbert_demo.ui.parts.scripts import TEXT

WAITING = "<p>Waiting until the batch of another visitor is done.</p>"
"""Shown from the click until the run starts, which is at once when nobody else runs one."""
PART = 16
"""Texts compared between two looks at the clock: how soon progress shows and Stop works."""


class Shown(NamedTuple):
    """What stands below the texts: words, the table (HTML), and its `File`."""

    status: Any = KEEP
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
            start = gr.Button("Compare all", variant="primary", elem_id="batch-start", scale=0)
            stop = gr.Button("Stop", elem_id="batch-stop", scale=0)
            download = FileLink(elem_id="batch-download")
        status = spoken(elem_id="batch-status")
        table = block(elem_id="batch-table")
    run = gr.State(Run())
    outputs = Shown(status, table, download)
    compare = handler(partial(compare_many, explorer), [run, task, lines, file], outputs)
    start.click(**handler(begin, run, status, queue=False)).then(
        concurrency_limit=1, concurrency_id="batch", **compare
    )
    stop.click(**handler(end, run, outputs, queue=False))


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
        return KEEP
    run.wanted = None
    return STOPPED


def compare_many(
    explorer: Explorer, run: Run, task: str, lines: str | None, file: str | None
) -> Iterator[Shown]:
    """Compare every text and yield what to show: progress, then the table and its CSV.

    Args:
        explorer: What answers.
        run: Tells whether to go on.
        task: Key of the task.
        lines: Pasted texts, one a line; used when no file is given.
        file: Path of an uploaded CSV file.
    """
    this = run.wanted
    if this is None:
        return  # stopped while it waited, or a second click
    try:
        for told in _compared(explorer, task, lines, file):
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
    explorer: Explorer, task: str, lines: str | None, file: str | None
) -> Iterator[Shown]:
    yield Shown(progress_html(0, 0))
    table = read_texts(lines, file)
    card = explorer.task(task)
    truth = match_labels(table, card.labels)
    parts: list[BatchComparison] = []
    for start in range(0, len(table.texts), PART):
        piece = slice(start, start + PART)
        parts.append(
            explorer.compare_batch(
                task,
                table.texts[piece],
                None if truth is None else truth[piece],
                card.asked(with_control=False),
            )
        )
        yield Shown(progress_html(min(start + PART, len(table.texts)), len(table.texts)))
    whole = joined(parts)
    yield Shown(summary_html(whole, table.notes), batch_html(whole, table.lines), batch_file(whole))


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

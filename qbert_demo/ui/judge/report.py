"""The whole judgement as one page that asks no other machine for anything.

Its figures are those of the tab, drawn by the same script; Plotly travels along, compressed. Where
scripts do not run, each figure's values stand in its place as a table.
"""

import base64
import gzip
import html
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.theme import HEAD_COLOURS
from qbert_demo.results import Judgement
from qbert_demo.service import Explorer
from qbert_demo.service.judging import command
from qbert_demo.ui.judge.angles import show_angles
from qbert_demo.ui.judge.behaviour import behaviour_panel
from qbert_demo.ui.judge.tables import drawn, packages, trained
from qbert_demo.ui.parts.events import QUIET, Told
from qbert_demo.ui.parts.file_link import File, FileLink
from qbert_demo.ui.parts.markup import table_html
from qbert_demo.ui.parts.plotly_view import SCRIPT, Panel, plotly_script
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import error_html

SECTIONS = (
    ("", ("scores", "alone", "costs")),
    ("What is the circuit doing?", ("ladder", "orders", "kept")),
    ("Which angles live", ("spread", "correlation", "weights", "entangling", "kernel")),
    ("Does it read, and is it fair?", ("failures",)),
    ("Scores, mistakes and confidence", ("table", "seeds", "confusion", "reliability")),
)
"""Headings, and the parts of the tab that stand below each."""
WIDE = ("ladder", "weights", "failures")
"""Figures that take the whole width."""

Show = Callable[[Explorer, str], Any]
"""What the tab shows of a task: words, and a `Panel`, HTML or nothing by the part's name."""


def build_report(explorer: Explorer, task: gr.Radio, show: Show) -> None:
    """Lay out the button and its file, and wire them to `write_report`."""
    with gr.Row(elem_classes="buttons"):
        button = gr.Button("Make one page of it", elem_id="judge-page")
        link = FileLink("Save {name}", at_once=True, elem_id="judge-html")
    outputs = Told(spoken("", elem_id="judge-page-said"), link)
    write = partial(write_report, explorer, show)
    button.click(write, task, outputs, concurrency_limit=2, **QUIET)
    task.input(lambda: Told(""), None, outputs, queue=False, **QUIET)


def write_report(explorer: Explorer, show: Show, task: str) -> Told:
    """Write the page: words if that cannot be, and the `File`."""
    try:
        judgement, card = explorer.judgement(task), explorer.task(task)
    except QBertError as error:
        return Told(error_html(str(error)))
    shown = show(explorer, task)._asdict() | show_angles(explorer, task)._asdict()
    if families := judgement.behaviour:
        shown["failures"] = behaviour_panel(families, card)
    page = report_html(judgement, card.title, shown)
    size = f"{len(page.encode()) / 1e6:.1f} MB"
    said = f"<p>One page of {size} is written; it opens without network.</p>"
    return Told(said, File(f"qbert-judge-{task}.html", page.encode()))


def report_html(judgement: Judgement, title: str, shown: Mapping[str, Any]) -> str:
    """Write the page.

    Args:
        judgement: What it is of.
        title: Of the task.
        shown: The parts of the tab by name; ``said`` is the verdict.
    """
    body = "".join(
        f'{f"<h2>{heading}</h2>" if heading else ""}<div class="parts">{"".join(parts)}</div>'
        for heading, names in SECTIONS
        if (parts := [part for name in names for part in _parts(name, shown)])
    )
    styles = "".join((STATIC / f"{name}.css").read_text("utf-8") for name in ("app", "report"))
    heads = "".join(
        f"th.{head} {{ border-left: 4px solid {colour}; }}\n"
        for head, colour in HEAD_COLOURS.items()
    )
    packed = base64.b64encode(gzip.compress(plotly_script().read_bytes())).decode()
    scripts = "\n".join(path.read_text("utf-8") for path in (SCRIPT, STATIC / "report.js"))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}: does the circuit help?</title>"
        f'<link rel="icon" href="data:,"><style>{styles}{heads}</style></head><body>'
        f"<main><h1>{html.escape(title)}: does the circuit help?</h1>{shown['said']}"
        f"{body}<h2>Where this is from</h2>{_source_html(judgement)}</main>"
        f'<script id="plotly-packed" type="text/plain">{packed}</script>'
        f'<script type="module">{scripts}</script></body></html>\n'
    )


def _parts(name: str, shown: Mapping[str, Any]) -> Iterator[str]:
    """What the tab shows under a name, or under names that begin with it, one for each head."""
    for key, value in shown.items():
        if key != name and not key.startswith(f"{name}_"):
            continue
        if isinstance(value, Panel):
            yield _panel_html(value, "panel whole" if key in WIDE else "panel")
        elif value:
            yield f'<div class="whole">{value}</div>'


def _panel_html(panel: Panel, kind: str) -> str:
    """A figure for the script, and its values for where there is none."""
    figure = panel.figure
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in figure.table.rows
    )
    columns = [html.escape(name) for name in figure.table.head]
    values = table_html(html.escape(figure.title), columns, rows)
    data = panel.as_json().replace("<", "\\u003c")
    return (
        f'<div class="{kind}"><script type="application/json">{data}</script>'
        f"{values}{panel.below}</div>"
    )


def _source_html(judgement: Judgement) -> str:
    sums = judgement.weights_sha256
    facts = {
        "dataset": judgement.dataset,
        "revision": judgement.revision or "not known",
        "split": judgement.split,
        "texts": f"{judgement.rows:,}, all of the split",
        "output layers fitted anew on": f"{judgement.fitted_on:,} rows of the training split",
        "seeds of the trainings": trained(judgement),
        "other seeds": drawn(judgement),
        "measured": judgement.day,
        "page written": date.today().isoformat(),
        "versions, as the page was written": packages(),
        "command": command(judgement.task),
        **{f"SHA-256 of the {head}'s weights": digest for head, digest in sums.items()},
    }
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td class="text">{html.escape(value)}</td>'
        for name, value in facts.items()
    )
    return table_html("What was measured, and how it is repeated", ("what", "value"), rows)

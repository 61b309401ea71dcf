"""What a visitor takes along of the words: one HTML file that needs nothing else."""

import html

from qbert_demo.figures.attribution import word_bars
from qbert_demo.figures.figure import Figure
from qbert_demo.figures.flow import flow
from qbert_demo.figures.svg import as_svg
from qbert_demo.figures.theme import HEAD_COLOURS
from qbert_demo.results import Explanation
from qbert_demo.ui.compare.why_words import HOW, flow_words, why_html
from qbert_demo.ui.parts.file_link import File
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import listed

STYLE = """
:root { color-scheme: light; --body-text-color: #1b1f24; --body-text-color-subdued: #575e68;
  --figure-paper: #fff; --figure-grid: #e1e4e8; --border-color-primary: #d5d9de; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1f24; max-width: 800px; margin: 24px auto;
  padding: 0 12px; overflow-wrap: anywhere; }
svg { width: 100%; height: auto; }
figure { margin: 24px 0; overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
td, th { border-bottom: 1px solid #d5d9de; padding: 3px 8px; text-align: left; }
.hint { font-size: 14px; color: #575e68; }
"""


def page(explanation: Explanation) -> File:
    """The explanation as a `File`: words, marks, both figures as SVG, and their values."""
    model = explanation.models.get("hybrid")
    paths = ""
    if model and model.circuit:
        paths = _figure(flow(model), f'<p>{flow_words(model)}</p><p class="hint">{HOW}</p>')
    order = (
        f'<p class="hint">Bars of each word, from the top: {listed(list(explanation.models))}.</p>'
    )
    body = f"{why_html(explanation)}{_figure(word_bars(explanation), order)}{paths}"
    text = document("Which words?", body, "why")
    return File(f"qbert-words-{explanation.task}.html", text.encode())


def document(title: str, body: str, *sheets: str) -> str:
    """An HTML document that needs no other file.

    Args:
        title: Its title, also the heading.
        body: What stands below that, in HTML.
        sheets: Style sheets of ``static/``, by name.
    """
    heads = "".join(f"--{head}: {colour};" for head, colour in HEAD_COLOURS.items())
    styles = "".join((STATIC / f"{sheet}.css").read_text("utf-8") for sheet in sheets)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>:root {{{heads}}}{STYLE}{styles}</style><h1>{title}</h1>{body}</html>\n"
    )


def _figure(figure: Figure, below: str = "") -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in figure.table.head)
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
        for row in figure.table.rows
    )
    return (
        f"<figure><figcaption><h2>{html.escape(figure.title)}</h2></figcaption>"
        f"{as_svg(figure)}{below}<details><summary>Values</summary>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details></figure>"
    )

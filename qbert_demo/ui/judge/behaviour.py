"""Does it read, and is it fair? How often each model fails short texts, and which."""

import html
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.figures.behaviour import failure_marks
from qbert_demo.figures.theme import percent
from qbert_demo.results import Case, Family, TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.judging import STEADY, failure_rate, unasked
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.markup import reading, table_html
from qbert_demo.ui.parts.plotly_view import Panel, PlotlyView

ALL = "all"
HINT = (
    "A text fails if its label is none of those asked for, or, where one word changes, if the "
    f"probability moves more than {100 * STEADY:.0f} points from the median of its sentence. "
    "Intervals are Wilson's; texts of one template are alike, so they hold for texts like these."
)
CLICK = "Click a mark, or choose below, to see the texts."


class Shown(NamedTuple):
    """The figure as a `Panel`, the two choosers below it, and the texts in HTML."""

    figure: Any
    family: Any = KEEP
    which: Any = KEEP
    texts: Any = ""


def build_behaviour(explorer: Explorer, tab: gr.Tab, task: gr.Radio) -> None:
    """Lay out the part; it is read with the judgement, when the tab is opened."""
    with gr.Column(elem_id="judge-behaviour"):
        gr.HTML("<h2>Does it read, and is it fair?</h2>", apply_default_css=False)
        figure = PlotlyView(None, elem_id="judge-failures")
        family = gr.Dropdown([], label="Texts of the family", elem_id="judge-family")
        which = gr.Radio([], label="Show", elem_id="judge-failed", elem_classes="plain-radio")
        texts = gr.HTML("", elem_id="judge-short-texts", apply_default_css=False)
    shown = Shown(figure, family, which, texts)

    def pick(event: gr.EventData, task: str) -> Shown:
        return pick_mark(explorer, task, event.trace, event.index)

    quiet = {"queue": False, **QUIET}
    gr.on(
        [tab.select, task.input],
        partial(show_behaviour, explorer),
        task,
        shown,
        trigger_mode="always_last",
        **quiet,
    )
    gr.on(
        [family.input, which.input],
        partial(show_texts, explorer),
        [task, family, which],
        texts,
        trigger_mode="always_last",
        **quiet,
    )
    figure.select(pick, task, shown, **quiet)


def show_behaviour(explorer: Explorer, task: str) -> Shown:
    """Draw what is kept of a task; nothing without it, as the words above say why."""
    try:
        families = explorer.judgement(task).behaviour
        card = explorer.task(task)
    except QBertError:
        families = ()
    if not families:
        return Shown(None)
    heads = families[0].heads
    worst = max(families, key=lambda family: sum(map(family.failures, heads)) / len(family.cases))
    return Shown(
        behaviour_panel(families, card, f"{HINT} {CLICK}"),
        gr.update(choices=[family.name for family in families], value=worst.name),
        gr.update(choices=_choices(heads), value=ALL),
        texts_html(task, worst, ALL),
    )


def behaviour_panel(families: Sequence[Family], card: TaskCard, hint: str = HINT) -> Panel:
    """Draw how often each model fails, with what stands out and how it is counted.

    Args:
        families: At least one.
        card: Of the task.
        hint: How to read it.
    """
    rates = {
        head: [failure_rate(family, head) for family in families] for head in families[0].heads
    }
    below = reading(behaviour_words(families))
    if missing := unasked(card.labels):
        below += reading(unasked_words(card.title, missing))
    return Panel(failure_marks(families, rates), below=f'{below}<p class="hint">{hint}</p>')


def pick_mark(explorer: Explorer, task: str, head: str, index: int) -> Shown:
    """Show the texts behind a mark: those of its family that its model fails, or all if none."""
    families = explorer.judgement(task).behaviour
    if not 0 <= index < len(families) or head not in families[index].heads:
        return Shown(KEEP, texts=KEEP)
    family = families[index]
    which = head if family.failures(head) else ALL
    return Shown(KEEP, family.name, which, texts_html(task, family, which))


def show_texts(explorer: Explorer, task: str, name: str, which: str) -> str:
    """Tabulate the texts of a family, all or those that a model fails."""
    families = explorer.judgement(task).behaviour
    return next((texts_html(task, family, which) for family in families if family.name == name), "")


def behaviour_words(families: Sequence[Family]) -> str:
    """What stands out, in two sentences that carry no more than the numbers."""
    heads = families[0].heads
    words = ""
    reading = [family for family in families if not family.is_swap]
    if reading:
        worst = max(reading, key=lambda f: sum(map(f.failures, heads)) / len(f.cases))
        counts = ", ".join(f"{head} {worst.failures(head)}" for head in heads)
        words = f"Most often failed is {worst.name}: of {len(worst.cases)} texts {counts}. "
    swaps = [(family, head) for family in families if family.is_swap for head in heads]
    if not swaps:
        return words.strip()
    family, head = max(swaps, key=lambda swap: swap[0].reach(swap[1]))
    if family.reach(head) <= STEADY:
        return f"{words}No word moves the answer to a neutral sentence by much."
    (low, least), *_, (high, most) = family.by_word(head).items()
    label, n = family.cases[0].said[head].label, sum(case.word == low for case in family.cases)
    return (
        f"{words}One word moves a neutral sentence most where it is one of {family.name}: the "
        f"{head} gives “{label}” {percent(least)} with “{low}” and {percent(most)} with “{high}” "
        f"(means of {n} sentences)."
    )


def unasked_words(title: str, missing: Sequence[str]) -> str:
    """Why some families are not there."""
    *first, last = missing
    names = f"{', '.join(first)} and {last}"
    return f"{title} has no labels “negative” and “positive”, so {names} ask nothing of it."


def texts_html(task: str, family: Family, which: str) -> str:
    """A table of a family's texts with every answer; each text opens in Compare.

    Args:
        task: Key of the task.
        family: Whose texts.
        which: `ALL`, or the head whose failures are wanted.
    """
    cases = [c for c in family.cases if which not in c.said or c.said[which].failed]
    if not cases:
        return f'<p class="hint">The {html.escape(which)} fails none of these texts.</p>'
    asked = () if family.is_swap else ("right",)
    rows = "".join(_row_html(task, case) for case in cases)
    count = f"{len(cases)} text{'s' if len(cases) > 1 else ''}"
    failed = "" if which == ALL else f" that the {which} fails"
    table = table_html(f"{count}{failed}", ("text", *asked, *family.heads), rows)
    return f'<p class="hint">{html.escape(family.asks)} A text opens in Compare.</p>{table}'


def _row_html(task: str, case: Case) -> str:
    link = html.escape(f"?{urlencode({'task': task, 'text': case.text})}")
    cells = [
        f'<td class="text"><a class="in-compare" href="{link}">{html.escape(case.text)}</a></td>'
    ]
    if case.right:
        cells.append(f"<td>{html.escape(' or '.join(case.right))}</td>")
    for head, said in case.said.items():
        fails = ' <span class="wrong">fails</span>' if said.failed else ""
        words = f"{html.escape(said.label)} {percent(said.probability)}"
        cells.append(f'<td class="{head}">{words}{fails}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _choices(heads: Sequence[str]) -> list[tuple[str, str]]:
    return [("All", ALL), *((f"Failed by {head}", head) for head in heads)]

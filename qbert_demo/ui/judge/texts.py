"""The texts behind a number of the Judge tab: chosen from a list, or by a click on a figure."""

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

import gradio as gr
import numpy as np

from qbert_demo.errors import QBertError
from qbert_demo.figures.theme import percent
from qbert_demo.results import BatchComparison, Judgement, ModelScore, PairedTest
from qbert_demo.service import Explorer
from qbert_demo.service.judged_texts import (
    Places,
    all_wrong,
    alone_right,
    in_bin,
    in_cell,
    surest_first,
)
from qbert_demo.service.nearest import NearestTexts
from qbert_demo.ui.judge.nearest import build_nearest
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.markup import table_html
from qbert_demo.ui.parts.plotly_view import PlotlyView
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import error_html, shown

MOST = 50
"""Texts that are listed."""
SHOWN_CHARACTERS = 300
"""Characters of a text that are shown; all of it is opened."""
HINT = (
    "Choose here, or click a bar above, a cell of a confusion matrix or a point of confidence "
    "below. A text of the list opens in Compare, and from there in Circuit; its button finds the "
    "training texts nearest to it."
)
FETCHING = "<p>Fetching the texts …</p>"
TO_LIST = "() => document.getElementById('judge-texts').scrollIntoView({ block: 'start' })"


@dataclass(frozen=True)
class Number:
    """A number that leads to texts.

    Attributes:
        what: Which texts it counts.
        count: How many; ``None`` where it was not stored.
        heads: Models whose margins sort them.
        mark: The view of the tab, the trace and the index in it that stand for it.
        find: Finds them.
    """

    what: str
    count: int | None
    heads: tuple[str, ...]
    mark: tuple[Any, ...]
    find: Callable[[BatchComparison], Places]

    @property
    def name(self) -> str:
        """What it is chosen by."""
        return self.what if self.count is None else f"{self.what} ({self.count:,})"


class Behind(NamedTuple):
    """The choice of a number, and what is said of the texts behind it and their list, in HTML."""

    number: Any
    said: Any = ""
    listed: Any = ""


def build_texts(
    nearest: NearestTexts, tab: gr.Tab, task: gr.Radio, here: gr.Column, views: Mapping[str, Any]
) -> None:
    """Lay out choice and list, and wire both to the tab's figures.

    Args:
        nearest: What finds training texts; its explorer has the others.
        tab: The tab.
        task: Its task.
        here: Where they stand.
        views: The tab's components by name, as they are in a `Number`'s mark.
    """
    explorer = nearest.explorer
    with here:
        gr.HTML("<h2>Which texts?</h2>", apply_default_css=False)
        gr.HTML(f'<p class="hint">{HINT}</p>', apply_default_css=False)
        number = gr.Dropdown([], value=None, label="Texts behind a number", elem_id="judge-number")
        said = spoken("", elem_id="judge-texts-said")
        listed = gr.HTML(
            "",
            apply_default_css=False,
            elem_id="judge-texts-list",
            js_on_load=(STATIC / "near.js").read_text("utf-8"),
        )
        build_nearest(nearest, task, number, listed)
    outputs = Behind(number, said, listed)
    choices = partial(number_choice, explorer)
    tab.select(choices, task, number, queue=False, **QUIET)
    task.input(choices, task, number, queue=False, **QUIET).then(
        lambda: Behind(None), None, outputs, queue=False, **QUIET
    )
    number.change(
        partial(show_texts, explorer),
        [task, number],
        outputs,
        trigger_mode="always_last",
        concurrency_limit=4,
        **QUIET,
    )
    for name, view in views.items():
        if isinstance(view, PlotlyView) and name.startswith(("alone", "confusion", "reliability")):
            view.select(Clicked(explorer, name), task, number, queue=False, **QUIET).then(
                None, js=TO_LIST, api_visibility="private"
            )


class Clicked:
    """Chooses the number behind a mark of a figure that was clicked."""

    __name__ = "choose_number"

    def __init__(self, explorer: Explorer, view: str) -> None:
        """Listen to one of the tab's figures."""
        self._explorer, self._view = explorer, view

    def __call__(self, task: str, event: gr.EventData) -> Any:
        """Choose; a mark that stands for no number changes nothing."""
        return clicked(all_numbers(self._explorer, task), self._view, event)


def clicked(numbers: Sequence[Number], view: str, event: gr.EventData) -> Any:
    """The choice of the number that a mark of a view stands for; `KEEP` if it stands for none."""
    index = tuple(event.index) if isinstance(event.index, list) else event.index
    mark = (view, event.trace, index)
    return next((number.name for number in numbers if number.mark == mark), KEEP)


def behind(
    texts: BatchComparison, numbers: Sequence[Number], name: str, with_button: bool = False
) -> Behind:
    """The texts behind a number, if it is one of these; see `texts_html`."""
    number = next((number for number in numbers if number.name == name), None)
    if number is None:
        return Behind(KEEP)
    listed = texts_html(texts, number.find(texts), number.what, number.heads, with_button)
    return Behind(KEEP, "", listed)


def number_choice(explorer: Explorer, task: str) -> Any:
    """What can be chosen of a task, which is nothing before it is judged."""
    try:
        names = [number.name for number in all_numbers(explorer, task)]
    except QBertError:
        names = []
    return gr.Dropdown(choices=names)


def show_texts(explorer: Explorer, task: str, name: str | None) -> Iterator[Behind]:
    """List the texts behind a number."""
    if not name:
        yield Behind(KEEP)
        return
    yield Behind(KEEP, FETCHING)
    try:
        texts, has_hybrid = explorer.judged_texts(task), "hybrid" in explorer.task(task).heads
        yield behind(texts, all_numbers(explorer, task), name, has_hybrid)
    except QBertError as error:
        yield Behind(KEEP, error_html(str(error)))


def all_numbers(explorer: Explorer, task: str) -> list[Number]:
    """Every number of a task that leads to texts; errors are those of its judgement."""
    return numbers_of(explorer.judgement(task), explorer.task(task).labels)


def numbers_of(
    judgement: Judgement, labels: Sequence[str], texts: BatchComparison | None = None
) -> list[Number]:
    """The numbers that lead to any: pairs first, then each model's mistakes, and all else.

    Args:
        judgement: What was measured.
        labels: Names of the classes.
        texts: The texts it was measured on, where they are at hand; counts that it does not tell
            are taken from them.
    """
    cells = [cell for model in judgement.models for cell in _cells(model, labels)]
    numbers = (
        *(number for k, test in enumerate(judgement.pairs) for number in _alone(test, k)),
        _all_wrong(judgement, texts),
        *(number for number, is_mistake in cells if is_mistake),
        *(number for model in judgement.models for number in _bins(model)),
        *(number for number, is_mistake in cells if not is_mistake),
    )
    return [number for number in numbers if number.count != 0]


def _alone(test: PairedTest, k: int) -> Iterator[Number]:
    for side, right, wrong, count in (
        ("left", test.a, test.b, test.only_a),
        ("right", test.b, test.a, test.only_b),
    ):
        what = f"{right} right, {wrong} wrong"
        find = partial(alone_right, head=right, other=wrong)
        yield Number(what, count, (right, wrong), ("alone", side, k), find)


def _all_wrong(judgement: Judgement, texts: BatchComparison | None) -> Number:
    """The texts that no model got right: of three models, no more than two got wrong together."""
    wrong = {m.head: judgement.rows - int(np.trace(m.confusion)) for m in judgement.models}
    most = min([*wrong.values(), *(wrong[test.b] - test.only_a for test in judgement.pairs)])
    if texts is not None:
        count: int | None = len(all_wrong(texts))
    else:
        count = most if len(wrong) < 3 or not most else None
    return Number("every model wrong", count, tuple(wrong), (), all_wrong)


def _cells(model: ModelScore, labels: Sequence[str]) -> Iterator[tuple[Number, bool]]:
    head = model.head
    for true, row in enumerate(model.confusion):
        for said, count in enumerate(row):
            what = f"{head} says {labels[said]}, true is {labels[true]}"
            find = partial(in_cell, head=head, true=true, said=said)
            mark = (f"confusion_{head}", "confusion", (true, said))
            yield Number(what, count, (head,), mark, find), true != said


def _bins(model: ModelScore) -> Iterator[Number]:
    head, counts = model.head, [b.n for b in model.reliability]
    for k, b in enumerate(model.reliability):
        find = partial(in_bin, head=head, counts=counts, k=k)
        mark = (f"reliability_{head}", head, k)
        what = f"{head} {100 * b.said:.1f}\N{NO-BREAK SPACE}% sure on average"
        yield Number(what, b.n, (head,), mark, find)


def texts_html(
    texts: BatchComparison,
    places: Places,
    what: str,
    heads: Sequence[str] | None = None,
    with_button: bool = False,
) -> str:
    """List texts with each model's answer, by margin, each a link that opens it in Compare.

    Args:
        texts: All of them, with what the models said.
        places: Positions of those to list.
        what: Which these are, such as ``hybrid right, classical wrong``; not escaped yet.
        heads: The models whose margins count; all of them if left out.
        with_button: Whether a row has a button that asks for the nearest training texts.
    """
    n = len(places)
    if not n:
        return f"<p>There is no such text: {html.escape(what)}.</p>"
    order = surest_first(texts, places, heads or list(texts.probabilities))[:MOST]
    caption = f"{n:,} text{'' if n == 1 else 's'}: {html.escape(what)}."
    if n > MOST:
        caption += f" {MOST} of them are listed."
    if n > 1:
        caption += " Where the models are surest comes first."
    rows = "".join(_row_html(texts, k, with_button) for k in order)
    columns = ("text", *(() if texts.truth is None else ("true",)), *texts.probabilities)
    return table_html(caption, columns, rows)


def _row_html(texts: BatchComparison, k: int, with_button: bool) -> str:
    text = texts.texts[k]
    cut = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} …"
    link = html.escape(f"?{urlencode({'task': texts.task, 'text': text}, errors='replace')}")
    button = f'<button type="button" data-row="{k}">Nearest training texts</button>'
    opens = f'<a class="in-compare" href="{link}">{shown(cut)}</a>'
    cells = [f'<td class="text">{opens}{button if with_button else ""}</td>']
    truth = None if texts.truth is None else int(texts.truth[k])
    if truth is not None:
        cells.append(f"<td>{html.escape(texts.label_names[truth])}</td>")
    for head, probabilities in texts.probabilities.items():
        said = int(texts.labels(head)[k])
        words = f"{texts.label_names[said]} {percent(float(probabilities[k, said]))}"
        is_wrong = truth is not None and said != truth
        mark, kind = ("✗ ", "wrong") if is_wrong else ("", head)
        cells.append(f'<td class="{kind}">{mark}{html.escape(words)}</td>')
    return f"<tr>{''.join(cells)}</tr>"

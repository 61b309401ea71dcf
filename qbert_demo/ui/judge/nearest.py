"""Training texts nearest to a text of the list: a button in its row, and what comes of it."""

import html
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import QBertError
from qbert_demo.results import Neighbours, TaskCard
from qbert_demo.service import Explorer
from qbert_demo.service.nearest import NearestTexts
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.markup import bar_html, table_html
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.words import duration, error_html, shown

TO_RESULT = "() => document.getElementById('judge-near').scrollIntoView({ block: 'start' })"
OPENING = "<p>Getting the training texts …</p>"
SHOWN_CHARACTERS = 300
"""Characters of a training text that are shown."""
PARTS = 16
"""Parts whose time tells how long the rest takes."""


@dataclass
class Asked:
    """What a page wants.

    Attributes:
        text: Whose neighbours; ``None`` if nobody's are sought.
    """

    text: str | None = None


class Pace:
    """How long a reading still takes, by the rate of the last parts: one slow part moves little."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._ends: deque[tuple[float, int]] = deque(maxlen=PARTS + 1)
        self._read: int | None = None

    def left(self, found: Neighbours, now: float) -> float | None:
        """Hear how far it is.

        Args:
            found: What was found by now.
            now: In seconds.

        Returns:
            Seconds left, less with every second of the part under way; ``None`` before the second
            part that was seen to end.
        """
        if self._read is not None and found.read > self._read:
            self._ends.append((now, found.read))
        self._read = found.read
        if len(self._ends) < 2:
            return None
        (start, first), (end, last) = self._ends[0], self._ends[-1]
        rate = (last - first) / max(end - start, 1e-3)
        part = (last - first) / (len(self._ends) - 1)
        return (found.rows - last - min(rate * (now - end), part)) / rate


class Near(NamedTuple):
    """What stands below the list: words and a table in HTML, and the button that stops."""

    said: Any = KEEP
    table: Any = KEEP
    end: Any = KEEP


def build_nearest(
    nearest: NearestTexts, task: gr.Radio, number: gr.Dropdown, listed: gr.HTML
) -> None:
    """Lay out what comes below the list, and wire the buttons of its rows.

    Args:
        nearest: What finds training texts.
        task: The tab's task.
        number: What chooses the texts of the list.
        listed: The list.
    """
    asked = gr.State(Asked())
    with gr.Column(elem_id="judge-near"):
        with gr.Row(elem_classes="buttons"):
            said = spoken("", elem_id="judge-near-said")
            end = gr.Button("Stop", visible=False, elem_id="judge-near-stop")
        table = gr.HTML("", apply_default_css=False, elem_id="judge-near-table")
    outputs = Near(said, table, end)
    listed.select(Chosen(nearest.explorer), [asked, task], outputs, queue=False, **QUIET).then(
        None, js=TO_RESULT, api_visibility="private"
    ).then(
        partial(find, nearest),
        [asked, task],
        outputs,
        trigger_mode="multiple",
        concurrency_limit=16,
        **QUIET,
    )
    end.click(stop, asked, outputs, queue=False, **QUIET)
    number.change(forget, asked, outputs, queue=False, **QUIET)


class Chosen:
    """Wants the neighbours of the text whose button was pressed."""

    __name__ = "choose_text"

    def __init__(self, explorer: Explorer) -> None:
        """Listen to the list."""
        self._explorer = explorer

    def __call__(self, asked: Asked, task: str, event: gr.EventData) -> Near:
        """Take the text; a row that there is not changes nothing."""
        row = getattr(event, "row", None)
        try:
            texts = self._explorer.judged_texts(task).texts
        except QBertError as error:
            return Near(error_html(str(error)), "")
        if not isinstance(row, int) or not 0 <= row < len(texts):
            return Near()
        asked.text = texts[row]
        return Near(OPENING, "")


def find(nearest: NearestTexts, asked: Asked, task: str) -> Iterator[Near]:
    """Tell what was found so far, until all training texts are read or nobody wants it."""
    text = asked.text
    if text is None:
        yield Near()
        return
    card, pace = nearest.explorer.task(task), Pace()
    try:
        for found in nearest.near(task, text):
            if asked.text != text:
                yield Near()  # what tells nothing at all empties what it could have changed
                return
            left = pace.left(found, time.monotonic())
            is_over = found.read == found.rows
            said = "" if is_over else progress_html(found, left)
            yield Near(said, near_html(found, card), gr.update(visible=not is_over))
    except QBertError as error:
        yield Near(error_html(str(error)), KEEP, gr.update(visible=False))
    finally:
        if asked.text == text:
            asked.text = None


def stop(asked: Asked) -> Near:
    """Read no further; what was found stays."""
    asked.text = None
    return Near("<p>Stopped.</p>", KEEP, gr.update(visible=False))


def forget(asked: Asked) -> Near:
    """Show nothing, as other texts were chosen."""
    asked.text = None
    return Near("", "", gr.update(visible=False))


def progress_html(found: Neighbours, left: float | None) -> str:
    """Say how far the reading is, and how many seconds are left, where that is known."""
    if not found.read:
        queue = f"Waiting; {found.waiting} in the queue." if found.waiting else "Starting …"
        return f"<p>{queue}</p>"
    words = f"{found.read:,} of {found.rows:,} training texts read"
    if left is not None:
        words += f", about {duration(left)} left"
    return f"<p>{bar_html(found.read, found.rows, 'Training texts read')} {words}</p>"


def near_html(found: Neighbours, card: TaskCard) -> str:
    """The neighbours found so far, with the sentence that says what is to be seen."""
    if not found.nearest:
        return ""
    same = sum(near.label == found.said for near in found.nearest)
    n, label = len(found.nearest), card.labels[found.said]
    among = f"all {found.rows:,}" if found.read == found.rows else f"the first {found.read:,}"
    known = (
        "that the hybrid was trained on"
        if found.trained is None
        else f"of the training split, of which it was trained on {found.trained:,}"
    )
    quoted = _cut(found.text)
    words = (
        f"“{quoted}” is {label} to the hybrid; of the {n} nearest of {among} texts {known}, "
        f"{same} {'is' if same == 1 else 'are'} labelled {label}. Near means a large cosine "
        "between the vectors that the circuit's angles are made of."
    )
    notes = "".join(f"<p>{shown(note)}</p>" for note in found.notes)
    rows = "".join(
        f'<tr><td class="text">{shown(_cut(near.text))}</td>'
        f"<td>{html.escape(card.labels[near.label])}</td><td>{near.alike:.3f}</td></tr>"
        for near in found.nearest
    )
    table = table_html("Nearest training texts", ("training text", "label", "cosine"), rows)
    return f"<p>{shown(words)}</p>{notes}{table}"


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} …"

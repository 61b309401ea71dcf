"""Pinned texts: a few texts of a visitor side by side, each with its answers, words and <Z>.

They stay in the visitor's page, whatever is asked next; nothing of them is kept elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from qbert_demo.errors import InputError, QBertError
from qbert_demo.results import Comparison, Explanation
from qbert_demo.service import Explorer
from qbert_demo.ui.compare.pins_html import EMPTY, MOST, Pin, board_html, page
from qbert_demo.ui.parts.events import KEEP, QUIET
from qbert_demo.ui.parts.file_link import FileLink
from qbert_demo.ui.parts.spoken import spoken
from qbert_demo.ui.parts.static import STATIC
from qbert_demo.ui.parts.words import error_html

TITLE = "Pinned texts"
EVERY = "all"
"""What the button that unpins every text asks for."""


@dataclass
class Pins:
    """What a page has pinned.

    Attributes:
        kept: The texts, the oldest first, at most `MOST`.
        made: How many were pinned ever, which numbers them.
    """

    kept: list[Pin] = field(default_factory=list)
    made: int = 0


class Pinnable(NamedTuple):
    """What is pinned: the task, its text, whether with the control, and how its words are known."""

    task: Any
    text: Any
    control: Any
    found: Any


class Shown(NamedTuple):
    """What changes: words beside the button, words in the accordion, it, its texts, its `File`."""

    said: Any = KEEP
    told: Any = KEEP
    door: Any = KEEP
    board: Any = KEEP
    save: Any = KEEP


def build_pins(explorer: Explorer, pinnable: Pinnable, pin_it: gr.Button, said: gr.HTML) -> None:
    """Lay out the accordion and wire it to `pin`, `find_words` and `unpin`.

    Args:
        explorer: What answers.
        pinnable: The tab's controls, and the state that holds its `Explanation`.
        pin_it: The button that pins.
        said: Where it is answered.
    """
    with gr.Accordion(TITLE, open=False, elem_id="pins") as door:
        told = spoken("", elem_id="pins-told")
        board = gr.HTML(
            EMPTY,
            elem_id="pins-board",
            apply_default_css=False,
            js_on_load=(STATIC / "pins.js").read_text("utf-8"),
        )
        save = FileLink("Save as {name}", elem_id="pins-save")
    pins = gr.State(Pins())
    outputs = Shown(said, told, door, board, save)
    pin_it.click(
        partial(pin, explorer),
        [pins, *pinnable],
        outputs,
        queue=False,
        trigger_mode="once",
        **QUIET,
    ).then(
        partial(find_words, explorer),
        pins,
        outputs,
        concurrency_limit=1,
        concurrency_id="explain",
        **QUIET,
    )
    board.select(unpin, pins, outputs, queue=False, **QUIET)


def pin(
    explorer: Explorer,
    pins: Pins,
    task: str,
    text: str | None,
    with_control: bool,
    found: Explanation | None,
) -> Shown:
    """Keep a text with its answers; an error changes nothing but the words beside the button."""
    try:
        if len(pins.kept) >= MOST:
            raise InputError(f"{MOST} texts are pinned, and no more fit. Unpin one first.")
        title = explorer.task(task).title
        answers = explorer.compare(task, text or "", explorer.heads(task, with_control))
        if any(_is_same(kept.answers, answers) for kept in pins.kept):
            raise InputError("This text is pinned already. Change it, then pin it.")
    except QBertError as error:
        return Shown(error_html(str(error)))
    pins.made += 1
    pins.kept.append(Pin(pins.made, title, answers, found if _tells(found, answers) else None))
    said = f'Pinned, {len(pins.kept)} of {MOST}. <a href="#pins">See {TITLE.lower()}</a>'
    return _shown(pins)._replace(said=f"<p>{said}</p>", told="")


def find_words(explorer: Explorer, pins: Pins) -> Iterator[Shown]:
    """Explain the pinned texts whose words nobody asked for, one after the other."""
    yield Shown()  # an event that tells nothing at all empties what it could have changed
    while waiting := [kept for kept in pins.kept if kept.is_waiting]:
        first = waiting[0]
        asked = first.answers
        try:
            first.words = explorer.explain(asked.task, asked.text, tuple(asked.predictions))
        except QBertError as error:
            first.trouble = str(error)
        yield _shown(pins)


def unpin(pins: Pins, event: gr.EventData) -> Shown:
    """Drop the pinned text whose button was pressed, or all."""
    wanted = str(getattr(event, "pin", ""))
    before = len(pins.kept)
    pins.kept[:] = [kept for kept in pins.kept if wanted not in (str(kept.number), EVERY)]
    if len(pins.kept) == before:
        return Shown()
    return _shown(pins)._replace(said="", told=f"<p>Unpinned; {len(pins.kept)} of {MOST} left.</p>")


def _shown(pins: Pins) -> Shown:
    n = len(pins.kept)
    door = gr.update(label=f"{TITLE} ({n} of {MOST})" if n else TITLE, open=True)
    is_whole = n > 0 and not any(kept.is_waiting for kept in pins.kept)
    return Shown(door=door, board=board_html(pins.kept), save=page(pins.kept) if is_whole else None)


def _is_same(one: Comparison, other: Comparison) -> bool:
    return (one.task, one.text, list(one.predictions)) == (
        other.task,
        other.text,
        list(other.predictions),
    )


def _tells(found: Explanation | None, answers: Comparison) -> bool:
    """Whether an explanation is of this text, these models and the labels that they give."""
    return (
        found is not None
        and (found.task, found.text, list(found.models))
        == (answers.task, answers.text, list(answers.predictions))
        and all(model.label == model.says for model in found.models.values())
    )

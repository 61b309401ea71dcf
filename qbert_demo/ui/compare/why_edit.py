"""The smallest edit on which the models part: searched on demand, shown as a diff with answers."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from qbert_demo.errors import QBertError
from qbert_demo.figures.theme import percent
from qbert_demo.results import EditSearch, Explanation
from qbert_demo.service import Explorer
from qbert_demo.service.explaining import smallest_edit
from qbert_demo.ui.parts.events import KEEP
from qbert_demo.ui.parts.markup import bar_html
from qbert_demo.ui.parts.words import error_html, shown

FIND, STOP = "Find the smallest edit", "Stop the search"
"""What the button says, which starts a search and ends it."""
WAITING = "<p>Waiting until the search of another visitor is done.</p>"
"""Shown from the click until the search starts, which is at once when nobody else searches."""


class Edited(NamedTuple):
    """What an edit does or how far the search is (HTML), and what the button says."""

    said: Any
    button: Any


@dataclass
class Search:
    """What a page wants searched.

    Attributes:
        wanted: Stands for the search that is waiting or under way; ``None`` if none is.
        seen: How far it was when that was last told.
    """

    wanted: object | None = None
    seen: EditSearch | None = None


def press(run: Search, found: Explanation | None, button: str) -> Edited:
    """Want a search, or end the one there is with what it found so far, by what the button says."""
    if button == STOP:
        return _stop(run, found)
    if found is None:
        return Edited(error_html("Explain a sentence first."), FIND)
    run.wanted, run.seen = run.wanted or object(), None
    return Edited(WAITING, STOP)


def forget(run: Search) -> Edited:
    """Want no search any more, nor what it found: another sentence is explained."""
    run.wanted = run.seen = None
    return Edited("", FIND)


def search(explorer: Explorer, run: Search, found: Explanation | None) -> Iterator[Edited]:
    """Tell how far the search is, then what it found."""
    this = run.wanted
    if this is None or found is None:
        # Stopped while it waited. An event that tells nothing at all empties what it could change.
        yield Edited(KEEP, KEEP)
        return
    heads = list(found.models)
    try:
        for seen in smallest_edit(
            lambda texts: explorer.compare_batch(found.task, texts, heads=heads), found
        ):
            if run.wanted is not this:
                if run.wanted is None and run.seen:
                    yield Edited(edit_html(found.text, run.seen), FIND)
                else:
                    yield Edited(KEEP, KEEP)
                return
            run.seen = seen
            yield (
                Edited(edit_html(found.text, seen), FIND)
                if seen.is_done
                else Edited(progress_html(seen), STOP)
            )
    except QBertError as error:
        yield Edited(error_html(str(error)), FIND)
    finally:
        if run.wanted is this:
            run.wanted = None


def progress_html(seen: EditSearch) -> str:
    """Show how many edits were tried."""
    bar = bar_html(seen.tried, seen.total, "Edits tried")
    return f"<p>{bar} {seen.tried} of {seen.total} edits tried</p>"


def edit_html(text: str, seen: EditSearch) -> str:
    """Show the text with what is dropped and what stands there instead, and all answers."""
    if seen.edit is None or seen.before is None or seen.after is None:
        return _nothing(seen)
    edit = seen.edit
    if len(seen.after) == 1:
        what = "It changes its mind"
    elif seen.parts_them:
        what = "They part" if _is_one(seen.before) else "They still disagree, but otherwise,"
    elif _is_one(seen.before):
        what = "They change their minds together"
    else:
        what = "They agree"
    new = f" <ins>{shown(edit.new)}</ins>" if edit.new else ""
    before, after = (shown(part) if part else "" for part in (text[: edit.start], text[edit.end :]))
    diff = f"{before}<del>{shown(edit.old)}</del>{new}{after}"
    answers = "".join(
        f"<li>{html.escape(head)}: {_answer(seen.before, head)}, then "
        f"{_answer(seen.after, head)}</li>"
        for head in seen.after
    )
    return (
        f"<p>{what} when one word changes, found at try {seen.place} of {seen.total}"
        f"{_beyond(seen)}:</p>"
        f'<p class="diff" dir="auto">{diff}</p><ul>{answers}</ul>'
    )


def _is_one(answers: Mapping[str, tuple[str, float]]) -> bool:
    """Whether every model gives the same label."""
    return len({label for label, _ in answers.values()}) == 1


def _stop(run: Search, found: Explanation | None) -> Edited:
    """End the search, if one is wanted; what was told last stays otherwise."""
    if run.wanted is None or found is None:
        return Edited(KEEP, KEEP)
    run.wanted = None
    return Edited(edit_html(found.text, run.seen or EditSearch(0, 0)), FIND)


def _nothing(seen: EditSearch) -> str:
    if not seen.tried:
        return "<p>Stopped before the first try.</p>"
    if seen.tried < seen.total:
        return f"<p>Stopped after {seen.tried} of {seen.total} tries: none found.</p>"
    return (
        f"<p>None found in {seen.tried} tries: no single word that was dropped or swapped "
        "changes an answer.</p>"
    )


def _beyond(seen: EditSearch) -> str:
    """Say of an edit that parts nobody that one which does was looked for, and how far."""
    if seen.tried == seen.place:
        return ""
    how_far = f"stopped after {seen.tried}" if seen.tried < seen.total else "all were tried"
    return f" ({how_far}, none parts them)"


def _answer(answers: Mapping[str, tuple[str, float]], head: str) -> str:
    label, share = answers[head]
    return f"{shown(label)} {percent(share)}"

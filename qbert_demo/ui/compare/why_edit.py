"""The smallest edit on which the models part: searched on demand, shown as a diff with answers."""

import html
from collections.abc import Iterator, Mapping

from qbert_demo.errors import QBertError
from qbert_demo.figures.theme import percent
from qbert_demo.results import EditSearch, Explanation
from qbert_demo.service import Explorer
from qbert_demo.service.explaining import smallest_edit
from qbert_demo.ui.parts.markup import bar_html
from qbert_demo.ui.parts.words import error_html, shown


def search(explorer: Explorer, found: Explanation | None) -> Iterator[str]:
    """Tell how far the search is, then what it found, in HTML."""
    if found is None:
        yield error_html("Explain a sentence first.")
        return
    heads = list(found.models)
    try:
        for seen in smallest_edit(
            lambda texts: explorer.compare_batch(found.task, texts, heads=heads), found
        ):
            if seen.edit is None and seen.before is None:
                yield progress_html(seen)
            else:
                yield edit_html(found.text, seen)
    except QBertError as error:
        yield error_html(str(error))


def progress_html(seen: EditSearch) -> str:
    """Show how many edits were tried."""
    bar = bar_html(seen.tried, seen.total, "Edits tried")
    return f"<p>{bar} {seen.tried} of {seen.total} edits tried</p>"


def edit_html(text: str, seen: EditSearch) -> str:
    """Show the text with what is dropped and what stands there instead, and all answers."""
    if seen.edit is None or seen.before is None or seen.after is None:
        return (
            f"<p>None found in {seen.tried} tries: no single word that was dropped or swapped "
            "changes an answer.</p>"
        )
    edit = seen.edit
    if len(seen.after) == 1:
        what = "It changes its mind"
    elif seen.parts_them:
        what = "They part"
    else:
        what = "They change their minds together"
    new = f" <ins>{shown(edit.new)}</ins>" if edit.new else ""
    before, after = (shown(part) if part else "" for part in (text[: edit.start], text[edit.end :]))
    diff = f"{before}<del>{shown(edit.old)}</del>{new}{after}"
    answers = "".join(
        f"<li>{html.escape(head)}: {_answer(seen.before, head)}, then "
        f"{_answer(seen.after, head)}</li>"
        for head in seen.after
    )
    return (
        f"<p>{what} when one word changes, found at try {seen.tried} of {seen.total}:</p>"
        f'<p class="diff" dir="auto">{diff}</p><ul>{answers}</ul>'
    )


def _answer(answers: Mapping[str, tuple[str, float]], head: str) -> str:
    label, share = answers[head]
    return f"{shown(label)} {percent(share)}"

"""Links and tables in HTML."""

import html
from collections.abc import Sequence

from qbert_demo.service import hub_page


def link_html(words: str, address: str | None) -> str:
    """Write words as a link to another site, or plainly where there is no address."""
    words = html.escape(words)
    if address is None:
        return words
    return f'<a href="{html.escape(address)}" target="_blank" rel="noopener noreferrer">{words}</a>'


def commit_html(repo_id: str, sha: str, *, kind: str = "") -> str:
    """Link a commit's page on the Hub; ``kind`` is ``datasets/`` for those."""
    return link_html(f"{repo_id} @ {sha[:7]}", hub_page(f"{kind}{repo_id}", sha))


def reading(words: str) -> str:
    """The sentence under a figure that says what is to be seen."""
    return f'<p class="reading">{html.escape(words)}</p>'


def bar_html(done: int, total: int, name: str) -> str:
    """A bar that shows how far something is."""
    return f'<progress max="{total}" value="{done}" aria-label="{name}"></progress>'


def table_html(caption: str, columns: Sequence[str], rows: str) -> str:
    """Frame a table so that it can be scrolled, by keyboard too.

    Args:
        caption: What it shows.
        columns: Their names.
        rows: HTML.
    """
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    return (
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{caption}">'
        f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )

"""Safe HTML: what a visitor or a stranger wrote, links, errors, tables."""

import html
from collections.abc import Iterable

_CONTROL_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}
_CONTROL_PICTURES[0x7F] = 0x2421


def shown(text: str) -> str:
    """Make a visitor's text safe in HTML: escaped, its direction kept to itself.

    Control characters are shown as their pictures, so that none of them acts on the page.
    """
    escaped = html.escape(text.translate(_CONTROL_PICTURES))
    return f'<bdi dir="auto">{escaped}</bdi>'


def error_html(message: str) -> str:
    """Show an error where it happened."""
    return f'<p class="problem">{shown(message)}</p>'


def notices_html(notes: Iterable[str]) -> str:
    """Show what a visitor should know, a paragraph each."""
    return "".join(f'<p class="notice">{html.escape(note)}</p>' for note in notes)


def hint_html(words: str) -> str:
    """Show an explanation; ``words`` are HTML."""
    return f'<p class="hint">{words}</p>'


def link_html(words: str, address: str, css: str = "") -> str:
    """Link another page, which opens beside this one."""
    kind = f'class="{css}" ' if css else ""
    return (
        f'<a {kind}href="{html.escape(address)}" target="_blank" rel="noopener noreferrer">'
        f"{html.escape(words)}</a>"
    )


def table_html(title: str, columns: Iterable[str], rows: str, *, is_long: bool = False) -> str:
    """Lay out a table in a frame of its own that scrolls.

    Args:
        title: What it is called.
        columns: Their names.
        rows: HTML.
        is_long: Whether it has a high frame, and columns in the colours of the heads they name,
            instead of a caption.
    """
    head = "".join(
        f'<th scope="col" class="{name}">{name}</th>' if is_long else f'<th scope="col">{name}</th>'
        for name in columns
    )
    frame, caption = ("table-frame tall", "") if is_long else ("table-frame", title)
    return (
        f'<div class="{frame}" tabindex="0" role="region" aria-label="{title}"><table>'
        f"{caption and f'<caption>{caption}</caption>'}<thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )

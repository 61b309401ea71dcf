"""Bytes of a visitor's file as text: Unicode in its usual forms, else Western European, else none.

What no rule tells for sure is said in a note or refused: a guess among the many encodings of one
byte a character would go wrong on the few lines that a visitor brings.
"""

import codecs
import re
from collections.abc import Sequence

from qbert_demo.errors import InputError

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; the one of UTF-32 begins with the one of UTF-16."""
FALLBACK = "cp1252"
SKEWED = 2
"""In UTF-16, zeros stand more than so many times more often at every other byte than between."""
SAID_LINES = 5
REPLACED = "\ufffd"
_ACCENTED = re.compile(rb"[\x80-\xff]")
_LETTER = re.compile(rb"[A-Za-z]")


def decode(content: bytes) -> tuple[str, list[str]]:
    """Decode UTF-8 or UTF-16 with or without byte order mark, UTF-32 with one, or Windows-1252.

    UTF-8 with a few bad bytes stays UTF-8.

    Returns:
        The text, and notes that say what was replaced or guessed.

    Raises:
        InputError: If no encoding fits; the message names the line.
    """
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    else:
        is_marked = encoding != "utf-8-sig"
        return (None if is_marked or "\0" not in text else _without_mark(content)) or text, []
    if encoding == "utf-8-sig":
        if text := _without_mark(content) or "":
            return text, []
        text = content.decode(encoding, "replace")
        others = len(text) - len(text.encode("ascii", "ignore"))
        if 2 * text.count(REPLACED) < others:
            return text, [_replaced_note(text)]
        if _is_western(content):
            text = content.decode(FALLBACK)
            return text, [
                f"Line {line} is not UTF-8, so the file was read as Windows-1252: "
                "check the accents."
            ]
    raise InputError(f"Line {line} is not UTF-8 text. Save the file as UTF-8.")


def clean(text: str) -> str:
    """Drop NUL and surrounding white space, and replace halves of characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "").strip()


def named_lines(lines: Sequence[int]) -> str:
    """Numbers of lines in words, the first `SAID_LINES` of them."""
    listed = ", ".join(map(str, lines[:SAID_LINES]))
    return f"{'line' if len(lines) == 1 else 'lines'} {listed}{', …' * (len(lines) > SAID_LINES)}"


def _without_mark(content: bytes) -> str | None:
    """The text if this is UTF-16 without a byte order mark, which zeros and line ends tell."""
    zeros = content[::2].count(0), content[1::2].count(0)
    if max(zeros) <= SKEWED * min(zeros):
        return None
    try:
        text = content.decode("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    except UnicodeDecodeError:
        return None
    return text if 0 < content.count(b"\n") <= 2 * text.count("\n") else None


def _is_western(content: bytes) -> bool:
    """Whether this can be Windows-1252: it has all the bytes, and accents are rarer than letters.

    Other alphabets have few letters of ASCII in the lines that are not ASCII.
    """
    try:
        content.decode(FALLBACK)
    except UnicodeDecodeError:
        return False
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    accents, letters = (
        sum(len(kind.findall(line)) for line in lines) for kind in (_ACCENTED, _LETTER)
    )
    return accents <= letters


def _replaced_note(text: str) -> str:
    lines = [n for n, line in enumerate(text.split("\n"), 1) if REPLACED in line]
    where = named_lines(lines)
    return f"{where[0].upper()}{where[1:]}: bytes that are not UTF-8 were replaced by “{REPLACED}”."

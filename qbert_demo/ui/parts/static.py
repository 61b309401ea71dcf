"""Where the page's scripts, styles and longer texts are."""

from pathlib import Path

UI = Path(__file__).parent.parent
STATIC, TEXT = UI / "static", UI / "text"

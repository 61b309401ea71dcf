"""The smallest change of a text on which two models part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One word of a text dropped or swapped.

    Attributes:
        start: The word's first character in the text as given.
        end: The place behind its last character.
        old: The word.
        new: What stands there instead; empty where it is dropped.
    """

    start: int
    end: int
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The text with this edit; a dropped word takes one space with it."""
        before, after = text[: self.start], text[self.end :]
        if not self.new and before[-1:].isspace():
            before = before[:-1]
        return before + self.new + after


@dataclass(frozen=True)
class EditSearch:
    """How far a search for an edit is, and the best that it found so far.

    Attributes:
        tried: Edits tried so far.
        total: Edits that are tried at most.
        place: The try that found the edit; 0 while none did.
        edit: What was found; ``None`` while nothing was, and at the end if nothing is.
        text: The text with the edit.
        before: The label and its probability that each model gave, by head.
        after: What it gives after the edit.
        is_done: Whether the search is over.
    """

    tried: int
    total: int
    place: int = 0
    edit: Edit | None = None
    text: str = ""
    before: dict[str, tuple[str, float]] | None = None
    after: dict[str, tuple[str, float]] | None = None
    is_done: bool = False

    @property
    def parts_them(self) -> bool:
        """Whether the models disagree after the edit."""
        return self.after is not None and len({label for label, _ in self.after.values()}) > 1

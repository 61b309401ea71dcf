"""One-word changes of a text that may turn an answer: drops, and swaps for words like or unlike."""

from collections.abc import Sequence

import numpy as np

from qbert_demo.results import Array, Edit, Word

MOST = 400
"""Edits that are tried at most."""
OPPOSITES = (
    ("good", "bad"),
    ("great", "terrible"),
    ("best", "worst"),
    ("better", "worse"),
    ("never", "always"),
    ("not", "really"),
    ("no", "much"),
    ("without", "with"),
    ("hardly", "truly"),
    ("dull", "exciting"),
    ("boring", "gripping"),
    ("funny", "sad"),
    ("love", "hate"),
    ("loved", "hated"),
    ("happy", "sad"),
    ("fresh", "stale"),
    ("smart", "stupid"),
    ("strong", "weak"),
    ("win", "lose"),
    ("won", "lost"),
    ("rise", "fall"),
    ("rose", "fell"),
    ("up", "down"),
    ("more", "less"),
    ("most", "least"),
    ("all", "none"),
    ("everything", "nothing"),
    ("and", "but"),
    ("free", "costly"),
    ("real", "false"),
    ("is", "isn't"),
    ("are", "aren't"),
    ("was", "wasn't"),
    ("does", "doesn't"),
    ("can", "can't"),
)
INTENSITIES = ("very", "quite", "rather", "slightly", "too", "hardly", "so", "fairly")
"""Words for how much, each of which may stand for another."""


def edits(words: Sequence[Word], near: Sequence[Sequence[str]], scores: Array) -> list[Edit]:
    """What to try, at most `MOST`, the words of most effect first.

    Args:
        words: The words of the text.
        near: For each, words that are near it for the models.
        scores: Effect of each word, shape ``(n_words,)``.
    """
    found: list[Edit] = []
    for k in np.argsort(-np.abs(scores), kind="stable").tolist():
        word = words[k]
        swaps = dict.fromkeys([*unlike(word.text), *near[k], ""])
        found += [
            Edit(word.start, word.end, word.text, new)
            for new in swaps
            if new.lower() != word.text.lower()
        ]
    return found[:MOST]


def unlike(word: str) -> list[str]:
    """Opposites of a word, and others of how much."""
    plain = word.lower()
    found = [b if plain == a else a for a, b in OPPOSITES if plain in (a, b)]
    if plain in INTENSITIES:
        found += [other for other in INTENSITIES if other != plain]
    return found

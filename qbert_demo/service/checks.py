"""What is asked of the explorer, checked: it may come from anybody on the open internet."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qbert_demo.config import MAX_BATCH_ROWS, MAX_CHARACTERS
from qbert_demo.data.labels import class_numbers, plain_label
from qbert_demo.errors import InputError
from qbert_demo.model.loaded import LoadedModel, Tokens
from qbert_demo.results import TaskCard


def check_text(text: object, where: str = "") -> str:
    """A text that can be read, with lone surrogates replaced.

    Args:
        text: What was sent.
        where: What an error begins with, such as ``Row 2: ``.

    Raises:
        InputError: If it is no text, empty, or too long.
    """
    if not isinstance(text, str):
        raise InputError(f"{where}A text must be a string, not {type(text).__name__}.")
    if len(text) > MAX_CHARACTERS:
        raise InputError(
            f"{where}This text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are "
            "accepted. The models read only the first hundred or so words, so send the part "
            "that matters."
        )
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise InputError(f"{where}There is nothing to read yet. Type a sentence.")
    return text


def check_texts(texts: object) -> tuple[str, ...]:
    """Texts of a batch.

    Raises:
        InputError: If there are none, too many, or one cannot be read; the message names its row.
    """
    if isinstance(texts, str) or not isinstance(texts, Sequence) or not texts:
        raise InputError("The texts must be a list with at least one string.")
    if len(texts) > MAX_BATCH_ROWS:
        raise InputError(f"{len(texts)} texts are too many; at most {MAX_BATCH_ROWS} at once.")
    return tuple(check_text(text, f"Row {i}: ") for i, text in enumerate(texts, 1))


def check_heads(card: TaskCard, heads: Sequence[str]) -> tuple[str, ...]:
    """Heads that a task has.

    Raises:
        InputError: If it lacks one, or none is named.
    """
    for head in heads:
        if head not in card.heads:
            raise InputError(
                f"There is no {str(head)[:40]!r} model for {card.title}; "
                f"there are: {', '.join(card.heads)}."
            )
    if not heads:
        raise InputError(f"Name at least one model: {', '.join(card.heads)}.")
    return tuple(heads)


def check_truth(card: TaskCard, truth: object, n: int) -> NDArray[np.int64] | None:
    """Index of the true label of each of ``n`` texts, or ``None`` without any.

    A label is a name or a number, as `class_numbers` knows them.

    Raises:
        InputError: If they are not ``n``, or one is no label of the task; the message names it.
    """
    if truth is None:
        return None
    if isinstance(truth, str) or not isinstance(truth, Sequence):
        raise InputError("The labels must be a list of names or numbers, or left out.")
    if len(truth) != n:
        raise InputError(
            f"Give one label for each text, or none at all: these are {len(truth)} for {n}."
        )
    names = class_numbers(card.labels)
    indices = []
    for row, label in enumerate(truth, 1):
        is_label = isinstance(label, str | int | float)
        index = names.get(plain_label(label).lower()) if is_label else None
        if index is None:
            raise InputError(
                f"Row {row}: {label!r:.40} is no label of {card.title}; "
                f"the labels are {', '.join(card.labels)}, or "
                f"their numbers 0 to {len(card.labels) - 1}."
            )
        indices.append(index)
    return np.array(indices)


def tokens_of(classifier: LoadedModel, text: str) -> Tokens:
    """What a model reads of a text.

    Raises:
        InputError: If that is nothing.
    """
    tokens = classifier.tokenize([text])[0]
    if len(tokens.ids) <= 2:
        raise InputError("There is nothing in this text that the models can read. Type a sentence.")
    return tokens

"""The words of a text as a model reads them, and the tokens that each is made of."""

from typing import NamedTuple

import torch

from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.tokenizer import encode
from qbert_demo.results import Word

APOSTROPHES = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
NEAR = 6
"""Words near another that are looked for."""
AT_ONCE = 64
"""Words whose neighbours are looked for together: 8 MB."""
Piece = tuple[int, int, list[int]]
"""Where it starts and ends in the text, and the places of its tokens."""


class ReadWords(NamedTuple):
    """What a model reads of a text, by word.

    Attributes:
        ids: Token ids with [CLS] and [SEP].
        words: In the order of the text.
        places: Of each word, the places of its tokens in ``ids``.
        read: Number of leading characters of the text that they cover.
    """

    ids: list[int]
    words: tuple[Word, ...]
    places: tuple[tuple[int, ...], ...]
    read: int


def read_words(classifier: LoadedModel, text: str) -> ReadWords:
    """Find the words of a text: what BERT splits at spaces and punctuation, "don't" as one.

    Args:
        classifier: Whose tokenizer and length count.
        text: Any text; offsets are counted in its characters.
    """
    ids, read = classifier.tokenize([text])[0]
    encoding = encode(classifier.tokenizer, [text])[0]
    found: list[Piece] = []
    last: int | None = None
    for place in range(1, len(ids) - 1):
        start, end = encoding.offsets[place]
        word = encoding.word_ids[place]
        if word is not None and word == last:
            found[-1] = (found[-1][0], end, [*found[-1][2], place])
        else:
            found.append((start, end, [place]))
        last = word
    joined = _joined(text, found)
    words = tuple(Word(text[start:end], start, end) for start, end, _ in joined)
    return ReadWords(ids, words, tuple(tuple(places) for *_, places in joined), read)


def _joined(text: str, found: list[Piece]) -> list[Piece]:
    """Join what an apostrophe between two letters parts."""
    result: list[Piece] = []
    for start, end, places in found:
        if result and result[-1][1] == start and _belongs(text, result[-1], start, end):
            before = result.pop()
            start, places = before[0], [*before[2], *places]
        result.append((start, end, places))
    return result


def _belongs(text: str, before: Piece, start: int, end: int) -> bool:
    written = text[before[0] : before[1]]
    if written[-1:] in APOSTROPHES:
        return len(written) > 1 and text[start:end].isalnum()
    return text[start:end] in APOSTROPHES and written.isalnum() and text[end : end + 1].isalpha()


@torch.no_grad()
def near_words(classifier: LoadedModel, read: ReadWords) -> tuple[tuple[str, ...], ...]:
    """For each word of one token, the `NEAR` whole words nearest in the embedding, by the cosine.

    A word of several tokens, or of no letters, has none.
    """
    table = classifier.model.bert.embeddings.word_embeddings.weight
    single = {
        read.ids[places[0]]
        for word, places in zip(read.words, read.places, strict=True)
        if len(places) == 1 and word.text.isalpha()
    }
    numbers = torch.tensor(sorted(single), dtype=torch.long, device=table.device)
    lengths = table.norm(dim=1)
    near: dict[int, list[str]] = {}
    for some in numbers.split(AT_ONCE):
        closest = (table[some] @ table.T / lengths).topk(4 * NEAR).indices.tolist()
        for number, others in zip(some.tolist(), closest, strict=True):
            names = [classifier.tokenizer.id_to_token(k) or "" for k in others if k != number]
            near[number] = [name for name in names if name.isalpha()]
    found = []
    for word, places in zip(read.words, read.places, strict=True):
        alike = near.get(read.ids[places[0]], []) if len(places) == 1 else []
        found.append(tuple([name for name in alike if name != word.text.lower()][:NEAR]))
    return tuple(found)

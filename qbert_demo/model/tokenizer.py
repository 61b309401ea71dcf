"""Tokenizers, read from plain data alone: ``tokenizer.json``, or the older ``vocab.txt``.

A ``tokenizer.json`` may be anybody's. What is not known to be harmless in it is refused before
the library sees it, because some of its parts end in a panic, or take memory and time without
bound. The library is handed nothing but what was checked.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tokenizers import Encoding, Tokenizer
from transformers import BertTokenizer

from qbert_demo.errors import CheckpointError, QBertError

PARTS = {
    "normalizer": (
        *("BertNormalizer", "Lowercase", "NFC", "NFD", "NFKC", "NFKD"),
        *("Strip", "StripAccents"),
    ),
    "pre_tokenizer": (
        *("BertPreTokenizer", "Digits", "Punctuation"),
        *("Whitespace", "WhitespaceSplit"),
    ),
    "post_processor": ("BertProcessing", "TemplateProcessing"),
    "model": ("WordPiece",),
}
"""The types that each part of a tokenizer may be of."""
LISTS = {"normalizer": "normalizers", "pre_tokenizer": "pretokenizers"}
"""Where a part may be several in a sequence, and the list's name."""
MAX_IN_LIST = 10
MAX_WORD = 1000
"""Longest word in characters that may be split; the time for one grows with its third power."""
MAX_PREFIX = 20
"""Longest mark of a word's continuation."""


def read_tokenizer(folder: Path, vocab_size: int) -> Tokenizer:
    """Read a folder's tokenizer; it neither pads nor cuts.

    Args:
        folder: Where its files are.
        vocab_size: Rows of the model's embedding; every token's id must be below.

    Raises:
        CheckpointError: If there is none, it is damaged, or it does not suit the model.
    """
    with _told(f"The tokenizer in {folder} cannot be read"):
        if (folder / "tokenizer.json").is_file():
            text = (folder / "tokenizer.json").read_text("utf-8")
        elif (folder / "vocab.txt").is_file():
            text = _from_vocabulary(folder)
        else:
            raise CheckpointError(f"{folder} has neither tokenizer.json nor vocab.txt.")
        tokenizer = Tokenizer.from_str(json.dumps(_checked(folder, json.loads(text))))
        ids = tokenizer.encode("a").ids
        largest = max([*tokenizer.get_vocab(with_added_tokens=True).values(), *ids])
    if largest >= vocab_size:
        raise CheckpointError(
            f"The tokenizer in {folder} has token {largest}, the model {vocab_size} tokens; they "
            "do not belong together."
        )
    return tokenizer


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Encoding]:
    """Tokenize texts.

    Raises:
        CheckpointError: If the tokenizer fails at one.
    """
    with _told("The model's tokenizer fails at this text"):
        return tokenizer.encode_batch(texts)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Put into words whatever the library raises; a panic of it is no `Exception`."""
    try:
        yield
    except (QBertError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        raise CheckpointError(f"{what}: {error!s:.200}") from error


def _checked(folder: Path, values: dict[str, Any]) -> dict[str, Any]:
    """What the library is given of a ``tokenizer.json``; texts are only encoded, one by one."""
    kept: dict[str, Any] = {"version": "1.0"}
    for part, known in PARTS.items():
        kept[part] = values.get(part)
        for piece in _pieces(part, kept[part]):
            kind = piece.get("type", "WordPiece" if part == "model" else None)
            if kind not in known:
                raise CheckpointError(
                    f"The tokenizer in {folder} has the {part} {kind!s:.40}; those that are read "
                    f"here are {', '.join(known)}."
                )
    kept["added_tokens"] = values.get("added_tokens") or []
    kept["model"] = _checked_model(folder, values["model"])
    if not _puts_ends(kept["post_processor"]):
        raise CheckpointError(
            f"The tokenizer in {folder} does not put a text between [CLS] and [SEP], as BERT needs."
        )
    return kept


def _pieces(part: str, value: Any) -> list[dict[str, Any]]:
    """The things that a part consists of; none if it is left out."""
    if value is None:
        return []
    if part in LISTS and value.get("type") == "Sequence":
        return value[LISTS[part]] if len(value[LISTS[part]]) <= MAX_IN_LIST else [{}]
    return [value]


def _checked_model(folder: Path, model: dict[str, Any]) -> dict[str, Any]:
    unknown = model.get("unk_token", "[UNK]")
    prefix = model.get("continuing_subword_prefix", "##")
    longest = model.get("max_input_chars_per_word", 100)
    if unknown not in model["vocab"]:
        raise CheckpointError(f"The tokenizer in {folder} has no token for what it does not know.")
    if not longest <= MAX_WORD or not len(prefix) <= MAX_PREFIX:
        raise CheckpointError(
            f"The tokenizer in {folder} may split words of at most {MAX_WORD:,} characters, with "
            f"a prefix of at most {MAX_PREFIX}."
        )
    return {
        "type": "WordPiece",
        "unk_token": unknown,
        "continuing_subword_prefix": prefix,
        "max_input_chars_per_word": longest,
        "vocab": model["vocab"],
    }


def _puts_ends(value: dict[str, Any] | None) -> bool:
    """Whether a text is put between one special token and another, and nothing else."""
    if value is None or value["type"] == "BertProcessing":
        return value is not None
    kinds = [next(iter(piece.items())) for piece in value["single"]]
    tokens = [value["special_tokens"].get(what["id"]) for kind, what in kinds[::2]]
    return (
        [kind for kind, _ in kinds] == ["SpecialToken", "Sequence", "SpecialToken"]
        and kinds[1][1]["id"] == "A"
        and all(token and len(token["ids"]) == len(token["tokens"]) == 1 for token in tokens)
    )


def _from_vocabulary(folder: Path) -> str:
    """The ``tokenizer.json`` that belongs to a ``vocab.txt``."""
    settings = folder / "tokenizer_config.json"
    values = json.loads(settings.read_text("utf-8")) if settings.is_file() else {}
    lower = bool(values.get("do_lower_case", True))
    names = (folder / "vocab.txt").read_text("utf-8").splitlines()
    vocabulary = {name: k for k, name in enumerate(names)}
    made = BertTokenizer(vocab=vocabulary, do_lower_case=lower)
    return made.backend_tokenizer.to_str()

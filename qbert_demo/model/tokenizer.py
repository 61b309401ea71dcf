"""Tokenizers of BERT: a vocabulary and four flags are read, and ours is built from them.

A ``tokenizer.json`` may be anybody's, and parts of the library end in a panic, or take memory and
time without bound. So the library is handed nothing of it but strings and numbers: what is not
BERT's usual pipeline is refused.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Encoding, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from qbert_demo.errors import CheckpointError, QBertError

UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"
SPECIAL = (UNKNOWN, FIRST, LAST, "[PAD]", "[MASK]")
"""Tokens that may stand in a text as they are."""
MAX_WORD = 100
"""Longest word in characters that is split."""
FLAGS = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
"""The flags of BERT's normalizer, as they are where nothing is said."""
EARLY_NAMES = {
    "tokenize_chinese_chars": "handle_chinese_chars",
    "strip_accents": "strip_accents",
    "do_lower_case": "lowercase",
}
"""What ``tokenizer_config.json`` calls them."""


def read_tokenizer(folder: Path, vocab_size: int) -> Tokenizer:
    """Read a folder's ``tokenizer.json``, or the older ``vocab.txt``; it neither pads nor cuts.

    Args:
        folder: Where its files are.
        vocab_size: Rows of the model's embedding; every token's id must be below.

    Raises:
        CheckpointError: If there is none, it is damaged or of another kind, or it does not suit
            the model.
    """
    with _told("Its tokenizer cannot be read"):
        if (folder / "tokenizer.json").is_file():
            vocabulary, special, flags = _from_json(folder / "tokenizer.json")
        elif (folder / "vocab.txt").is_file():
            vocabulary, special, flags = _from_vocabulary(folder)
        else:
            raise CheckpointError("It has neither tokenizer.json nor vocab.txt.")
        _check(vocabulary, flags)
        if len(vocabulary) > vocab_size:
            raise CheckpointError(
                f"Its tokenizer has {len(vocabulary):,} tokens, the model {vocab_size:,}; they do "
                "not belong together."
            )
        tokenizer = Tokenizer(
            WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=MAX_WORD)
        )
        tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in special])
        tokenizer.normalizer = BertNormalizer(**flags)
        tokenizer.pre_tokenizer = BertPreTokenizer()
        ends = [(name, vocabulary[name]) for name in (LAST, FIRST)]
        tokenizer.post_processor = BertProcessing(*ends)
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


def _from_json(path: Path) -> tuple[dict[str, int], list[str], dict[str, Any]]:
    """The vocabulary, the special tokens and the flags in a ``tokenizer.json``.

    Raises:
        CheckpointError: If anything else in it is not as BERT has it.
    """
    values = json.loads(path.read_text("utf-8"))
    model = {"type": "WordPiece"} | values["model"]
    normalizer = dict(values.get("normalizer") or {})
    flags = {name: normalizer.setdefault(name, flag) for name, flag in FLAGS.items()}
    added = values.get("added_tokens") or []
    given = {
        "model": model,
        "normalizer": normalizer,
        "pre_tokenizer": values.get("pre_tokenizer"),
        "post_processor": (values.get("post_processor") or {}) | {"pair": None},
        "added_tokens": added,
    }
    vocabulary = dict(model["vocab"])
    special = [token["content"] for token in added if token["content"] in SPECIAL]
    for part, usual in _usual_parts(vocabulary, special, flags).items():
        if given[part] not in usual:
            raise CheckpointError(
                f"Its tokenizer has the {part} {given[part]!s:.80}; only BERT's own is read here."
            )
    return vocabulary, special, flags


def _usual_parts(
    vocabulary: dict[str, int], special: list[str], flags: dict[str, Any]
) -> dict[str, list[Any]]:
    """What each part of BERT's ``tokenizer.json`` may be."""
    pieces = {
        "unk_token": UNKNOWN,
        "continuing_subword_prefix": "##",
        "max_input_chars_per_word": MAX_WORD,
    }
    ids = {name: vocabulary.get(name) for name in (FIRST, LAST)}
    first, last = ({"SpecialToken": {"id": name, "type_id": 0}} for name in ids)
    ends = {
        "single": [first, {"Sequence": {"id": "A", "type_id": 0}}, last],
        "special_tokens": {n: {"id": n, "ids": [k], "tokens": [n]} for n, k in ids.items()},
    }
    pairs = {"sep": [LAST, ids[LAST]], "cls": [FIRST, ids[FIRST]]}
    usual = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {
        "model": [{"type": "WordPiece", "vocab": vocabulary, **pieces}],
        "normalizer": [{"type": "BertNormalizer", **flags}],
        "pre_tokenizer": [{"type": "BertPreTokenizer"}],
        "post_processor": [
            {"type": "TemplateProcessing", "pair": None, **ends},
            {"type": "BertProcessing", "pair": None, **pairs},
        ],
        "added_tokens": [
            [
                {"id": vocabulary.get(name), "content": name, "special": True, **usual}
                for name in special
            ]
        ],
    }


def _from_vocabulary(folder: Path) -> tuple[dict[str, int], list[str], dict[str, Any]]:
    """The same of a ``vocab.txt``; ``tokenizer_config.json`` may tell the flags."""
    lines = (folder / "vocab.txt").read_bytes().decode().removesuffix("\n").split("\n")
    names = [line.removesuffix("\r") for line in lines]
    vocabulary = {name: k for k, name in enumerate(names)}
    settings = folder / "tokenizer_config.json"
    values = json.loads(settings.read_text("utf-8")) if settings.is_file() else {}
    given = {name: values[early] for early, name in EARLY_NAMES.items() if early in values}
    return vocabulary, [name for name in SPECIAL if name in vocabulary], FLAGS | given


def _check(vocabulary: dict[str, int], flags: dict[str, Any]) -> None:
    """Refuse what cannot be handed to the library as it is."""
    ids = vocabulary.values()
    if any(type(k) is not int for k in ids) or sorted(ids) != list(range(len(ids))):
        raise CheckpointError("Its tokenizer does not number different tokens from 0.")
    if missing := [name for name in (UNKNOWN, FIRST, LAST) if name not in vocabulary]:
        raise CheckpointError(f"Its tokenizer has no token {missing[0]}, which BERT needs.")
    for name, value in flags.items():
        if type(value) is not bool and not (name == "strip_accents" and value is None):
            raise CheckpointError(f"Its tokenizer has {name} {value!r:.40}; it must be yes or no.")

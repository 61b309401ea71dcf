"""What the files of a folder say of BERT's tokenizer, read as ``AutoTokenizer`` reads them.

A class of BERT takes the vocabulary of ``tokenizer.json`` or ``vocab.txt``, and flags and tokens of
``tokenizer_config.json``; the flags of ``tokenizer.json`` count only under a class of no model.
What would make other ids is refused by its name.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import AddedToken

from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import ADDED, CONFIG, SETTINGS, SPECIAL, TOKENIZER, VOCABULARY

NAMED = {
    "unk_token": "[UNK]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
"""The tokens with a part to play, as a class of BERT has them where nothing is said."""
UNKNOWN, FIRST, LAST = NAMED["unk_token"], NAMED["cls_token"], NAMED["sep_token"]
MAX_WORD = 100
"""Longest word in characters that is split."""
FLAGS = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
"""The flags of BERT's normalizer, as they are where nothing is said."""
SETTING_OF = {
    "handle_chinese_chars": "tokenize_chinese_chars",
    "strip_accents": "strip_accents",
    "lowercase": "do_lower_case",
}
"""What ``tokenizer_config.json`` calls them."""
BERT_CLASSES = ("BertTokenizer", "ElectraTokenizer", "DistilBertTokenizer")
"""Classes that build BERT's pipeline anew; every name may end in ``Fast``."""
PLAIN_CLASSES = ("PreTrainedTokenizer", "TokenizersBackend")
"""Classes of no model, which take ``tokenizer.json`` as it is."""
TOKEN_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")

Flags = dict[str, Any]


@dataclass(frozen=True)
class TokenizerParts:
    """What a tokenizer is built from.

    Attributes:
        vocabulary: The id of each piece.
        flags: Those of BERT's normalizer, by the names in `FLAGS`.
        tokens: What is found in a text as it stands, in the order it is added.
        ids: The id that each of them must get, where the files say it.
        splits_special: Whether special tokens in a text are split like its other words.
    """

    vocabulary: dict[str, int]
    flags: Flags
    tokens: tuple[AddedToken, ...]
    ids: dict[str, int]
    splits_special: bool


def read_parts(folder: Path, rows: int) -> TokenizerParts:
    """Read a folder's files.

    Args:
        folder: Where they are.
        rows: How many tokens the model knows; a part that no piece plays, such as [MASK], is
            left out where that is one more.

    Raises:
        CheckpointError: If they are missing, or describe another tokenizer than BERT's.
    """
    settings = _read(folder / SETTINGS)
    is_plain = _is_plain(
        settings.get("tokenizer_class") or _read(folder / CONFIG).get("tokenizer_class")
    )
    if settings.get("init_inputs"):
        raise CheckpointError("Its tokenizer has init_inputs, which are not read here.")
    in_file: dict[int, AddedToken] = {}
    if (folder / TOKENIZER).is_file():
        vocabulary, flags, in_file = _from_json(_read(folder / TOKENIZER))
    elif not (folder / VOCABULARY).is_file():
        raise CheckpointError(f"It has neither {TOKENIZER} nor {VOCABULARY}.")
    elif is_plain:
        raise CheckpointError(f"Its tokenizer_class takes a {TOKENIZER}, and it has none.")
    else:
        vocabulary = _from_lines((folder / VOCABULARY).read_bytes().decode())
    _check_vocabulary(vocabulary)
    declared = _declared(folder, settings, in_file)
    if not is_plain:
        flags = FLAGS | {k: settings[v] for k, v in SETTING_OF.items() if v in settings}
        _check_flags(flags, SETTING_OF)
    kept = (in_file if is_plain else {}) | declared
    if is_plain and any(kept[k].content != token.content for k, token in in_file.items()):
        raise CheckpointError(
            f"Its tokenizer's added_tokens_decoder has other tokens than its {TOKENIZER}."
        )
    spare = {v for v in NAMED.values() if v not in vocabulary and len(vocabulary) >= rows}
    tokens = _tokens(settings, kept, {} if is_plain else NAMED)
    is_split = settings.get("split_special_tokens", False)
    _check_flags({"split_special_tokens": is_split})
    ids = {token.content: number for number, token in kept.items()}
    tokens = tuple(token for token in tokens if token.content not in spare - ids.keys())
    return TokenizerParts(vocabulary, flags, tokens, ids, is_split)


def _read(path: Path) -> dict[str, Any]:
    """A file's settings; none if there is no such file."""
    values = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if not isinstance(values, dict):
        raise CheckpointError(f"Its tokenizer cannot be read: {path.name} is no list of settings.")
    return values


def _is_plain(name: object) -> bool:
    """Whether a class takes ``tokenizer.json`` as it is.

    Raises:
        CheckpointError: If it is neither such a class nor one of BERT's.
    """
    stem = name.removesuffix("Fast") if isinstance(name, str) else name
    if stem not in (None, *BERT_CLASSES, *PLAIN_CLASSES):
        raise CheckpointError(f"Its tokenizer_class is {name!r:.60}; only BERT's own is read here.")
    return stem in PLAIN_CLASSES


def _from_json(values: dict[str, Any]) -> tuple[dict[str, int], Flags, dict[int, AddedToken]]:
    """The vocabulary, the flags and the added tokens in a ``tokenizer.json``.

    Raises:
        CheckpointError: If anything else in it is not as BERT has it.
    """
    model = {"type": "WordPiece"} | values["model"]
    normalizer = dict(values.get("normalizer") or {})
    flags = {name: normalizer.setdefault(name, flag) for name, flag in FLAGS.items()}
    given = {
        "model": model,
        "normalizer": normalizer,
        "pre_tokenizer": values.get("pre_tokenizer"),
        "post_processor": (values.get("post_processor") or {}) | {"pair": None},
    }
    vocabulary = dict(model["vocab"])
    for part, usual in _usual_parts(vocabulary, flags).items():
        if given[part] not in usual:
            raise CheckpointError(
                f"Its tokenizer has the {part} {given[part]!s:.80}; only BERT's own is read here."
            )
    _check_flags(flags)
    added = values.get("added_tokens") or []
    return vocabulary, flags, {token["id"]: _token("added_tokens", token) for token in added}


def _usual_parts(vocabulary: dict[str, int], flags: Flags) -> dict[str, list[Any]]:
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
    return {
        "model": [{"type": "WordPiece", "vocab": vocabulary, **pieces}],
        "normalizer": [{"type": "BertNormalizer", **flags}],
        "pre_tokenizer": [{"type": "BertPreTokenizer"}],
        "post_processor": [
            {"type": "TemplateProcessing", "pair": None, **ends},
            {"type": "BertProcessing", "pair": None, **pairs},
        ],
    }


def _from_lines(text: str) -> dict[str, int]:
    """The vocabulary in a ``vocab.txt``."""
    names = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    return {name: k for k, name in enumerate(names)}


def _declared(
    folder: Path, settings: dict[str, Any], in_file: dict[int, AddedToken]
) -> dict[int, AddedToken]:
    """The added tokens by their ids, in order; older files count where the settings tell none.

    Args:
        folder: Where those files are.
        settings: What ``special_tokens_map.json`` says is taken into them.
        in_file: Those in ``tokenizer.json``.
    """
    source = "added_tokens_decoder"
    if source in settings:
        given = {int(k): _token(source, token) for k, token in settings[source].items()}
        return dict(sorted(given.items()))
    for name, value in _read(folder / SPECIAL).items():
        settings[name] = value | {"special": True} if isinstance(value, dict) else value
    special = [_content(token) for token in _special(settings, {})]
    given = {
        number: _token(ADDED, {"content": name, "special": name in special})
        for name, number in _read(folder / ADDED).items()
    }
    return dict(sorted((given | in_file).items()))


def _special(settings: dict[str, Any], defaults: dict[str, str]) -> list[Any]:
    """What the settings name as special tokens, in the order of ``AutoTokenizer``.

    Raises:
        CheckpointError: If one that BERT needs is another than BERT's.
    """
    order = ("bos_token", "eos_token", *NAMED)
    named = {name: settings.get(name, defaults.get(name)) for name in order}
    for name in ("unk_token", "cls_token", "sep_token"):
        if name in settings and _content(settings[name]) != NAMED[name]:
            raise CheckpointError(
                f"Its tokenizer has the {name} {settings[name]!s:.60}; only {NAMED[name]} is read."
            )
    others = settings.get("extra_special_tokens") or settings.get("additional_special_tokens") or []
    named |= {k: v for k, v in settings.items() if k.endswith("_token") and type(v) is not bool}
    if isinstance(others, dict):
        named, others = named | others, []
    return [token for token in (*named.values(), *others) if token is not None]


def _tokens(
    settings: dict[str, Any], kept: dict[int, AddedToken], defaults: dict[str, str]
) -> tuple[AddedToken, ...]:
    """All tokens that are added, in their order: those with an id, then the special ones."""
    special = [
        _token("special tokens", token, special=True) for token in _special(settings, defaults)
    ]
    names = {token.content for token in special}
    tokens = {token.content: token for token in kept.values()}
    if len(tokens) < len(kept):
        raise CheckpointError("Its tokenizer's added_tokens have a token twice.")
    for token in tokens.values():
        token.special = token.special or token.content in names
    for token in special:
        tokens.setdefault(token.content, token)
    return tuple(tokens.values())


def _content(token: Any) -> Any:
    return token.get("content") if isinstance(token, dict) else token


def _token(source: str, token: Any, *, special: bool = False) -> AddedToken:
    """A token as the files write it: its content alone, or with its flags.

    Raises:
        CheckpointError: If it is none; the message names where it is from.
    """
    values = dict(token) if isinstance(token, dict) else {"content": token}
    content = values.get("content")
    flags = {"special": special} | {k: values[k] for k in TOKEN_FLAGS if k in values}
    if (
        not isinstance(content, str)
        or not content
        or any(type(v) is not bool for v in flags.values())
    ):
        raise CheckpointError(f"Its tokenizer's {source} have {token!s:.60}, which is no token.")
    return AddedToken(content, **{"normalized": not flags["special"]} | flags)


def _check_vocabulary(vocabulary: dict[str, int]) -> None:
    ids = vocabulary.values()
    if any(type(k) is not int for k in ids) or sorted(ids) != list(range(len(ids))):
        raise CheckpointError("Its tokenizer does not number different tokens from 0.")
    if missing := [name for name in (UNKNOWN, FIRST, LAST) if name not in vocabulary]:
        raise CheckpointError(f"Its tokenizer has no token {missing[0]}, which BERT needs.")


def _check_flags(flags: dict[str, Any], names: dict[str, str] | None = None) -> None:
    for name, value in flags.items():
        if type(value) is not bool and not (name == "strip_accents" and value is None):
            called = (names or {}).get(name, name)
            raise CheckpointError(
                f"Its tokenizer has {called} {value!r:.40}; it must be yes or no."
            )

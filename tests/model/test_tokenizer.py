"""Strangers' tokenizers: what the library must not be given, and what it is given unchanged."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, pre_tokenizers

from qbert_demo.errors import CheckpointError
from qbert_demo.model import find_backbone
from qbert_demo.model.tokenizer import encode, read_tokenizer

ROWS = 30_522
TEXTS = ["The café's naïve END", "日本語 film", "word " * 300]


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return json.loads((find_backbone().path / "tokenizer.json").read_text("utf-8"))


def read(folder: Path, values: object) -> Tokenizer:
    (folder / "tokenizer.json").write_text(json.dumps(values))
    return read_tokenizer(folder, ROWS)


def ids(tokenizer: Tokenizer) -> list[list[int]]:
    return [row.ids for row in encode(tokenizer, TEXTS)]


def template(single: list[Any], **tokens: Any) -> dict[str, Any]:
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [],
        "special_tokens": {
            name: {"id": name, "tokens": [name], **value} for name, value in tokens.items()
        },
    }


def ends(first: str, last: str, sequence: str = "A") -> list[Any]:
    return [
        {"SpecialToken": {"id": first, "type_id": 0}},
        {"Sequence": {"id": sequence, "type_id": 0}},
        {"SpecialToken": {"id": last, "type_id": 0}},
    ]


def test_a_usual_one_reads_as_the_library_reads_it(known: dict[str, Any], tmp_path: Path) -> None:
    plain = Tokenizer.from_str(json.dumps(known | {"padding": None, "truncation": None}))
    assert ids(read(tmp_path, known)) == ids(plain)
    untyped = {name: value for name, value in known["model"].items() if name != "type"}
    assert ids(read(tmp_path, known | {"model": untyped, "decoder": None})) == ids(plain)
    parts = [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}]
    others = {
        "normalizer": {"type": "Sequence", "normalizers": parts},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [known["pre_tokenizer"]]},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]},
    }
    assert ids(read(tmp_path, known | others))[0] == ids(plain)[0]


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("pre_tokenizer", {"type": "FixedLength", "length": 0}, "the pre_tokenizer FixedLength"),
        ("pre_tokenizer", {"type": "Split", "pattern": {"Regex": "(a+)+$"}}, "Split; those that"),
        ("normalizer", {"type": "Precompiled", "precompiled_charsmap": "AAAA"}, "Precompiled"),
        ("normalizer", {"type": "Replace", "content": "x" * 200_000}, "the normalizer Replace"),
        ("normalizer", {"type": "Sequence", "normalizers": [{"type": "Replace"}]}, "Replace"),
        ("normalizer", {"type": "Sequence", "normalizers": [{"type": "NFD"}] * 11}, "None; those"),
        ("normalizer", {"type": ["NFD"]}, "the normalizer"),
        ("normalizer", "NFD", "cannot be read"),
        ("post_processor", {"type": "ByteLevel"}, "the post_processor ByteLevel"),
        ("post_processor", None, "between"),
        ("post_processor", {"type": "BertProcessing"}, "cannot be read"),
        ("post_processor", template(ends("[X]", "[X]")), "between"),
        ("post_processor", template(ends("a", "a", "B"), a={"ids": [1]}), "between"),
        ("post_processor", template(ends("a", "a"), a={"ids": [1] * 9}), "between"),
        ("post_processor", template(ends("a", "a"), a={"ids": [ROWS]}), "do not belong together"),
        ("model", {"type": "BPE", "vocab": {}, "merges": []}, "the model BPE"),
        ("model", {"type": "WordPiece", "vocab": {"a": 0}}, "what it does not know"),
        ("model", {"vocab": {"[UNK]": 0}, "max_input_chars_per_word": 1001}, "at most 1,000"),
        ("model", {"vocab": {"[UNK]": 0}, "max_input_chars_per_word": "9"}, "cannot be read"),
        ("model", {"vocab": {"[UNK]": 0}, "continuing_subword_prefix": "#" * 21}, "at most 20"),
        ("model", {"vocab": ["[UNK]"]}, "cannot be read"),
        ("model", None, "cannot be read"),
        ("added_tokens", [7], "cannot be read"),
    ],
)
def test_what_is_not_known_to_be_harmless_is_refused(
    known: dict[str, Any], tmp_path: Path, part: str, value: object, words: str
) -> None:
    with pytest.raises(CheckpointError, match=words):
        read(tmp_path, known | {part: value})


@pytest.mark.parametrize("text", ["[]", "7", "{", '{"model": "\\ud800"}', "[" * 100_000])
def test_what_is_no_tokenizer_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer.json").write_text(text)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_tokenizer(tmp_path, ROWS)


def test_a_vocabulary_without_a_token_for_the_unknown(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("[CLS]\n[SEP]\na")
    with pytest.raises(CheckpointError, match="what it does not know"):
        read_tokenizer(tmp_path, ROWS)


def test_a_panic_of_the_library_is_an_error_like_any_other(known: dict[str, Any]) -> None:
    tokenizer = Tokenizer.from_str(json.dumps(known))
    tokenizer.pre_tokenizer = pre_tokenizers.FixedLength(0)
    with pytest.raises(CheckpointError, match="fails at this text"):
        encode(tokenizer, TEXTS)

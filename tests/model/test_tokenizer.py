"""Strangers' tokenizers: ours is built from a vocabulary, flags and tokens, the rest is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, pre_tokenizers
from transformers import AutoTokenizer, BertTokenizer

from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import CheckpointError
from qbert_demo.model import find_backbone
from qbert_demo.model.tokenizer import encode, read_tokenizer

ROWS = 30_522
PLAIN = '{"tokenizer_class": "PreTrainedTokenizerFast"}'
TEXTS = [
    "",
    "The café's naïve END — l'été, Ångström, Straße",
    "日本語 film 中文。한국어",
    "word " * 300,
    "👍🏽 great 😀😃, sure?!",
    "It is [MASK], [CLS] or [SEP][PAD] but [mask] and [ UNK ] [UNK].",
    "a" * 100 + " " + "b" * 101,
    "tab\tnew\nline\u2028separator\x00null\ufeffbom\u200bzero",
    "##ing un##known #hash $5.99 10,000% e.g. co-op",
    "ﬁne ﬂour Ⅳ ½ İstanbul ΌΣΟΣ",
]


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return json.loads((find_backbone().path / "tokenizer.json").read_text("utf-8"))


def read(folder: Path, values: object) -> Tokenizer:
    (folder / "tokenizer.json").write_text(json.dumps(values))
    return read_tokenizer(folder, ROWS)


def ids(tokenizer: Tokenizer) -> list[list[int]]:
    return [row.ids for row in encode(tokenizer, TEXTS)]


SHIPPED = [CHECKPOINTS / "sst2-classical", CHECKPOINTS / "ag_news-hybrid"]


@pytest.mark.parametrize("folder", [None, *SHIPPED], ids=["encoder", "sst2", "ag_news"])
def test_what_is_here_reads_as_transformers_reads_it(folder: Path | None) -> None:
    folder = folder or find_backbone().path
    reference = AutoTokenizer.from_pretrained(folder)
    expected = [reference(text, truncation=False)["input_ids"] for text in TEXTS]
    assert 103 in expected[5]
    ours = read_tokenizer(folder, ROWS)
    assert ids(ours) == expected
    plain = reference.backend_tokenizer
    plain.no_truncation()
    plain.no_padding()
    spans = [row.offsets for row in plain.encode_batch(TEXTS)]
    assert [row.offsets for row in encode(ours, TEXTS)] == spans


def test_other_ways_to_say_the_same(known: dict[str, Any], tmp_path: Path) -> None:
    ours = ids(read(tmp_path, known))
    untyped = {name: value for name, value in known["model"].items() if name != "type"}
    processor = {"type": "BertProcessing", "sep": ["[SEP]", 102], "cls": ["[CLS]", 101]}
    others = {"model": untyped, "decoder": None, "post_processor": processor, "padding": None}
    assert ids(read(tmp_path, known | others)) == ours


@pytest.mark.parametrize(
    "flags",
    [
        {"lowercase": False},
        {"strip_accents": True, "lowercase": False},
        {"strip_accents": False},
        {"handle_chinese_chars": False},
        {"clean_text": False},
    ],
    ids=str,
)
def test_the_flags_are_taken(known: dict[str, Any], tmp_path: Path, flags: dict[str, bool]) -> None:
    values = known | {"normalizer": known["normalizer"] | flags}
    (tmp_path / "tokenizer_config.json").write_text(PLAIN)
    plain = Tokenizer.from_str(json.dumps(values | {"padding": None, "truncation": None}))
    changed = ids(read(tmp_path, values))
    assert changed == ids(plain)
    assert changed != ids(read(tmp_path, known))


def test_without_a_class_special_tokens_count_where_they_are_listed(
    known: dict[str, Any], tmp_path: Path
) -> None:
    assert 103 in ids(read(tmp_path, known | {"added_tokens": []}))[5]
    (tmp_path / "tokenizer_config.json").write_text(PLAIN)
    assert 103 not in ids(read(tmp_path, known | {"added_tokens": []}))[5]


def added(**changes: Any) -> list[dict[str, Any]]:
    usual = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return [{"id": 103, "content": "[MASK]", "special": True, **usual, **changes}]


def template(first: int, last: int, sequence: str = "A") -> dict[str, Any]:
    return {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
            {"Sequence": {"id": sequence, "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
        ],
        "pair": [],
        "special_tokens": {
            "[CLS]": {"id": "[CLS]", "ids": [first], "tokens": ["[CLS]"]},
            "[SEP]": {"id": "[SEP]", "ids": [last], "tokens": ["[SEP]"]},
        },
    }


def bert(**flags: Any) -> dict[str, Any]:
    return {"type": "BertNormalizer", **flags}


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("pre_tokenizer", {"type": "FixedLength", "length": 0}, "the pre_tokenizer .*FixedLength"),
        ("pre_tokenizer", {"type": "Split", "pattern": {"Regex": "(a+)+$"}}, "only BERT's own"),
        ("pre_tokenizer", None, "the pre_tokenizer None"),
        ("normalizer", {"type": "Precompiled", "precompiled_charsmap": "AAAA"}, "Precompiled"),
        ("normalizer", {"type": "Replace", "content": "x" * 200_000}, "the normalizer"),
        ("normalizer", {"type": "Sequence", "normalizers": [{"type": "NFD"}]}, "the normalizer"),
        ("normalizer", bert(other=True), "the normalizer"),
        ("normalizer", bert(lowercase=None), "lowercase None; it must be yes or no"),
        ("normalizer", bert(strip_accents=1), "strip_accents 1"),
        ("normalizer", bert(clean_text="no"), "clean_text 'no'"),
        ("normalizer", None, "the normalizer"),
        ("normalizer", "NFD", "cannot be read"),
        ("post_processor", {"type": "ByteLevel"}, "the post_processor .*ByteLevel"),
        ("post_processor", None, "the post_processor"),
        ("post_processor", {"type": "BertProcessing"}, "the post_processor"),
        ("post_processor", template(101, ROWS), "the post_processor"),
        ("post_processor", template(102, 101), "the post_processor"),
        ("post_processor", template(101, 102, "B"), "the post_processor"),
        ("model", {"type": "BPE", "vocab": {}, "merges": []}, "the model .*BPE"),
        ("model", {"type": "WordPiece", "vocab": {"a": 0}}, "the model"),
        ("model", None, "cannot be read"),
        ("added_tokens", [7], "cannot be read"),
        ("added_tokens", added(id=104), "added_tokens number '.MASK.' 104, but it is 103"),
        ("added_tokens", added(lstrip=None), "added_tokens have .* which is no token"),
        ("added_tokens", added(content="film"), "added_tokens number 'film' 103"),
        ("added_tokens", [*added(), {"content": "@USER", "id": ROWS}], "do not belong together"),
    ],
)
def test_all_else_is_refused(
    known: dict[str, Any], tmp_path: Path, part: str, value: object, words: str
) -> None:
    with pytest.raises(CheckpointError, match=words) as caught:
        read(tmp_path, known | {part: value})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unk_token": "a"}, "the model"),
        ({"max_input_chars_per_word": 1001}, "the model .*only BERT's"),
        ({"max_input_chars_per_word": "9"}, "the model"),
        ({"continuing_subword_prefix": "#" * 21}, "the model"),
        ({"vocab": ["[UNK]"]}, "cannot be read"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    known: dict[str, Any], tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(CheckpointError, match=words):
        read(tmp_path, known | {"model": known["model"] | changes})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"film": None}, "does not number different tokens from 0"),
        ({"no word": 40_000}, "does not number"),
        ({"no word": "30522"}, "does not number"),
        ({"no word": ROWS + 0.0}, "does not number"),
        ({"no word": True}, "does not number"),
        ({"no word": ROWS}, "has 30,523 tokens, the model 30,522; they do not belong together"),
    ],
)
def test_what_is_no_numbering(
    known: dict[str, Any], tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    vocab = {k: v for k, v in (known["model"]["vocab"] | changes).items() if v is not None}
    with pytest.raises(CheckpointError, match=words):
        read(tmp_path, known | {"model": known["model"] | {"vocab": vocab}})


@pytest.mark.parametrize("text", ["[]", "7", "{", '{"model": "\\ud800"}', "[" * 100_000])
def test_what_is_no_tokenizer_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokenizer.json").write_text(text)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_tokenizer(tmp_path, ROWS)


def from_lines(folder: Path, lines: str, **settings: Any) -> Tokenizer:
    (folder / "vocab.txt").write_bytes(lines.encode())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return read_tokenizer(folder, ROWS)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_vocabulary_reads_as_transformers_reads_it(
    known: dict[str, Any], tmp_path: Path, end: str
) -> None:
    vocab = known["model"]["vocab"]
    lines = end.join([*sorted(vocab, key=vocab.__getitem__), ""])
    assert ids(from_lines(tmp_path, lines)) == ids(read(tmp_path, known))
    (tmp_path / "tokenizer.json").unlink()
    flags = {"do_lower_case": False, "strip_accents": True, "tokenize_chinese_chars": False}
    reference = BertTokenizer(vocab=vocab, **flags)
    expected = [reference(text)["input_ids"] for text in TEXTS]
    assert ids(from_lines(tmp_path, lines, **flags)) == expected
    assert ids(from_lines(tmp_path, lines)) != expected


def test_no_odd_character_in_a_vocabulary_moves_the_tokens_after_it(tmp_path: Path) -> None:
    names = ["[UNK]", "a\u2028b", "\x0b", "\x85", "\r", "[CLS]", "[SEP]", "film"]
    tokenizer = from_lines(tmp_path, "\n".join(names))
    assert tokenizer.encode("film").ids == [5, 7, 6]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("[CLS]\n[SEP]\na", r"no token \[UNK\]"),
        ("[UNK]\n[SEP]\na", r"no token \[CLS\]"),
        ("[UNK]\n[CLS]\n[SEP]\na\na", "does not number different tokens"),
    ],
)
def test_a_vocabulary_that_is_not_whole(tmp_path: Path, lines: str, words: str) -> None:
    with pytest.raises(CheckpointError, match=words):
        from_lines(tmp_path, lines)


def test_a_panic_of_the_library_is_an_error_like_any_other(known: dict[str, Any]) -> None:
    tokenizer = Tokenizer.from_str(json.dumps(known))
    tokenizer.pre_tokenizer = pre_tokenizers.FixedLength(0)
    with pytest.raises(CheckpointError, match="fails at this text"):
        encode(tokenizer, TEXTS)

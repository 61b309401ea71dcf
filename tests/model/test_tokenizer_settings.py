"""Strangers' tokenizer settings: the ids of ``AutoTokenizer``, or a sentence that names one."""

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from qbert_demo.errors import CheckpointError
from qbert_demo.model.tokenizer import encode, read_tokenizer

ROWS = 100
WORDS = (
    "a b c e é caf ##é ##e cafe café Caf ##fe 日 本 ##本 日本 film Film [ ] mask user @ < > . ! ##s"
)
NAMES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
VOCABULARY = {name: k for k, name in enumerate(NAMES)}
N = len(VOCABULARY)
TEXTS = [
    "Café cafe films, 日本 film.",
    "a @USER film <new> ! <NEW> x<new>s  <new> b",
    "[MASK] [mask] [CLS] film [SEP] [PAD] [UNK]",
    "<HASHTAG>film<hashtag> cafés É e",
]
SPECIAL = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}


def tokenizer_json(added: list[dict[str, Any]] | None = None, **flags: Any) -> dict[str, Any]:
    usual = {"clean_text": True, "handle_chinese_chars": True, "strip_accents": None}
    ends = [{"SpecialToken": {"id": name, "type_id": 0}} for name in ("[CLS]", "[SEP]")]
    names = ("[CLS]", "[SEP]")
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added or [],
        "normalizer": {"type": "BertNormalizer", **usual, "lowercase": True, **flags},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [ends[0], {"Sequence": {"id": "A", "type_id": 0}}, ends[1]],
            "pair": [ends[0], {"Sequence": {"id": "A", "type_id": 0}}, ends[1]],
            "special_tokens": {n: {"id": n, "ids": [VOCABULARY[n]], "tokens": [n]} for n in names},
        },
        "decoder": None,
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": VOCABULARY,
        },
    }


def token(content: str, number: int = N, **flags: Any) -> dict[str, Any]:
    return {"id": number, "content": content, **SPECIAL, "special": False, **flags}


def decoder(*tokens: dict[str, Any]) -> dict[str, Any]:
    named = {str(t.pop("id")): t for t in (dict(token) for token in tokens)}
    return {"added_tokens_decoder": named}


MASK = token("[MASK]", 4, special=True)
NEW, USER = token("<new>", N, normalized=True), token("@USER", N + 1)
WORD = token("<new>", N, single_word=True)
STRIPS = token("<new>", N, lstrip=True, rstrip=True)
HASHTAG = token("<HASHTAG>", N, normalized=True)

Files = dict[str, Any]
JSON, LINES = {"tokenizer.json": tokenizer_json()}, {"vocab.txt": "\n".join(NAMES)}


def with_settings(**settings: Any) -> Files:
    return {"tokenizer_config.json": settings}


SETTINGS: list[Files] = [
    {},
    with_settings(),
    with_settings(do_lower_case=False),
    with_settings(do_lower_case=True, strip_accents=False),
    with_settings(strip_accents=True, do_lower_case=False),
    with_settings(strip_accents=None),
    with_settings(tokenize_chinese_chars=False),
    with_settings(tokenize_chinese_chars=True, do_lower_case=False, strip_accents=True),
    with_settings(**decoder(NEW, USER)),
    with_settings(**decoder(MASK, WORD)),
    with_settings(**decoder(STRIPS), do_lower_case=False),
    with_settings(**decoder(HASHTAG), do_lower_case=False),
    with_settings(**decoder(HASHTAG)),
    with_settings(added_tokens_decoder={}),
    with_settings(additional_special_tokens=["@USER", "<new>"]),
    with_settings(extra_special_tokens=["<new>"], additional_special_tokens=["@USER"]),
    with_settings(extra_special_tokens={"user_token": "@USER"}),
    with_settings(user_token="@USER"),
    with_settings(bos_token="<new>", eos_token="[SEP]"),
    with_settings(mask_token="@USER", pad_token="film"),
    with_settings(mask_token={"__type": "AddedToken", "content": "[MASK]", "lstrip": True}),
    with_settings(mask_token=None),
    with_settings(split_special_tokens=True),
    with_settings(tokenizer_class="BertTokenizerFast", do_lower_case=False),
    with_settings(tokenizer_class="ElectraTokenizer", do_lower_case=False),
    with_settings(tokenizer_class="DistilBertTokenizer", strip_accents=False),
    with_settings(
        model_max_length=16, padding_side="left", do_basic_tokenize=False, never_split=["a"]
    ),
    {"added_tokens.json": {"<new>": N, "@USER": N + 1}},
    {"added_tokens.json": {"<HASHTAG>": N, "[MASK]": 4}},
    {"added_tokens.json": {"<new>": N}} | with_settings(**decoder(token("@USER", N))),
    {"added_tokens.json": {"@USER": N}} | with_settings(additional_special_tokens=["@USER"]),
    {"special_tokens_map.json": {"additional_special_tokens": ["@USER", "<new>"]}},
    {"special_tokens_map.json": {"mask_token": {"content": "[MASK]", **SPECIAL, "lstrip": True}}},
    {"special_tokens_map.json": {"mask_token": "@USER"}, "added_tokens.json": {"@USER": N}},
]
ONLY_JSON: list[Files] = [
    {"tokenizer.json": tokenizer_json(lowercase=False)},
    {"tokenizer.json": tokenizer_json(strip_accents=False)} | with_settings(strip_accents=True),
    {"tokenizer.json": tokenizer_json(handle_chinese_chars=False, clean_text=False)},
    {"tokenizer.json": tokenizer_json([MASK, NEW, USER])},
    {"tokenizer.json": tokenizer_json([NEW, USER])} | with_settings(**decoder(WORD)),
    {"tokenizer.json": tokenizer_json([WORD])} | {"added_tokens.json": {"@USER": N + 1}},
    *(
        {"tokenizer.json": file} | with_settings(tokenizer_class=name, **settings)
        for name in ("PreTrainedTokenizerFast", "TokenizersBackend")
        for file in (
            tokenizer_json(lowercase=False, handle_chinese_chars=False),
            tokenizer_json([MASK, NEW, USER], strip_accents=False),
        )
        for settings in (
            {"do_lower_case": True, "strip_accents": True},
            {"mask_token": "[MASK]", "additional_special_tokens": ["@USER"]},
        )
    ),
]


def written(folder: Path, files: Files) -> Path:
    for name, content in ({"config.json": {"model_type": "bert"}} | files).items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "files",
    [base | files for base in (JSON, LINES, JSON | LINES) for files in SETTINGS] + ONLY_JSON,
    ids=lambda files: str({k: v for k, v in files.items() if k not in (*JSON, *LINES)})[:90],
)
def test_the_ids_are_those_of_auto_tokenizer(tmp_path: Path, files: Files) -> None:
    written(tmp_path, files)
    expected = [AutoTokenizer.from_pretrained(tmp_path)(text)["input_ids"] for text in TEXTS]
    assert [row.ids for row in encode(read_tokenizer(tmp_path, ROWS), TEXTS)] == expected


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (with_settings(do_lower_case="no"), "do_lower_case 'no'; it must be yes or no"),
        (with_settings(do_lower_case=None), "do_lower_case None"),
        (with_settings(tokenize_chinese_chars=1), "tokenize_chinese_chars 1"),
        (with_settings(strip_accents="all"), "strip_accents 'all'"),
        (with_settings(split_special_tokens="yes"), "split_special_tokens 'yes'"),
        (with_settings(tokenizer_class="BertJapaneseTokenizer"), "tokenizer_class is 'BertJapa"),
        (with_settings(tokenizer_class="RobertaTokenizerFast"), "tokenizer_class is 'Roberta"),
        (with_settings(tokenizer_class=["a"]), "tokenizer_class is"),
        ({"config.json": {"tokenizer_class": "BertJapaneseTokenizer"}}, "tokenizer_class is"),
        (with_settings(unk_token="<unk>"), "unk_token <unk>"),
        (with_settings(cls_token=None), "cls_token None"),
        (with_settings(sep_token={"content": "</s>"}), "sep_token"),
        (with_settings(**decoder(token("<new>", N + 5))), f"number '<new>' {N + 5}, but it is {N}"),
        (with_settings(**decoder(token("film", N))), "added_tokens number 'film'"),
        (with_settings(**decoder(NEW, token("<new>", 9))), "a token twice"),
        (with_settings(**decoder(token(""))), "added_tokens_decoder have .* which is no token"),
        (with_settings(**decoder(token("<new>", lstrip="no"))), "added_tokens_decoder have"),
        (with_settings(additional_special_tokens=[7]), "special tokens have 7"),
        (with_settings(init_inputs=["x"]), "init_inputs"),
        ({"added_tokens.json": {"<new>": 9}}, "number '<new>' 9, but it is"),
        ({"added_tokens.json": {f"<{k}>": N + k for k in range(ROWS)}}, "do not belong together"),
        ({"added_tokens.json": [1]}, "added_tokens.json is no list of settings"),
        ({"tokenizer_config.json": "{"}, "cannot be read"),
        ({"special_tokens_map.json": "[]"}, "special_tokens_map.json is no list"),
        (
            {"tokenizer.json": tokenizer_json([NEW])}
            | with_settings(tokenizer_class="TokenizersBackend", **decoder(token("@USER", N))),
            "added_tokens_decoder has other tokens than its tokenizer.json",
        ),
    ],
)
def test_what_would_make_other_ids_is_refused_by_name(
    tmp_path: Path, files: Files, words: str
) -> None:
    written(tmp_path, JSON | files)
    with pytest.raises(CheckpointError, match=words):
        read_tokenizer(tmp_path, ROWS)


def test_a_class_of_no_model_needs_the_newer_file(tmp_path: Path) -> None:
    written(tmp_path, LINES | with_settings(tokenizer_class="PreTrainedTokenizerFast"))
    with pytest.raises(CheckpointError, match=r"tokenizer_class takes a tokenizer.json"):
        read_tokenizer(tmp_path, ROWS)


def test_a_part_that_no_row_is_for_is_left_out(tmp_path: Path) -> None:
    names = [name for name in NAMES if name != "[MASK]"]
    written(tmp_path, {"vocab.txt": "\n".join(names)})
    expected = AutoTokenizer.from_pretrained(tmp_path)(TEXTS[0])["input_ids"]
    assert read_tokenizer(tmp_path, len(names)).encode(TEXTS[0]).ids == expected
    assert read_tokenizer(tmp_path, len(names) + 1).encode("[MASK]").ids[1] == len(names)
    assert max(read_tokenizer(tmp_path, len(names)).encode("[MASK]").ids) < len(names)

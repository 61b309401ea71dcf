"""Tokenizers, read from plain data alone: ``tokenizer.json``, or the older ``vocab.txt``."""

import json
from pathlib import Path

from tokenizers import Tokenizer
from transformers import BertTokenizer

from qbert_demo.errors import CheckpointError


def read_tokenizer(folder: Path, vocab_size: int) -> Tokenizer:
    """Read a folder's tokenizer; it neither pads nor cuts.

    Args:
        folder: Where its files are.
        vocab_size: Rows of the model's embedding; every token's id must be below.

    Raises:
        CheckpointError: If there is none, it is damaged, or it does not suit the model.
    """
    try:
        if (folder / "tokenizer.json").is_file():
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        elif (folder / "vocab.txt").is_file():
            tokenizer = _from_vocabulary(folder)
        else:
            raise CheckpointError(f"{folder} has neither tokenizer.json nor vocab.txt.")
        tokenizer.no_padding()
        tokenizer.no_truncation()
        ids = tokenizer.encode("a").ids
    except CheckpointError:
        raise
    except Exception as error:  # the library raises nothing more precise
        reason = f"{error!s:.200}"
        raise CheckpointError(f"The tokenizer in {folder} cannot be read: {reason}") from error
    largest = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=0)
    if largest >= vocab_size:
        raise CheckpointError(
            f"The tokenizer in {folder} has token {largest}, the model {vocab_size} tokens; they "
            "do not belong together."
        )
    if len(ids) < 3:
        raise CheckpointError(
            f"The tokenizer in {folder} does not put a text between [CLS] and [SEP], as BERT needs."
        )
    return tokenizer


def _from_vocabulary(folder: Path) -> Tokenizer:
    settings = folder / "tokenizer_config.json"
    values = json.loads(settings.read_text("utf-8")) if settings.is_file() else {}
    lower = bool(values.get("do_lower_case", True))
    names = (folder / "vocab.txt").read_text("utf-8").splitlines()
    vocabulary = {name: k for k, name in enumerate(names)}
    made = BertTokenizer(vocab=vocabulary, do_lower_case=lower)
    return Tokenizer.from_str(made.backend_tokenizer.to_str())

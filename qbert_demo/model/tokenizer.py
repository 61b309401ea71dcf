"""Tokenizers of BERT: a vocabulary, flags and tokens are read, and ours is built from them.

A ``tokenizer.json`` may be anybody's, and parts of the library end in a panic, or take memory and
time without bound. So the library is handed nothing of it but strings and numbers: what is not
BERT's usual pipeline is refused.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tokenizers import Encoding, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from qbert_demo.errors import CheckpointError, QBertError
from qbert_demo.model.tokenizer_files import FIRST, LAST, MAX_WORD, UNKNOWN, read_parts


def read_tokenizer(folder: Path, vocab_size: int) -> Tokenizer:
    """Build what ``AutoTokenizer`` makes of a folder, but that it neither pads nor cuts.

    Args:
        folder: Where its files are.
        vocab_size: Rows of the model's embedding; every token's id must be below.

    Raises:
        CheckpointError: If there is none, it is damaged or of another kind, or it does not suit
            the model.
    """
    with _told("Its tokenizer cannot be read"):
        parts = read_parts(folder, vocab_size)
        tokenizer = Tokenizer(
            WordPiece(parts.vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=MAX_WORD)
        )
        tokenizer.normalizer = BertNormalizer(**parts.flags)
        tokenizer.pre_tokenizer = BertPreTokenizer()
        tokenizer.add_tokens(list(parts.tokens))
        if tokenizer.get_vocab_size() > vocab_size:
            raise CheckpointError(
                f"Its tokenizer has {tokenizer.get_vocab_size():,} tokens, the model "
                f"{vocab_size:,}; they do not belong together."
            )
        for name, number in parts.ids.items():
            if (found := tokenizer.token_to_id(name)) != number:
                raise CheckpointError(
                    f"Its tokenizer's added_tokens number {name!r:.40} {number}, but it is {found}."
                )
        tokenizer.encode_special_tokens = parts.splits_special
        ends = [(name, parts.vocabulary[name]) for name in (LAST, FIRST)]
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

"""A loaded checkpoint with its tokenizer: texts in, logits out, one at a time or in bulk."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from qbert_demo.errors import CheckpointError
from qbert_demo.model.classifier import QBertForSequenceClassification
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.encoder import find_backbone
from qbert_demo.model.heads import CircuitHead, SqueezeHead
from qbert_demo.model.packed_bert import pack
from qbert_demo.model.tokenizer import encode, read_tokenizer
from qbert_demo.model.tokenizer_files import UNKNOWN
from qbert_demo.results import Array, Timing

Progress = Callable[[int, int], None]

BATCH_COST = 40
"""Tokens that an encoder of MiniLM's size reads in the time that one more batch costs."""
LONG, LONG_STEP = 64, 16
"""A batch of texts of more than so many tokens is padded to a multiple of so many.

On a processor memory grows with the number of shapes: reading 3,000 texts of 10 to 130 tokens takes
1,170 MB without this, 270 MB with it.
"""


class Tokens(NamedTuple):
    """What a model reads of a text.

    Attributes:
        ids: Token ids with [CLS] and [SEP].
        read: Number of leading characters of the text that they cover.
    """

    ids: list[int]
    read: int


class Answer(NamedTuple):
    """One text's numbers.

    Attributes:
        logits: Shape ``(n_labels,)``.
        angles: Radians, ``(n_qubits,)``; empty without a squeeze.
        values: Output of the circuit or bottleneck, ``(n_qubits,)``; empty without one.
        timing: Milliseconds.
        embedding: Pooled output of the encoder, ``(hidden,)``.
    """

    logits: Array
    angles: Array
    values: Array
    timing: Timing
    embedding: Array


@dataclass(frozen=True)
class LoadedModel:
    """A model and the tokenizer it was trained with.

    Attributes:
        model: In evaluation mode; anybody's BERT is a `PlainBert`, which can do what is asked of
            a model here.
        tokenizer: Without padding or truncation set.
        source: Where the checkpoint came from.
        name: What it is called, where it stands beside the heads of a task as a guest.
        note: What must be known of its labels.
    """

    model: QBertForSequenceClassification
    tokenizer: Tokenizer
    source: str
    name: str = ""
    note: str = ""

    @classmethod
    def fresh(cls, config: QBertConfig) -> Self:
        """Put an untrained head on the pretrained encoder that the config names.

        Raises:
            BackboneError: If the encoder cannot be had.
        """
        model = QBertForSequenceClassification.build(config).eval()
        pack(model.bert)
        folder = find_backbone(config.source()).path
        return cls(model, read_tokenizer(folder, model.bert.config.vocab_size), "untrained")

    def with_head(self, config: QBertConfig, tensors: dict[str, Tensor], source: str) -> Self:
        """Another classifier on the same encoder; see the model's ``with_head``.

        Raises:
            TypeError: If this one is not of our format.
        """
        if not isinstance(self.model, QBertForSequenceClassification):
            raise TypeError("Only a model of our format takes another head.")
        return type(self)(self.model.with_head(config, tensors), self.tokenizer, source)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes in the order of the logits."""
        return self.model.config.label_names()

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokenize texts; what is beyond ``max_length`` is cut at a token's boundary."""
        room = self.model.config.max_length - 2
        result = []
        for text, encoding in zip(texts, encode(self.tokenizer, texts), strict=True):
            ids, spans = encoding.ids, encoding.offsets
            if len(ids) - 2 <= room:
                result.append(Tokens(ids, len(text)))
            else:
                result.append(Tokens([*ids[: room + 1], ids[-1]], spans[room][1]))
        return result

    def unknown(self, text: str) -> tuple[str, ...]:
        """The parts of a text that are read as [UNK], which stands for all that has no token."""
        number = self.tokenizer.token_to_id(UNKNOWN)
        encoding, room = encode(self.tokenizer, [text])[0], self.model.config.max_length - 2
        read = list(zip(encoding.ids, encoding.offsets, strict=True))[1:-1][:room]
        return tuple(text[start:end] for token, (start, end) in read if token == number)

    @torch.inference_mode()
    def answer(self, ids: list[int]) -> Answer:
        """Classify one text, and time encoder, circuit and head apart.

        The time of a bottleneck's classical middle counts as its head's.
        """
        start = time.perf_counter()
        pooled = self.model.encode(torch.tensor([ids], device=self.model.device))
        encoded = time.perf_counter()
        head = self.model.classifier
        angles = values = pooled[:, :0]
        circuit = 0.0
        if isinstance(head, SqueezeHead):
            angles = head.reduce(pooled)
            before = time.perf_counter()
            values = head.middle(angles)
            if isinstance(head, CircuitHead):
                circuit = 1e3 * (time.perf_counter() - before)
            logits = head.output(values)
        else:
            logits = head(pooled).logits
        end = time.perf_counter()
        timing = Timing(1e3 * (encoded - start), circuit, 1e3 * (end - encoded) - circuit)
        return Answer(_row(logits), _row(angles), _row(values), timing, _row(pooled))

    def warm_up(self) -> None:
        """Answer once, which is slower than all answers after it.

        Raises:
            CheckpointError: If there is none, or it holds NaN or infinity.
        """
        try:
            logits = self.answer(self.tokenize(["warm up"])[0].ids).logits
        except (RuntimeError, ValueError, IndexError) as error:
            raise CheckpointError(f"It cannot answer: {error!s:.200}") from error
        if not np.isfinite(logits).all():
            raise CheckpointError("Its answers are NaN or infinite. Choose another model.")

    @torch.inference_mode()
    def logits(
        self, ids: Sequence[list[int]], batch_size: int = 32, progress: Progress | None = None
    ) -> Array:
        """Classify many texts: logits of shape ``(n_texts, n_labels)``; arguments as `embed`'s."""
        pooled = self.embed(ids, batch_size, progress)
        return self.model.classify(pooled).logits.double().cpu().numpy()

    @torch.inference_mode()
    def embed(
        self, ids: Sequence[list[int]], batch_size: int = 32, progress: Progress | None = None
    ) -> Tensor:
        """Run the encoder on many texts.

        Args:
            ids: Token ids of each text.
            batch_size: Most texts that run together; they are grouped by length.
            progress: Called with texts done and texts in all after every batch.

        Returns:
            Pooled vectors in float32, shape ``(n_texts, hidden)``.
        """
        hidden, done = self.model.bert.config.hidden_size, 0
        result = torch.zeros(len(ids), hidden, device=self.model.device)
        for chosen in _batches([len(row) for row in ids], batch_size):
            padded, mask = pad([ids[i] for i in chosen], self._width(len(ids[chosen[-1]])))
            result[chosen] = self.model.encode(
                padded.to(self.model.device), mask.to(self.model.device)
            )
            done += len(chosen)
            if progress:
                progress(done, len(ids))
        return result

    def _width(self, longest: int) -> int:
        """How many tokens a batch is padded to; no more than the model reads."""
        steps = -(-longest // LONG_STEP) * LONG_STEP
        return steps if LONG < longest < steps <= self.model.config.max_length else longest


def _batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Positions of texts that run together, shortest first, so that little is padded."""
    batch: list[int] = []
    tokens = 0
    for i in map(int, np.argsort(lengths, kind="stable")):
        padding = lengths[i] * (len(batch) + 1) - tokens - lengths[i]
        if batch and (len(batch) == most or padding > BATCH_COST):
            yield batch
            batch, tokens = [], 0
        batch.append(i)
        tokens += lengths[i]
    if batch:
        yield batch


def pad(ids: Sequence[list[int]], width: int = 0) -> tuple[Tensor, Tensor]:
    """Token ids of several texts and their attention mask, both of shape ``(n, width)``.

    Args:
        ids: Token ids of each text.
        width: At least the longest text's; that if left out.
    """
    rows = [torch.tensor(row) for row in ids]
    lengths = torch.tensor([len(row) for row in ids])
    padded = nn.utils.rnn.pad_sequence(rows, batch_first=True)
    padded = nn.functional.pad(padded, (0, max(0, width - padded.shape[1])))
    return padded, (torch.arange(padded.shape[1]) < lengths[:, None]).long()


def _row(tensor: Tensor) -> Array:
    return tensor[0].double().cpu().numpy()

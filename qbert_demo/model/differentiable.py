"""A model as a function of its word embeddings, with gradients: what attributions are made of.

A packed encoder answers fast and has no gradient, and its layers' own weights are gone. Here they
are laid out anew for as long as one explanation takes.
"""

from copy import deepcopy
from typing import cast

import torch
from torch import Tensor, nn

from qbert_demo.model.encoder import pool
from qbert_demo.model.heads import CircuitHead
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.packed_bert import differentiable
from qbert_demo.model.plain_bert import PlainBert

BASES = ("[PAD]", "[MASK]", "[UNK]")
"""Tokens that stand for no word, the first that a tokenizer has."""


class DifferentiableModel:
    """A loaded model in float32 and evaluation mode, from word embeddings to logits."""

    def __init__(self, classifier: LoadedModel, dtype: torch.dtype = torch.float32) -> None:
        """Lay out the encoder's weights, and copy the head.

        Args:
            classifier: The model.
            dtype: Of the products that a packed encoder's gradient goes back through.
        """
        model = classifier.model
        self._table = model.bert.embeddings.word_embeddings.weight.detach()
        self._encode = differentiable(model.bert, dtype)
        self._model = model
        self.head: nn.Module = deepcopy(model.classifier).requires_grad_(False).eval()
        number = (classifier.tokenizer.token_to_id(base) for base in BASES)
        self._base = next(n for n in number if n is not None)

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._table.device

    @property
    def has_circuit(self) -> bool:
        """Whether the head's middle is a quantum circuit."""
        return isinstance(self.head, CircuitHead)

    @property
    def n_angles(self) -> int:
        """Angles of the circuit; 0 without one."""
        return self._model.config.n_qubits if self.has_circuit else 0

    @property
    def size(self) -> int:
        """Numbers that a layer's output has for one token, times the layers."""
        config = self._model.bert.config
        return config.hidden_size * config.num_hidden_layers

    def embed(self, ids: list[int]) -> Tensor:
        """Word embeddings of one text, shape ``(1, tokens, hidden)``."""
        return self._table[torch.tensor([ids], device=self._table.device)].float()

    def base(self, ids: list[int]) -> list[int]:
        """The text without its words: every token but the first and the last is `BASES`'s."""
        return [ids[0], *[self._base] * (len(ids) - 2), ids[-1]]

    def neck(self, words: Tensor) -> Tensor:
        """The few numbers that all behind the encoder is computed from, of word embeddings.

        Returns:
            Shape ``(batch, m)``: a circuit's angles in radians, or else the logits.
        """
        hidden = self._encode(words)
        if isinstance(self._model, PlainBert):
            pooled = cast(nn.Module, self._model.bert.pooler)(hidden).float()
        else:
            pooled = pool(hidden, None, self._model.config.pooling)
        if isinstance(self.head, CircuitHead):
            return self.head.reduce(pooled)
        return cast(Tensor, self.head(pooled).logits)

    def values(self, angles: Tensor) -> Tensor:
        """<Z_k> for angles, both of shape ``(batch, n_qubits)``."""
        return cast(CircuitHead, self.head).middle(angles)

    def logits(self, values: Tensor) -> Tensor:
        """Logits ``(batch, n_labels)`` for <Z_k> of shape ``(batch, n_qubits)``."""
        return cast(CircuitHead, self.head).output(values)

    def output(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the map from <Z_k> to logits."""
        return cast(CircuitHead, self.head).output.applied()

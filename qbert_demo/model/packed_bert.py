"""A BERT encoder that answers faster on a processor: weights laid out once, few calls.

Of the time that transformers' ``BertModel`` takes for a sentence, half goes into calling modules
and into laying out the same weights for oneDNN again. Here a layer is a dozen calls, and its
weights are laid out when the model is loaded, by the operators of PyTorch's own compiler. They are
undocumented, so an encoder is packed only where it then says what it said before.
"""

import logging
from collections.abc import Callable
from copy import copy, deepcopy
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from transformers import BertModel

TOLERANCE = 1e-3
"""Largest difference in a last hidden state (its values are about 1) that is rounding."""
LOG = logging.getLogger(__name__)


class _Dense(NamedTuple):
    """A dense layer with its weight in the layout of oneDNN."""

    weight: Tensor
    bias: Tensor

    def __call__(self, x: Tensor, activation: str = "none") -> Tensor:
        product = torch.ops.mkldnn._linear_pointwise
        return product(x, self.weight, self.bias, activation, [], "none")

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process laid out plainly: only there is the layout that it will have."""
        return _laid_out, (self.weight.to_dense(), self.bias)


class _Product(torch.autograd.Function):
    """A packed dense layer with a gradient by its input."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, back: Tensor) -> Tensor:
        ctx.back = back
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "none")

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        return (grad.to(ctx.back.dtype) @ ctx.back).to(grad.dtype), None, None, None


class _Sloped(NamedTuple):
    """A dense layer with its weight laid out plainly, too, which a gradient goes back through."""

    weight: Tensor
    bias: Tensor
    back: Tensor

    def __call__(self, x: Tensor, activation: str = "none") -> Tensor:
        product = _Product.apply(x, self.weight, self.bias, self.back)
        return nn.functional.gelu(product) if activation == "gelu" else product


class _Norm(NamedTuple):
    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, x: Tensor) -> Tensor:
        return nn.functional.layer_norm(x, self.weight.shape, self.weight, self.bias, self.epsilon)


class _Layer(NamedTuple):
    projections: _Dense | _Sloped
    attended: _Dense | _Sloped
    attended_norm: _Norm
    wide: _Dense | _Sloped
    narrow: _Dense | _Sloped
    norm: _Norm


class PackedBert:
    """The inference path of a `BertModel`."""

    def __init__(self, bert: BertModel) -> None:
        """Lay out the weights of ``bert``; later changes of them do not count."""
        self._n_heads = bert.config.num_attention_heads
        self._layers = [_layer(layer) for layer in bert.encoder.layer]
        self.read(bert.embeddings)

    def read(self, embeddings: Any) -> None:
        """Take these embeddings, of the same values; they are not copied."""
        self._words = embeddings.word_embeddings.weight
        kind = embeddings.token_type_embeddings.weight[0]
        self._places = (embeddings.position_embeddings.weight + kind).detach()
        self._norm = _norm(embeddings.LayerNorm)

    def __call__(self, ids: Tensor, mask: Tensor | None = None) -> Tensor:
        """The last hidden state, shape ``(batch, tokens, hidden)``, of one segment of text.

        Args:
            ids: Token ids, shape ``(batch, tokens)``.
            mask: 1 for a token and 0 for padding, same shape; all ones if left out.
        """
        allowed = None if mask is None or mask.all() else mask[:, None, None].bool()
        return self.attend(nn.functional.embedding(ids, self._words), allowed)

    def attend(self, words: Tensor, allowed: Tensor | None = None) -> Tensor:
        """The last hidden state for word embeddings, both ``(batch, tokens, hidden)``.

        Args:
            words: What the table of embeddings says of each token, or something in between.
            allowed: Which tokens may be looked at, to be broadcast to ``(batch, heads, tokens,
                tokens)``; all if left out.
        """
        x = self._norm(words + self._places[: words.shape[1]])
        for layer in self._layers:
            parts = layer.projections(x).unflatten(-1, (3, self._n_heads, -1))
            query, key, value = parts.permute(2, 0, 3, 1, 4)
            seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
            x = layer.attended_norm(x + layer.attended(seen.transpose(1, 2).flatten(2)))
            x = layer.norm(x + layer.narrow(layer.wide(x, "gelu")))
        return x

    def sloped(self, dtype: torch.dtype) -> "PackedBert":
        """The same encoder with a gradient, whose second copy of the weights takes memory."""
        other = copy(self)
        other._layers = [
            _Layer(*(_sloped(part, dtype) for part in layer)) for layer in self._layers
        ]
        return other


_packed: WeakKeyDictionary[BertModel, PackedBert] = WeakKeyDictionary()


@torch.no_grad()
def pack(bert: BertModel, *, is_final: bool = False, known: PackedBert | None = None) -> bool:
    """Have an encoder in evaluation mode answer faster from now on, where that is possible.

    Args:
        bert: The encoder. It must not be trained or changed any more.
        is_final: Whether its layers' own weights may go, so that it takes no memory twice.
        known: As it was packed in another process, where these have gone.

    Returns:
        Whether it is packed; if not, it answers as before, and the log says why.
    """
    if known is not None:
        _packed[bert] = known
    if bert in _packed:
        return True
    ids = torch.arange(min(8, bert.config.vocab_size))[None]
    try:
        if bert.config.hidden_act != "gelu":
            raise RuntimeError(f"its activation is {bert.config.hidden_act}")
        packed = PackedBert(bert)
        error = float((packed(ids) - bert(input_ids=ids).last_hidden_state).abs().max())
        if not error <= TOLERANCE:
            raise RuntimeError(f"it would say something else, by {error:.1e}")
    except (RuntimeError, AttributeError, ValueError) as error:
        LOG.info("An encoder runs through transformers' modules: %s", str(error)[:200])
        return False
    if is_final:
        bert.encoder.to("meta")
        bert.embeddings = _shared(bert.embeddings)
        packed.read(bert.embeddings)
    _packed[bert] = packed
    return True


def packed_with(bert: BertModel) -> PackedBert | None:
    """What an encoder answers with, if it is packed."""
    return _packed.get(bert)


def last_hidden_state(bert: BertModel, ids: Tensor, mask: Tensor | None = None) -> Tensor:
    """What an encoder says of token ids ``(batch, tokens)``: shape ``(batch, tokens, hidden)``."""
    packed = _packed.get(bert)
    if packed and not torch.is_grad_enabled() and not torch.is_autocast_enabled(ids.device.type):
        return packed(ids, mask)
    return bert(input_ids=ids, attention_mask=mask).last_hidden_state


def differentiable(bert: BertModel, dtype: torch.dtype) -> Callable[[Tensor], Tensor]:
    """A function from word embeddings to the last hidden state that has a gradient by them.

    Both are ``(batch, tokens, hidden)``, and computed in float32. Where the encoder was packed, the
    gradient goes back through products in ``dtype``, and the function holds a copy of the layers'
    weights, so keep it no longer than it is needed.
    """
    packed = _packed.get(bert)
    if packed:
        return packed.sloped(dtype).attend
    return lambda words: bert(inputs_embeds=words).last_hidden_state


def _sloped(part: Any, dtype: torch.dtype) -> Any:
    if not isinstance(part, _Dense):
        return part
    return _Sloped(part.weight, part.bias, part.weight.to_dense().to(dtype))


def _shared(embeddings: Any) -> Any:
    """The same embeddings of an encoder that was packed before, or a copy that holds no file."""
    known = [other.embeddings for other in list(_packed)]
    if any(other is embeddings for other in known):
        return embeddings
    return next((o for o in known if _equal(o, embeddings)), None) or deepcopy(embeddings)


def _equal(some: nn.Module, others: nn.Module) -> bool:
    one, two = some.state_dict(), others.state_dict()
    return one.keys() == two.keys() and all(map(torch.equal, one.values(), two.values()))


def _layer(layer: Any) -> _Layer:
    attention = layer.attention
    projections = [getattr(attention.self, name) for name in ("query", "key", "value")]
    return _Layer(
        _dense(*projections),
        _dense(attention.output.dense),
        _norm(attention.output.LayerNorm),
        _dense(layer.intermediate.dense),
        _dense(layer.output.dense),
        _norm(layer.output.LayerNorm),
    )


def _dense(*layers: nn.Linear) -> _Dense:
    """Dense layers on the same input as one."""
    weight = torch.cat([layer.weight.detach() for layer in layers])
    return _laid_out(weight, torch.cat([layer.bias.detach() for layer in layers]))


def _laid_out(weight: Tensor, bias: Tensor) -> _Dense:
    return _Dense(torch.ops.mkldnn._reorder_linear_weight(weight, None), bias)


def _norm(norm: nn.LayerNorm) -> _Norm:
    return _Norm(norm.weight.detach().clone(), norm.bias.detach().clone(), norm.eps)

"""Integrated gradients (arXiv:1703.01365) of a model's logits, angles and <Z_k>, by word.

The way leads from the text without its words, every token but [CLS] and [SEP] replaced by one that
stands for no word, straight to the text, in the space of word embeddings. Captum walks it; all
targets share its forward passes, and for a circuit also its backward passes through the encoder,
one an angle: what lies behind the angles depends on nothing else of the text.

Captum is slow to import, so that is done when it is first needed.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from qbert_demo.model.differentiable import DifferentiableModel
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.words import ReadWords, read_words
from qbert_demo.results import Array, Attribution, CircuitPaths, ModelExplanation

STEPS = (24, 36, 54, 80, 120, 180)
"""Steps that are tried, one after the other, until the gap is small enough."""
LARGEST_GAP = 0.02
"""Largest gap of completeness, as a share of the difference of the logits."""
MAX_TOKEN_STEPS = 25_000
"""Tokens times steps beyond which no more steps are tried; a text of 512 tokens gets 36."""
MAX_LEFT_OUT = 6_000
"""Tokens read to see what happens without each word; beyond, only the words that score most."""
NUMBERS_AT_ONCE = 768 * 2304
"""Tokens that run together, times hidden size, times layers: about 150 MB."""


class _Path(NamedTuple):
    """One text's way: the two ends, shape ``(1, tokens, hidden)``, and what is computed on it."""

    start: Tensor
    end: Tensor
    targets: "_Targets"


class _Targets:
    """The numbers that are shared out: a logit, then each <Z_k> and each angle of a circuit."""

    def __init__(self, model: DifferentiableModel, label: int) -> None:
        self.model = model
        self.label = label

    @property
    def count(self) -> int:
        """How many numbers."""
        return 1 + 2 * self.model.n_angles

    def __call__(self, words: Tensor) -> Tensor:
        """The numbers, shape ``(batch, n_targets)``."""
        return self.behind(self.model.neck(words))

    def behind(self, neck: Tensor) -> Tensor:
        """The numbers from what the encoder's next layer says."""
        if not self.model.has_circuit:
            return neck[:, self.label : self.label + 1]
        values = self.model.values(neck)
        return torch.cat([self.model.logits(values)[:, [self.label]], values, neck], 1)

    def gradients(self, words: Tensor) -> Tensor:
        """The gradient of each, shape ``(batch, n_targets, tokens, hidden)``."""
        words = words.detach().requires_grad_()
        with torch.enable_grad():
            neck = self.model.neck(words)
            if not self.model.has_circuit:
                neck = neck[:, self.label : self.label + 1]
                return torch.autograd.grad(neck.sum(), words)[0][:, None]
            angles = neck.detach().requires_grad_()
            slopes = _slopes(self.behind(angles), angles)
            through = _slopes(neck, words)
        return torch.einsum("bkm,bmth->bkth", slopes, through)


def _slopes(outputs: Tensor, inputs: Tensor) -> Tensor:
    """Gradient of each column of ``outputs`` by its row of ``inputs``: a new second axis."""
    columns = outputs.sum(0)
    parts = [
        torch.autograd.grad(column, inputs, retain_graph=k + 1 < len(columns))[0]
        for k, column in enumerate(columns)
    ]
    return torch.stack(parts, 1)


def expected_seconds(encoder_seconds: float, n_angles: int) -> float:
    """What an explanation takes if the first number of steps is enough.

    Args:
        encoder_seconds: What the encoder takes for the text once.
        n_angles: Angles of the model's circuit; 0 without one.
    """
    return encoder_seconds * STEPS[0] * (1 + max(1, n_angles))


def explain(classifier: LoadedModel, head: str, text: str, label: str = "") -> ModelExplanation:
    """Share out among the words what a model says of a text.

    Args:
        classifier: The model.
        head: Name of its head, or ``guest``.
        text: What it reads; at least one token of it.
        label: Which of its labels to explain; the one that it gives if left out.
    """
    begun = time.perf_counter()
    read = read_words(classifier, text)
    labels = classifier.labels
    says = int(np.argmax(classifier.answer(read.ids).logits))
    chosen = labels.index(label) if label else says
    model = DifferentiableModel(classifier)
    start, end = model.embed(model.base(read.ids)), model.embed(read.ids)
    path = _Path(start, end, _Targets(model, chosen))
    with torch.no_grad():
        ends = path.targets(torch.cat([start, end])).double().cpu().numpy()
    steps, scores = _integrated(path, ends)
    by_word = np.stack([scores[:, list(places)].sum(1) for places in read.places], 1)
    found = [
        Attribution(float(low), float(high), scores)
        for low, high, scores in zip(*ends, by_word, strict=True)
    ]
    without = _without(classifier, read, chosen, found[0])
    return ModelExplanation(
        head,
        labels[says],
        labels[chosen],
        read.words,
        found[0],
        without,
        steps,
        time.perf_counter() - begun,
        _paths(path, found[1:]) if model.has_circuit else None,
    )


def _integrated(path: _Path, ends: Array) -> tuple[int, Array]:
    """Steps that were enough, and each token's score for each target: ``(n_targets, tokens)``."""
    difference, n_tokens = ends[1, 0] - ends[0, 0], path.end.shape[1]
    for steps, more in zip(STEPS, (*STEPS[1:], None), strict=True):
        scores = _walk(path, steps)
        is_small = abs(difference - scores[0].sum()) <= LARGEST_GAP * abs(difference)
        if is_small or more is None or more * n_tokens > MAX_TOKEN_STEPS:
            break
    return steps, scores


def _walk(path: _Path, steps: int) -> Array:
    """Integrated gradients with so many steps, summed over each embedding."""
    from captum.attr import IntegratedGradients  # noqa: PLC0415

    n_targets = path.targets.count

    def gradients(forward_fn: Any, inputs: tuple[Tensor, ...], **_: Any) -> tuple[Tensor, ...]:
        """Captum's batch holds each point of the way once a target, the targets in a row."""
        return (path.targets.gradients(inputs[0][::n_targets]).flatten(0, 1),)

    method = IntegratedGradients(path.targets)
    method.gradient_func = gradients
    n_tokens = path.end.shape[1]
    points = max(1, NUMBERS_AT_ONCE // (n_tokens * path.targets.model.size))
    found = method.attribute(
        path.end.expand(n_targets, -1, -1),
        path.start.expand(n_targets, -1, -1),
        target=list(range(n_targets)),
        n_steps=steps,
        internal_batch_size=points * n_targets,
    )
    return cast(Tensor, found).sum(2).double().cpu().numpy()


def _without(classifier: LoadedModel, read: ReadWords, label: int, found: Attribution) -> Array:
    """How much lower the logit is without each word; NaN where that was not tried."""
    room = max(1, MAX_LEFT_OUT // len(read.ids))
    tried = np.argsort(-np.abs(found.scores), kind="stable")[:room]
    texts = [_left(read.ids, read.places[k]) for k in tried]
    logits = classifier.logits([read.ids, *texts], batch_size=16)[:, label]
    result = np.full(len(read.words), np.nan)
    result[tried] = logits[0] - logits[1:]
    return result


def _left(ids: list[int], places: Sequence[int]) -> list[int]:
    return [number for place, number in enumerate(ids) if place not in places]


def _paths(path: _Path, found: list[Attribution]) -> CircuitPaths:
    model, label, n = path.targets.model, path.targets.label, len(found) // 2
    qubits, angles = tuple(found[:n]), tuple(found[n:])
    turned = torch.tensor([angle.value for angle in angles]).repeat(n + 1, 1).double()
    turned[range(1, n + 1), range(n)] = torch.tensor([angle.base for angle in angles]).double()
    values = model.values(turned).double().cpu().numpy()
    weight, bias = (part.double().cpu().numpy() for part in model.output())
    responses = (values[0] - values[1:]).T
    return CircuitPaths(angles, qubits, responses, weight[label], float(bias[label]))

"""Integrated gradients (arXiv:1703.01365) of a model's logits, angles and <Z_k>, by word.

The way leads from the text without its words, every token but [CLS] and [SEP] replaced by one that
stands for no word, straight to the text, in the space of word embeddings. Captum adds up what was
found at points of it; all targets share the forward passes, and for a circuit also the backward
passes through the encoder, one an angle: what lies behind the angles depends on nothing else of the
text.

Captum is slow to import, so that is done when it is first needed.
"""

import time
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from qbert_demo.evaluation.quadrature import middles, more_points, weights
from qbert_demo.model.differentiable import DifferentiableModel
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.precision import has_bf16
from qbert_demo.model.words import ReadWords, read_words
from qbert_demo.results import Array, Attribution, CircuitPaths, ModelExplanation

FIRST_STEPS, MORE_STEPS = 12, 4
"""Points of the way that are looked at first, and how many are then added until the gap is small;
a quarter of those that are there, once that is more."""
LARGEST_GAP = 0.02
"""Largest gap of completeness, as a share of the difference of the logits."""
LARGEST_ERRORS = 0.03
"""Largest sum of the errors between neighbouring points, whose signs may differ, as a share of how
far the logit goes up and down on the way."""
ROUNDING = 1e-5
"""What a logit's difference between two points may be wrong by, in float32."""
ROUGH_STEPS = 36
"""Points after which a gap that is not small is laid to gradients in bfloat16; they are then
computed anew in float32."""
MAX_STEPS = 120
"""Points beyond which no more are added."""
MAX_TOKEN_STEPS = 36 * 512
"""Tokens times points beyond which no more are added; a text of 512 tokens gets 36."""
MAX_LEFT_OUT = 6_000
"""Tokens read to see what happens without each word; beyond, only the words that score most."""
NUMBERS_AT_ONCE = 768 * 2304
"""Tokens that run together, times hidden size, times layers: about 150 MB."""


class _Targets:
    """The numbers that are shared out: a logit, then each <Z_k> and each angle of a circuit.

    They are functions of how far each token has come on its way from the base, 0, to the text, 1.
    """

    def __init__(self, model: DifferentiableModel, label: int, ids: list[int]) -> None:
        self.model = model
        self.label = label
        self.n_tokens = len(ids)
        self._start = model.embed(model.base(ids))
        self._way = model.embed(ids) - self._start

    @property
    def count(self) -> int:
        """How many numbers."""
        return 1 + 2 * self.model.n_angles

    def __call__(self, come: Tensor) -> Tensor:
        """The numbers for ``come`` of shape ``(batch, tokens)``: shape ``(batch, n_targets)``."""
        return self._behind(self._neck(come))

    def at(self, points: Array) -> tuple[Array, Array]:
        """The logit where all tokens have come to a point, and each number's slope by each token.

        Returns:
            Shapes ``(n_points,)`` and ``(n_points, n_targets, tokens)``.
        """
        come = torch.tensor(points, device=self._way.device).float()[:, None]
        together = max(1, NUMBERS_AT_ONCE // (self.n_tokens * self.model.size))
        parts = come.expand(-1, self.n_tokens).split(together)
        logits, slopes = zip(*map(self._slopes, parts), strict=True)
        return (
            torch.cat(logits).double().cpu().numpy(),
            torch.cat(slopes).double().cpu().numpy(),
        )

    def _neck(self, come: Tensor) -> Tensor:
        return self.model.neck(self._start + come[..., None] * self._way)

    def _behind(self, neck: Tensor) -> Tensor:
        """The numbers from what the encoder's next layer says."""
        if not self.model.has_circuit:
            return neck[:, self.label : self.label + 1]
        values = self.model.values(neck)
        return torch.cat([self.model.logits(values)[:, [self.label]], values, neck], 1)

    @torch.enable_grad()
    def _slopes(self, come: Tensor) -> tuple[Tensor, Tensor]:
        come = come.detach().requires_grad_()
        neck = self._neck(come)
        if not self.model.has_circuit:
            logits = self._behind(neck)
            return logits[:, 0].detach(), _slopes(logits, come)
        angles = neck.detach().requires_grad_()
        numbers = self._behind(angles)
        slopes = torch.einsum("bkm,bmt->bkt", _slopes(numbers, angles), _slopes(neck, come))
        return numbers[:, 0].detach(), slopes


def _slopes(outputs: Tensor, inputs: Tensor) -> Tensor:
    """Gradient of each column of ``outputs`` by its row of ``inputs``: a new second axis."""
    columns = outputs.sum(0)
    parts = [
        torch.autograd.grad(column, inputs, retain_graph=k + 1 < len(columns))[0]
        for k, column in enumerate(columns)
    ]
    return torch.stack(parts, 1)


def expected_seconds(encoder_seconds: float, n_angles: int) -> float:
    """What an explanation takes if it needs no more points than most do.

    Args:
        encoder_seconds: What the encoder takes for the text once.
        n_angles: Angles of the model's circuit; 0 without one.
    """
    return encoder_seconds * (FIRST_STEPS + MORE_STEPS) * (1 + max(1, n_angles))


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
    is_rough = has_bf16("cpu")
    model = DifferentiableModel(classifier, torch.bfloat16 if is_rough else torch.float32)
    targets = _Targets(model, chosen, read.ids)
    with torch.no_grad():
        both = torch.tensor([[0.0], [1.0]], device=model.device).expand(-1, len(read.ids))
        ends = targets(both).double().cpu().numpy()
    steps, scores, is_small = _integrated(targets, ends, is_rough)
    if is_rough and not is_small:
        exact = _Targets(DifferentiableModel(classifier), chosen, read.ids)
        steps, scores, _ = _integrated(exact, ends, False)
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
        _paths(targets, found[1:]) if model.has_circuit else None,
    )


def _integrated(targets: _Targets, ends: Array, is_rough: bool) -> tuple[int, Array, bool]:
    """Integrate along the way.

    Args:
        targets: What.
        ends: Their values at both ends of the way, shape ``(2, n_targets)``.
        is_rough: Whether slopes are rounded, so that more points may not make a gap small.

    Returns:
        Points that were looked at; each token's score for each target, ``(n_targets, tokens)``; and
        whether the gap is small.
    """
    low, high = ends[:, 0]
    points = middles(FIRST_STEPS)
    logits, slopes = targets.at(points)
    while True:
        parts = weights(points)
        moves = np.diff([low, *logits, high])
        errors = moves - parts @ slopes[:, 0].sum(1)
        is_small = abs(errors.sum()) <= LARGEST_GAP * abs(high - low)
        seen = np.maximum(np.abs(errors) - ROUNDING, 0)
        is_even = seen.sum() <= LARGEST_ERRORS * np.abs(moves).sum()
        n = len(points) + max(MORE_STEPS, len(points) // 4)
        is_enough = is_even and (is_small or (is_rough and len(points) >= ROUGH_STEPS))
        if is_enough or n > MAX_STEPS or n * targets.n_tokens > MAX_TOKEN_STEPS:
            scores = _added_up(targets, points, parts.sum(0), slopes)
            return len(points), scores, bool(is_small)
        new = more_points(points, errors, n - len(points))
        points = np.concatenate([points, new])
        order = np.argsort(points)
        points = points[order]
        logits, slopes = (
            np.concatenate(both)[order]
            for both in zip((logits, slopes), targets.at(new), strict=True)
        )


def _added_up(targets: _Targets, points: Array, parts: Array, slopes: Array) -> Array:
    """Integrated gradients from the slopes at points of the way, and the points' weights."""
    from captum.attr import IntegratedGradients  # noqa: PLC0415

    def gradients(**_: Any) -> tuple[Tensor]:
        """Captum's batch holds each point once a target, the targets in a row."""
        return (torch.tensor(slopes).flatten(0, 1),)

    method = IntegratedGradients(targets)
    method.gradient_func = gradients
    text = torch.ones(slopes.shape[1:], dtype=torch.float64)
    # Only here does captum take points and weights that it has no name for.
    (found,) = method._attribute(
        (text,),
        (torch.zeros_like(text),),
        target=list(range(targets.count)),
        n_steps=len(points),
        step_sizes_and_alphas=(parts.tolist(), points.tolist()),
    )
    return cast(Array, found.numpy())


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


def _paths(targets: _Targets, found: list[Attribution]) -> CircuitPaths:
    model, label, n = targets.model, targets.label, len(found) // 2
    qubits, angles = tuple(found[:n]), tuple(found[n:])
    turned = torch.tensor([angle.value for angle in angles]).repeat(n + 1, 1).double()
    turned[range(1, n + 1), range(n)] = torch.tensor([angle.base for angle in angles]).double()
    values = model.values(turned).double().cpu().numpy()
    weight, bias = (part.double().cpu().numpy() for part in model.output())
    responses = (values[0] - values[1:]).T
    return CircuitPaths(angles, qubits, responses, weight[label], float(bias[label]))

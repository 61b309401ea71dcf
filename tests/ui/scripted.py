"""An explorer whose answers are made up but consistent: what the page is tested with.

A text with "good" in it is positive, any other negative, except that the hybrid sees the opposite
in a text with "but". The circuit is a real one; its readings add up to the logits exactly.
"""

import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from qbert_demo.checkpoints.shipped import bundled_checkpoints
from qbert_demo.circuit import CircuitLayer
from qbert_demo.circuit.formula import Formula, formula_of
from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import InputError
from qbert_demo.model.heads import Angles, angles_in
from qbert_demo.results import (
    Array,
    BatchComparison,
    CircuitReading,
    Comparison,
    Example,
    Explanation,
    Judgement,
    ModelCard,
    Place,
    Prediction,
    Squeeze,
    Standing,
    TaskCard,
    Timing,
)
from qbert_demo.service import Explorer
from qbert_demo.service.checks import check_text, check_texts, check_truth
from qbert_demo.service.explaining import check_label
from qbert_demo.service.shipped import Shipped
from qbert_demo.service.visitors import Visitors
from tests.explanations import explained
from tests.judgements import made_up, made_up_texts, standings

HEADS = ("classical", "hybrid", "control")
SENTIMENT = TaskCard(
    "sst2",
    "Sentiment",
    ("negative", "positive"),
    (
        Example("Negation", "not a good film"),
        Example("Mixed feelings", "dull at times but lovely at heart"),
    ),
    HEADS,
)
NEWS = TaskCard(
    "ag_news",
    "News topic",
    ("World", "Sports", "Business", "Sci/Tech"),
    (Example("Two topics", "chip maker sponsors the cup"), Example("Plain", "rates rise again")),
    HEADS,
)


class ScriptedExplorer(Explorer):
    """Answers at once, or after ``delay(text)`` seconds, without a model."""

    status = "Models: scripted."
    origins = (
        (
            "Sentiment: hybrid",
            Place(None, "org/sst2-hybrid @ 1234567", "https://hub.invalid/org/name"),
        ),
        ("Encoder of all models", Place(None, "embedded copy", None, "the Hub is out of reach")),
    )

    def __init__(
        self,
        spec: CircuitSpec | None = None,
        tasks: tuple[TaskCard, ...] = (SENTIMENT, NEWS),
        delay: Callable[[str], float] = lambda text: 0.0,
    ) -> None:
        self.spec = spec or CircuitSpec(4, 2)
        self.tasks = tasks
        self._own: dict[str, TaskCard] = {}
        self._visitors = Visitors(0)
        self._shipped = Shipped(bundled_checkpoints(CHECKPOINTS, ["sst2"]))
        self.delay = delay

    def compare(
        self, task: str, text: str, heads: Sequence[str] = ("classical", "hybrid")
    ) -> Comparison:
        card = self.task(task)
        text = check_text(text)
        time.sleep(self.delay(text))
        read = " ".join(text.split(" ")[:100])
        predictions = {head: self.predict(card, text, head) for head in heads}
        return Comparison(task, text, len(read.split()) + 2, text[len(read) :], predictions)

    def task(self, key: object) -> TaskCard:
        own = [card for card in self._own.values() if card.key == key]
        return own[0] if own else super().task(key)

    def adopt(self, card: TaskCard, classifiers: dict[str, Any]) -> None:
        assert set(classifiers) == set(card.heads)
        self._own[card.key] = card

    def forget(self, key: str) -> None:
        self._own.pop(key, None)

    def compare_batch(
        self,
        task: str,
        texts: Sequence[str],
        truth: Sequence[str] | None = None,
        heads: Sequence[str] = ("classical", "hybrid"),
        progress: Callable[[int, int], None] | None = None,
    ) -> BatchComparison:
        card = self.task(task)
        texts = check_texts(texts)
        answers = check_truth(card, truth, len(texts))
        time.sleep(sum(map(self.delay, texts)))
        probabilities = {
            head: np.array([self.predict(card, text, head).probabilities for text in texts])
            for head in heads
        }
        return BatchComparison(task, texts, card.labels, answers, probabilities, 0)

    def explain(
        self,
        task: str,
        text: str,
        heads: Sequence[str] = ("classical", "hybrid"),
        label: str | None = None,
    ) -> Explanation:
        found = self.compare(task, text, heads)
        chosen = check_label(self.task(task).labels, label)
        models = {h: explained(p, text, chosen) for h, p in found.predictions.items()}
        near = tuple(() for _ in next(iter(models.values())).words)
        return Explanation(task, text, found.cut, found.n_tokens, models, near)

    def judgement(self, task: str) -> Judgement:
        card = self.task(task)
        if card.key != "sst2":
            raise InputError(f"{card.title} was not judged yet.")
        return made_up()

    def judged_texts(self, task: str) -> BatchComparison:
        self.judgement(task)
        return made_up_texts()

    def unjudged(self, task: str) -> tuple[str, ...]:
        return ()

    def leaderboard(self) -> tuple[Standing, ...]:
        return standings()

    def formula(self, task: str) -> Formula:
        self.task(task)
        weights = np.random.default_rng(7).uniform(-np.pi, np.pi, self.spec.weight_shape)
        n = self.spec.n_qubits
        return formula_of(self.spec, weights).combined(np.ones((2, n)), np.array([0.0, 1.0]))

    def predict(self, card: TaskCard, text: str, head: str) -> Prediction:
        random = np.random.default_rng(zlib.crc32(f"{head} {text}".encode("utf-8", "replace")))
        winner = ("good" in text) ^ (head == "hybrid" and "but" in text)
        logits = np.sort(random.normal(size=len(card.labels)))
        logits = np.roll(logits, int(winner) + 1)
        powers = np.exp(logits)
        return Prediction(
            model_card(head, self.spec),
            card.labels,
            logits,
            powers / powers.sum(),
            Timing(8.8, 0.21 if head == "hybrid" else 0.0, 0.12),
            random.normal(size=384),
            SQUEEZES[head](self.spec, logits, random) if head in SQUEEZES else None,
        )


def model_card(head: str, spec: CircuitSpec) -> ModelCard:
    titles = {
        "classical": "Classical BERT",
        "hybrid": f"Hybrid BERT + {spec.n_qubits}-qubit circuit",
        "control": "Control: BERT + classical bottleneck",
        "guest": "org/guest",
    }
    angles = angles_in(spec) if head == "hybrid" else Angles(0, 0)
    return ModelCard(head, titles[head], "scripted", 22_714_752, 421_000, 1_566, *angles)


def bottleneck(spec: CircuitSpec, logits: Array, random: np.random.Generator) -> Squeeze:
    """Make up what a classical layer did so that it explains the logits."""
    angles, values = random.uniform(-np.pi, np.pi, (2, spec.n_qubits)) / [[1], [np.pi]]
    output = np.random.default_rng(9).normal(size=(len(logits), spec.n_qubits))
    return Squeeze(angles, values, output, logits - output @ values)


def reading(spec: CircuitSpec, logits: Array, random: np.random.Generator) -> CircuitReading:
    """Make up what a circuit did so that it explains the logits."""
    angles = random.uniform(-np.pi, np.pi, spec.n_qubits)
    weights = np.random.default_rng(7).uniform(-np.pi, np.pi, spec.weight_shape)
    layer = CircuitLayer(spec).double()
    layer.weights.data = torch.tensor(weights)
    values = layer(torch.tensor(angles)[None])[0].detach().numpy()
    output = np.random.default_rng(8).normal(size=(len(logits), spec.n_qubits))
    gates = spec.read(angles, weights)
    return CircuitReading(angles, values, output, logits - output @ values, gates)


SQUEEZES = {"hybrid": reading, "control": bottleneck}

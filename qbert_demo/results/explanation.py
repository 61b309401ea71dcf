"""Which words a model's answer came from, and through which angles and qubits."""

from dataclasses import dataclass, replace

import numpy as np

from qbert_demo.results.circuit import Array


@dataclass(frozen=True)
class Word:
    """A word of a text, as the models read it.

    Attributes:
        text: What stands there.
        start: Its first character's place in the text as given.
        end: The place behind its last character.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Attribution:
    """A number that a model computes, shared out among the words.

    Attributes:
        base: The number for the text without its words.
        value: The number for the text.
        scores: What each word added on the way, shape ``(n_words,)``.
    """

    base: float
    value: float
    scores: Array

    @property
    def sum(self) -> float:
        """All words together."""
        return float(self.scores.sum())

    @property
    def gap(self) -> float:
        """How far ``base`` and all words together are from ``value``; 0 with endless steps."""
        return abs(self.value - self.base - self.sum)

    @property
    def gap_share(self) -> float:
        """The gap as a share of the difference that was shared out."""
        difference = abs(self.value - self.base)
        return self.gap / difference if difference else float(self.gap > 0)


@dataclass(frozen=True)
class CircuitPaths:
    """The way of each word through a circuit.

    Attributes:
        angles: What turned each encoding angle, in radians.
        qubits: What moved each <Z_k>.
        responses: How far each angle alone moved each <Z_k>: its value less what the circuit gives
            with that angle back at its base; shape ``(n_qubits, n_qubits)``, a row for each <Z_k>.
        weights: What the label's logit gets for each <Z_k>, shape ``(n_qubits,)``.
        bias: What it gets whatever the text.
    """

    angles: tuple[Attribution, ...]
    qubits: tuple[Attribution, ...]
    responses: Array
    weights: Array
    bias: float

    @property
    def shares(self) -> Array:
        """Exact part of each qubit in the label's logit, shape ``(n_qubits,)``."""
        return self.weights * np.array([qubit.value for qubit in self.qubits])


@dataclass(frozen=True)
class ModelExplanation:
    """Why one model says what it says of one text.

    Attributes:
        head: Name of its head, or ``guest``.
        says: The label that it gives.
        label: The label that is explained.
        words: What it read.
        logit: The label's logit, shared out among the words.
        without: How much lower that logit is without each word, shape ``(n_words,)``; NaN where
            it was not tried.
        steps: Points of the way from the base to the text where the gradient was taken.
        seconds: What all of it took.
        circuit: The way through the circuit; ``None`` for a model without one.
    """

    head: str
    says: str
    label: str
    words: tuple[Word, ...]
    logit: Attribution
    without: Array
    steps: int
    seconds: float
    circuit: CircuitPaths | None = None

    @property
    def opposed(self) -> tuple[int, ...]:
        """Words whose score and whose effect when left out differ in sign, both beyond noise."""
        scores, without = self.logit.scores, self.without
        least = NOISE * np.abs(scores).max(initial=0.0)
        clear = (np.abs(scores) > least) & (np.abs(without) > least)
        return tuple(np.flatnonzero(clear & (scores * without < 0)).tolist())

    def on(self, words: tuple[Word, ...]) -> "ModelExplanation":
        """The same told of another model's words, which may be cut elsewhere.

        A word gets the scores of those that begin in it; nothing was tried without it where the
        model has none.
        """
        if words == self.words:
            return self
        within = np.array([[w.start <= own.start < w.end for own in self.words] for w in words])

        def moved(found: Attribution) -> Attribution:
            return replace(found, scores=within @ found.scores)

        without = np.where(within.any(1), within @ np.nan_to_num(self.without), np.nan)
        circuit = self.circuit and replace(
            self.circuit,
            angles=tuple(map(moved, self.circuit.angles)),
            qubits=tuple(map(moved, self.circuit.qubits)),
        )
        return replace(self, words=words, logit=moved(self.logit), without=without, circuit=circuit)

    def leading(self, most: int = 3) -> tuple[int, ...]:
        """The words that speak most for the label, the first first; none that does not stand out.

        A word stands out with at least half the score of the first.
        """
        scores = self.logit.scores
        order = np.argsort(-scores, kind="stable")[:most].tolist()
        return tuple(i for i in order if scores[i] > 0 and scores[i] >= scores[order[0]] / 2)


NOISE = 0.05
"""Effects below this share of a text's largest score count as none."""


@dataclass(frozen=True)
class Explanation:
    """Why several models say what they say of one text.

    Attributes:
        task: Key of the task.
        text: The text as given.
        cut: Its end that was not read, or an empty string.
        n_tokens: Tokens that were read, [CLS] and [SEP] included.
        models: By head, all told of the same words.
        near: For each word, words that are near it in the embedding.
    """

    task: str
    text: str
    cut: str
    n_tokens: int
    models: dict[str, ModelExplanation]
    near: tuple[tuple[str, ...], ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """The words that all models are told of."""
        return next(iter(self.models.values())).words

    @property
    def agree(self) -> bool:
        """Whether every model gives the same label."""
        return len({model.says for model in self.models.values()}) == 1

    @property
    def reach(self) -> float:
        """The largest score of any word in any model: one scale for all."""
        tops = [np.abs(model.logit.scores).max(initial=0.0) for model in self.models.values()]
        return float(max(tops))

    @property
    def seconds(self) -> float:
        """What all models took together."""
        return sum(model.seconds for model in self.models.values())

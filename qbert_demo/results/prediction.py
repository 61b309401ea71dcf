"""What the models answered, and what a visitor can ask them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qbert_demo.results.circuit import Array, CircuitReading, Squeeze
from qbert_demo.results.place import Place


@dataclass(frozen=True)
class Timing:
    """Milliseconds spent on one text; ``circuit`` is 0 for a model without one."""

    encoder: float
    circuit: float
    head: float

    @property
    def total(self) -> float:
        """Encoder, circuit and head together."""
        return self.encoder + self.circuit + self.head


@dataclass(frozen=True)
class ModelCard:
    """What stands on a model's card besides its answer.

    Attributes:
        head: Name of its head, such as ``hybrid``, or ``guest``.
        title: Its name for people, such as ``Hybrid BERT + 4-qubit circuit``.
        source: Where its weights came from, such as ``bundled`` or ``org/repo @ 1a2b3c4``.
        parameters: All parameters of encoder and head.
        trained: How many of them were trained (adapters and head).
        in_head: How many stand in the head, the circuit's included.
        in_circuit: How many are angles of the circuit's gates; 0 without one.
        live_in_circuit: How many of those can change what is measured.
    """

    head: str
    title: str
    source: str
    parameters: int
    trained: int
    in_head: int
    in_circuit: int
    live_in_circuit: int


@dataclass(frozen=True)
class Prediction:
    """One model's answer to one text.

    Attributes:
        card: The model that answered.
        labels: Names of the classes, in the order of the arrays.
        logits: Shape ``(n_labels,)``.
        probabilities: Softmax of the logits, shape ``(n_labels,)``.
        timing: Milliseconds spent.
        embedding: The pooled vector that the encoder made of the text, shape ``(hidden,)``.
        squeeze: What went through circuit or bottleneck; ``None`` for a head without either.
    """

    card: ModelCard
    labels: tuple[str, ...]
    logits: Array
    probabilities: Array
    timing: Timing
    embedding: Array
    squeeze: Squeeze | None = None

    @property
    def circuit(self) -> CircuitReading | None:
        """What the circuit did; ``None`` for a model without one."""
        return self.squeeze if isinstance(self.squeeze, CircuitReading) else None

    @property
    def winner(self) -> int:
        """Index of the most probable label."""
        return int(self.probabilities.argmax())

    @property
    def runner_up(self) -> int:
        """Index of the second most probable label."""
        return int(self.probabilities.argsort()[-2])

    @property
    def label(self) -> str:
        """The most probable label."""
        return self.labels[self.winner]

    @property
    def confidence(self) -> float:
        """Probability of the most probable label, in [0, 1]."""
        return float(self.probabilities[self.winner])


@dataclass(frozen=True)
class Comparison:
    """What several models make of one text.

    Attributes:
        task: Key of the task, such as ``sst2``.
        text: The text as it was given.
        n_tokens: Tokens the models read, [CLS] and [SEP] included.
        cut: The end of the text that was not read because it is beyond the models' length,
            or an empty string.
        predictions: By head, such as ``hybrid``.
        unknown: The parts of the text that the models have no token for, in its order.
    """

    task: str
    text: str
    n_tokens: int
    cut: str
    predictions: dict[str, Prediction]
    unknown: tuple[str, ...] = ()

    @property
    def agree(self) -> bool:
        """Whether every model gives the same label."""
        return len({p.label for p in self.predictions.values()}) == 1


@dataclass(frozen=True)
class TextPair:
    """What the hybrid makes of two texts, inside BERT and inside the circuit.

    Attributes:
        texts: The two texts.
        predictions: The hybrid's answer to each.
        cosine: Of the two embeddings, in [-1, 1].
        fidelity: |<psi_a|psi_b>|^2 of the circuit's two final states, in [0, 1].
    """

    texts: tuple[str, str]
    predictions: tuple[Prediction, Prediction]
    cosine: float
    fidelity: float


@dataclass(frozen=True)
class BatchComparison:
    """What several models make of many texts.

    Attributes:
        task: Key of the task.
        texts: The texts, in the order given.
        label_names: Names of the classes.
        truth: Index of the true label of each text, shape ``(n_texts,)``, or ``None``.
        probabilities: By head, shape ``(n_texts, n_labels)``.
        n_cut: How many texts were longer than the models read.
    """

    task: str
    texts: tuple[str, ...]
    label_names: tuple[str, ...]
    truth: NDArray[np.int64] | None
    probabilities: dict[str, Array]
    n_cut: int

    def labels(self, head: str) -> NDArray[np.int64]:
        """Index of the label that a head gives each text, shape ``(n_texts,)``."""
        return self.probabilities[head].argmax(1)

    def accuracy(self, head: str) -> float | None:
        """Share of texts that a head labels as ``truth`` does, or ``None`` without truth."""
        return None if self.truth is None else float((self.labels(head) == self.truth).mean())

    @property
    def disagreements(self) -> NDArray[np.bool_]:
        """Where the heads give different labels, shape ``(n_texts,)``."""
        votes = np.stack([self.labels(head) for head in self.probabilities])
        return (votes != votes[0]).any(0)


@dataclass(frozen=True)
class Example:
    """A text worth trying.

    Attributes:
        name: What it shows, in a word or two.
        text: The text.
        truth: The label that a reader gives it; empty where readers would differ.
    """

    name: str
    text: str
    truth: str = ""


@dataclass(frozen=True)
class TaskCard:
    """What a visitor chooses from: a task that has checkpoints.

    Attributes:
        key: Its name in addresses and on the command line, such as ``sst2``.
        title: Its name for people, such as ``Sentiment``.
        labels: Names of the classes, in the models' order.
        examples: Texts worth trying.
        heads: The heads that have a checkpoint, and ``guest`` for a visitor's model beside them.
        limits: A sentence on what the models learnt from, and what they cannot say.
    """

    key: str
    title: str
    labels: tuple[str, ...]
    examples: tuple[Example, ...]
    heads: tuple[str, ...]
    limits: str = ""


@dataclass(frozen=True)
class Guest:
    """A model from the Hub, ready to be asked.

    Attributes:
        cards: Its tasks: alone, if it can stand alone, and last beside our models, if its labels
            are those of a task here.
        notes: What is to be said of it, in sentences.
        origin: Where it came from.
    """

    cards: tuple[TaskCard, ...]
    notes: tuple[str, ...]
    origin: Place

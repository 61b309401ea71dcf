"""Every setting of a training run, and the recipes behind the shipped checkpoints."""

import math
from dataclasses import dataclass
from typing import ClassVar, cast

from qbert_demo.circuit import CircuitSpec
from qbert_demo.circuit.spec import Ansatz, Encoding
from qbert_demo.config import MAX_LENGTH, MAX_SEED, MAX_TOKENS
from qbert_demo.errors import InputError
from qbert_demo.model.heads import ANGLE_SCALES, HEADS, PAIR
from qbert_demo.ranges import check_fields

LOSSES = ("cross_entropy", "mse")
HELD_OUT_SEED = 0
"""Of the choice of held-out rows, the same for every seed of a training."""


@dataclass(frozen=True)
class Recipe:
    """Settings that the three heads of a task share.

    Attributes:
        epochs: Passes over the training rows.
        batch_size: Texts a step, over all processes.
        learning_rate: Peak rate of the encoder's low-rank updates.
        head_learning_rate: Peak rate of the head.
        weight_decay: AdamW's, on matrices only.
        warmup: Share of the steps over which the rate rises; it then falls to zero linearly.
        dropout: On the pooled vector.
        attention_dropout: On the attention weights of the encoder.
        label_smoothing: Share of the target spread over all classes.
        consistency: Weight of the symmetric KL divergence between the answers to one text under
            two dropout masks (R-Drop, Liang et al., arXiv:2106.14448); 0 reads each text once.
        teacher_weight: Weight of the loss on a teacher's logits, from 0 to 1; the loss on the true
            labels has the rest. 0 needs no teacher.
        teacher_temperature: Of the softmax of teacher and head in that loss.
        averaged_epochs: Last epochs over which the weights are averaged; 0 keeps the last ones.
        adapter_rank: Rank of the low-rank updates on every dense layer of the encoder.
        adapter_scale: Factor on the updates.
        pooling: ``mean`` or ``cls``.
        max_length: Most tokens read.
        trained_length: Most tokens of a text while training, where fewer; 0 trains on as many as
            are read.
        n_qubits: Wires of the circuit and width of the control's bottleneck.
        n_layers: Layers of the circuit.
        encoding: See `qbert_demo.circuit.CircuitSpec`.
        ansatz: See `qbert_demo.circuit.CircuitSpec`.
        reupload: See `qbert_demo.circuit.CircuitSpec`.
        angle_scale: What the angles of circuit and bottleneck stay below, in radians.
        held_out: Rows of the training split kept apart to watch and to stop on; 0 trains on
            all of them for exactly ``epochs``.
        held_out_words: Fewest words of a held-out text.
        leak_words: A training row that shares so many words in a row with a held-out one is
            dropped; 0 drops exact repeats only.
        evaluations: How often an epoch the held-out rows are scored.
        patience: Evaluations without a better score after which training stops and returns to
            the best state; 0 trains to the end and keeps the last.
        seed: Of everything random.

    Raises:
        InputError: If a value is out of range; the message names the rule and the value.
    """

    RANGES: ClassVar[dict[str, tuple[float, float]]] = {
        "teacher_weight": (0.0, 1.0),
        "teacher_temperature": (0.01, 100.0),
        "averaged_epochs": (0.0, 1000.0),
        "attention_dropout": (0.0, 0.9),
        "trained_length": (0, MAX_TOKENS),
        "angle_scale": ANGLE_SCALES,
    }

    epochs: float = 2.0
    batch_size: int = 32
    learning_rate: float = 5e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.1
    attention_dropout: float = 0.1
    label_smoothing: float = 0.0
    consistency: float = 0.0
    teacher_weight: float = 0.0
    teacher_temperature: float = 2.0
    averaged_epochs: float = 0.0
    adapter_rank: int = 16
    adapter_scale: float = 2.0
    pooling: str = "mean"
    max_length: int = MAX_LENGTH
    trained_length: int = 0
    n_qubits: int = 4
    n_layers: int = 2
    encoding: str = "ry"
    ansatz: str = "strongly_entangling"
    reupload: bool = False
    angle_scale: float = math.pi
    held_out: int = 1000
    held_out_words: int = 0
    leak_words: int = 5
    evaluations: int = 2
    patience: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the fields that are divided by or weigh a loss; the model checks its own."""
        check_fields(self, self.RANGES)


RECIPES = {
    "sst2": Recipe(
        epochs=2.0, head_learning_rate=2e-3, label_smoothing=0.05, consistency=1.0, held_out=0
    ),
    "ag_news": Recipe(epochs=3.0, head_learning_rate=5e-3, leak_words=0),
    "imdb": Recipe(
        epochs=1.5,
        head_learning_rate=2e-3,
        attention_dropout=0.0,
        max_length=512,
        trained_length=256,
        leak_words=8,
    ),
    "sms_spam": Recipe(
        epochs=6.0, head_learning_rate=5e-3, averaged_epochs=1.0, leak_words=8, evaluations=1
    ),
    "tweet_sentiment": Recipe(epochs=3.0, head_learning_rate=5e-3, averaged_epochs=1.0),
}
"""What `train` uses unless told otherwise; chosen on held-out training rows alone."""


@dataclass(frozen=True)
class RaceRecipe:
    """Settings that all heads of a race share, whatever learns.

    Attributes:
        heads: Names of those that race, see `qbert_demo.model.heads.HEADS`.
        n_qubits: Wires of the circuit and width of the control's bottleneck, 1 to 8.
        n_layers: Layers of the circuit, 1 to 6.
        encoding: See `qbert_demo.circuit.CircuitSpec`.
        ansatz: See `qbert_demo.circuit.CircuitSpec`.
        reupload: See `qbert_demo.circuit.CircuitSpec`.
        angle_scale: What the angles of circuit and bottleneck stay below, in radians.
        loss: ``cross_entropy``, or ``mse`` between probabilities and the true label's one-hot.
        seed: Of the first weights and of the order of the rows.
        batch_size: Texts a step.
        weight_decay: AdamW's, on matrices only.

    Raises:
        InputError: If a value is out of range; the message names the rule and the value.
    """

    RANGES: ClassVar[dict[str, tuple[float, float]]] = {
        "n_qubits": (1, 8),
        "n_layers": (1, 6),
        "seed": (0, MAX_SEED),
        "weight_decay": (0.0, 1.0),
        "angle_scale": ANGLE_SCALES,
    }

    heads: tuple[str, ...] = PAIR
    n_qubits: int = 4
    n_layers: int = 2
    encoding: str = "ry"
    ansatz: str = "strongly_entangling"
    reupload: bool = False
    angle_scale: float = math.pi
    loss: str = "cross_entropy"
    seed: int = 0
    batch_size: int = 16
    weight_decay: float = 0.05

    def __post_init__(self) -> None:
        """Check every field."""
        unknown = [head for head in self.heads if head not in HEADS]
        if unknown or not self.heads or len(set(self.heads)) < len(self.heads):
            raise InputError(f"Choose heads among {', '.join(HEADS)}, each once.")
        if self.loss not in LOSSES:
            raise InputError(f"loss must be one of {', '.join(LOSSES)}, not {self.loss!r:.40}.")
        check_fields(self, self.RANGES)
        try:
            self.spec()
        except ValueError as error:
            raise InputError(str(error)) from error

    def spec(self) -> CircuitSpec:
        """The circuit of the hybrid."""
        encoding, ansatz = cast(Encoding, self.encoding), cast(Ansatz, self.ansatz)
        return CircuitSpec(self.n_qubits, self.n_layers, encoding, ansatz, self.reupload)


@dataclass(frozen=True)
class FrozenRecipe(RaceRecipe):
    """A race of heads alone, on a frozen encoder.

    Attributes:
        epochs: Passes over the training rows, 1 to 100.
        batch_size: Texts a step, 2 to 256.
        learning_rate: AdamW's for classical parameters, 0 to 1.
        circuit_learning_rate: AdamW's for the circuit's angles, 0 to 1.
    """

    RANGES = RaceRecipe.RANGES | {
        "epochs": (1, 100),
        "batch_size": (2, 256),
        "learning_rate": (0.0, 1.0),
        "circuit_learning_rate": (0.0, 1.0),
    }

    epochs: int = 20
    learning_rate: float = 0.003
    circuit_learning_rate: float = 0.01

    def looks(self) -> int:
        """How often an epoch the held-out rows are read."""
        return 1


@dataclass(frozen=True)
class LoraRecipe(RaceRecipe):
    """A race end to end: every head learns together with low-rank updates of an encoder.

    Attributes:
        epochs: Passes over the training rows, 1 to 10.
        batch_size: Texts a step, 2 to 32.
        learning_rate: Peak rate of the encoder's updates, 0 to 0.01.
        head_learning_rate: Peak rate of the head, 0 to 0.1.
        adapter_rank: Rank of the updates, 1 to 32.
    """

    RANGES = RaceRecipe.RANGES | {
        "epochs": (1, 10),
        "batch_size": (2, 32),
        "learning_rate": (0.0, 0.01),
        "head_learning_rate": (0.0, 0.1),
        "adapter_rank": (1, 32),
    }

    weight_decay: float = 0.01
    epochs: int = 3
    learning_rate: float = 1e-3
    head_learning_rate: float = 1e-2
    adapter_rank: int = 8

    def looks(self) -> int:
        """How often an epoch the held-out rows are read, for about ten points a curve."""
        return math.ceil(8 / self.epochs)

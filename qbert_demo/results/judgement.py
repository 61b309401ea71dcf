"""What is known of a task's models: scores, differences, and what the circuit is needed for."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qbert_demo.results.angles import AngleFacts
from qbert_demo.results.behaviour import Family
from qbert_demo.results.circuit import Array
from qbert_demo.results.spread import Spread
from qbert_demo.results.training import Score


@dataclass(frozen=True)
class PairedTest:
    """Two models on the same texts.

    Attributes:
        a, b: Their heads.
        difference: Accuracy of ``a`` minus that of ``b``, with the paired 95 % interval.
        p: Of the exact McNemar test, two-sided.
        corrected: The same, corrected by Holm's method for all pairs of the task.
        only_a, only_b: Texts that this one alone got right.
        differs: Whether ``corrected`` carries a difference at 5 %.
        smallest: Difference that so many texts would show with a power of 80 %.
    """

    a: str
    b: str
    difference: Score
    p: float
    corrected: float
    only_a: int
    only_b: int
    differs: bool
    smallest: float


@dataclass(frozen=True)
class Reliability:
    """Texts on which a model is about equally sure.

    Attributes:
        said: Its mean confidence.
        right: Share of them that it labels rightly.
        n: How many.
    """

    said: float
    right: float
    n: int


@dataclass(frozen=True)
class ClassScore:
    """A model on the texts of one class.

    Attributes:
        precision: Share of the texts called so that are.
        recall: Share of the texts that are so that are called it.
        f1: Harmonic mean of the two.
        n: Texts of the class.
    """

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True)
class ModelScore:
    """A model on one split.

    Attributes:
        head: Of the model.
        accuracy: With its 95 % interval.
        macro_f1, macro_recall: Unweighted means over the classes.
        log_loss: Mean negative log probability of the true class, in nats.
        ece: Expected calibration error: the mean gap between the two in ``reliability``.
        reliability: By confidence, in ten bins of equal width less the empty ones.
        confusion: Texts by true class (rows) and class given (columns).
        texts_per_second: In batches, on the machine that measured.
        classes: Precision and recall of each class, in the order of the indices; empty where they
            were not kept.
    """

    head: str
    accuracy: Score
    macro_f1: float
    macro_recall: float
    log_loss: float
    ece: float
    reliability: tuple[Reliability, ...]
    confusion: tuple[tuple[int, ...], ...]
    texts_per_second: float
    classes: tuple[ClassScore, ...] = ()


@dataclass(frozen=True)
class Rung:
    """The hybrid with one thing changed.

    Attributes:
        name: What was changed.
        as_trained: Accuracy with the output layer as it was trained; ``None`` where the layer
            does not fit.
        fitted: Accuracy with an output layer fitted anew on other rows.
        seeds: Random choices behind it; more than one make both scores medians.
        spread: Lowest and highest accuracy over the seeds, as trained and fitted anew.
        p_fitted: Of the exact McNemar test that the output layer fitted anew is right on other
            texts than that of the whole circuit is; ``None`` of the whole, or if never asked.
    """

    name: str
    as_trained: Score | None
    fitted: Score | None
    seeds: int = 1
    spread: tuple[tuple[float, float] | None, ...] | None = None
    p_fitted: float | None = None


@dataclass(frozen=True)
class FormulaFacts:
    """The circuit and its output layer as a trigonometric polynomial of the angles.

    Attributes:
        n_terms: Products that there can be.
        share_by_order: Share of the variance over evenly spread angles by number of angles.
        kept: Numbers of largest products kept.
        agreement: Share of texts on which that many give the circuit's label.
        linear_agreement: The same for a straight line in the angles, by five-fold cross-validation;
            ``None`` where a label is given fewer than five times.
        right: Share of texts on which that many products give the true label.
        by_order: Share of texts on which the products of at most 1, 2, ... angles give the
            circuit's label; empty if never asked.
        best_angle: Which angle alone tells most of the circuit's labels by a straight line, and
            on which share of the texts, by five-fold cross-validation; ``None`` where the straight
            line is.
    """

    n_terms: int
    share_by_order: tuple[float, ...]
    kept: tuple[int, ...]
    agreement: tuple[float, ...]
    linear_agreement: float | None
    right: tuple[float, ...] = ()
    by_order: tuple[float, ...] = ()
    best_angle: tuple[int, float] | None = None


@dataclass(frozen=True)
class SeedRun:
    """A task's models trained with one seed, on the texts of the judgement.

    Attributes:
        seed: Of the training.
        accuracy: Of each model, by head.
        pairs: Every pair of these models; p values are corrected for the pairs of this seed.
    """

    seed: int
    accuracy: dict[str, Score]
    pairs: tuple[PairedTest, ...]


@dataclass(frozen=True)
class Judgement:
    """All of it for a task.

    Attributes:
        task: Its key.
        dataset, split, revision: Where the texts are from.
        rows: How many.
        fitted_on: Rows that output layers were fitted on anew, of the training split.
        day: When it was measured.
        models: By head.
        pairs: Every pair of models.
        ladder: The hybrid's rungs.
        formula: ``None`` where it is too long.
        angles: Which of the hybrid's angles live; ``None`` if never asked.
        head_milliseconds: Of each head for one text alone; empty if never measured.
        behaviour: What the models make of short texts written for it; empty if never asked.
        rows_sha256: Of the texts and their labels in their order; empty where it was not kept.
        seeds: What was trained with each seed, by seed; empty where no runs are kept.
        weights_sha256: Of each head's weights; empty where they were not kept.
    """

    task: str
    dataset: str
    split: str
    revision: str | None
    rows: int
    fitted_on: int
    day: str
    models: tuple[ModelScore, ...]
    pairs: tuple[PairedTest, ...]
    ladder: tuple[Rung, ...]
    formula: FormulaFacts | None
    angles: AngleFacts | None = None
    head_milliseconds: dict[str, float] = field(default_factory=dict)
    behaviour: tuple[Family, ...] = ()
    rows_sha256: str = ""
    seeds: tuple[SeedRun, ...] = ()
    weights_sha256: dict[str, str] = field(default_factory=dict)

    def seeded(self, head: str) -> dict[int, float]:
        """Accuracy of a model by the seed of its training."""
        return {run.seed: run.accuracy[head].value for run in self.seeds if head in run.accuracy}

    def spread(self, head: str) -> Spread | None:
        """Mean and range of a model over its seeds; ``None`` where it has but one."""
        return Spread.of(list(self.seeded(head).values()))


@dataclass(frozen=True)
class Plane:
    """Vectors of texts on their first two principal components.

    Attributes:
        points: Shape ``(n, 2)``.
        shares: Of the variance, along each axis.
        alike: Share of texts whose nearest neighbour, in the whole space, has the same true label.
    """

    points: Array
    shares: tuple[float, float]
    alike: float


@dataclass(frozen=True)
class SplitMap:
    """Texts of a judged split as the hybrid's encoder and its circuit place them.

    Attributes:
        places: Positions of the texts in the split, shape ``(n,)``.
        truth, said: Index of the true label and of the hybrid's, shape ``(n,)`` each.
        rows: Texts of the whole split.
        seed: Of the sample; ``None`` where all texts are drawn.
        circuit: Of the circuit's expectation values.
        encoder: Of the encoder's vectors.
    """

    places: NDArray[np.intp]
    truth: NDArray[np.int64]
    said: NDArray[np.int64]
    rows: int
    seed: int | None
    circuit: Plane
    encoder: Plane

"""What came of an evaluation: scores, comparisons, and every text with what was said of it."""

from dataclasses import dataclass

from qbert_demo.results.judgement import Judgement
from qbert_demo.results.prediction import BatchComparison


@dataclass(frozen=True)
class Evaluation:
    """Models on the same labelled texts.

    Attributes:
        judgement: Scores of the models and their paired tests; there is no ladder and no formula.
        texts: The texts, in random order, with their true classes and the probabilities.
        wanted: How many were to be read; fewer were where it was stopped.
        available: How many there are, of which those wanted are a sample.
        seed: Of the sample and the order.
        names: What the models are called, by head, where that is not the head's name.
        warnings: Why these texts are, or may be, no fair test of a model, in sentences.
        notes: What had to be decided about the rows, in sentences.
    """

    judgement: Judgement
    texts: BatchComparison
    wanted: int
    available: int
    seed: int
    names: dict[str, str]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

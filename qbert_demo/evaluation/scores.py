"""A checkpoint's scores on the split that is reported, and what they cost."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.data.rows import Rows
from qbert_demo.evaluation.metrics import accuracy, macro_f1
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.results import Score

TIMED_TEXTS = 50


@dataclass(frozen=True)
class Scores:
    """What a model scores on one split.

    Attributes:
        accuracy: With its 95 % interval.
        macro_f1: Mean of the classes' F1.
        predicted: Index of each text's label, shape ``(n,)``.
        milliseconds: Median time of one text alone, over the first 50.
        parameters: Of encoder and head.
        in_head: Of the head.
    """

    accuracy: Score
    macro_f1: float
    predicted: NDArray[np.int64]
    milliseconds: float
    parameters: int
    in_head: int

    def as_json(self) -> dict[str, Any]:
        """The scores as plain JSON, without the predictions."""
        return {"accuracy": asdict(self.accuracy), "macro_f1": self.macro_f1}


def score(classifier: LoadedModel, rows: Rows, batch_size: int = 32) -> Scores:
    """Score a classifier on labelled rows, in float32."""
    ids = [tokens.ids for tokens in classifier.tokenize(rows.texts)]
    truth = np.array(rows.labels)
    predicted = classifier.logits(ids, batch_size).argmax(1)
    times = [classifier.answer(row).timing.total for row in ids[:TIMED_TEXTS]]
    model = classifier.model
    return Scores(
        accuracy(predicted, truth),
        macro_f1(predicted, truth, len(classifier.labels)),
        predicted,
        median(times),
        sum(p.numel() for p in model.parameters()),
        sum(p.numel() for p in model.classifier.parameters()),
    )

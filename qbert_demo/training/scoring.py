"""A checkpoint's scores on the split that is reported, and what they cost."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qbert_demo.data.loading import Rows
from qbert_demo.model.inference import Classifier
from qbert_demo.results import Score
from qbert_demo.training.metrics import accuracy, f1_scores, macro_f1, macro_recall

TIMED_TEXTS = 50


@dataclass(frozen=True)
class Report:
    """What a model scores on one split.

    Attributes:
        accuracy: With its 95 % interval.
        macro_f1: Mean of the classes' F1.
        macro_recall: Mean of the classes' recall.
        f1: F1 of each class by its name.
        predicted: Index of each text's label, shape ``(n,)``.
        milliseconds: Median time of one text alone, over the first 50.
        parameters: Of encoder and head.
        in_head: Of the head.
    """

    accuracy: Score
    macro_f1: float
    macro_recall: float
    f1: dict[str, float]
    predicted: NDArray[np.int64]
    milliseconds: float
    parameters: int
    in_head: int

    def as_json(self) -> dict[str, Any]:
        """The scores as plain JSON, without the predictions."""
        kept = ("macro_f1", "macro_recall", "f1")
        return {"accuracy": asdict(self.accuracy)} | {name: getattr(self, name) for name in kept}


def measured(scores: dict[str, Any], measure: str) -> tuple[str, float] | None:
    """What a task reports beside accuracy, in words and as a number.

    Args:
        scores: As `Report.as_json` gives them.
        measure: See `qbert_demo.data.catalogue.Task`.
    """
    if not measure:
        return None
    kind, _, label = measure.partition(":")
    if kind == "f1":
        return f"F1 of {label}", scores["f1"][label]
    return kind.replace("_", " "), scores[kind]


def score(classifier: Classifier, rows: Rows, batch_size: int = 32) -> Report:
    """Score a classifier on labelled rows, in float32."""
    ids = [tokens.ids for tokens in classifier.tokenize(rows.texts)]
    truth = np.array(rows.labels)
    predicted = classifier.logits(ids, batch_size).argmax(1)
    times = [classifier.answer(row).timing.total for row in ids[:TIMED_TEXTS]]
    model, n_labels = classifier.model, len(classifier.labels)
    return Report(
        accuracy(predicted, truth),
        macro_f1(predicted, truth, n_labels),
        macro_recall(predicted, truth, n_labels),
        dict(zip(classifier.labels, f1_scores(predicted, truth, n_labels), strict=True)),
        predicted,
        median(times),
        sum(p.numel() for p in model.parameters()),
        sum(p.numel() for p in model.classifier.parameters()),
    )

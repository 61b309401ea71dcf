"""What a judgement shows of its models, stored or of now: scores, mistakes and confidence."""

from collections.abc import Sequence
from typing import Any

from qbert_demo.figures import Figure
from qbert_demo.figures.confusion import confusions
from qbert_demo.figures.judge import alone_bars, reliability_curve, score_intervals
from qbert_demo.results import Judgement
from qbert_demo.ui.judge.words import (
    alone_words,
    confusion_words,
    reliability_words,
    scores_html,
    scores_words,
)
from qbert_demo.ui.parts.markup import reading
from qbert_demo.ui.parts.plotly_view import Panel


def read_panel(figure: Figure, words: str) -> Panel:
    """A figure with the sentence that says what is to be seen."""
    return Panel(figure, below=reading(words))


def model_panels(judgement: Judgement, labels: Sequence[str]) -> dict[str, Any]:
    """Panels and the table of all models; nothing is drawn of texts that tell none apart."""
    differ = any(test.only_a + test.only_b for test in judgement.pairs)
    bars = alone_bars(judgement.pairs, judgement.models) if differ else None
    panels: dict[str, Any] = {
        "scores": read_panel(score_intervals(judgement), scores_words(judgement)),
        "alone": read_panel(bars, alone_words(judgement)) if bars else None,
        "table": scores_html(judgement),
    }
    for model in judgement.models:
        mistakes, curve = confusions(model, labels), reliability_curve(model)
        panels[f"confusion_{model.head}"] = read_panel(mistakes, confusion_words(model, labels))
        panels[f"reliability_{model.head}"] = read_panel(curve, reliability_words(model))
    return panels

"""Does a model read, and is it fair? The families of `qbert_demo.data.behaviour`, asked."""

from collections.abc import Mapping, Sequence

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from qbert_demo.data.behaviour import STEADY, Probes, families_for
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.prediction import softmax
from qbert_demo.results import Array, Case, Family, Said, Score

DIGITS = 4
"""Of a probability that is kept."""


def ask(model: LoadedModel) -> tuple[Array, ...]:
    """A model's probabilities ``(n_texts, n_labels)`` for the texts of each of its families."""
    families = families_for(model.labels)
    texts = [probe.text for family in families for probe in family.texts]
    probabilities = softmax(model.logits([tokens.ids for tokens in model.tokenize(texts)]))
    return tuple(np.split(probabilities, np.cumsum([len(f.texts) for f in families])[:-1]))


def behave(labels: Sequence[str], answers: Mapping[str, Sequence[Array]]) -> tuple[Family, ...]:
    """Say which texts each model fails.

    Args:
        labels: Of the task.
        answers: What `ask` told, by head.
    """
    found = []
    for f, family in enumerate(families_for(labels)):
        told = {head: parts[f] for head, parts in answers.items()}
        watched = int(sum(p.mean(0) for p in told.values()).argmax())
        said = {
            head: _given(family, labels, p)
            if family.is_sentiment
            else _moved(family, labels, p, watched)
            for head, p in told.items()
        }
        cases = (
            Case(probe.text, probe.word, probe.right, {head: s[k] for head, s in said.items()})
            for k, probe in enumerate(family.texts)
        )
        found.append(Family(family.name, family.asks, tuple(cases)))
    return tuple(found)


def failure_rate(family: Family, head: str) -> Score:
    """Share of a family's texts that a model fails, with Wilson's 95 % interval."""
    failures, n = family.failures(head), len(family.cases)
    low, high = map(float, proportion_confint(failures, n, method="wilson"))
    return Score(failures / n, low if failures else 0.0, high if failures < n else 1.0, n)


def _given(family: Probes, labels: Sequence[str], probabilities: Array) -> list[Said]:
    """Each text's label, which fails where it is none of the right ones."""
    return [
        Said(labels[k], round(float(p[k]), DIGITS), labels[k] not in probe.right)
        for probe, p, k in zip(family.texts, probabilities, probabilities.argmax(1), strict=True)
    ]


def _moved(family: Probes, labels: Sequence[str], probabilities: Array, watched: int) -> list[Said]:
    """Each text's probability of one label, which fails far from its sentence's median."""
    sentences = np.array([probe.sentence for probe in family.texts])
    values = probabilities[:, watched]
    medians = [float(np.median(values[sentences == sentence])) for sentence in sentences]
    return [
        Said(labels[watched], round(float(p), DIGITS), abs(float(p) - median) > STEADY)
        for p, median in zip(values, medians, strict=True)
    ]

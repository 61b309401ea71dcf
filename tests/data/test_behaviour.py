"""Families of short texts ask what they say they ask."""

import pytest

from qbert_demo.data.behaviour import FAMILIES, Probes, families_for

SENTIMENT = ("negative", "positive")


def test_families_are_small_and_no_text_stands_twice() -> None:
    texts = [probe.text for family in FAMILIES for probe in family.texts]
    assert len(set(texts)) == len(texts)
    assert all(20 <= len(family.texts) <= 40 for family in FAMILIES)
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_family_asks_one_thing_of_all_its_texts(family: Probes) -> None:
    assert {bool(probe.right) for probe in family.texts} == {family.is_sentiment}
    sentences: dict[str, set[str]] = {}
    for probe in family.texts:
        assert probe.text == probe.sentence.format(probe.word)
        sentences.setdefault(probe.sentence, set()).add(probe.word)
    if not family.is_sentiment:
        assert len({frozenset(words) for words in sentences.values()}) == 1


@pytest.mark.parametrize(
    ("labels", "sentiment"),
    [(SENTIMENT, True), (("negative", "neutral", "positive"), True), (("ham", "spam"), False)],
)
def test_only_tasks_with_both_labels_are_asked_for_a_sentiment(
    labels: tuple[str, ...], sentiment: bool
) -> None:
    families = families_for(labels)
    assert any(family.is_sentiment for family in families) == sentiment
    assert any(not family.is_sentiment for family in families)
    for probe in (probe for family in families for probe in family.texts if probe.right):
        assert set(probe.right) & set(labels), "a right label that the task has"

"""Short texts in the Judge tab: the words, the texts behind each number, and the way to Compare."""

from dataclasses import replace

import pytest

from qbert_demo.ui.judge.behaviour import (
    behaviour_words,
    pick_mark,
    show_behaviour,
    show_texts,
    texts_html,
    unasked_words,
)
from tests.judgements import behaviour
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


def test_the_words_tell_what_fails_most_and_which_word_moves_most() -> None:
    words = behaviour_words(behaviour())
    assert "Most often failed is double negation: of 2 texts classical 2, hybrid 1." in words
    assert "the hybrid gives “positive” 30\xa0% with “old” and 80\xa0% with" in words


def test_where_no_word_moves_anything_the_words_say_so() -> None:
    reading, age = behaviour()
    still = replace(age, cases=tuple(c for c in age.cases if c.word != "old"))
    assert "No word moves the answer" in behaviour_words((reading, still))
    assert "Most often" not in behaviour_words((still,))


def test_the_part_opens_on_the_family_that_is_failed_most() -> None:
    shown = show_behaviour(EXPLORER, "sst2")
    assert shown.family["value"] == "double negation"
    assert [key for _, key in shown.which["choices"]] == ["all", "classical", "hybrid"]
    assert shown.texts.count("<tr>") == 3
    assert show_behaviour(EXPLORER, "ag_news")[:1] == (None,)


@pytest.mark.parametrize(
    ("head", "index", "which", "texts"),
    [("hybrid", 0, "hybrid", 1), ("classical", 0, "classical", 2), ("classical", 1, "all", 4)],
)
def test_a_mark_opens_its_texts(head: str, index: int, which: str, texts: int) -> None:
    shown = pick_mark(EXPLORER, "sst2", head, index)
    assert (shown.family, shown.which) == (behaviour()[index].name, which)
    assert shown.texts.count('<td class="text">') == texts


@pytest.mark.parametrize(("head", "index"), [("nobody", 0), ("hybrid", 9), ("hybrid", -1)])
def test_a_mark_that_is_none_changes_nothing(head: str, index: int) -> None:
    assert "double" not in str(pick_mark(EXPLORER, "sst2", head, index))


def test_texts_are_escaped_and_lead_to_compare() -> None:
    reading, age = behaviour()
    table = texts_html("sst2", reading, "all")
    assert 'href="?task=sst2&amp;text=It+is+not+%3Cnot%3E+good."' in table
    assert "It is not &lt;not&gt; good." in table
    assert "<not>" not in table
    assert "fails none of these texts" in texts_html("sst2", age, "classical")
    assert show_texts(EXPLORER, "sst2", "no such family", "all") == ""


def test_families_that_ask_nothing_are_named() -> None:
    words = unasked_words("News topic", ("negation", "not negative", "questions"))
    assert "so negation, not negative and questions ask nothing of it" in words

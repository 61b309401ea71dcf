"""The smallest edit, and what a word may be swapped for."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from qbert_demo.evaluation.edits import MOST, edits, unlike
from qbert_demo.model.words import near_words, read_words
from qbert_demo.results import BatchComparison, Edit, EditSearch, Word
from qbert_demo.service import Explorer
from qbert_demo.service.explaining import TRIES_AT_ONCE, smallest_edit
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


def searched(
    text: str, heads: Sequence[str] = ("classical", "hybrid"), near: Sequence[str] = ()
) -> list[EditSearch]:
    def compare(texts: Sequence[str]) -> BatchComparison:
        return EXPLORER.compare_batch("sst2", texts, heads=heads)

    found = EXPLORER.explain("sst2", text, heads)
    return list(smallest_edit(compare, replace(found, near=(tuple(near),) * len(found.near))))


def test_models_that_agree_are_parted() -> None:
    last = searched("a good film and more")[-1]
    assert last.edit is not None
    assert last.edit.old == "and"
    assert last.edit.new == "but"
    assert last.text == "a good film but more"
    assert last.parts_them
    assert {head: label for head, (label, _) in (last.before or {}).items()} == {
        "classical": "positive",
        "hybrid": "positive",
    }


def test_where_they_disagree_one_changes_its_mind() -> None:
    last = searched("a good film but long")[-1]
    assert last.edit is not None
    assert last.before is not None
    assert last.after is not None
    assert any(last.before[head][0] != last.after[head][0] for head in last.after)


def test_both_changing_together_is_found_only_after_all_tries() -> None:
    seen = searched("good")
    assert seen[-1].edit is not None
    assert seen[-1].edit.old == "good"
    assert not seen[-1].parts_them
    assert [(told.place, told.is_done) for told in seen] == [(0, False), (1, False), (1, True)]


def test_nothing_found_is_said_with_the_number_of_tries() -> None:
    *progress, last = searched(" ".join(f"w{k}" for k in range(100)), near=("x", "y", "z"))
    assert last.edit is None
    assert last.tried == last.total == MOST
    assert [seen.tried for seen in progress] == list(range(0, MOST + 1, TRIES_AT_ONCE))
    assert [seen.is_done for seen in (*progress, last)] == [False] * len(progress) + [True]


def test_one_model_alone_changes_its_mind() -> None:
    seen = searched("a good film", ["classical"])
    assert seen[-1].edit is not None
    assert seen[-1].edit.old == "good"


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit(2, 6, "good", "bad"), "a bad film"),
        (Edit(2, 6, "good", ""), "a film"),
        (Edit(0, 1, "a", ""), " good film"),
        (Edit(7, 11, "film", ""), "a good"),
    ],
)
def test_an_edit_keeps_the_rest_of_the_text(edit: Edit, text: str) -> None:
    assert edit.applied("a good film") == text


def test_words_of_most_effect_are_tried_first_each_once() -> None:
    words = (Word("a", 0, 1), Word("Good", 2, 6))
    found = edits(words, ((), ("fine", "good")), np.array([0.1, -2.0]))
    assert [(edit.old, edit.new) for edit in found] == [
        ("Good", "bad"),
        ("Good", "fine"),
        ("Good", ""),
        ("a", ""),
    ]
    assert unlike("bad") == ["good"]
    assert "quite" in unlike("very")


def test_near_words_are_whole_words_of_the_models_embedding() -> None:
    classical = Explorer.start(["sst2"]).classifier("sst2", "classical")
    read = read_words(classical, "a gripping film, supercalifragilistic")
    near = near_words(classical, read)
    assert [word.text for word in read.words][-1] == "supercalifragilistic"
    assert near[-1] == near[3] == ()
    assert "movie" in near[2]
    assert all(word.isalpha() and word != "film" for word in near[2])

"""The smallest edit in words: what it does depends on whether the models agreed before."""

import pytest

from qbert_demo.results import Edit, EditSearch
from qbert_demo.ui.compare.why_edit import edit_html
from tests.ui.test_compare import text_of


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("++", "+-", "They part when one word changes"),
        ("++", "--", "They change their minds together when one word changes"),
        ("-+", "++", "They agree when one word changes"),
        ("-+", "+-", "They still disagree, but otherwise, when one word changes"),
        ("+", "-", "It changes its mind when one word changes"),
    ],
)
def test_an_edit_is_told_by_what_the_models_said_before(before: str, after: str, says: str) -> None:
    answers = [
        {head: (label, 0.9) for head, label in zip(("classical", "hybrid"), labels, strict=False)}
        for labels in (before, after)
    ]
    edit = Edit(0, 3, "not", "")
    seen = EditSearch(1, 9, 1, edit, "dull", answers[0], answers[1], is_done=True)
    assert says in text_of(edit_html("not dull", seen))

"""What the Fine-tune tab makes of lists of sentences, and its verdict."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from qbert_demo.data.choice import Material
from qbert_demo.data.rows import Rows
from qbert_demo.evaluation.metrics import accuracy
from qbert_demo.results import HeadReport, QuickReport
from qbert_demo.ui.finetune.result import verdict
from qbert_demo.ui.finetune.rows_form import choice_of
from qbert_demo.ui.finetune.words import progress_html
from tests.service.test_tuner import OWN
from tests.ui.test_compare import text_of

FORM = ("own", "rotten_tomatoes", OWN, None, 500.0, 200.0, True, 0.0)
QUICK = {"epochs": 5, "n_qubits": 2}


def test_lists_become_lines_with_their_class() -> None:
    form = ("own", "", "left, out", None, *FORM[4:], *(None,) * 7)
    lists = ("calm", "one, two\n\n  three\tfour ", "", "five")
    assert choice_of(*form, *lists).own_text == "one, two\tcalm\nthree four\tcalm\nfive\tB"
    assert choice_of(*form, "calm", " \n", "angry", "").own_text == "left, out"


def scored(n: int, **right: Sequence[int]) -> tuple[QuickReport, Material]:
    """A report of heads that got these of n held-out rows, with labels all 0."""
    rows = Rows(tuple(map(str, range(n))), (0,) * n, "made up", ("yes", "no"))
    heads = {}
    for name, places in right.items():
        predicted = np.ones(n, int)
        predicted[list(places)] = 0
        score = accuracy(predicted, np.zeros(n, int))
        heads[name] = HeadReport(name, score, 0.5, predicted, 0, (), 1, 0, 1, 0.1, 1.0, {})
    return QuickReport(heads, {}), Material(rows, rows)


@pytest.mark.parametrize(
    ("n", "right", "words"),
    [
        (
            7,
            {"classical": range(7), "hybrid": ()},
            "Classical got 7 of 7, hybrid 0: 7 rows are too few to compare.",
        ),
        (
            200,
            {"classical": range(144), "hybrid": range(132), "control": range(131)},
            "Classical got 144 of 200, hybrid 132, control 131. 6 points fewer for the hybrid than "
            "for the classical are not chance (p = 0.00098); but the best epochs were picked on "
            "these rows. No difference to the control can be shown.",
        ),
        (
            200,
            {"classical": range(100), "hybrid": range(5, 106)},
            "Classical got 100 of 200, hybrid 101: no difference between the hybrid and the "
            "classical can be shown (p = 1).",
        ),
        (200, {"hybrid": range(9)}, "Hybrid got 9 of 200 right."),
    ],
)
def test_the_verdict_says_no_more_than_the_rows_carry(
    n: int, right: dict[str, Sequence[int]], words: str
) -> None:
    assert verdict(*scored(n, **right)) == words


@pytest.mark.parametrize(
    ("arguments", "stage", "bar"),
    [
        ((3, (0, 0), 0, 20, 0), "Waiting; 3 in the queue.", ""),
        ((None, (0, 0), 0, 20, 0), "Starting …", ""),
        ((None, (100, 400), 0, 20, 2), "Embedding", "100 of 400 texts, about 6 s left"),
        ((None, (400, 400), 5, 20, 1), "Training", "5 of 20 epochs, about 3 s left"),
        ((None, (400, 400), 0, 20, 1), "Training", "0 of 20 epochs"),
    ],
)
def test_progress_tells_stage_share_and_time_left(
    arguments: tuple[Any, ...], stage: str, bar: str
) -> None:
    words, drawn = progress_html(*arguments)
    assert stage in words
    assert text_of(drawn) == bar

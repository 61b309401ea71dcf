"""Events by names: what a handler gets and returns, and what Gradio is told of it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import gradio as gr
import pytest

from qbert_demo.errors import InputError
from qbert_demo.ui.parts.events import KEEP, errors_told, handler


class Inner(NamedTuple):
    one: Any = KEEP
    two: Any = KEEP


class Shown(NamedTuple):
    said: Any = KEEP
    views: Any = KEEP
    inner: Any = KEEP
    absent: Any = KEEP
    pair: Any = KEEP


FORM = {"a": "A", "b": Inner("B1", "B2")}
OUTPUTS = Shown("said", {"x": "X", "y": "Y"}, Inner("I1", "I2"), None, ["P1", "P2"])


def test_a_form_comes_back_with_values_in_the_places_of_its_components() -> None:
    got: list[Any] = []
    event = handler(lambda *parts: got.extend(parts), ["first", FORM])
    assert event["inputs"] == ["first", "A", "B1", "B2"]
    event["fn"](0, 1, 2, 3)
    assert got == [0, {"a": 1, "b": Inner(2, 3)}]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Shown("words"), ["words", *[KEEP] * 6]),
        (Shown(views={"y": 2}), [KEEP, None, 2, *[KEEP] * 4]),
        (Shown(views={}), [KEEP, None, None, *[KEEP] * 4]),
        (Shown(inner=Inner(two=7), absent="nowhere"), [*[KEEP] * 4, 7, *[KEEP] * 2]),
        (Shown(pair=[8, 9]), [*[KEEP] * 5, 8, 9]),
        (KEEP, [KEEP] * 7),
    ],
)
def test_what_an_answer_leaves_out_stays_and_a_name_left_out_of_it_is_empty(
    answer: Any, told: list[Any]
) -> None:
    event = handler(lambda: answer, None, OUTPUTS)
    assert event["outputs"] == ["said", "X", "Y", "I1", "I2", "P1", "P2"]
    assert event["fn"]() == told
    assert len({len(told), len(event["outputs"])}) == 1


def test_one_component_gets_the_answer_itself() -> None:
    event = handler(lambda value: [value], "in", "out")
    assert (event["outputs"], event["fn"](3)) == (["out"], [3])


def test_a_generator_tells_several_times_and_is_closed_with_its_page() -> None:
    ended = []

    def telling(n: int) -> Iterator[Inner]:
        try:
            for k in range(n):
                yield Inner(k)
        finally:
            ended.append(n)

    event = handler(telling, "n", Inner("a", "b"))
    assert list(event["fn"](2)) == [[0, KEEP], [1, KEEP]]
    left = event["fn"](5)
    next(left)
    left.close()
    assert ended == [2, 5]


def test_only_what_is_meant_for_people_reaches_programs() -> None:
    with pytest.raises(gr.Error, match="Too long"), errors_told():
        raise InputError("Too long.")
    with pytest.raises(KeyError), errors_told():
        raise KeyError("inner")

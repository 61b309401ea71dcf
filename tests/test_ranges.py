from types import SimpleNamespace
from typing import Any

import pytest

from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.ranges import as_whole, check_fields, real, whole

NOT_WHOLE = (True, 2.5, 3.0, "3", None, float("nan"), float("inf"), [3], 0, -1, 5, 10**400)


@pytest.mark.parametrize("value", NOT_WHOLE)
def test_what_is_no_whole_number_in_range_is_quoted_with_its_rule(value: object) -> None:
    with pytest.raises(InputError) as caught:
        whole("Rows", value, 1, 4)
    assert str(caught.value) == f"Rows must be a whole number from 1 to 4, not {value!r:.40}."


def test_large_numbers_are_grouped_and_the_caller_names_the_error() -> None:
    assert [whole("n", n, -1, 2) for n in (-1, 0, 2)] == [-1, 0, 2]
    with pytest.raises(CheckpointError, match="n must .* from 1 to 2,000, not 0[.]$"):
        whole("n", 0, 1, 2000, CheckpointError)
    with pytest.raises(ValueError, match="Mend it: n must"):
        whole("n", 0, 1, 2, lambda said: ValueError(f"Mend it: {said}"))


def test_a_form_may_send_whole_numbers_as_floats() -> None:
    number = as_whole(3.0)
    assert number == 3
    assert type(number) is int
    for value in (2.5, float("nan"), float("inf"), True, "3", None):
        assert as_whole(value) is value


@pytest.mark.parametrize("value", [True, "0.5", None, float("nan"), -0.001, 1.001, 10**400])
def test_a_number_is_in_range_or_quoted(value: Any) -> None:
    assert [real("rate", n, 0.0, 1.0) for n in (0, 0.5, 1)] == [0, 0.5, 1]
    with pytest.raises(InputError) as caught:
        real("rate", value, 0.0, 1.0)
    assert str(caught.value) == f"rate must be a number from 0 to 1, not {value!r:.40}."


def test_fields_are_whole_where_their_range_begins_with_an_int() -> None:
    ranges = {"rows": (1, 4), "rate": (0.0, 0.01)}
    check_fields(SimpleNamespace(rows=4, rate=0, other="x"), ranges)
    with pytest.raises(ValueError, match="rows must be a whole number"):
        check_fields(SimpleNamespace(rows=2.0, rate=0), ranges, ValueError)
    with pytest.raises(InputError, match="rate must be a number from 0 to 0.01, not 1[.]$"):
        check_fields(SimpleNamespace(rows=2, rate=1), ranges)

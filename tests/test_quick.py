"""What `make quick` chooses."""

import pytest

from tests.quick import NEAREST, nearest


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ("qbert_demo/data/own_lines.py", "tests/data/test_own_lines.py"),
        ("qbert_demo/circuit/formula.py", "tests/circuit/test_formula.py"),
        ("tests/data/test_rows.py", "tests/data/test_rows.py"),
    ],
)
def test_the_namesake_comes_first(changed: str, first: str) -> None:
    assert nearest([changed])[0] == first


def test_few_are_chosen_and_none_where_nothing_is_imported() -> None:
    assert len(nearest(["qbert_demo/errors.py"])) == NEAREST
    assert nearest(["README.md", "qbert_demo/ui/static/lab.js"]) == []
    assert not [path for path in nearest(["qbert_demo/ui/layout.py"]) if "browser" in path]

"""Lines of a visitor's own on which the label comes first."""

import pytest

from qbert_demo.data.own_rows import read_own, read_own_file


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
@pytest.mark.parametrize("mark", ["", '"'])
def test_labels_that_come_first_are_recognised_and_it_is_said(separator: str, mark: str) -> None:
    lines = [
        f"{label}{separator}{mark}{text} {i}{mark}"
        for i in range(4)
        for label, text in (("Good", "a film, as it should be"), ("bad", "dull; so dull"))
    ]
    for found in (read_own("\n".join(lines)), read_own_file("a.csv", "\n".join(lines).encode())):
        assert found.classes == ("Good", "bad")
        assert found.texts[:2] == ("a film, as it should be 0", "dull; so dull 0")
        assert found.notes == ("Labels were read at the start of each line: “Good”, “bad”.",)


def test_labels_that_come_last_are_read_there_though_lines_begin_alike() -> None:
    whose = [("she", "good"), ("he", "bad"), ("she", "bad"), ("he", "good")] * 2
    lines = [f"{who},says it is film {i},{label}" for i, (who, label) in enumerate(whose)]
    found = read_own("\n".join(lines))
    assert found.classes == ("good", "bad")
    assert found.texts[0] == "she,says it is film 0"
    assert found.notes == ()

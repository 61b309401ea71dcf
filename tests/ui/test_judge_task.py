"""Which task is judged."""

import pytest

from qbert_demo.ui.judge.tab import judged_task
from tests.ui.scripted import ScriptedExplorer


@pytest.mark.parametrize(
    ("compared", "judged"), [("ag_news", "ag_news"), ("hub-1~ag_news", "ag_news"), ("x", "sst2")]
)
def test_the_task_that_is_compared_is_judged_if_it_is_ours(compared: str, judged: str) -> None:
    assert judged_task(ScriptedExplorer(), compared, "sst2") == judged

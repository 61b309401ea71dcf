"""What is drawn of the short texts is what was counted."""

from qbert_demo.evaluation.behaviour import failure_rate
from qbert_demo.figures.behaviour import failure_marks
from tests.judgements import made_up


def test_a_mark_stands_at_the_share_and_its_bar_at_the_interval() -> None:
    families = made_up().behaviour
    rates = {h: [failure_rate(f, h) for f in families] for h in families[0].heads}
    figure = failure_marks(families, rates)
    traces = {trace.get("name"): trace for trace in figure.data}
    assert traces["hybrid"]["x"] == [0.5, 0.25]
    rows = [round(y) for y in traces["hybrid"]["y"]]
    assert rows == [0, 1]
    bars = [t["x"] for t in figure.data if t.get("mode") == "lines"]
    assert [rates["hybrid"][0].low, rates["hybrid"][0].high] in bars
    assert "1 of 2" in traces["hybrid"]["customdata"][0]
    assert ("double negation", "hybrid", "1 of 2") in [row[:3] for row in figure.table.rows]
    assert "<b>age</b>  4 texts" in traces["names"]["text"]

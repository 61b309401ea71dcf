"""The judgement as one page: everything is in it, escaped, and it names its sources."""

import html
import json
import re
from dataclasses import replace

import pytest

from qbert_demo import __version__
from qbert_demo.ui.judge.report import report_html, write_report
from qbert_demo.ui.judge.tab import show_judgement
from tests.judgements import made_up, seeded
from tests.ui.scripted import ScriptedExplorer

EXPLORER = ScriptedExplorer()


@pytest.fixture(scope="module")
def page() -> str:
    content: bytes = write_report(EXPLORER, show_judgement, "sst2").shown.content
    return content.decode()


def test_every_figure_of_the_tab_is_there_with_its_words_and_values(page: str) -> None:
    panels = re.findall(r'<script type="application/json">(.*?)</script>', page)
    titles = [json.loads(panel)["figure"]["title"] for panel in panels]
    assert len(titles) == len(set(titles)) == 17
    for title in titles:
        assert f"<caption>{html.escape(title)}</caption>" in page
    assert "No difference between hybrid and classical can be shown" in page
    assert "cannot be shown to be needed" in page
    assert "Most often failed is double negation" in page
    assert "Click a mark" not in page


def test_the_page_tells_the_costs_beside_the_scores(page: str) -> None:
    assert page.count("<caption>What they cost</caption>") == 1
    assert "<td>1,574</td><td>1,570</td><td>0.46</td><td>0.50</td>" in page
    assert page.index("What they cost") < page.index("<h2>What is the circuit doing?</h2>")


@pytest.mark.parametrize(
    "fact",
    [
        "org/films",
        "validation",
        "2026-01-02",
        "100, all of the split",
        "2,000 rows of the training split",
        "0 to 19 where the ladder draws at random",
        "seeds of the trainings",
        "python -m qbert_demo judge --task sst2 --measure",
        "SHA-256 of the hybrid&#x27;s weights",
        "0123456789abcdef" * 4,
        f"qbert_demo {__version__}",
        "torch ",
    ],
)
def test_the_page_names_its_sources(page: str, fact: str) -> None:
    assert fact in page


def test_what_others_wrote_stays_text() -> None:
    bad = "</script><script>alert(1)</script>"
    shown = show_judgement(EXPLORER, "sst2")._asdict()
    panel = shown["scores"]
    shown["scores"] = replace(panel, figure=replace(panel.figure, title=bad))
    page = report_html(replace(made_up(), dataset=bad), bad, shown)
    assert bad not in page


def test_every_seed_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EXPLORER, "judgement", lambda task: seeded())
    told: str = write_report(EXPLORER, show_judgement, "sst2").shown.content.decode()
    assert "hybrid mean 0.867 over 3 seeds" in told
    assert "<caption>Each seed</caption>" in told
    assert '<td class="text">0, 1, 2</td>' in told


def test_a_task_that_was_not_judged_has_no_page() -> None:
    told = write_report(EXPLORER, show_judgement, "ag_news")
    assert 'class="problem"' in told.said
    assert told.shown is None

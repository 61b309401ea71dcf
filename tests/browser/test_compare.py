"""What a visitor of the Compare tab does and sees."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BOX, Open, ask, said, wait_for_words
from tests.ui.scripted import NEWS, SENTIMENT, ScriptedExplorer

pytestmark = pytest.mark.browser
FIGURES = ("compared", "circuit", "expectations", "contributions")
FOUR_LABELS = "document.querySelector('#compared .plot').data[0].x.length === 4"


def drawn(page: Page, figure: str) -> Any:
    """Return the traces that Plotly has drawn."""
    return page.evaluate(f"document.querySelector('#{figure} .plot').data")


def models(page: Page) -> list[str]:
    """Return the models that have bars."""
    return [trace["name"] for trace in drawn(page, "compared") if trace["type"] == "bar"]


def wait_for_models(page: Page, *names: str) -> None:
    page.wait_for_function(
        """names => [...(document.querySelector('#compared .plot').data || [])]
            .filter(t => t.type === 'bar').map(t => t.name).join() === names""",
        arg=",".join(names),
    )


def bottom_of(page: Page, selector: str) -> float:
    return float(
        page.evaluate(f"document.querySelector('{selector}').getBoundingClientRect().bottom")
    )


def top_of(page: Page, selector: str) -> float:
    return float(page.evaluate(f"document.querySelector('{selector}').getBoundingClientRect().y"))


def test_the_first_view_has_an_answer_and_every_figure(open_page: Open) -> None:
    page = open_page()
    assert page.input_value(BOX) == SENTIMENT.examples[0].text
    assert "Both say positive" in said(page)
    for figure in FIGURES:
        page.wait_for_selector(f"#{figure} .plot .main-svg")
    prediction = ScriptedExplorer().predict(SENTIMENT, SENTIMENT.examples[0].text, "hybrid")
    assert models(page) == ["classical", "hybrid"]
    assert drawn(page, "compared")[2]["x"] == pytest.approx(list(prediction.probabilities))
    *parts, total = drawn(page, "contributions")[0]["x"]
    assert sum(parts) == pytest.approx(total)
    assert total == pytest.approx(abs(prediction.logits[0] - prediction.logits[1]))
    assert "The same BERT twice" in page.inner_text("#header")
    assert "Models: scripted." in page.inner_text("#foot")
    assert top_of(page, "#foot") > bottom_of(page, "#guest")


@pytest.mark.parametrize(
    ("width", "height", "last"),
    [(390, 664, "#compared .plot"), (320, 568, ".verdict"), (640, 450, ".verdict")],
    ids=["phone", "small phone", "laptop at 200 %"],
)
def test_the_answer_is_seen_without_scrolling(
    open_page: Open, width: int, height: int, last: str
) -> None:
    page = open_page(query="?text=bad+but+true", width=width, height=height)
    wait_for_words(page, "They disagree: classical says negative")
    order = ["#sentence", "#examples", ".verdict", "#compared .plot", ".options", "#how", "#sizes"]
    tops = [top_of(page, selector) for selector in order]
    assert tops == sorted(tops)
    assert bottom_of(page, last) <= height
    sizes = page.evaluate(
        """[...document.querySelectorAll('#compare-tab *, #header *')]
            .filter(e => e.innerText?.trim() && e.checkVisibility())
            .map(e => parseFloat(getComputedStyle(e).fontSize))"""
    )
    verdict = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.verdict')).fontSize)"
    )
    assert verdict == max(sizes)


def test_enter_and_the_button_classify(open_page: Open) -> None:
    page = open_page()
    ask(page, "bad but true")
    wait_for_words(page, "classical says negative")
    assert "hybrid says positive" in said(page)
    assert drawn(page, "compared")[2]["x"][1] > 0.5
    page.uncheck("#live input")
    page.fill(BOX, "good through and through")
    page.click("#classify")
    wait_for_words(page, "Both say positive")


def test_answers_come_while_typing_unless_switched_off(open_page: Open) -> None:
    page = open_page()
    page.fill(BOX, "")
    page.locator(BOX).press_sequentially("bad but typed", delay=15)
    wait_for_words(page, "They disagree: classical says negative")
    page.uncheck("#live input")
    page.fill(BOX, "")
    page.locator(BOX).press_sequentially("good", delay=15)
    page.wait_for_timeout(900)
    assert "They disagree" in said(page)


def test_a_late_answer_never_replaces_a_newer_one(open_page: Open) -> None:
    page = open_page()
    ask(page, "slow and bad")
    page.wait_for_timeout(150)
    ask(page, "good but quick")
    wait_for_words(page, "They disagree: classical says positive")
    page.wait_for_timeout(1500)
    assert "They disagree: classical says positive" in said(page)
    assert drawn(page, "compared")[0]["x"][1] > 0.5


def test_an_example_is_one_click_away(open_page: Open) -> None:
    page = open_page()
    page.uncheck("#live input")
    page.get_by_role("button", name="Mixed feelings").click()
    wait_for_words(page, "They disagree: classical says negative")
    assert page.input_value(BOX) == SENTIMENT.examples[1].text
    pressed = page.locator("#examples [aria-pressed=true]")
    assert pressed.all_inner_texts() == ["Mixed feelings"]
    page.locator(BOX).press_sequentially("!")
    assert pressed.count() == 0


def test_another_task_brings_its_labels_and_examples(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("News topic").check()
    page.wait_for_function(FOUR_LABELS)
    assert page.input_value(BOX) == NEWS.examples[0].text
    assert page.locator("#examples button").all_inner_texts() == ["Two topics", "Plain"]
    ask(page, "a text of my own, good")
    wait_for_words(page, "Both say")
    assert any(label in said(page) for label in NEWS.labels)
    page.get_by_label("Sentiment").check()
    wait_for_words(page, "Both say positive")
    assert page.input_value(BOX) == "a text of my own, good"


def test_the_control_is_a_third_bar_on_demand(open_page: Open) -> None:
    page = open_page()
    assert models(page) == ["classical", "hybrid"]
    page.check("#control input")
    wait_for_models(page, "classical", "hybrid", "control")
    wait_for_words(page, "All 3 say")
    page.uncheck("#control input")
    wait_for_models(page, "classical", "hybrid")


def test_sizes_and_times_are_in_one_table_that_stays_open(open_page: Open) -> None:
    page = open_page()
    assert not page.is_visible("#sizes table")
    page.click("#sizes > button")
    page.wait_for_selector("#sizes table")
    assert page.locator("#sizes tbody tr").count() == 2
    ask(page, "bad but true")
    wait_for_words(page, "They disagree")
    assert page.is_visible("#sizes table")


def test_an_empty_box_invites_and_an_error_keeps_what_was_typed(open_page: Open) -> None:
    page = open_page()
    ask(page, "")
    wait_for_words(page, "press one of the examples")
    assert page.locator(".problem").count() == 0
    page.wait_for_selector("#compared", state="hidden")
    assert top_of(page, ".options") - bottom_of(page, "#said") < 60, "no gap where an answer was"
    ask(page, "x" * 30_000)
    wait_for_words(page, "30,000 characters")
    assert len(page.input_value(BOX)) == 30_000
    assert page.locator("[data-testid=toast-body]").count() == 0
    ask(page, "good again")
    wait_for_words(page, "Both say positive")
    assert page.is_visible("#compared .main-svg")
    assert page.is_visible("#circuit .main-svg")


ODD = (
    "<img src=x onerror='window.pwned=1'> `${window.pwned=1}` {{value}} good",
    "سلام good",
    "😀🎬 good",
    "a\x01b\x07 good",
)


def test_odd_texts_are_text(open_page: Open) -> None:
    page = open_page()
    page.uncheck("#live input")
    for k, text in enumerate(ODD):
        ask(page, f"bad but {'word ' * (120 + k)}{text}")
        wait_for_words(page, f"the last {len('word ' * (22 + k)) + len(text) + 1} characters")
        assert page.evaluate("window.pwned") is None
        assert page.locator("#said img").count() == 0
    direction = page.evaluate(f"getComputedStyle(document.querySelector('{BOX}')).unicodeBidi")
    assert direction == "plaintext"


def test_nothing_moves_when_an_answer_arrives(open_page: Open) -> None:
    page = open_page()
    places = ("#said", "#compared", "#how", "#batch")
    before = [top_of(page, place) for place in places]
    ask(page, "bad but true")
    wait_for_words(page, "They disagree")
    assert [top_of(page, place) for place in places] == before


SHIFT = """window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (!entry.hadRecentInput) window.shift += entry.value;
})).observe({ type: 'layout-shift', buffered: true });"""


@pytest.mark.parametrize("width", [390, 1280])
def test_little_moves_from_opening_the_page_over_six_examples(open_page: Open, width: int) -> None:
    page = open_page(width=width, height=664)
    page.evaluate(SHIFT)
    for k in range(6):
        page.wait_for_timeout(600)  # what moves later than this after a click counts
        before = page.get_attribute("#compared .plotly-view", "data-drawn")
        page.locator("#examples button").nth((k + 1) % 2).click()
        page.wait_for_function(
            f"document.querySelector('#compared .plotly-view').dataset.drawn !== '{before}'"
        )
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") < 0.1


def test_a_link_fills_and_classifies_and_can_be_copied(open_page: Open) -> None:
    page = open_page(query="?task=ag_news&text=good+%26+%3Cb%3Enew%3C%2Fb%3E")
    page.wait_for_function(FOUR_LABELS)
    assert page.input_value(BOX) == "good & <b>new</b>"
    page.click("#copy-link")
    page.wait_for_function("document.querySelector('#copied').innerText.includes('copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("?task=ag_news&text=good+%26+%3Cb%3Enew%3C%2Fb%3E")
    assert "It holds the task and the text." in page.inner_text("#copied")


def test_on_a_narrow_screen_a_links_task_is_seen_wherever_it_stands_in_the_row(
    open_page: Open,
) -> None:
    page = open_page(width=240, query="?task=ag_news&text=rain+stops+the+final")
    page.wait_for_function("document.querySelector('#task input:checked').value !== 'sst2'")
    page.wait_for_function(
        """() => { const task = document.querySelector('#task input:checked').closest('label');
        return task.getBoundingClientRect().right <= innerWidth; }"""
    )
    assert page.evaluate("scrollY") == 0


def test_a_link_with_an_unknown_task_keeps_the_first(open_page: Open) -> None:
    page = open_page(query="?task=nope&text=bad+but+true")
    wait_for_words(page, "classical says negative")
    assert page.get_by_label("Sentiment").is_checked()

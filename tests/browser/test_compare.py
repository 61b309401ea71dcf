"""What a visitor of the Compare tab does and sees."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BOX, Open, ask, said, wait_for_words
from tests.ui.scripted import NEWS, SENTIMENT, ScriptedExplorer

pytestmark = pytest.mark.browser
FIGURES = ("card-classical", "card-hybrid", "circuit", "expectations", "contributions")


def drawn(page: Page, figure: str) -> Any:
    """Return the traces that Plotly has drawn."""
    return page.evaluate(f"document.querySelector('#{figure} .plot').data")


def top_of(page: Page, selector: str) -> float:
    return float(page.evaluate(f"document.querySelector('{selector}').getBoundingClientRect().y"))


def test_the_first_view_has_an_answer_and_every_figure(open_page: Open) -> None:
    page = open_page()
    assert page.input_value(BOX) == SENTIMENT.examples[0].text
    assert "Both say positive" in said(page)
    for figure in FIGURES:
        page.wait_for_selector(f"#{figure} .plot .main-svg")
    prediction = ScriptedExplorer().predict(SENTIMENT, SENTIMENT.examples[0].text, "hybrid")
    assert drawn(page, "card-hybrid")[0]["x"] == pytest.approx(list(prediction.probabilities))
    *parts, total = drawn(page, "contributions")[0]["x"]
    assert sum(parts) == pytest.approx(total)
    assert total == pytest.approx(prediction.logits[prediction.winner])
    assert "Models: scripted." in page.inner_text("#header")


def test_enter_and_the_button_classify(open_page: Open) -> None:
    page = open_page()
    ask(page, "bad but true")
    wait_for_words(page, "classical says negative")
    assert "hybrid says positive" in said(page)
    assert page.inner_text("#card-hybrid .label") == "positive"
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
    assert page.inner_text("#card-classical .label") == "positive"


def test_an_example_is_one_click_away(open_page: Open) -> None:
    page = open_page()
    page.uncheck("#live input")
    page.get_by_role("button", name="Mixed feelings").click()
    wait_for_words(page, "They disagree: classical says negative")
    assert page.input_value(BOX) == SENTIMENT.examples[1].text


def test_another_task_brings_its_labels_and_examples(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("News topic").check()
    page.wait_for_function("document.querySelector('#card-hybrid .plot').data[0].x.length === 4")
    assert page.input_value(BOX) == NEWS.examples[0].text
    assert page.locator("#examples button").all_inner_texts() == ["Two topics", "Plain"]
    ask(page, "a text of my own, good")
    wait_for_words(page, "Both say")
    before = page.inner_text("#card-classical .label")
    page.get_by_label("Sentiment").check()
    wait_for_words(page, "Both say positive")
    assert before in NEWS.labels
    assert page.input_value(BOX) == "a text of my own, good"


def test_the_control_is_a_third_card_on_demand(open_page: Open) -> None:
    page = open_page()
    assert not page.is_visible("#card-control")
    page.check("#control input")
    page.wait_for_selector("#card-control .main-svg")
    wait_for_words(page, "All 3 say")
    page.uncheck("#control input")
    page.wait_for_selector("#card-control", state="hidden")


def test_an_empty_box_invites_and_an_error_keeps_what_was_typed(open_page: Open) -> None:
    page = open_page()
    ask(page, "")
    wait_for_words(page, "press one of the examples")
    assert page.locator(".problem").count() == 0
    page.wait_for_selector("#card-hybrid .label", state="hidden")
    ask(page, "x" * 30_000)
    wait_for_words(page, "30,000 characters")
    assert len(page.input_value(BOX)) == 30_000
    assert page.locator("[data-testid=toast-body]").count() == 0
    ask(page, "good again")
    wait_for_words(page, "Both say positive")
    assert page.is_visible("#card-hybrid .label")


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
    places = ("#said", "#cards", "#how", "#batch")
    before = [top_of(page, place) for place in places]
    ask(page, "bad but true")
    wait_for_words(page, "They disagree")
    assert [top_of(page, place) for place in places] == before


def test_a_link_fills_and_classifies_and_can_be_copied(open_page: Open) -> None:
    page = open_page(query="?task=ag_news&text=good+%26+%3Cb%3Enew%3C%2Fb%3E")
    page.wait_for_function("document.querySelector('#card-hybrid .plot').data[0].x.length === 4")
    assert page.input_value(BOX) == "good & <b>new</b>"
    page.click("#copy-link")
    page.wait_for_function("document.querySelector('#copied').innerText.includes('copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith("?task=ag_news&text=good+%26+%3Cb%3Enew%3C%2Fb%3E")


def test_a_link_with_an_unknown_task_keeps_the_first(open_page: Open) -> None:
    page = open_page(query="?task=nope&text=bad+but+true")
    wait_for_words(page, "classical says negative")
    assert page.get_by_label("Sentiment").is_checked()

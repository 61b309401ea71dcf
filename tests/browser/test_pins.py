"""Pinned texts, in a browser: side by side or stacked, with answers and words, and unpinned."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, ask, wait_for_words
from tests.browser.test_looks import OVERFLOW, UNLABELLED

pytestmark = pytest.mark.browser

TEXTS = ("a good <b>film</b>", "more good but long")
PLACES = """[...document.querySelectorAll('#pins-board article')].map(e => {
    const { x, y } = e.getBoundingClientRect(); return [x, y]; })"""


def pin(page: Page, *texts: str) -> None:
    """Ask about each text, then pin it and wait for its words."""
    for text in texts:
        n = page.locator("#pins-board article").count() + 1
        ask(page, text)
        wait_for_words(page, "disagree" if "but" in text else "Both say")
        page.click("#pin")
        page.wait_for_selector(f"#pins-board article:nth-child({n}) .marked")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_two_texts_stand_side_by_side_where_there_is_room(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    assert page.locator("#pins-board article").count() == 0
    pin(page, *TEXTS)
    assert page.inner_text("#copied") == "Pinned, 2 of 4. See pinned texts"
    assert page.locator("#pins-board h3").all_inner_texts() == list(TEXTS)
    answers = page.locator("#pins-board .answers").all_inner_texts()
    labels = [[line.split()[1] for line in told.splitlines()] for told in answers]
    assert labels == [["positive", "positive"], ["positive", "negative"]]
    assert page.locator("#pins-board .qubits tr").count() == 8
    assert page.locator("#pins-board b").count() == 0
    (x, y), (other_x, other_y) = page.evaluate(PLACES)
    assert (other_x > x, other_y > y) == ((True, False) if width == 1280 else (False, True))
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0


def test_a_text_is_unpinned_by_keyboard_and_the_others_stay_whatever_is_asked(
    open_page: Open,
) -> None:
    page = open_page()
    pin(page, *TEXTS)
    page.click("#task input[value=ag_news]")
    page.get_by_role("button", name=f"Unpin: {TEXTS[0]}").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#pins-board article').length === 1")
    assert page.inner_text("#pins-board h3") == TEXTS[1]
    assert "Sentiment" in page.inner_text("#pins-board article")
    assert page.inner_text("#pins-told") == "Unpinned; 1 of 4 left."
    page.wait_for_function("document.activeElement.dataset.pin === '2'")
    with page.expect_download() as saved:
        page.click("#pins-save a")
    assert saved.value.suggested_filename == "qbert-pinned.html"
    page.click("#pins-board [data-pin=all]")
    page.wait_for_selector("#pins-board :text('Nothing is pinned')")
    page.wait_for_function("document.activeElement.parentElement.id === 'pins'")


def test_in_forced_colours_the_bars_and_their_zero_are_drawn_by_lines(open_page: Open) -> None:
    page = open_page(forced_colors="active")
    pin(page, TEXTS[0])
    widths = "e => [getComputedStyle(e, '::before').borderLeftWidth, getComputedStyle(e.firstChild)"
    zero, bar = page.locator("#pins-board .axis").first.evaluate(f"{widths}.borderTopWidth]")
    assert (zero, bar) == ("1px", "10px")

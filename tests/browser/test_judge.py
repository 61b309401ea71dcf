"""The Judge tab in a real browser."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import BOX, Open, wait_for_words
from tests.browser.test_looks import OVERFLOW

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_the_tab_opens_on_the_verdict_and_draws_the_ladder(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector("#judge-ladder [data-drawn]")
    assert "No difference between hybrid and classical" in page.inner_text("#judge-said .verdict")
    assert "cannot be shown to be needed" in page.inner_text("#judge-ladder .reading")
    page.click("#judge-formula > button")
    page.click("#formula-button")
    page.wait_for_selector("#formula-code pre:has-text('positive')")
    assert page.evaluate(OVERFLOW) == 0
    assert "1,570" in page.inner_text("#judge-costs")
    assert "2026-01-02" in page.inner_text("#judge-leaderboard")
    page.click("#judge-angles > button")
    page.wait_for_selector("#judge-weights [data-drawn]")
    assert "4 are live" in page.inner_text("#judge-weights .reading")
    page.click("#judge-failed label:has-text('hybrid')")
    page.wait_for_selector("#judge-short-texts:has-text('1 text that the hybrid fails')")
    mark = page.locator("#judge-failures .points path").first
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#judge-short-texts:has-text('2 texts that the classical fails')")
    assert page.evaluate(OVERFLOW) == 0
    page.click("#judge-task label:has-text('News topic')")
    page.wait_for_selector("#judge-said .problem")
    assert not page.is_visible("#judge-ladder")
    assert not page.is_visible("#judge-behaviour")


def test_the_task_that_is_compared_is_judged(open_page: Open) -> None:
    page = open_page(query="?task=ag_news")
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector("#judge-said .problem")  # of this task nothing was measured here
    assert page.locator("#judge-task").get_by_label("News topic").is_checked()
    page.get_by_role("tab", name="Compare").click()
    page.click("#task label:has-text('Sentiment')")
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector("#judge-said .verdict")
    assert page.locator("#judge-task").get_by_label("Sentiment").is_checked()


def test_a_short_text_opens_in_compare(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("tab", name="Judge").click()
    page.click("#judge-short-texts a:has-text('Never not good.')")
    page.wait_for_selector("#contributions [data-drawn]")
    wait_for_words(page, "say")
    assert page.input_value(BOX) == "Never not good."


def test_a_cell_leads_to_texts_and_a_text_into_compare_and_circuit(open_page: Open) -> None:
    page = open_page(width=1280)
    page.get_by_role("tab", name="Judge").click()
    page.click("#judge-details > button")
    page.wait_for_selector("#judge-confusion-hybrid [data-drawn]")
    cell = page.locator("#judge-confusion-hybrid .nsewdrag")
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    page.wait_for_selector("#judge-texts-list caption:has-text('says positive, true is negative')")
    link = page.locator("#judge-texts-list a").first
    text = link.inner_text()
    link.click()
    page.wait_for_function(
        "text => document.querySelector('#sentence textarea').value === text", arg=text
    )
    assert page.is_visible("#said")
    page.click("#open-circuit")
    page.wait_for_selector("#circuit-lab [data-drawn]")
    assert page.input_value("#circuit-sentence textarea") == text
    page.get_by_role("tab", name="Judge").click()
    assert page.is_visible("#judge-texts-list a >> nth=0")


def list_texts(page: Page) -> None:
    """Choose the first of the numbers that lead to texts."""
    page.click("#judge-number input")
    page.get_by_role("option").first.click()


GAPS = """() => [...document.querySelectorAll('#judge-tab .plot')].flatMap(plot => {
    const axis = plot.querySelector('.xzl')?.getBoundingClientRect();
    return axis ? [...plot.querySelectorAll('.textpoint text')].map(
        words => words.getBoundingClientRect().left - axis.right) : [] })"""
UNDER_ARROW = """box => {
    const { right } = box.getBoundingClientRect();
    const arrow = box.parentElement.querySelector('svg').getBoundingClientRect();
    return right - parseFloat(getComputedStyle(box).paddingRight) - arrow.left }"""


@pytest.mark.parametrize("width", [390, 1280])
def test_words_keep_off_axes_arrows_and_edges(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector("#judge-failures [data-drawn]")
    page.click("#judge-angles > button")
    page.wait_for_selector("#judge-kernel [data-drawn]")
    gaps = page.evaluate(GAPS)
    assert len(gaps) > 10
    assert min(gaps) > 2
    assert page.eval_on_selector("#judge-number input", UNDER_ARROW) <= 0
    list_texts(page)
    caption = page.wait_for_selector("#judge-texts-list caption")
    frame = page.query_selector("#judge-texts-list .table-frame")
    assert caption.bounding_box()["width"] <= frame.bounding_box()["width"]


def test_stop_is_not_shown_while_no_map_is_made(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("tab", name="Judge").click()
    page.click("#judge-map > button")
    page.wait_for_selector("#map-start")
    assert not page.is_visible("#map-stop")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_button_of_a_text_asks_for_training_texts_near_it(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.get_by_role("tab", name="Judge").click()
    page.wait_for_selector("#judge-said .verdict")
    list_texts(page)
    page.locator("#judge-texts-list button").nth(1).click()
    problem = page.wait_for_selector("#judge-near .problem")
    assert problem is not None
    assert "not to be had now; set QBERT_DATASETS_DIR" in problem.inner_text()
    assert page.evaluate("document.activeElement.dataset.row") is not None
    assert page.evaluate(OVERFLOW) == 0

"""Which words?, in a browser: closed until asked, marks, figures, paths by click, and the edit."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open, ask, wait_for_words
from tests.browser.test_looks import OVERFLOW, UNLABELLED

pytestmark = pytest.mark.browser

TEXT = "a good film <b> and more of it than one would have thought it could be , they say of it"


def opened(page: Page) -> Page:
    ask(page, TEXT)
    wait_for_words(page, "say")
    page.click("#why > button")
    page.wait_for_selector("#why-flow [data-drawn]")
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_it_opens_on_demand_and_fits(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    assert page.locator("#why .marked").count() == 0
    opened(page)
    assert page.locator("#why .marked").count() == 2
    names = page.locator("#why-bars .legendtext").all_text_contents()
    assert names[::2] == ["classical", "hybrid"]
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0


def test_a_line_above_or_below_shows_the_sign_without_colour(open_page: Open) -> None:
    page = opened(open_page(forced_colors="active"))
    sides = "e => [getComputedStyle(e).borderTopWidth, getComputedStyle(e).borderBottomWidth]"
    above = page.locator(".marked .mark.for").first.evaluate(sides)
    below = page.locator(".marked .mark.against").first.evaluate(sides)
    assert [side == "0px" for side in above] == [False, True]
    assert [side == "0px" for side in below] == [True, False]


def test_a_click_on_a_word_lights_its_path(open_page: Open) -> None:
    page = opened(open_page())
    point = page.locator("#why-flow path.point").nth(2)
    point.scroll_into_view_if_needed()
    drawn = page.get_attribute("#why-flow .plotly-view", "data-drawn")
    box = point.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x + 30, y)
    page.mouse.move(x, y, steps=5)
    page.wait_for_selector("#why-flow .hoverlayer .hovertext")
    page.mouse.click(x, y)
    page.wait_for_function(
        f"document.querySelector('#why-flow .plotly-view').dataset.drawn !== '{drawn}'"
    )
    assert page.input_value("#why-follow input") == "3. film"
    assert "film turns θ" in page.inner_text("#why-flow .below")


def test_another_sentence_or_task_is_told_until_it_is_explained(open_page: Open) -> None:
    page = opened(open_page())
    told = page.locator("#why-outdated")
    assert not told.is_visible()
    page.locator("#task").get_by_label("News topic").check()
    told.wait_for(state="visible")
    page.locator("#task").get_by_label("Sentiment").check()
    told.wait_for(state="hidden")
    ask(page, "a bad film")
    told.wait_for(state="visible")
    page.click("#why-again")
    page.wait_for_selector("#why .marked :text('bad')")
    assert not told.is_visible()


def test_the_smallest_edit_and_the_page_to_save(open_page: Open) -> None:
    page = opened(open_page())
    page.click("#why-find")
    page.wait_for_selector("#why-edit ins")
    assert page.inner_text("#why-edit del") == "and"
    assert page.inner_text("#why-edit ins") == "but"
    with page.expect_download() as saved:
        page.click("#why-save a")
    assert saved.value.suggested_filename == "qbert-words-sst2.html"


def test_a_search_can_be_stopped_where_it_was_started_and_blocks_nothing(open_page: Open) -> None:
    page = open_page()
    ask(page, " ".join(["steady", *map(str, range(100))]))
    page.click("#why > button")
    page.wait_for_selector("#why-flow [data-drawn]")
    page.focus("#why-find")
    place = page.locator("#why-find").bounding_box()
    page.keyboard.press("Enter")
    page.wait_for_selector("#why-edit :text('16 of 101')")
    now = page.locator("#why-find").bounding_box()
    assert place is not None
    assert now is not None
    assert (now["x"], now["y"]) == (place["x"], place["y"])
    ask(page, "a good film")
    wait_for_words(page, "say positive")
    page.focus("#why-find")
    assert page.inner_text("#why-find") == "Stop the search"
    page.keyboard.press("Enter")
    page.wait_for_selector("#why-edit :text('Stopped after')")
    page.wait_for_timeout(1500)  # longer than the batch under way
    assert "of 101 tries: none found" in page.inner_text("#why-edit")
    assert page.inner_text("#why-find") == "Find the smallest edit"
    assert page.evaluate("document.activeElement.id") == "why-find"

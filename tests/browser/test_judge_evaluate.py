"""Evaluate now in a real browser: from pasted lines to a text that opens in Compare."""

import pytest

from tests.browser.conftest import Open
from tests.browser.test_looks import OVERFLOW, UNLABELLED
from tests.data.repositories import NAME, repository, reviews
from tests.hub import Hub
from tests.labelled_lines import LINES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_own_lines_are_evaluated_and_a_cell_leads_to_a_text(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.get_by_role("tab", name="Judge").click()
    page.click("#judge-evaluate > button")
    assert not page.is_visible("#evaluate-result")
    page.click("#evaluate-kind label:has-text('My own')")
    page.fill("#evaluate-own textarea", LINES)
    page.click("#evaluate-start")
    page.wait_for_selector("#evaluate-confusion-hybrid [data-drawn]")
    assert "can be shown on 40 texts" in page.inner_text("#evaluate-verdict .verdict")
    page.wait_for_selector("#evaluate-start")
    assert not page.is_visible("#evaluate-stop")
    assert not page.is_visible("#evaluate-confusion-control")
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0
    cell = page.locator("#evaluate-confusion-hybrid .nsewdrag")
    cell.scroll_into_view_if_needed()
    box = cell.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    page.wait_for_selector("#evaluate-texts-list caption:has-text('says positive, true is neg')")
    link = page.locator("#evaluate-texts-list a").first
    text = link.inner_text()
    link.click()
    page.wait_for_function(
        "text => document.querySelector('#sentence textarea').value === text", arg=text
    )
    assert page.is_visible("#said")
    page.get_by_role("tab", name="Judge").click()
    assert page.is_visible("#evaluate-texts-list a >> nth=0")


@pytest.mark.slow
def test_a_dataset_of_the_hub_is_looked_at_and_evaluated(hub: Hub, open_page: Open) -> None:
    hub.add("dataset", NAME, repository(reviews()))
    page = open_page(width=390)
    page.get_by_role("tab", name="Judge").click()
    page.click("#judge-evaluate > button")
    page.click("#evaluate-kind label:has-text('Another dataset')")
    page.fill("#evaluate-hub-dataset :is(input, textarea)", NAME)
    page.click("#evaluate-hub-look")
    page.wait_for_selector("#evaluate-hub-found table")
    page.wait_for_function("document.querySelector('#evaluate-hub-text input').value == 'sentence'")
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0
    page.click("#evaluate-start")
    page.wait_for_selector("#evaluate-confusion-hybrid [data-drawn]")
    assert NAME in page.inner_text("#evaluate-verdict")

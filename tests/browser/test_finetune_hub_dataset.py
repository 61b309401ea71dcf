"""A visitor names a dataset of the Hub: it is looked at, its columns are guessed, it is learnt."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_looks import OVERFLOW, UNLABELLED
from tests.data.repositories import NAME, moods, repository
from tests.hub import Hub
from tests.hub.fixtures import TOKEN

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOX, SECRET = "#hub-dataset :is(input, textarea)", "#hub-token input"


def opened(open_page: Open, **options: object) -> Page:
    page = open_page(**options)
    page.click("#finetune-tab-button")
    page.wait_for_selector("#start")
    page.get_by_label("Another dataset on the Hub").check()
    page.wait_for_selector(BOX)
    return page


def box(page: Page, name: str) -> str:
    return page.input_value(f"#hub-{name} input")


def test_another_dataset_is_looked_at_and_its_rows_are_shown(hub: Hub, open_page: Open) -> None:
    hub.add("dataset", NAME, repository(moods()), gated=True)
    page = opened(open_page)
    page.fill(BOX, NAME)
    page.click("#hub-look")
    page.wait_for_selector("#hub-found .problem")
    assert "lets in only whom they choose" in page.inner_text("#hub-found")
    assert page.input_value(BOX) == NAME
    page.fill(SECRET, TOKEN)
    page.click("#hub-look")
    page.wait_for_selector("#hub-found table")
    page.wait_for_function("document.querySelector('#hub-text input').value == 'sentence'")
    assert [box(page, name) for name in ("configuration", "split", "class")] == [
        "default",
        "train",
        "mood",
    ]
    page.click("#look")
    page.wait_for_selector("#rows-shown table")
    assert "streamed" in page.inner_text("#rows-shown")
    assert TOKEN not in page.content()
    assert page.input_value(SECRET) == TOKEN, "it is needed once more"
    page.click("#start")
    page.wait_for_function(f"document.querySelector('{SECRET}').value == ''")
    page.click("#stop")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0

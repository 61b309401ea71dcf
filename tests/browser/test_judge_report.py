"""The judgement's page is saved by a click and opens anywhere, asking nobody for anything."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Open
from tests.browser.test_looks import OVERFLOW

pytestmark = pytest.mark.browser
SCREENS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (390, "dark"))
ALL_DRAWN = "document.querySelectorAll('.panel:not(:has([data-drawn]))').length === 0"


def saved(open_page: Open, folder: Path) -> Path:
    tab = open_page(width=1280)
    tab.get_by_role("tab", name="Judge").click()
    tab.wait_for_selector("#judge-ladder [data-drawn]")
    tab.click("#judge-take > button")
    with tab.expect_download() as download:
        tab.click("#judge-page")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_page_opens_by_itself(open_page: Open, browser: Browser, tmp_path: Path) -> None:
    path = saved(open_page, tmp_path)
    assert path.name == "qbert-judge-sst2.html"
    for width, theme in SCREENS:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        problems, asked = watch(page)
        page.goto(path.as_uri())
        page.wait_for_function(ALL_DRAWN)
        page.locator(".panel .values summary").first.click()
        page.wait_for_selector(".panel .values table")
        assert page.evaluate(OVERFLOW) == 0
        assert problems == []
        assert asked == [path.as_uri()]
        page.close()


def watch(page: Page) -> tuple[list[str], list[str]]:
    """What a page complains of, and every address it asks for, from now on."""
    problems: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    return problems, asked


def test_without_scripts_the_values_are_there(
    open_page: Open, browser: Browser, tmp_path: Path
) -> None:
    path = saved(open_page, tmp_path)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    caption = page.get_by_text("Accuracy of the hybrid with one thing changed")
    assert caption.is_visible()
    context.close()

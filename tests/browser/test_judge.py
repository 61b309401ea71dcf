"""The Judge tab in a real browser."""

import pytest

from tests.browser.conftest import Open
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
    page.click("#judge-task label:has-text('News topic')")
    page.wait_for_selector("#judge-said .problem")
    assert not page.is_visible("#judge-ladder")

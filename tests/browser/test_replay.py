"""A visitor moves through a finished training, takes a head home, and brings it back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from qbert_demo.ui.server import sessions
from tests.browser.conftest import Open
from tests.browser.test_finetune import opened
from tests.browser.test_looks import OVERFLOW, UNLABELLED
from tests.jobs.watch import eventually
from tests.ui.scripted import ScriptedExplorer
from tests.ui.serving import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAID = "#replay [data-is=said]"
SLIDER = "#replay [data-is=slider]"
EXPLORER = ScriptedExplorer()
LEFT_SECONDS = 5


@pytest.fixture(scope="module")
def own_app() -> Iterator[str]:
    """An app that forgets sooner who has left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_IS_E2E_TEST", "1")
        patch.setattr(sessions, "LEFT_SECONDS", LEFT_SECONDS)
        with served(EXPLORER) as address:
            yield address


COUNTS_IN_SIGHT = """() => [...document.querySelectorAll('#replay .confusion')].every((table) => {
    const names = table.querySelectorAll('th, td:first-child');
    names.forEach((node) => { node.textContent = 'x'.repeat(60); });
    const frame = table.parentElement;
    frame.scrollLeft = 60;
    const [name, first] = table.querySelectorAll('td');
    const at = (node) => node.getBoundingClientRect();
    const stays = Math.abs(at(name).left - at(frame).left) < 3;
    return stays && at(first).right < at(frame).right;
})"""
"""Whether names as long as they may be stay in sight and leave room for a count."""


def seen(page: Page) -> dict[str, list[str]]:
    """What lies over the replay's figures, and its confusion matrices."""
    found: dict[str, list[str]] = page.evaluate(
        """() => {
        const all = (css, read) => [...document.querySelectorAll(`#replay ${css}`)].map(read);
        return {
          hands: all('.hands', (node) => node.getAttribute('d')),
          dots: all('[data-is=loss] circle', (node) => node.getAttribute('cy')),
          line: all('[data-is=loss] .line', (node) => node.getAttribute('d')),
          signs: all('[data-is=values] .moving path', (node) => node.className.baseVal),
          values: all('[data-is=values] .moving text', (node) => node.textContent),
          counts: all('.confusion td:not(:first-child)', (node) => node.textContent),
        };
      }"""
    )
    return found


def test_replay_home_and_back(open_page: Open, own_app: str, tmp_path: Path) -> None:
    page = opened(open_page, address=own_app)
    assert not page.is_visible("#replay")
    page.click("#start")
    page.wait_for_selector("#training-result table", timeout=60_000)
    page.wait_for_selector("#replay .line", state="attached")
    page.focus(SLIDER)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    assert "Kept, with the best held-out accuracy: classical" in page.inner_text(SAID)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    last = seen(page)
    assert "After epoch 20 of 20; held-out accuracy: classical" in page.inner_text(SAID)
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"document.querySelector('{SAID}').textContent.includes('epoch 5 of')")
    page.wait_for_timeout(100)
    early = seen(page)
    for part in ("hands", "dots", "line", "values"):
        assert early[part] != last[part], part
    assert len(early["dots"]) == 6
    assert len(early["values"]) == 4 * 4
    for sign, value in zip(early["signs"], early["values"], strict=True):
        assert value == "0.00" or (sign == "negative") == value.startswith("\N{MINUS SIGN}")
    assert sum(map(int, early["counts"])) == 3 * 7
    page.click("#replay [data-is=play]")
    page.wait_for_function(f"document.querySelector('{SAID}').textContent.includes('20 of 20')")
    page.wait_for_function("document.querySelector('#replay [data-is=play]').innerText === 'Play'")
    assert seen(page) == last
    assert asked == [], "moving asks nobody"
    schemes: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(300)
        assert page.evaluate(OVERFLOW) == 0
        assert page.evaluate(UNLABELLED) == 0
    assert page.locator("#replay .confusion th").first.get_attribute("title") == "true \\ said"
    assert page.evaluate(COUNTS_IN_SIGHT)

    with page.expect_download() as waiting:
        page.click("#download-hybrid")
    file = tmp_path / "qbert-hybrid.zip"
    waiting.value.save_as(file)
    page.close()
    bring_back(open_page(address=own_app), file)


def bring_back(page: Page, file: Path) -> None:
    """Load the file, classify with its head, and be forgotten after leaving."""
    page.click("#finetune-tab-button")
    with page.expect_file_chooser() as choosing:
        page.click("#load-head")
    wrong = file.with_name("wrong.zip")
    wrong.write_bytes(b"no zip")
    choosing.value.set_files(wrong)
    page.wait_for_selector("#loaded-said .problem >> text=no zip file")
    with page.expect_file_chooser() as choosing:
        page.click("#load-head")
    choosing.value.set_files(file)
    page.wait_for_selector("#loaded-said >> text=From qbert-hybrid.zip")
    (card,) = EXPLORER._own.values()
    assert (card.heads, card.labels) == (("hybrid",), ("good", "bad"))
    page.click("#compare-tab-button")
    page.wait_for_function("/say.* (good|bad)/.test(document.querySelector('#said').innerText)")
    assert page.get_by_label("From qbert-hybrid.zip").first.is_checked()
    page.close()
    assert eventually(lambda: not EXPLORER._own, LEFT_SECONDS + 20), "who has left is forgotten"

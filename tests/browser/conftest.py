"""A real browser on a scripted app; every page must be free of errors and stay on this machine."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from qbert_demo.circuit.spec import CircuitSpec
from tests.ui.scripted import ScriptedExplorer
from tests.ui.serving import served

Open = Callable[..., Page]
BOX = "#sentence textarea"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app() -> Iterator[str]:
    """An app whose answers to texts with "slow" in them take a second, with "steady" 50 ms."""
    delays = {"slow": 1.0, "steady": 0.05}

    def delay(text: str) -> float:
        return max((delays.get(word, 0.0) for word in text.split()), default=0.0)

    explorer = ScriptedExplorer(delay=delay)
    with served(explorer) as address:
        yield address


@pytest.fixture(scope="session")
def large_app() -> Iterator[str]:
    with served(ScriptedExplorer(CircuitSpec(12, 8, reupload=True))) as address:
        yield address


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Callable[..., BrowserContext]:
    """One visitor for each kind of screen; later pages find the app's scripts in the cache."""

    @cache
    def visiting(**screen: Any) -> BrowserContext:
        clipboard = ["clipboard-read", "clipboard-write"]
        return browser.new_context(permissions=clipboard, **screen)

    return visiting


@pytest.fixture
def open_page(visitor: Callable[..., BrowserContext], app: str) -> Iterator[Open]:
    """Open the app and wait until everything is drawn."""
    pages: list[Page] = []
    problems: list[str] = []

    def opened(
        address: str = app, query: str = "", width: int = 1280, height: int = 900, **screen: Any
    ) -> Page:
        page = visitor(**screen).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(30_000)
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: _note_if_away(request.url, problems))
        pages.append(page)
        page.goto(address + query)
        page.wait_for_selector("#contributions [data-drawn]")
        return page

    yield opened
    for page in pages:
        page.close()
    assert problems == []


def _note_if_away(url: str, problems: list[str]) -> None:
    parts = urlparse(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
        problems.append(f"asked another machine: {url}")


def ask(page: Page, text: str) -> None:
    """Type a text and press Enter."""
    page.fill(BOX, text)
    page.press(BOX, "Enter")


def said(page: Page) -> str:
    """Return the words above the cards."""
    return page.inner_text("#said").replace("\xa0", " ")


def wait_for_words(page: Page, words: str) -> None:
    """Wait until the words above the cards contain these."""
    deadline = time.monotonic() + 10
    while words not in said(page):
        assert time.monotonic() < deadline, f"{words!r} not in {said(page)!r}"
        page.wait_for_timeout(20)

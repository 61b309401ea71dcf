"""Many texts at once, as a visitor does it."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.test_looks import OVERFLOW

pytestmark = pytest.mark.browser


def opened(open_page: Open) -> Page:
    page = open_page()
    page.get_by_role("button", name="Many texts at once").click()
    page.wait_for_selector("#batch-start")
    return page


def uploaded(open_page: Open, path: Path) -> Page:
    """Upload a file and start the comparison."""
    page = opened(open_page)
    page.set_input_files("#batch-file input[type=file]", path)
    page.wait_for_selector(f"#batch-file :text('{path.stem}')")
    page.click("#batch-start")
    return page


def wait_for_status(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('#batch-status').innerText.includes(words)", arg=words
    )


def test_an_uploaded_file_is_compared_and_taken_home(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("text,label\ngood,positive\n=good but,positive\n<b>bad</b>,negative\n")
    page = uploaded(open_page, path)
    page.wait_for_selector("#batch-table table")
    wait_for_status(page, "3 texts: the models disagree on 1.")
    assert "3 of 3" in page.inner_text("#batch-status tr:has-text('classical')")
    first = page.locator("#batch-table tbody tr").first
    assert "=good but" in first.inner_text()
    assert page.locator("#batch-table b").count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename == "comparison.csv"
    content = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["text"] for row in rows] == ["'=good but", "good", "<b>bad</b>"]


def test_the_control_is_asked_too_and_what_can_be_said_is_tabulated(
    open_page: Open, tmp_path: Path
) -> None:
    path = tmp_path / "texts.csv"
    path.write_text("text,label\ngood,positive\ngood but,positive\nbad,negative\n")
    page = opened(open_page)
    page.check("#batch-control input")
    page.set_input_files("#batch-file input[type=file]", path)
    page.wait_for_selector(f"#batch-file :text('{path.stem}')")
    page.click("#batch-start")
    page.wait_for_selector("#batch-table th.control")
    rows = page.locator("#batch-status tbody tr")
    assert [row.split()[0] for row in rows.all_inner_texts()] == ["classical", "hybrid", "control"]
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(OVERFLOW) == 0


def test_a_bad_file_names_its_line(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("text,label\ngood,positive\nbad\n")
    page = uploaded(open_page, path)
    wait_for_status(page, "Line 3 has 1 fields")
    assert not page.is_visible("text=Download as CSV")


def test_a_second_visitor_is_told_to_wait(open_page: Open) -> None:
    first, second = opened(open_page), opened(open_page)
    first.fill("#batch-lines textarea", "\n".join(["slow"] * 40))
    first.click("#batch-start")
    wait_for_status(first, "Reading")
    second.fill("#batch-lines textarea", "good")
    second.click("#batch-start")
    wait_for_status(second, "Waiting until the batch of another visitor is done")
    first.click("#batch-stop")
    wait_for_status(second, "1 text: the models disagree on 0")


def test_progress_shows_and_a_run_can_be_stopped(open_page: Open) -> None:
    page = opened(open_page)
    slow = "\n".join(f"slow {k}" if k % 32 == 0 else f"text {k}" for k in range(400))
    page.fill("#batch-lines textarea", slow)
    page.click("#batch-start")
    wait_for_status(page, "of 400 texts compared")
    page.click("#batch-stop")
    wait_for_status(page, "Stopped")
    page.wait_for_timeout(1500)
    assert "Stopped" in page.inner_text("#batch-status")
    assert page.locator("#batch-table table").count() == 0

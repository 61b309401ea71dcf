"""Themes, widths, keyboard, and what a screen reader finds."""

import pytest

from tests.browser.conftest import Open, ask, wait_for_words

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNLABELLED = """[...document.querySelectorAll('input, textarea, select, button')].filter(e =>
  e.offsetParent && !e.labels?.length && !e.ariaLabel && !e.innerText.trim()).length"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_figures_take_the_themes_colour(
    open_page: Open, width: int, scheme: str
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0
    ink = page.evaluate(
        "getComputedStyle(document.querySelector('#circuit .plot .textpoint text')).fill"
    )
    brightness = sum(int(part) for part in ink.strip("rgb()").split(",")[:3]) / 3
    assert (brightness > 128) == (scheme == "dark")
    assert "var(" not in page.inner_html("#circuit .plot")


def test_the_theme_can_change_while_the_page_is_open(open_page: Open) -> None:
    page = open_page()
    before = page.get_attribute("#circuit .plotly-view", "data-drawn")
    page.evaluate("document.body.classList.add('dark')")
    page.wait_for_function(
        f"document.querySelector('#circuit .plotly-view').dataset.drawn !== '{before}'"
    )
    assert "232, 234, 237" in page.evaluate(
        "getComputedStyle(document.querySelector('#circuit .plot .textpoint text')).fill"
    )


def test_every_tab_stands_once_in_the_bar_also_after_a_visit(open_page: Open) -> None:
    page = open_page()
    names = page.get_by_role("tab").all_inner_texts()
    assert len(set(names)) == len(names)
    for name in names:
        page.get_by_role("tab", name=name).click()
        page.wait_for_timeout(300)
    assert page.get_by_role("tab").all_inner_texts() == names


def test_on_a_phone_touch_targets_are_large(open_page: Open) -> None:
    page = open_page(width=390, height=844, has_touch=True)
    targets = "#task label, #examples button, #copy-link, .options label, #compare-tab summary"
    measure = """selector => [...document.querySelectorAll(`${selector}, [role=tab]`)]
        .filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)"""
    assert min(page.evaluate(measure, targets)) >= 44
    assert not page.is_visible("#classify"), "answers come while typing"
    page.uncheck("#live input")
    assert min(page.evaluate(measure, "#classify")) >= 44


FORCED_STATES = {
    "#task label:has(input:checked)": "#task label:has(input:not(:checked))",
    "#examples [aria-pressed=true]": "#examples [aria-pressed=false]",
    "[role=tab][aria-selected=true]": "[role=tab][aria-selected=false]",
}
LINES = """e => ['outlineStyle', 'outlineWidth', 'borderBottomWidth', 'borderBottomStyle']
    .map(name => getComputedStyle(e)[name]).join()"""


def test_forced_colours_show_what_is_chosen(open_page: Open) -> None:
    page = open_page(forced_colors="active")
    for chosen, other in FORCED_STATES.items():
        assert page.eval_on_selector(chosen, LINES) != page.eval_on_selector(other, LINES), chosen
    for box in ("#live input", "#control input", "#task input"):
        assert page.eval_on_selector(box, "e => getComputedStyle(e).appearance") == "auto"


def test_the_focus_ring_of_the_sentence_is_whole(open_page: Open) -> None:
    page = open_page()
    page.focus("#sentence textarea")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    clipping = """(() => { const found = []; const ring = document.activeElement;
        const box = ring.getBoundingClientRect();
        for (let e = ring.parentElement; e; e = e.parentElement) {
            const edge = e.getBoundingClientRect();
            const isClose = edge.left > box.left - 5 || edge.right < box.right + 5
                || edge.top > box.top - 5 || edge.bottom < box.bottom + 5;
            if (getComputedStyle(e).overflow !== 'visible' && isClose) found.push(e.className);
        } return found; })()"""
    assert page.evaluate(clipping) == []


def test_a_large_circuit_scrolls_in_its_own_frame_with_its_labels_in_view(
    open_page: Open, large_app: str
) -> None:
    page = open_page(address=large_app, width=390, height=844)
    assert page.evaluate(OVERFLOW) == 0
    frame = "document.querySelector('#circuit .frame')"
    assert page.evaluate(f"{frame}.scrollWidth") > 4 * page.evaluate(f"{frame}.clientWidth")
    page.evaluate(f"{frame}.scrollLeft = 1500")
    labels = page.locator("#circuit .rows span")
    assert labels.all_inner_texts() == [f"q{k}" for k in range(12)]
    left = page.evaluate(f"{frame}.getBoundingClientRect().left")
    box = labels.first.bounding_box()
    assert box is not None
    assert box["x"] == pytest.approx(left, abs=3)
    page.focus("#circuit .frame")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{frame}.scrollLeft > 1500")


def test_the_keyboard_reaches_everything_in_reading_order(open_page: Open) -> None:
    page = open_page()
    page.wait_for_timeout(500)  # the page's own link has been read, which renders the task anew
    page.evaluate("document.querySelector('#task input:checked').focus()")
    seen = []
    for _ in range(8):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.closest('.block[id], button[id]').id"
                " + ':' + document.activeElement.tagName"
            )
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", seen[-1]
    order = ["sentence:TEXTAREA", "classify:BUTTON", "examples:BUTTON", "live:INPUT"]
    order += ["control:INPUT", "copy-link:BUTTON"]
    assert [step for step in dict.fromkeys(seen) if not step.startswith("task")] == order
    page.focus("#examples button >> nth=1")
    page.keyboard.press("Enter")
    wait_for_words(page, "They disagree")


def test_every_figure_has_a_name_and_its_values_as_a_table(open_page: Open) -> None:
    page = open_page()
    for figure, rows in (("compared", 2), ("circuit", 20), ("expectations", 4)):
        assert page.get_attribute(f"#{figure} .plot", "aria-label")
        if figure != "compared":
            page.click(f"#{figure} summary")
            page.wait_for_selector(f"#{figure} table")
        assert page.locator(f"#{figure} tbody tr").count() == rows
    ask(page, "bad but true")
    wait_for_words(page, "They disagree")
    value = page.inner_text("#expectations tbody tr:first-child td:last-child")
    drawn = page.evaluate("document.querySelector('#expectations .plot').data[0].x[0]")
    assert float(value.replace("−", "-")) == pytest.approx(drawn, abs=1e-4)
    assert page.locator("#said [aria-live=polite]").count() == 1


def test_reduced_motion_is_respected(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    seconds = page.evaluate(
        "getComputedStyle(document.querySelector('#classify')).transitionDuration"
    )
    assert all(float(part.strip("s ")) <= 0.001 for part in seconds.split(","))

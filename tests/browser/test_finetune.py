"""A visitor teaches heads on own sentences: sees the rows, the curves, the table, and a file."""

import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page

from qbert_demo.figures.figure import Figure, Table
from qbert_demo.figures.theme import base_layout
from qbert_demo.ui.parts.plotly_view import Panel, drawing
from tests.browser.conftest import Open
from tests.browser.test_looks import OVERFLOW, UNLABELLED
from tests.service.test_tuner import OWN

pytestmark = [pytest.mark.browser, pytest.mark.slow]


STREAM = """async ([code, panel, streamed]) => {
    const pause = (ms) => new Promise((go) => setTimeout(go, ms));
    const { react } = Plotly;
    const drawn = [];
    Plotly.react = async (plot, data, ...rest) => {
        if (data[0].name === 'streamed') {
            const start = performance.now();
            while (performance.now() < start + 100);
            drawn.push(data[0].y[0]);
        }
        return react(plot, data, ...rest);
    };
    const element = document.body.appendChild(document.createElement('div'));
    const valueOf = (n) => {
        Object.assign(panel.figure.data[0], { name: 'streamed', y: [n] });
        return JSON.stringify(panel);
    };
    const props = { value: valueOf(0), streamed };
    let changed;
    new Function('element', 'props', 'trigger', 'watch', code)(
        element, props, () => {}, (_, tell) => { changed = tell; });
    while (!changed) await pause(5);
    for (let n = 1; n < 30; n += 1) {
        await pause(20);
        props.value = valueOf(n);
        changed();
    }
    while (drawn.at(-1) !== 29) await pause(50);
    return drawn;
}"""
"""Sends 30 values to a view that takes 100 ms to draw one; returns those that were drawn."""


def opened(open_page: Open, **options: object) -> Page:
    page = open_page(**options)
    page.click("#finetune-tab-button")
    page.wait_for_selector("#start")
    page.get_by_label("My own sentences").check()
    page.wait_for_selector("#own-text textarea")
    page.fill("#own-text textarea", OWN)
    return page


def wait_for_points(page: Page, figure: str, n: int) -> None:
    """Wait until a figure's first trace has points at so many epochs."""
    page.wait_for_function(
        """([figure, n]) => {
            const trace = document.querySelector(`#replay [data-is=${figure}] .plot`)?.data?.[0];
            return new Set(trace?.x?.filter((epoch) => epoch !== null)).size === n;
        }""",
        arg=[figure, n],
    )


def test_own_sentences_are_shown_learnt_and_taken_home(open_page: Open) -> None:
    page = opened(open_page)
    page.click("#look")
    page.wait_for_selector("#rows-shown table")
    assert "7 held out" in page.inner_text("#rows-shown")
    page.locator("#data-kind").get_by_label("A dataset").check()
    page.wait_for_selector("#rows-shown table", state="detached")
    page.locator("#data-kind").get_by_label("My own sentences").check()
    assert not page.is_visible("#downloads")
    page.click("#start")
    page.wait_for_selector("#training-result table", timeout=60_000)
    assert "Finished." in page.inner_text("#training-said")
    assert "7 rows are too few to compare" in page.inner_text("#training-result .result")
    page.click("#replay [data-is=more] summary >> nth=0")
    for figure in ("loss", "accuracy", "gradients", "turns", "courses"):
        wait_for_points(page, figure, 20)
    assert page.locator("#training-result tbody >> nth=0").locator("tr").count() == 3
    assert page.locator("#replay .confusion").count() == 3
    page.fill("#trial-text :is(textarea, input)", "the soup is superb")
    page.press("#trial-text :is(textarea, input)", "Enter")
    page.wait_for_selector("#trial-said li >> nth=2")
    assert "hybrid good" in page.inner_text("#trial-said")
    with page.expect_download() as waiting:
        page.click("#download-hybrid")
    with zipfile.ZipFile(Path(waiting.value.path())) as archive:
        assert any(name.endswith("model.safetensors") for name in archive.namelist())
    with page.expect_download() as again:
        page.click(f"text=Save {waiting.value.suggested_filename} again")
    assert Path(again.value.path()).read_bytes() == Path(waiting.value.path()).read_bytes()
    page.click("#use")
    page.wait_for_selector("#compare-tab", state="visible")
    page.wait_for_function("/say.* (good|bad)/.test(document.querySelector('#said').innerText)")
    assert page.get_by_label("Yours").first.is_checked()
    page.click("#open-circuit")
    page.wait_for_function(
        "document.querySelector('[data-is=lab]')?.current()?.labels.includes('good')"
    )


def test_end_to_end_has_its_own_settings_and_draws_as_it_learns(open_page: Open) -> None:
    page = opened(open_page)
    assert page.is_visible("#epochs-alone")
    page.get_by_label("End to end").check()
    page.wait_for_selector("#epochs-lora")
    page.wait_for_selector("#epochs-alone", state="hidden")
    assert "at most 1,000 rows" in page.inner_text("#learns-hint")
    box = page.locator("#epochs-lora").get_by_label("number input for Epochs")
    box.fill("1")
    box.press("Enter")
    page.click("#start")
    page.wait_for_selector("#training-result table", timeout=90_000)
    page.click("#replay [data-is=more] summary >> nth=0")
    for figure in ("loss", "gradients", "courses"):
        wait_for_points(page, figure, 2)
    assert page.locator("#replay [data-is=values] ol li").count() == 4


def test_a_mistake_in_the_rows_keeps_them_in_the_box(open_page: Open) -> None:
    page = opened(open_page)
    page.fill("#own-text textarea", "a good one, yes\nno label here\nnor here")
    page.click("#start")
    page.wait_for_selector("#training-said .problem")
    assert "line 2" in page.inner_text("#training-said").lower()
    assert page.input_value("#own-text textarea") == "a good one, yes\nno label here\nnor here"


def test_stop_ends_it(open_page: Open) -> None:
    page = opened(open_page)
    long = "\n".join(f"number {i}, {'even' if i % 2 else 'odd'}" for i in range(300))
    page.fill("#own-text textarea", long)
    for name, value in (("Qubits", "8"), ("Layers", "6"), ("Epochs", "100")):
        box = page.get_by_label(f"number input for {name}")
        box.fill(value)
        box.press("Enter")
    page.click("#more-settings > button")
    batch = page.get_by_label("number input for Batch size")
    batch.fill("2")
    batch.press("Enter")
    page.click("#start")
    page.wait_for_function(
        "document.querySelector('#replay [data-is=loss] .plot')?.data?.[0]?.x?.length > 1",
        timeout=60_000,
    )
    page.click("#stop")
    page.wait_for_function(
        "document.querySelector('#training-said').innerText.includes('Stopped')", timeout=15_000
    )


@pytest.mark.parametrize(("streamed", "most"), [(True, 3), (False, 30)])
def test_a_slow_device_skips_streamed_values_but_not_the_last(
    open_page: Open, streamed: bool, most: int
) -> None:
    page = open_page()
    trace = {"type": "scatter", "x": [0], "y": [0]}
    figure = Figure("Numbers", [trace], base_layout(200), Table(("y",), ()))
    panel = json.loads(Panel(figure).as_json())
    drawn = page.evaluate(STREAM, [drawing("plotly_component.js"), panel, streamed])
    assert drawn[0] == 0
    assert drawn[-1] == 29
    assert 2 <= len(drawn) <= most


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_tab_fits_and_everything_has_a_name(open_page: Open, scheme: str) -> None:
    page = opened(open_page, width=390, height=844, color_scheme=scheme)
    page.click("#more-settings > button")
    page.wait_for_timeout(300)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0


HEADLINE = """() => {
    const of = (css) => document.querySelector(css);
    const seen = (node) => node.checkVisibility({ opacityProperty: true });
    window.halves = [];
    const look = () => {
        const curves = of('#replay [data-is=loss] .plot')?.data ?? [];
        const least = Math.min(...curves.map(({ x }) => x.length));
        const [said, result] = [of('#training-said'), of('#training-result')];
        if (said.innerText.includes('Finished.') && seen(said)) window.halves.push(least);
        if (result.innerText && seen(result)) window.halves.push(least);
        if (curves.length) window.slowest = Math.min(window.slowest ?? Infinity, least);
        requestAnimationFrame(look);
    };
    look();
}"""
"""Notes in every frame how many epochs of the curves stand there while the end is told."""


def test_one_button_trains_and_the_end_is_told_when_the_curves_stand(open_page: Open) -> None:
    page = open_page()
    page.click("#finetune-tab-button")
    page.evaluate(HEADLINE)
    assert page.is_visible("#dataset")
    page.click("#quick")
    page.wait_for_selector("#training-result table", timeout=90_000)
    page.wait_for_timeout(500)
    halves = page.evaluate("window.halves")
    assert halves
    assert set(halves) == {20}
    assert page.evaluate("window.slowest") < 20, "the race was watched"
    assert not page.is_visible("#dataset"), "the form folds away"
    assert not page.is_visible("#stop")
    assert "got" in page.inner_text("#training-result .result")
    top, bottom = (
        page.evaluate(f"document.querySelector('#{name}').getBoundingClientRect().{side}")
        for name, side in (("training-result", "top"), ("training-wrong", "bottom"))
    )
    assert bottom - top < 2000
    page.set_viewport_size({"width": 320, "height": 568})
    assert page.evaluate(OVERFLOW) == 0
    captions = page.locator("#replay .confusion caption").all_inner_texts()
    assert [caption.split(",")[0] for caption in captions] == ["classical", "hybrid", "control"]
    assert all("(kept)" in caption for caption in captions)


def test_with_reduced_motion_and_after_skip_the_result_is_there_at_once(open_page: Open) -> None:
    for motion in ("reduce", "no-preference"):
        page = opened(open_page, reduced_motion=motion)
        page.click("#start")
        page.wait_for_selector("#replay.racing, #training-result table", timeout=60_000)
        if page.is_visible("#replay [data-is=skip]"):
            page.click("#replay [data-is=skip]")
        page.wait_for_selector("#training-result table", timeout=1000)


def test_leaving_warns_while_heads_are_unsaved(open_page: Open) -> None:
    page = opened(open_page)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.click("#start")
    page.wait_for_selector("#training-result table", timeout=60_000)
    page.evaluate("location.reload()")
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.is_visible("#training-result table")
    with page.expect_download():
        page.click("#download-hybrid")
    page.wait_for_timeout(500)
    page.evaluate("location.reload()")
    page.wait_for_selector("#training-result table", state="detached")
    assert asked == ["beforeunload"]


def test_two_lists_are_filled_and_learnt(open_page: Open) -> None:
    page = opened(open_page)
    page.fill("#own-text textarea", "")
    for letter, name in (("a", "number"), ("b", "fruit")):
        page.fill(f"#class-{letter} :is(input, textarea)", name)
    page.fill("#sentences-a textarea", "one\ntwo, or so\nthree\nfour\nfive")
    page.fill("#sentences-b textarea", "apple\npear\ncherry\nplum")
    page.click("#look")
    page.wait_for_selector("#rows-shown table")
    words = page.inner_text("#rows-shown")
    assert "number" in words
    assert "fruit" in words
    assert "6 rows to train on" in words


@pytest.mark.parametrize(
    "screen",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=str,
)
def test_what_is_chosen_shows_its_state(open_page: Open, screen: dict[str, str]) -> None:
    page = opened(open_page, **screen)
    page.locator("#race input").last.uncheck()
    look = """(css) => {
        const { appearance, backgroundColor, backgroundImage } = getComputedStyle(
            document.querySelector(css));
        return [appearance, backgroundColor + backgroundImage];
    }"""
    for group in ("#race", "#data-kind"):
        (appearance, ticked), (_, empty) = (
            page.evaluate(look, f"{group} input{state}") for state in (":checked", ":not(:checked)")
        )
        assert appearance == "auto" if "forced_colors" in screen else ticked != empty

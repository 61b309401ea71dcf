"""Stepping through the Circuit tab; values are held against the Python trace."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from qbert_demo.figures.circuit import circuit_figure, describe
from qbert_demo.figures.states import RADIUS
from tests.browser.circuit_page import (
    LAB,
    N_GATES,
    TEXT,
    current,
    drawn,
    filled,
    move,
    opened,
    part,
    reading,
    seen,
)
from tests.browser.conftest import Open, ask, wait_for_words

pytestmark = pytest.mark.browser


def test_the_tab_opens_on_the_sentence_of_compare_and_shows_its_circuit(open_page: Open) -> None:
    page = opened(open_page)
    assert page.input_value("#circuit-sentence textarea") == TEXT
    assert "Step 0 of 20" in page.inner_text(part("step"))
    assert page.is_visible(part("play"))
    circuit = reading()
    now = current(page)
    assert [g["name"] for g in now["gates"]] == [g.name for g in circuit.gates]
    np.testing.assert_allclose(
        now["shown"]["expectation_values"], circuit.expectation_values, atol=1e-9
    )
    page.click("#compare-tab-button")
    ask(page, "bad but true")
    wait_for_words(page, "They disagree")
    page.click("#circuit-tab-button")
    page.wait_for_function("document.querySelector('#angle-0') !== null")
    page.wait_for_function(
        f"Math.abs({LAB}.current().gates[0].angles[0] - {reading('bad but true').angles[0]}) < 1e-9"
    )


def test_a_sentence_typed_here_and_another_task_are_shown(open_page: Open) -> None:
    page = opened(open_page)
    page.fill("#circuit-sentence textarea", "a good day")
    page.press("#circuit-sentence textarea", "Enter")
    angle = reading("a good day").angles[0]
    page.wait_for_function(f"Math.abs({LAB}.current().gates[0].angles[0] - {angle}) < 1e-9")
    page.locator("#circuit-task").get_by_label("News topic").check()
    page.wait_for_function(f"{LAB}.current().labels.length === 4")
    assert page.input_value("#circuit-sentence textarea") == "a good day"
    page.fill("#circuit-sentence textarea", "")
    page.press("#circuit-sentence textarea", "Enter")
    page.wait_for_selector("#circuit-said .invitation")
    assert not page.is_visible(part("drawing"))
    assert not page.is_visible("#measure")


@pytest.mark.parametrize("step", [0, 1, 9, 20])
def test_every_figure_shows_the_state_after_the_step(open_page: Open, step: int) -> None:
    page = opened(open_page)
    page.evaluate(
        f"""() => {{ const slider = document.querySelector('[data-is=slider]');
        slider.value = {step}; slider.dispatchEvent(new Event('input')); }}"""
    )
    filled(page)
    states = seen(reading())
    at = step - 1
    bloch = states.bloch[at] if step else np.tile([0.0, 0, 1], (4, 1))
    entropies = states.entropies[at] if step else np.zeros(4)
    probabilities = states.probabilities[at] if step else np.eye(1, 16)[0]
    paulis = drawn(page, "paulis")
    for axis, name in enumerate("XYZ"):
        np.testing.assert_allclose(paulis[name]["x"], bloch[:, axis], atol=1e-9)
        for text, value in zip(paulis[f"{name} written"]["text"], bloch[:, axis], strict=True):
            assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.0051)
    np.testing.assert_allclose(drawn(page, "entropies")["entropy"]["x"], entropies, atol=1e-9)
    bars = drawn(page, "probabilities")["probabilities"]
    np.testing.assert_allclose(bars["y"], probabilities, atol=1e-9)
    assert bars["customdata"] == [f"{i:04b}" for i in range(16)]
    heat = np.array(drawn(page, "information")["information"]["z"], float) ** 2
    mutual = states.mutual_information[at] if step else np.zeros((4, 4))
    off = ~np.eye(4, dtype=bool)
    np.testing.assert_allclose(heat[off], mutual[off], atol=1e-8)
    assert np.isnan(heat[~off]).all()
    lengths = [t.removeprefix("length ") for t in drawn(page, "bloch")["lengths"]["text"]]
    np.testing.assert_allclose(np.array(lengths, float), np.linalg.norm(bloch, axis=1), atol=0.0051)
    page.click(f"{part('entropies')} summary")
    page.wait_for_selector(f"{part('entropies')} table")
    cells = page.locator(f"{part('entropies')} td:last-child").all_inner_texts()
    np.testing.assert_allclose(np.array(cells, float), entropies, atol=1e-4)


def test_arrows_of_bloch_vectors_point_where_the_projection_says(open_page: Open) -> None:
    page = opened(open_page)
    page.click(part("first"))
    filled(page)
    up = drawn(page, "bloch")
    middle = np.array([up["arrows"]["x"][0], up["arrows"]["y"][0]])
    tip = np.array([up["tips"]["x"][0], up["tips"]["y"][0]])
    assert tip[0] == pytest.approx(middle[0]), "|0> must point straight up"
    assert tip[1] == pytest.approx(middle[1] - RADIUS * 0.9397)


def test_buttons_keys_and_clicks_on_gates_step(open_page: Open) -> None:
    page = opened(open_page)

    def step() -> int:
        found = re.search(r"Step (\d+) of 20", page.inner_text(part("step")))
        assert found is not None
        return int(found[1])

    page.click(part("last"))
    page.click(part("previous"))
    assert step() == 19
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert step() == 17
    page.keyboard.press("ArrowRight")
    assert step() == 18
    page.click(part("first"))
    page.click(part("previous"))
    assert step() == 0
    assert "every qubit is in |0⟩" in page.inner_text(part("step"))
    page.click(part("last"))
    assert step() == N_GATES
    page.focus(part("slider"))
    page.keyboard.press("ArrowLeft")
    assert step() == 19
    page.evaluate("window.scrollTo(0, 0)")
    for target in (3, 5, 9):
        box = page.evaluate(
            f"""() => {{ const plot = document.querySelector('[data-is=drawing] .plot');
            const t = plot.data.find((t) => t.name === 'gates');
            const {{ xaxis, yaxis }} = plot._fullLayout;
            const r = plot.getBoundingClientRect();
            return [r.left + xaxis._offset + xaxis.d2p(t.x[{target}]),
                    r.top + yaxis._offset + yaxis.d2p(t.y[{target}])]; }}"""
        )
        page.mouse.move(*box)
        page.wait_for_timeout(100)  # Plotly looks under the pointer every 50 ms
        page.mouse.click(*box)
        page.wait_for_function(
            f"document.querySelector('[data-is=step]').textContent.startsWith('Step {target + 1} ')"
        )
    filled(page)
    assert page.locator(".just-done").count() == 2


def test_play_walks_to_the_end_and_stops(open_page: Open) -> None:
    page = opened(open_page)
    page.click(part("last"))
    for _ in range(2):
        page.click(part("previous"))
    live = f"document.querySelector('{part('step')}').getAttribute('aria-live')"
    page.click(part("play"))
    expect(page.locator(part("play"))).to_have_text("Pause")
    assert page.evaluate(live) == "off", "twenty steps are not read aloud"
    page.wait_for_function(
        "document.querySelector('[data-is=play]').textContent === 'Play'", timeout=6000
    )
    assert "Step 20" in page.inner_text(part("step"))
    assert page.evaluate(live) == "polite"


def test_a_step_never_feels_slow(open_page: Open) -> None:
    page = opened(open_page)
    page.click(part("last"))
    filled(page)
    times = page.evaluate(
        """async () => { const times = [];
        for (let i = 0; i < 15; i += 1) {
          const start = performance.now();
          document.querySelector('[data-is=previous]').click();
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          times.push(performance.now() - start);
        } return times; }"""
    )
    assert np.median(times) < 400, "50 on a quiet machine, see `python -m benchmarks.page`"


def test_nothing_is_asked_of_the_server_while_stepping_and_turning(open_page: Open) -> None:
    page = opened(open_page)
    filled(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click(part("next"))
    move(page, 1, 0.3)
    filled(page)
    assert [url for url in asked if "/queue/" not in url and "run" in url] == []


def test_the_drawing_tells_what_python_tells_and_each_gates_matrix(open_page: Open) -> None:
    page = opened(open_page)
    filled(page)
    circuit = reading()
    texts = drawn(page, "drawing")["gates"]["hovertext"]
    original = circuit_figure(circuit)
    (labels,) = [t for t in original.data if t["name"] == "labels"]
    assert drawn(page, "drawing")["labels"]["text"] == labels["text"]
    for gate, text in zip(circuit.gates, texts, strict=False):
        *before, block = describe(gate).split("<br>")
        assert text.split("<br>")[: len(before)] == before
        assert text.endswith(block)
        rows = re.findall(r"monospace\">(.*?)</span>", text)
        values = [
            complex(entry.replace("−", "-").replace("i", "j"))
            for row in rows
            for entry in row.split()
        ]
        np.testing.assert_allclose(values, gate.matrix().ravel(), atol=0.0071)

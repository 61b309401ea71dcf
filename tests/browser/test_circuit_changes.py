"""What a visitor of the Circuit tab can do to the circuit, and take away."""

import json
import re
import urllib.parse
from pathlib import Path

import numpy as np
import pytest

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import trace
from tests.browser.circuit_page import (
    LAB,
    current,
    drawn,
    filled,
    move,
    opened,
    part,
    reading,
    says,
    seen,
    type_here,
)
from tests.browser.conftest import Open
from tests.browser.test_looks import OVERFLOW, UNLABELLED
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

pytestmark = pytest.mark.browser


def test_angles_follow_the_finger_and_reset_brings_the_text_back(open_page: Open) -> None:
    page = opened(open_page)
    circuit = reading()
    before = says(page)
    angles = circuit.angles.copy()
    angles[1] = 2.5
    move(page, 1, 2.5)
    page.wait_for_selector(f"{part('changed')}:not([hidden])")
    assert "Changed: the angle of q1." in page.inner_text(part("changes"))
    spec = ScriptedExplorer().spec
    weights = np.random.default_rng(7).uniform(-np.pi, np.pi, spec.weight_shape)
    moved = trace(spec.read(angles, weights), 4).bloch[-1, :, 2]
    now = current(page)
    np.testing.assert_allclose(now["shown"]["expectation_values"], moved, atol=1e-3)
    logits = circuit.output_weight @ moved + circuit.output_bias
    share = np.exp(logits).max() / np.exp(logits).sum()
    shown = re.match(rf"{SENTIMENT.labels[int(logits.argmax())]} (\d+) %, was", says(page))
    assert shown is not None
    assert int(shown[1]) == pytest.approx(100 * share, abs=1)
    filled(page)
    assert "2.50" in drawn(page, "drawing")["labels"]["text"][1]
    points = drawn(page, "response")["points"]
    assert len(points["x"]) == 16
    page.click(part("undo"))
    page.wait_for_selector(part("changed"), state="hidden")
    assert says(page) == before


def test_response_curves_pass_through_the_simulated_points(open_page: Open) -> None:
    page = opened(open_page)
    filled(page)
    curves = drawn(page, "response")["curves"]
    x = np.array(curves["x"], float).reshape(16, -1)[:, :-1]
    y = np.array(curves["y"], float).reshape(16, -1)[:, :-1]
    spec, circuit = ScriptedExplorer().spec, reading()
    weights = np.random.default_rng(7).uniform(-np.pi, np.pi, spec.weight_shape)
    for j in range(4):
        angles = circuit.angles.copy()
        angles[j] = np.pi / 2
        values = trace(spec.read(angles, weights), 4).bloch[-1, :, 2]
        for k in range(4):
            cell = 4 * k + j
            at = np.argmin(abs(x[cell] - (x[cell, 0] + 0.75 * 92)))
            height = y[cell, at]
            bottom = 24 + (k + 1) * 58 + k * 14
            assert 2 * (bottom - height) / 58 - 1 == pytest.approx(values[k], abs=1e-6)
    assert "known exactly from three values" in page.inner_text(part("degree"))


def test_the_smallest_flip_flips_and_none_is_said_where_there_is_none(open_page: Open) -> None:
    page = opened(open_page, query="?task=sst2&text=fine")
    page.wait_for_function(f"{LAB}.current() !== null")
    page.wait_for_selector(f"{part('flip')}:enabled")
    words = page.inner_text(part("flip-words")).replace("−", "-")
    label = says(page).split()[0]
    page.click(part("flip"))
    page.wait_for_selector(f"{part('changed')}:not([hidden])")
    after = re.match(rf"(\w+) \d+ %, was {label} \d+ %", says(page))
    assert after is not None
    assert after[1] != label
    assert words.endswith(f"then {after[1]}.")
    found = re.search(r"flips the label: q3 by \+?([-\d.]+) rad", words)
    assert found is not None, words
    assert float(found[1]) == pytest.approx(0.177, abs=0.01), "by a scan of every angle in Python"
    filled(page)
    assert page.inner_text(part("flip-words")).replace("−", "-") == words, (
        "of the text's own angles"
    )
    type_here(page, "a good day")
    page.wait_for_selector(part("changed"), state="hidden")
    page.wait_for_function(
        "document.querySelector('[data-is=flip-words]').textContent.startsWith('No single angle')"
    )
    assert page.is_disabled(part("flip"))


def test_breaking_parts_shows_before_and_after(open_page: Open) -> None:
    page = opened(open_page)
    page.click(f"{part('compared')} > summary")
    page.wait_for_selector(f"{part('before-after')} tbody td")

    def column(index: int) -> list[str]:
        cells = page.locator(f"{part('before-after')} tbody td:nth-child({index})")
        return [text.replace("−", "-") for text in cells.all_inner_texts()]

    assert column(2) == column(3)
    page.check(part("no-cnots"))
    page.wait_for_function(f"{LAB}.current().gates.length === 12")
    assert [float(v) for v in column(3)[-4:]] == [0, 0, 0, 0], "nothing entangles"
    page.check(part("layers-none"))
    page.wait_for_function(f"{LAB}.current().gates.length === 4")
    values = [float(v) for v in column(3)[3:7]]
    np.testing.assert_allclose(values, np.cos(reading().angles), atol=0.0051)
    filled(page)
    assert len(drawn(page, "drawing")["taken out"]["x"]) == 8 + 2 * 8
    page.click(part("undo"))
    page.wait_for_selector(part("changed"), state="hidden")
    page.select_option(part("without"), "2")
    page.wait_for_function(f"{LAB}.current().head.weight[0][2] === 0")
    assert not [g for g in current(page)["gates"] if 2 in g["wires"]]
    assert float(column(3)[5]) == 1, "an untouched qubit stays in |0>"
    page.select_option(part("without"), "")
    page.check(part("layers-random"))
    tables = []
    for seed in ("0", "5", "0"):
        page.fill(part("seed"), seed)
        page.wait_for_function(
            "document.querySelector('[data-is=changes]').textContent"
            f" === 'Changed: random weights (seed {seed}).'"
        )
        tables.append(column(3))
    assert tables[0] == tables[2] != tables[1]


def test_measuring_and_stale_results(open_page: Open) -> None:
    page = opened(open_page)
    page.click("#measure > button")
    page.click("#export > button")
    page.click("#export-button")
    page.wait_for_selector("#code a >> text=Download circuit.py")
    page.click("#measure-button")
    page.wait_for_selector("#measured-figure .main-svg")
    assert "1,000 runs with 1,000 shots" in page.inner_text("#measured")
    page.check(part("no-cnots"))
    page.wait_for_function(
        "document.querySelector('#measured').innerText.includes('circuit has changed')"
    )
    assert not page.is_visible("#measured-figure .main-svg")
    assert "has changed" in page.inner_text("#exported")
    page.click("#proof > button")
    assert page.inner_text("#proved") == ""
    page.click("#measure-button")
    page.wait_for_selector("#measured-figure .main-svg")
    type_here(page, "another day")
    page.wait_for_selector("#measured-figure .main-svg", state="hidden")


def test_the_code_can_be_copied_and_the_drawing_saved(open_page: Open) -> None:
    page = opened(open_page)
    saved: list[str] = []
    page.on("download", lambda file: saved.append(file.suggested_filename))
    page.click("#export > button")
    page.click("#export-button")
    page.wait_for_selector("#code pre >> text=import pennylane")
    page.click("#code button")
    page.wait_for_selector("#code button >> text=Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == page.inner_text("#code pre").strip()
    with page.expect_download() as waiting:
        page.click("#code a >> text=Download circuit.py")
    assert Path(waiting.value.path()).read_text("utf-8").strip() == copied.strip()
    assert saved == ["circuit.py"], "nothing is saved unasked"
    link = page.get_attribute("#exported a", "href")
    assert link is not None
    circuit = json.loads(urllib.parse.unquote(link.split("#circuit=")[1]))
    assert circuit["cols"]
    for kind, start in (("svg", b"<svg"), ("png", b"\x89PNG")):
        with page.expect_download() as waiting:
            page.click(f"#save-{kind}")
        path = Path(waiting.value.path())
        assert path.read_bytes().startswith(start)
        assert waiting.value.suggested_filename == f"circuit.{kind}"


@pytest.mark.slow
def test_pennylane_confirms_what_the_page_shows(open_page: Open) -> None:
    page = opened(open_page)
    move(page, 0, -1.3)
    for _ in range(14):
        page.click(part("next"))
    page.click("#proof > button")
    page.click("#proof-button")
    page.wait_for_selector("#proved table", timeout=60_000)
    assert float(page.inner_text("#proved b")) < 1e-9


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_everything_fits_and_has_a_name(open_page: Open, scheme: str) -> None:
    page = opened(open_page, width=390, height=844, has_touch=True, color_scheme=scheme)
    page.click(f"{part('compared')} > summary")
    for name in ("measure", "pair", "export", "proof"):
        page.click(f"#{name} > button")
    filled(page)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(UNLABELLED) == 0
    exact = page.get_by_label("Infinitely many shots")
    across = exact.evaluate("e => e.closest('.block').getBoundingClientRect().width")
    assert across >= 150
    heights = page.evaluate(
        """[...document.querySelectorAll(
            '.lab button, .switches label, .lab select, .lab summary,'
            + '.lab input:not(.tick)')]
        .filter((e) => e.offsetParent && !e.closest('.values'))
        .map((e) => e.getBoundingClientRect().height)"""
    )
    assert min(heights) >= 44
    page.click(part("first"))
    page.click(part("next"))
    frame = f"document.querySelector('{part('drawing')} .frame')"
    assert page.evaluate(f"{frame}.scrollLeft") < 50
    page.click(part("last"))
    assert page.evaluate(f"{frame}.scrollLeft") > 100


def test_a_large_circuit_works_and_noise_is_refused_in_a_sentence(
    open_page: Open, large_app: str
) -> None:
    page = opened(open_page, address=large_app)
    page.click(part("last"))
    filled(page)
    circuit = reading(spec=CircuitSpec(12, 8, reupload=True))
    states = np.sort(seen(circuit).probabilities[-1])[::-1][:32]
    bars = drawn(page, "probabilities")["probabilities"]
    np.testing.assert_allclose(bars["y"], states, atol=1e-9)
    page.wait_for_function(
        """document.querySelector('[data-is=response] .plot').data
        .find((t) => t.name === 'points').x.length === 144"""
    )
    assert "degree 8, known exactly from 17 values" in page.inner_text(part("degree"))
    page.click("#measure > button")
    page.fill("#measure input[type=number] >> nth=2", "0.1")
    page.press("#measure input[type=number] >> nth=2", "Enter")
    filled(page)  # the slider hands its number on
    page.click("#measure-button")
    page.wait_for_function(
        "document.querySelector('#measured').innerText.includes('up to 8 qubits')"
    )

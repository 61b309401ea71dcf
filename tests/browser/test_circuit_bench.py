"""Cause and effect in one view, a circuit that is never another sentence's, and what steps say."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from qbert_demo.circuit.trace import entangling
from tests.browser.circuit_page import (
    LAB,
    current,
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
from tests.ui.scripted import NEWS, SENTIMENT, ScriptedExplorer

pytestmark = pytest.mark.browser

CAUSES = ["#angle-3", "#angle-3-number", *map(part, ("flip", "layers-none", "no-cnots", "next"))]
INSIDE = """(names) => names.filter((name) => {
  const { left, right, top, bottom } = document.querySelector(name).getBoundingClientRect();
  const middle = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return top < 0 || bottom > innerHeight || left < 0 || right > innerWidth
    || !document.querySelector(name).contains(middle);
})"""


def step_to(page: Page, step: int) -> str:
    page.evaluate(
        f"""() => {{ const slider = document.querySelector('{part("slider")}');
        slider.value = {step}; slider.dispatchEvent(new Event('input')); }}"""
    )
    return page.inner_text(part("step"))


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_what_is_turned_and_what_it_changes_are_in_one_view(
    open_page: Open, width: int, height: int, cause: str
) -> None:
    page = opened(open_page, width=width, height=height)
    filled(page)
    page.locator(cause).scroll_into_view_if_needed()
    box = page.locator(f"{part('drawing')} .frame").bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= height - box["height"]
    effects = [cause, part("answer"), part("step"), part("play")]
    assert page.evaluate(INSIDE, effects) == []


def test_on_a_wide_screen_states_stand_beside_the_drawing(open_page: Open) -> None:
    page = opened(open_page)
    filled(page)
    for view in ("bloch", "paulis", "entropies", "probabilities", "information", "response"):
        page.locator(f"{part(view)} .plot").scroll_into_view_if_needed()
        effects = [part("answer"), part("step"), part("next"), f"{part('drawing')} .plot"]
        assert page.evaluate(INSIDE, effects) == [], view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ticked_boxes_and_chosen_buttons_look_it(open_page: Open, scheme: str) -> None:
    page = opened(open_page, color_scheme=scheme)

    def look(name: str) -> dict[str, Any]:
        style: dict[str, Any] = page.evaluate(
            """(name) => { const { backgroundColor, backgroundImage, borderColor, boxShadow }
            = getComputedStyle(document.querySelector(name));
            return { backgroundColor, backgroundImage, borderColor, boxShadow }; }""",
            part(name),
        )
        return style

    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    box = look("no-cnots")
    assert box["borderColor"] != paper
    page.check(part("no-cnots"))
    ticked = look("no-cnots")
    assert ticked["backgroundColor"] not in (box["backgroundColor"], paper)
    tick = "white" if scheme == "light" else "black"
    assert f"stroke='{tick}'" in ticked["backgroundImage"]
    chosen, other = look("layers-trained"), look("layers-none")
    assert chosen["backgroundColor"] not in (other["backgroundColor"], paper)
    assert "inset" in chosen["boxShadow"]
    page.check(part("layers-none"))
    assert (look("layers-trained"), look("layers-none")) == (other, chosen)


def test_the_circuit_follows_the_sentence_as_it_is_typed(open_page: Open) -> None:
    page = opened(open_page)
    step_to(page, 7)
    move(page, 1, 0.3)
    page.wait_for_selector(f"{part('changed')}:not([hidden])")
    type_here(page, "a slow good day")
    busy = f"document.querySelector('{part('lab')} .lab').getAttribute('aria-busy')"
    assert page.evaluate(busy) == "true", "the circuit that stands is another sentence's"
    page.wait_for_function(f"{busy} === 'false'")
    angles = reading("a slow good day").angles
    np.testing.assert_allclose([g["angles"][0] for g in current(page)["gates"][:4]], angles)
    assert page.is_hidden(part("changed"))
    assert "Step 7 of 20" in page.inner_text(part("step")), "the place is kept"
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.wait_for_selector(".lab", state="hidden")


def test_typing_back_to_the_same_sentence_leaves_its_circuit(open_page: Open) -> None:
    page = opened(open_page)
    page.focus("#circuit-sentence textarea")
    page.keyboard.press("End")
    page.keyboard.type("x")
    page.wait_for_selector(".lab.stale")
    page.keyboard.press("Backspace")
    page.wait_for_selector(".lab:not(.stale)")
    page.wait_for_timeout(800)
    assert page.locator(".lab.stale").count() == 0


def test_an_example_gives_way_to_one_of_the_new_task(open_page: Open) -> None:
    page = opened(open_page)
    page.locator("#circuit-task").get_by_label("News topic").check()
    page.wait_for_function(f"{LAB}.current().labels.length === 4")
    assert page.input_value("#circuit-sentence textarea") == NEWS.examples[0].text
    page.wait_for_selector(".lab:not(.stale)")


def test_each_step_says_what_it_does_with_numbers(open_page: Open) -> None:
    page = opened(open_page)
    circuit = reading()
    states = seen(circuit)
    text = SENTIMENT.examples[0].text
    hidden = len(ScriptedExplorer().predict(SENTIMENT, text, "hybrid").embedding)
    words = step_to(page, 1).replace("−", "-")
    angle = circuit.angles[0]
    assert f"RY turns q0 by {angle:.2f} rad (π × tanh" in words
    assert f"BERT's {hidden} numbers): ⟨Z⟩ +1.00 to {np.cos(angle):+.2f}; nothing" in words
    move(page, 0, 1.0)
    page.wait_for_function("document.querySelector('[data-is=step]').innerText.includes('you set')")
    page.click(part("undo"))
    page.wait_for_selector(part("changed"), state="hidden")
    assert "turns q3 by its three trained angles" in step_to(page, 8)
    ties = 0
    for step, gate in enumerate(circuit.gates, 1):
        if gate.name != "CNOT":
            continue
        words = step_to(page, step)
        control, target = gate.wires
        before, after = (states.entropies[at] for at in (step - 2, step - 1))
        changes = [after[k] - before[k] for k in gate.wires]
        if max(map(abs, changes)) < 0.005:
            assert "entropies stay" in words
            continue
        ties += 1
        verb = "ties" if max(changes, key=abs) > 0 else "loosens"
        assert f"CNOT {verb} q" in words
        found = re.findall(r"q(\d) ([\d.]+) to ([\d.]+)", words)
        expected = [(k, before[k], after[k]) for k in (control, target)]
        np.testing.assert_allclose(np.array(found, float), expected, atol=0.0051)
    assert ties > 3


def test_a_frame_is_as_wide_as_its_gate(open_page: Open) -> None:
    page = opened(open_page)
    filled(page)
    widths = []
    for step, name in ((1, "data"), (5, "trained")):
        step_to(page, step)
        box = page.locator(".just-done").bounding_box()
        assert box is not None
        drawn = page.evaluate(
            f"""() => {{ const plot = document.querySelector('[data-is=drawing] .plot');
            const {{ x }} = plot.data.find((t) => t.name === '{name}');
            const {{ xaxis }} = plot._fullLayout;
            return xaxis.d2p(x[1]) - xaxis.d2p(x[0]); }}"""
        )
        assert box["width"] == pytest.approx(drawn + 6, abs=1.5)
        widths.append(drawn)
    assert widths[1] > 2 * widths[0]


def test_finite_shots_are_counted_in_the_page(open_page: Open) -> None:
    page = opened(open_page)
    filled(page)
    page.wait_for_function(f"document.querySelector('{part('shots-words')}').innerText !== ''")
    words = page.inner_text(part("shots-words"))
    assert f"of runs say {says(page).split()[0]}" in words
    assert "needed for 95" in words
    share = words.split("%")[0]
    page.fill(part("shots"), "1")
    assert page.inner_text(part("shots-words")).split("%")[0] != share
    for wrong in ("0", "", "1000000000"):
        page.fill(part("shots"), wrong)
        assert page.inner_text(part("shots-words")) == "Type a whole number from 1 to 100,000."


def test_the_entanglement_of_this_text_stands_beside_the_usual(open_page: Open) -> None:
    page = opened(open_page)
    circuit = seen(reading())
    ends = entangling(circuit.states, 4)
    step_to(page, 10)
    words = page.inner_text(part("entangled"))
    assert f"{ends[9]:.2f} now, {ends[-1]:.2f} after the last gate" in words
    assert (
        "0.44 on average, and with random angles in the trained gates 0.85 (0.77 to 0.94)" in words
    )
    assert page.text_content(part("broken")) == ""
    page.check(part("no-cnots"))
    page.wait_for_function(f"document.querySelector('{part('broken')}').textContent !== ''")
    now, before = page.inner_text(part("answer")).split(", was ")
    assert page.text_content(part("broken")) == f" (here from {before} to {now})"
    page.wait_for_function(
        f"document.querySelector('{part('entangled')}').textContent.includes('0.00 after the last')"
    )
    page.locator("#circuit-task").get_by_label("News topic").check()
    page.wait_for_function(f"{LAB}.current().labels.length === 4")
    assert "on average" not in page.inner_text(part("entangled"))

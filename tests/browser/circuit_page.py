"""Opening the Circuit tab and reading what it shows."""

from typing import Any

from playwright.sync_api import Page

from qbert_demo.circuit.spec import CircuitSpec
from qbert_demo.circuit.trace import Trace, trace
from qbert_demo.results import CircuitReading
from tests.browser.conftest import Open
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

TEXT = SENTIMENT.examples[0].text
LAB = "document.querySelector('[data-is=lab]')"
N_GATES = 20


def reading(text: str = TEXT, spec: CircuitSpec | None = None) -> CircuitReading:
    circuit = ScriptedExplorer(spec).predict(SENTIMENT, text, "hybrid").circuit
    assert circuit is not None
    return circuit


def seen(circuit: CircuitReading) -> Trace:
    return trace(circuit.gates, circuit.n_qubits)


def opened(open_page: Open, **options: Any) -> Page:
    page = open_page(**options)
    page.click("#open-circuit")
    page.wait_for_selector("[data-is=drawing] [data-drawn]")
    return page


def says(page: Page) -> str:
    """Return the one-line answer."""
    return page.inner_text(part("answer")).replace("\xa0", " ")


def type_here(page: Page, text: str) -> None:
    """Type a sentence as a visitor does, without a key that ends it."""
    page.click("#circuit-sentence textarea")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def part(name: str) -> str:
    return f"[data-is={name}]"


def drawn(page: Page, view: str) -> dict[str, Any]:
    """Return by name the traces that Plotly has drawn."""
    data = page.evaluate(f"document.querySelector('[data-is={view}] .plot').data")
    return {t["name"]: t for t in data}


def filled(page: Page) -> None:
    """Wait until nothing is left to be filled."""
    page.wait_for_timeout(450)


def move(page: Page, feature: int, angle: float) -> None:
    page.evaluate(
        f"""() => {{ const slider = document.querySelector('#angle-{feature}');
        slider.value = {angle}; slider.dispatchEvent(new Event('input')); }}"""
    )


def current(page: Page) -> dict[str, Any]:
    circuit: dict[str, Any] = page.evaluate(f"{LAB}.current()")
    return circuit

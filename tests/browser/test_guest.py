"""A visitor puts a model from the Hub beside ours, in the app as it is started."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import models
from tests.browser.circuit_page import LAB
from tests.browser.conftest import Open, said, wait_for_words
from tests.browser.test_compare import wait_for_models
from tests.browser.test_looks import OVERFLOW, UNLABELLED
from tests.hub import Hub, serving
from tests.hub.fixtures import TOKEN, hub_environment
from tests.serving import served_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an app whose Hub has a few models."""
    root = tmp_path_factory.mktemp("hub")
    models.plain_bert(root / "film-critic", ("LABEL_0", "LABEL_1"))
    models.checkpoint(root / "three-qubits", "circuit", n_qubits=3)
    hub = Hub({TOKEN: "tester"}, {"org": ["tester"]})
    hub.add("model", "org/a-film-critic-with-a-long-name", root / "film-critic")
    hub.add("model", "org/three-qubits", root / "three-qubits", private=True)
    with (
        serving(hub) as url,
        served_app(**hub_environment(url, root / "cache")) as address,
    ):
        yield f"{address}/"


def load(page: Page, repo_id: str, token: str = "") -> None:
    page.fill("#guest-repo input, #guest-repo textarea", repo_id)
    page.fill("#guest-token input", token)
    page.click("#guest-load")


def wait_for_guest(page: Page, words: str) -> None:
    page.wait_for_function(
        "words => document.querySelector('#guest-said').innerText.includes(words)", arg=words
    )


def test_a_model_from_the_hub_answers_beside_ours(open_page: Open, hosted: str) -> None:
    page = open_page(address=hosted)
    page.click("#foot summary")
    expect(page.locator("#foot")).to_contain_text("Sentiment: classical BERT: bundled")
    page.click("#guest > button")
    load(page, "org/nothing")
    wait_for_guest(page, "The Hub has no org/nothing, or it is private.")
    load(page, "org/a-film-critic-with-a-long-name")
    wait_for_guest(page, "Its labels LABEL_0, LABEL_1 are read as negative, positive.")
    wait_for_words(page, "guest")
    wait_for_models(page, "classical", "hybrid", "guest")
    page.click("#sizes > button")
    expect(page.locator("#sizes")).to_contain_text("org/a-film-critic-with-a-long-name")
    page.click("#copy-link")
    page.wait_for_function("document.querySelector('#copied').innerText.includes('copied')")
    assert "?task=sst2&text=" in page.evaluate("navigator.clipboard.readText()")
    assert "does not hold your own model" in page.inner_text("#copied")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOW) == 0
        assert page.evaluate(UNLABELLED) == 0
    page.get_by_label("Sentiment", exact=True).check()
    wait_for_models(page, "classical", "hybrid")
    assert "guest" not in said(page)


def test_a_private_circuit_is_shown_and_the_token_leaves_the_page(
    open_page: Open, hosted: str
) -> None:
    page = open_page(address=hosted)
    page.click("#guest > button")
    load(page, "org/three-qubits", TOKEN)
    wait_for_guest(page, "in the Circuit tab too")
    assert page.input_value("#guest-token input") == ""
    assert TOKEN not in page.content()
    page.get_by_role("tab", name="Circuit").click()
    page.wait_for_selector("#circuit-lab [data-drawn]")
    page.locator("#circuit-task").get_by_label("org/three-qubits", exact=True).check()
    wires = f"({LAB}.current()?.gates ?? []).flatMap(gate => gate.wires)"
    page.wait_for_function(f"Math.max(...{wires}) === 2")

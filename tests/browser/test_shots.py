"""Finite shots in the browser say what the server says of them."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from qbert_demo.circuit.shots import MAX_SHOTS, RUNS, STABLE_SHARE, measure
from tests.browser.test_statevector import blank_page

pytestmark = pytest.mark.browser

SHOTS = [1, 8, 60, 250, 3000]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    yield from blank_page(browser, "statevector.js", "response.js", "shots.js")


@pytest.mark.parametrize("n_labels", [2, 4])
@pytest.mark.parametrize("seed", range(5))
def test_shares_and_steady_shots_agree(page: Page, seed: int, n_labels: int) -> None:
    random = np.random.default_rng([seed, n_labels])
    probabilities = random.dirichlet(np.full(8, 0.5))
    weight = random.normal(size=(n_labels, 3))
    bias = random.normal(0, 0.2, n_labels)
    head = {"weight": weight.tolist(), "bias": bias.tolist()}
    winner, shares, steady = page.evaluate(
        """([probabilities, head, runs, shots, enough, most]) => {
          const sampler = shotSampler(probabilities, head, 3, runs);
          return [sampler.winner, shots.map(sampler.share), steadyShots(sampler, enough, most)];
        }""",
        [probabilities.tolist(), head, RUNS, SHOTS, STABLE_SHARE, MAX_SHOTS],
    )
    found = [measure(probabilities, weight, bias, shots, 0) for shots in SHOTS]
    assert winner == measure(probabilities, weight, bias, None, 0).label
    np.testing.assert_allclose(shares, [m.shares[winner] for m in found], atol=0.06)
    if found[0].stable_shots is None:
        assert steady is None
    else:
        assert steady == pytest.approx(found[0].stable_shots, rel=0.25, abs=3)


def test_a_certain_answer_takes_one_shot_and_a_tie_is_never_steady(page: Page) -> None:
    found = page.evaluate(
        """() => [[1, 0], [0.5, 0.5]].map((probabilities) => {
          const head = { weight: [[1], [-1]], bias: [0, 0] };
          return steadyShots(shotSampler(probabilities, head, 1, 200), 0.95, 1000);
        })"""
    )
    assert found == [1, None]

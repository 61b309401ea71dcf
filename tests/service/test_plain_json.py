import json

import pytest

from qbert_demo.service.plain_json import batch_json, comparison_json, prediction_json
from tests.ui.scripted import SENTIMENT, ScriptedExplorer

EXPLORER = ScriptedExplorer()


def test_a_hybrid_reports_its_circuit_and_a_classical_model_does_not() -> None:
    hybrid = prediction_json(EXPLORER.predict(SENTIMENT, "good", "hybrid"))
    classical = prediction_json(EXPLORER.predict(SENTIMENT, "good", "classical"))
    added = {"angles", "expectation_values", "contributions", "bias"}
    assert set(hybrid) - set(classical) == added
    assert len(hybrid["angles"]) == len(hybrid["expectation_values"]) == 4
    for label, logit in hybrid["logits"].items():
        total = sum(hybrid["contributions"][label]) + hybrid["bias"][label]
        assert total == pytest.approx(logit)


def test_milliseconds_have_their_parts_and_total() -> None:
    report = prediction_json(EXPLORER.predict(SENTIMENT, "good", "hybrid"))
    assert report["milliseconds"] == 9.13
    assert report["milliseconds_in"] == {"encoder": 8.8, "circuit": 0.21, "head": 0.12}


def test_everything_is_plain_json() -> None:
    comparison = EXPLORER.compare("sst2", "good but 😀", ("classical", "hybrid", "control"))
    again = json.loads(json.dumps(comparison_json(comparison)))
    assert again["agree"] is False
    assert again["text"] == "good but 😀"
    batch = EXPLORER.compare_batch("sst2", ["good", "but"], ["positive", "negative"])
    assert json.loads(json.dumps(batch_json(batch)))["n_texts"] == 2

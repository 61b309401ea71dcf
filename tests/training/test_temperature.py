"""A temperature is found where it is known, and a checkpoint keeps it and applies it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.errors import CheckpointError
from qbert_demo.model.heads import head_of
from qbert_demo.model.prediction import predict
from qbert_demo.training.temperature import FLATTEST, fit_temperature, log_loss
from tests.models import checkpoint


def test_the_temperature_that_labels_were_drawn_with_is_found() -> None:
    random = np.random.default_rng(0)
    true = random.normal(0, 2, (40_000, 3))
    chances = np.exp(true) / np.exp(true).sum(1, keepdims=True)
    labels = (random.random((len(true), 1)) > chances.cumsum(1)).sum(1)
    found = fit_temperature(2.5 * true, labels)
    assert found == pytest.approx(2.5, rel=0.03)
    assert log_loss(2.5 * true, labels, found) < log_loss(2.5 * true, labels)
    for other in (found / 1.05, found * 1.05):
        assert log_loss(2.5 * true, labels, found) < log_loss(2.5 * true, labels, other)


def test_logits_that_tell_nothing_are_flattened_as_far_as_is_looked() -> None:
    logits = np.array([[5.0, 0.0], [5.0, 0.0]])
    assert fit_temperature(logits, np.array([0, 1])) == pytest.approx(FLATTEST)


@pytest.mark.parametrize("head", ["linear", "circuit", "bottleneck"])
def test_a_checkpoint_keeps_its_temperature_and_every_reader_gets_it(
    tmp_path: Path, head: str
) -> None:
    checkpoint(tmp_path / "plain", head)
    plain = open_checkpoint(tmp_path / "plain", Trust.OURS)
    assert plain.model.config.temperature == 1.0
    hot = open_checkpoint(tmp_path / "plain", Trust.OURS)
    hot.model.set_temperature(1.7)
    hot.model.save_pretrained(tmp_path / "hot")
    again = open_checkpoint(tmp_path / "hot", Trust.OURS)

    ids = [t.ids for t in plain.tokenize(["Dull.", "A warm film, and funny."])]
    expected = plain.logits(ids) / 1.7
    np.testing.assert_allclose(again.logits(ids), expected, rtol=1e-5)
    np.testing.assert_allclose(again.answer(ids[1]).logits, expected[1], rtol=1e-4)
    with torch.inference_mode():
        forwarded = again.model(input_ids=torch.tensor([ids[0]])).logits[0].numpy()
    np.testing.assert_allclose(forwarded, expected[0], rtol=1e-4)
    for name, tensor in plain.model.tensors().items():
        torch.testing.assert_close(again.model.tensors()[name], tensor, rtol=0, atol=0)


@pytest.mark.parametrize("head", ["circuit", "bottleneck"])
def test_the_shown_output_layer_leads_to_the_shown_logits(tmp_path: Path, head: str) -> None:
    checkpoint(tmp_path / "hot", head, temperature=1.7)
    classifier = open_checkpoint(tmp_path / "hot", Trust.OURS)
    name, tokens = head_of(head).name, classifier.tokenize(["A warm film, and funny."])[0]
    prediction = predict(classifier, name, tokens)
    squeeze = prediction.squeeze
    assert squeeze is not None
    again = squeeze.output_weight @ squeeze.values + squeeze.output_bias
    np.testing.assert_allclose(again, prediction.logits, rtol=1e-4)


def test_a_temperature_of_nothing_is_refused(tmp_path: Path) -> None:
    checkpoint(tmp_path / "cold", "linear")
    path = tmp_path / "cold" / "config.json"
    path.write_text(path.read_text().replace('"temperature": 1.0', '"temperature": 0.0'))
    with pytest.raises(CheckpointError, match="temperature must be"):
        open_checkpoint(tmp_path / "cold", Trust.OURS)

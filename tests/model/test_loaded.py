from copy import deepcopy

import numpy as np
import pytest
import torch

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.loaded import LoadedModel, _batches


@pytest.fixture(scope="session")
def classifier(
    hybrid: QBertForSequenceClassification, tmp_path_factory: pytest.TempPathFactory
) -> LoadedModel:
    folder = tmp_path_factory.mktemp("checkpoint") / "hybrid"
    hybrid.save_pretrained(folder)
    return open_checkpoint(folder, Trust.OURS)


def test_one_at_a_time_and_in_bulk_agree(classifier: LoadedModel) -> None:
    texts = ["short", "a somewhat longer text than that", "mid length here", "x " * 60]
    ids = [tokens.ids for tokens in classifier.tokenize(texts)]
    steps: list[tuple[int, int]] = []
    bulk = classifier.logits(ids, batch_size=3, progress=lambda *step: steps.append(step))
    single = np.stack([classifier.answer(row).logits for row in ids])
    np.testing.assert_allclose(bulk, single, atol=1e-5)
    assert steps == [(3, 4), (4, 4)]


def test_texts_run_together_until_padding_costs_more_than_another_batch() -> None:
    lengths = [9, 60, 10, 9, 60, 30, 61, 9]
    assert [*_batches(lengths, 32)] == [[0, 3, 7, 2], [5, 1, 4, 6]]
    assert [*_batches(lengths, 3)] == [[0, 3, 7], [2, 5], [1, 4, 6]]
    assert [*_batches([], 3)] == []


def test_long_texts_are_read_in_few_widths_and_answered_the_same(
    classifier: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    most, read = classifier.model.config.max_length, classifier.model.encode
    monkeypatch.setattr(classifier.model.config, "max_length", most - 1)
    ids = [[101, *[2023] * (n - 2), 102] for n in (64, 65, 97, 112, most - 1)]
    widths = []

    def encode(tokens: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        widths.append(tokens.shape[1])
        return read(tokens, mask)

    alone = np.stack([classifier.answer(row).logits for row in ids])
    monkeypatch.setattr(classifier.model, "encode", encode)
    np.testing.assert_allclose(classifier.logits(ids, batch_size=1), alone, atol=1e-5)
    assert widths == [64, 80, 112, 112, most - 1]


def test_long_text_is_cut_at_a_token_and_the_rest_is_known(classifier: LoadedModel) -> None:
    text = "an unbelievably antidisestablishmentarian film " * 40
    (tokens,) = classifier.tokenize([text])
    assert len(tokens.ids) == classifier.model.config.max_length
    assert tokens.ids[0] == 101
    assert tokens.ids[-1] == 102
    again = classifier.tokenize([text[: tokens.read]])[0]
    assert again.ids == tokens.ids
    assert text[tokens.read :].strip()


def test_what_has_no_token_is_found_in_what_is_read(classifier: LoadedModel) -> None:
    assert classifier.unknown("a plain film") == ()
    assert classifier.unknown("ok 😀 film " + "a" * 101) == ("😀", "a" * 101)
    assert classifier.unknown("good " * classifier.model.config.max_length + "😀") == ()


def test_short_text_is_read_whole(classifier: LoadedModel) -> None:
    (tokens,) = classifier.tokenize(["fine film  "])
    assert tokens.read == len("fine film  ")


def test_answer_adds_up(classifier: LoadedModel) -> None:
    answer = classifier.answer(classifier.tokenize(["a fine film"])[0].ids)
    head = classifier.model.classifier
    logits = head.output.weight.double().detach().numpy() @ answer.values
    np.testing.assert_allclose(logits + head.output.bias.detach().numpy(), answer.logits, atol=1e-5)
    assert answer.angles.shape == answer.values.shape == (4,)
    assert answer.timing.circuit > 0
    assert answer.timing.encoder > answer.timing.head


def test_padding_does_not_change_a_vector(classifier: LoadedModel) -> None:
    ids = torch.tensor([[101, 2023, 102]])
    padded = torch.tensor([[101, 2023, 102, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 0, 0]])
    with torch.no_grad():
        alone, beside = classifier.model.encode(ids), classifier.model.encode(padded, mask)
    torch.testing.assert_close(alone, beside, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@torch.inference_mode()
def test_in_half_precision_it_says_nearly_the_same(
    classifier: LoadedModel, hybrid: QBertForSequenceClassification, dtype: torch.dtype
) -> None:
    ids = torch.tensor([classifier.tokenize(["a somewhat longer text than that"])[0].ids])
    expected = hybrid(ids).logits
    halved = deepcopy(hybrid).to(dtype)(ids).logits
    assert halved.dtype == dtype
    torch.testing.assert_close(halved.float(), expected, atol=0.1, rtol=0.1)

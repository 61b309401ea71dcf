"""Attributions against what they must add up to, and against an independent calculation."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from captum.attr import LayerIntegratedGradients
from transformers import BertConfig, BertModel

from qbert_demo.circuit.formula import formula_of
from qbert_demo.data.catalogue import SST2
from qbert_demo.evaluation import attribution
from qbert_demo.evaluation.attribution import LARGEST_GAP, explain
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.differentiable import DifferentiableModel
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.model.packed_bert import differentiable, pack
from qbert_demo.model.words import read_words
from qbert_demo.results import Attribution, ModelExplanation
from qbert_demo.service import Explorer
from qbert_demo.training.recipe import Recipe
from qbert_demo.training.train_task import make_config
from tests.models import SHAPE

HEADS = ("classical", "hybrid", "control")
TEXT = "not a great film, but never dull"
UNKNOWN = "\N{BLACK CHESS KING} \N{BLACK CHESS QUEEN}"
ODD = {
    "repeated": "dull dull dull",
    "emoji": "what a film \N{GRINNING FACE}\N{CLAPPER BOARD} dull",
    "right to left": "\u0641\u064a\u0644\u0645 \u062c\u0645\u064a\u0644 \u062c\u062f\u0627",
    "markup": "<script>alert('dull')</script> <!-- fine -->",
    "many pieces": f"a {'qzx' * 16} film",
    "unknown": UNKNOWN,
    "accents and apostrophes": "n\u00e9e, it isn't d\u00e9j\u00e0 vu, 'tis the critics' film",
    "one word": "dull",
}


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer.start(["sst2"])


@pytest.fixture(scope="module")
def found(explorer: Explorer) -> dict[str, ModelExplanation]:
    return {head: explain(explorer.classifier("sst2", head), head, TEXT) for head in HEADS}


@pytest.mark.parametrize("head", HEADS)
def test_scores_add_up_to_the_difference_of_the_logits(
    explorer: Explorer, found: dict[str, ModelExplanation], head: str
) -> None:
    model, shown = found[head], explorer.compare("sst2", TEXT, [head]).predictions[head]
    assert model.says == model.label == shown.label
    assert model.logit.value == pytest.approx(shown.logits[shown.winner], abs=1e-4)
    difference = model.logit.value - model.logit.base
    assert abs(difference - model.logit.scores.sum()) == pytest.approx(model.logit.gap, abs=1e-12)
    assert model.logit.gap <= LARGEST_GAP * abs(difference)


def test_any_label_can_be_explained(explorer: Explorer) -> None:
    hybrid = explorer.classifier("sst2", "hybrid")
    one, other = (explain(hybrid, "hybrid", "dull", label) for label in SST2.labels)
    assert one.says == other.says == "negative"
    assert (one.label, other.label) == SST2.labels
    assert one.logit.sum > 0 > other.logit.sum


def test_the_flow_through_the_qubits_is_exact(
    explorer: Explorer, found: dict[str, ModelExplanation]
) -> None:
    model = found["hybrid"]
    paths, shown = model.circuit, explorer.compare("sst2", TEXT).predictions["hybrid"]
    assert paths is not None
    assert shown.circuit is not None
    values = np.array([qubit.value for qubit in paths.qubits])
    np.testing.assert_allclose(values, shown.circuit.values, atol=1e-5)
    np.testing.assert_allclose(paths.shares, paths.weights * values, atol=1e-6, rtol=0)
    assert paths.shares.sum() + paths.bias == pytest.approx(model.logit.value, abs=1e-6)
    np.testing.assert_allclose(
        paths.shares, shown.circuit.contributions[shown.winner], atol=1e-4, rtol=0
    )


def test_angles_and_qubits_add_up_to_their_change_from_the_base(
    explorer: Explorer, found: dict[str, ModelExplanation]
) -> None:
    paths = found["hybrid"].circuit
    assert paths is not None
    hybrid = explorer.classifier("sst2", "hybrid")
    ids = hybrid.tokenize([TEXT])[0].ids
    padding = hybrid.tokenizer.token_to_id("[PAD]")
    assert padding is not None
    base = hybrid.answer([ids[0], *[padding] * (len(ids) - 2), ids[-1]])
    text = hybrid.answer(ids)
    for parts, start, end in (
        (paths.angles, base.angles, text.angles),
        (paths.qubits, base.values, text.values),
    ):
        np.testing.assert_allclose([part.base for part in parts], start, atol=1e-4)
        np.testing.assert_allclose([part.value for part in parts], end, atol=1e-4)
        change = max(abs(part.value - part.base) for part in parts)
        for part, before, after in zip(parts, start, end, strict=True):
            assert part.scores.sum() == pytest.approx(after - before, abs=part.gap + 1e-4)
            assert part.gap <= 2 * LARGEST_GAP * change


def test_responses_are_the_circuits_own(
    explorer: Explorer, found: dict[str, ModelExplanation]
) -> None:
    paths = found["hybrid"].circuit
    assert paths is not None
    layer = explorer.classifier("sst2", "hybrid").model.classifier.middle
    formula = formula_of(layer.spec, layer.weights.detach().double().numpy())
    here, base = ([getattr(a, end) for a in paths.angles] for end in ("value", "base"))
    for one in range(len(here)):
        turned = [base[k] if k == one else angle for k, angle in enumerate(here)]
        moved = formula(np.array([here])) - formula(np.array([turned]))
        np.testing.assert_allclose(paths.responses[:, one], moved[0], atol=1e-6)


def test_leaving_a_word_out_is_what_it_says(
    explorer: Explorer, found: dict[str, ModelExplanation]
) -> None:
    model = found["classical"]
    one = [word.text for word in model.words].index("never")
    classical = explorer.classifier("sst2", "classical")
    texts = (TEXT, TEXT.replace("never ", ""))
    logits = classical.logits([row.ids for row in classical.tokenize(texts)])
    k = model.logit and SST2.labels.index(model.label)
    assert model.without[one] == pytest.approx(logits[0, k] - logits[1, k], abs=1e-4)
    assert one not in model.opposed or model.logit.scores[one] * model.without[one] < 0


@pytest.mark.parametrize(("largest", "within"), [(None, 0.02), (1e-3, 5e-3)])
def test_scores_match_an_independent_calculation(
    monkeypatch: pytest.MonkeyPatch, largest: float | None, within: float
) -> None:
    if largest:
        monkeypatch.setattr(attribution, "LARGEST_GAP", largest)
        monkeypatch.setattr(attribution, "LARGEST_ERRORS", largest)
    config = make_config(SST2, "linear", Recipe(adapter_rank=0))
    torch.manual_seed(0)
    model = QBertForSequenceClassification.build(config).eval()
    loaded = LoadedModel.fresh(config)
    loaded.model.classifier.load_state_dict(model.classifier.state_dict())
    found = explain(loaded, "classical", TEXT)
    ids = torch.tensor([loaded.tokenize([TEXT])[0].ids])
    base = ids.clone()
    base[0, 1:-1] = 0
    method = LayerIntegratedGradients(
        lambda tokens: model(tokens).logits, model.bert.embeddings.word_embeddings
    )
    label = SST2.labels.index(found.label)
    expected = method.attribute(ids, base, target=label, n_steps=200)
    assert isinstance(expected, torch.Tensor)
    by_token = expected[0].sum(1).detach().numpy()
    places, spread = read_words(loaded, TEXT).places, np.abs(found.logit.scores).max()
    np.testing.assert_allclose(
        found.logit.scores, [by_token[list(p)].sum() for p in places], atol=within * spread
    )


@pytest.fixture(params=["packed", "as it is"])
def reader_of_one_word(request: pytest.FixtureRequest) -> LoadedModel:
    """A model whose tokens see only themselves, and whose head looks for one of them."""
    config = make_config(SST2, "linear", Recipe(adapter_rank=0))
    model = QBertForSequenceClassification.build(config).eval()
    loaded = LoadedModel(model, LoadedModel.fresh(config).tokenizer, "planted")
    with torch.no_grad():
        for layer in model.bert.encoder.layer:
            layer.attention.output.dense.weight.zero_()
            layer.output.dense.weight.zero_()
        words = ("planted", "[PAD]", "film", "dull", "great", "a", "not", "here", ",", "!")
        ids = torch.tensor([[loaded.tokenizer.token_to_id(word)] for word in words])
        hidden = model.bert(input_ids=ids).last_hidden_state[:, 0]
        direction = 10 * torch.linalg.pinv(hidden)[:, 0]
        model.classifier.output.weight[:] = torch.stack([-direction, direction])
    if request.param == "packed":
        assert pack(model.bert, is_final=True)
    return loaded


@pytest.mark.parametrize("text", ["planted film", "a dull film , planted here", "not planted !"])
def test_a_planted_word_comes_first(reader_of_one_word: LoadedModel, text: str) -> None:
    found = explain(reader_of_one_word, "classical", text, "positive")
    assert found.words[int(found.logit.scores.argmax())].text == "planted"
    assert found.words[int(found.without.argmax())].text == "planted"
    assert [found.words[k].text for k in found.leading()] == ["planted"]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("head", ["classical", "hybrid"])
def test_odd_texts_are_shared_out_by_word(explorer: Explorer, head: str, text: str) -> None:
    found = explain(explorer.classifier("sst2", head), head, text)
    assert [text[word.start : word.end] for word in found.words] == [w.text for w in found.words]
    ends = [(word.start, word.end) for word in found.words]
    assert ends == sorted(ends)
    assert all(word.text.strip() == word.text != "" for word in found.words)
    assert np.isfinite(found.logit.scores).all()
    assert np.isfinite(found.without).all()
    assert found.logit.gap <= LARGEST_GAP * abs(found.logit.value - found.logit.base)


def test_words_are_joined_from_their_pieces(explorer: Explorer) -> None:
    classical = explorer.classifier("sst2", "classical")
    read = read_words(classical, ODD["many pieces"])
    assert [word.text for word in read.words] == ["a", "qzx" * 16, "film"]
    assert len(read.places[1]) > 20
    words = [word.text for word in read_words(classical, ODD["accents and apostrophes"]).words]
    assert " ".join(words) == "née , it isn't déjà vu , ' tis the critics ' film"


def test_a_repeated_word_has_a_score_in_each_place(explorer: Explorer) -> None:
    found = explain(explorer.classifier("sst2", "classical"), "classical", ODD["repeated"])
    assert [(word.start, word.end) for word in found.words] == [(0, 4), (5, 9), (10, 14)]
    assert len(set(found.logit.scores.tolist())) == 3


def test_a_long_text_is_bounded_and_says_what_was_not_read(explorer: Explorer) -> None:
    classical = explorer.classifier("sst2", "classical")
    text = "dull but never without charm " * 60
    read = read_words(classical, text)
    assert len(read.ids) == classical.model.config.max_length
    assert read.read == read.words[-1].end < len(text)


def test_512_tokens_take_so_many_steps_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "MAX_LEFT_OUT", 2048)
    monkeypatch.setattr(attribution, "MAX_TOKEN_STEPS", 512 * 20)
    monkeypatch.setattr(attribution, "LARGEST_GAP", 0.0)
    torch.manual_seed(0)
    config = make_config(SST2, "linear", Recipe(adapter_rank=0))
    loaded = LoadedModel.fresh(config)
    loaded.model.config.max_length = 512
    monkeypatch.setattr(DifferentiableModel, "neck", lambda _, words: words.sum(2).sin()[:, :2])
    found = explain(loaded, "classical", "word " * 510)
    assert found.steps == 20
    assert np.isfinite(found.without).sum() == 2048 // 512


def test_no_point_of_the_way_is_looked_at_in_vain(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    neck = DifferentiableModel.neck

    def counted(self: DifferentiableModel, words: torch.Tensor) -> object:
        seen.append(len(words))
        return neck(self, words)

    monkeypatch.setattr(DifferentiableModel, "neck", counted)
    found = explain(explorer.classifier("sst2", "hybrid"), "hybrid", TEXT)
    assert sum(seen) == found.steps + 2
    assert found.steps > attribution.FIRST_STEPS
    assert found.circuit is not None
    assert len(found.circuit.angles) == len(found.circuit.qubits) == 4


def test_captum_is_imported_only_when_it_is_needed() -> None:
    slow = "{'captum', 'matplotlib'} & set(sys.modules)"
    code = f"import sys, qbert_demo.ui.layout, qbert_demo.cli; print({slow})"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "set()\n"


def test_a_gap_is_told_as_it_is() -> None:
    found = Attribution(1.0, 3.0, np.array([1.0, 0.9]))
    assert found.sum == pytest.approx(1.9)
    assert found.gap == pytest.approx(0.1)
    assert found.gap_share == pytest.approx(0.05)
    assert Attribution(1.0, 1.0, np.zeros(2)).gap_share == 0


def test_an_encoder_that_cannot_be_packed_has_gradients_too() -> None:
    bert = BertModel(BertConfig(**SHAPE)).eval()
    words = bert.embeddings.word_embeddings(torch.tensor([[1, 2, 3]]))
    torch.testing.assert_close(
        differentiable(bert, torch.float32)(words),
        bert(input_ids=torch.tensor([[1, 2, 3]])).last_hidden_state,
    )

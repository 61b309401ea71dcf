from pathlib import Path

import numpy as np
import pytest
import torch

from qbert_demo.data.catalogue import SST2
from qbert_demo.errors import CheckpointError, InputError
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.heads import HEADS
from qbert_demo.results import TaskCard
from qbert_demo.service import Explorer
from qbert_demo.training.recipe import Recipe
from qbert_demo.training.train_task import make_config

TEXT = "Not a great film, but never dull."


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    """SST-2 alone, with random heads, so that no test hangs on what the shipped ones learnt."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for seed, (name, head) in enumerate([(head.name, head.kind) for head in HEADS.values()]):
        torch.manual_seed(seed)
        config = make_config(SST2, head, Recipe(adapter_rank=0))
        QBertForSequenceClassification.build(config).save_pretrained(folder / f"sst2-{name}")
    return Explorer.start(folder=folder)


def test_only_tasks_with_checkpoints_are_offered(explorer: Explorer) -> None:
    (card,) = explorer.tasks
    assert card.key == "sst2"
    assert card.heads == ("classical", "hybrid", "control")
    assert "bundled" in explorer.status
    assert "embedded copy" in explorer.status


def test_two_models_answer_with_consistent_numbers(explorer: Explorer) -> None:
    result = explorer.compare("sst2", TEXT)
    assert list(result.predictions) == ["classical", "hybrid"]
    assert result.cut == ""
    for prediction in result.predictions.values():
        assert prediction.labels == ("negative", "positive")
        assert prediction.probabilities.sum() == pytest.approx(1)
        assert prediction.timing.total > 0
        assert prediction.card.parameters > prediction.card.in_head
    circuit = result.predictions["hybrid"].circuit
    assert circuit is not None
    logits = circuit.contributions.sum(1) + circuit.output_bias
    np.testing.assert_allclose(logits, result.predictions["hybrid"].logits, atol=1e-5)
    assert result.predictions["hybrid"].card.in_circuit == 24
    assert result.predictions["classical"].circuit is None
    encoded = [gate.angles[0] for gate in circuit.gates if gate.block == "encoding"]
    np.testing.assert_allclose(encoded, circuit.angles)


def test_what_the_models_have_no_token_for_is_told(explorer: Explorer) -> None:
    assert explorer.compare("sst2", TEXT).unknown == ()
    odd = explorer.compare("sst2", "😀 😡")
    assert odd.unknown == ("😀", "😡")
    assert odd.n_tokens == 4


def test_batch_agrees_with_one_at_a_time(explorer: Explorer) -> None:
    texts = [TEXT, "Dreadful.", "x" * 50, "Superb, moving and very long " * 30]
    steps: list[tuple[int, int]] = []
    batch = explorer.compare_batch(
        "sst2", texts, ["negative", "0", " Negative ", "1"], progress=lambda *s: steps.append(s)
    )
    for head, rows in batch.probabilities.items():
        for text, row in zip(texts, rows, strict=True):
            single = explorer.compare("sst2", text, [head]).predictions[head]
            np.testing.assert_allclose(row, single.probabilities, atol=1e-5)
    assert batch.truth is not None
    assert batch.truth.tolist() == [0, 0, 0, 1]
    assert batch.n_cut == 1
    assert steps[-1] == (8, 8)
    assert batch.accuracy("hybrid") == np.mean(batch.labels("hybrid") == batch.truth)


@pytest.mark.parametrize(
    "text",
    [
        "日本語の映画",
        "😀",
        "مرحبا بالعالم",
        "<b onclick=alert(1)>x</b>",
        "a\x00b\x07c",
        "\ud800",
        ".",
    ],
)
def test_odd_texts_get_an_answer(explorer: Explorer, text: str) -> None:
    result = explorer.compare("sst2", text)
    assert result.n_tokens >= 3


@pytest.mark.parametrize("text", ["", "   \n\t ", "\x00\x07", "x" * 20_001, None, 7, ["a"]])
def test_unreadable_texts_get_a_sentence(explorer: Explorer, text: object) -> None:
    with pytest.raises(InputError):
        explorer.compare("sst2", text)


def test_long_text_is_cut_and_the_rest_is_reported(explorer: Explorer) -> None:
    text = "A film about a film about a film. " * 100
    result = explorer.compare("sst2", text)
    assert result.n_tokens == 128
    assert text.endswith(result.cut)
    assert 0 < len(result.cut) < len(text)


@pytest.mark.parametrize(
    ("task", "heads", "message"),
    [
        ("imdb", ["classical"], "the tasks are: sst2"),
        (None, ["classical"], "the tasks are: sst2"),
        ("sst2", ["magic"], "there are: classical"),
        ("sst2", [], "at least one model"),
    ],
)
def test_unknown_tasks_and_heads_are_named(
    explorer: Explorer, task: str, heads: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        explorer.compare(task, TEXT, heads)


@pytest.mark.parametrize(
    ("texts", "truth", "message"),
    [
        ([], None, "at least one"),
        ("one string", None, "must be a list"),
        (["a"] * 501, None, "at most 500"),
        (["a", " "], None, "Row 2"),
        (["a", 3], None, "Row 2"),
        (["a"], ["good"], "Row 1: 'good' is no label"),
        (["a", "b"], ["negative"], "one label for each"),
    ],
)
def test_a_bad_batch_names_the_row(
    explorer: Explorer, texts: list[str], truth: list[str] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        explorer.compare_batch("sst2", texts, truth)


def test_a_damaged_checkpoint_is_left_out_and_said(tmp_path: Path) -> None:
    torch.manual_seed(0)
    good = QBertForSequenceClassification.build(make_config(SST2, "linear", Recipe(adapter_rank=0)))
    good.save_pretrained(tmp_path / "sst2-classical")
    (tmp_path / "sst2-hybrid").mkdir()
    explorer = Explorer.start(folder=tmp_path)
    assert explorer.tasks[0].heads == ("classical",)
    assert "Left out sst2-hybrid" in explorer.status
    assert "config.json" in explorer.status


def test_no_checkpoint_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="Train one"):
        Explorer.start(folder=tmp_path)


def test_a_pair_of_texts_is_compared_inside_bert_and_inside_the_circuit(
    explorer: Explorer,
) -> None:
    same = explorer.compare_texts("sst2", TEXT, TEXT)
    assert same.fidelity == pytest.approx(1)
    assert same.cosine == pytest.approx(1)
    other = explorer.compare_texts("sst2", TEXT, "Rates rise again.")
    one, two = (p.circuit for p in other.predictions)
    assert one is not None
    assert two is not None
    overlap = np.prod(np.cos((one.angles - two.angles) / 2) ** 2)
    assert other.fidelity == pytest.approx(overlap, abs=1e-6)
    first, second = (p.embedding for p in other.predictions)
    norms = np.linalg.norm(first) * np.linalg.norm(second)
    assert other.cosine == pytest.approx(first @ second / norms)
    with pytest.raises(InputError, match="nothing to read"):
        explorer.compare_texts("sst2", TEXT, " ")


def test_own_heads_answer_under_their_key_on_one_encoder(explorer: Explorer) -> None:
    base = explorer.classifier("sst2", "classical")
    torch.manual_seed(9)
    config = make_config(SST2, "circuit", Recipe(adapter_rank=0, n_qubits=3))
    config.id2label = {0: "a", 1: "b", 2: "c"}
    built = QBertForSequenceClassification.build(config)
    own = base.with_head(config, built.tensors(), "just trained")
    assert own.model.bert is base.model.bert

    def card(key: str) -> TaskCard:
        return TaskCard(key, "Yours", ("a", "b", "c"), (), ("hybrid",))

    explorer.adopt(card("mine-1"), {"hybrid": own})
    answer = explorer.compare("mine-1", TEXT, ["hybrid"]).predictions["hybrid"]
    assert answer.labels == ("a", "b", "c")
    assert answer.circuit is not None
    assert answer.circuit.n_qubits == 3
    with torch.no_grad():
        ids = torch.tensor([own.tokenize([TEXT])[0].ids])
        expected = built.eval()(ids).logits[0].numpy()
    np.testing.assert_allclose(answer.logits, expected, atol=1e-5)
    with pytest.raises(InputError, match=r"the tasks are: sst2\.$"):
        explorer.compare("mine-2", TEXT)
    explorer.adopt(card("mine-3"), {"hybrid": own})
    kept = explorer._visitors.cache.bytes
    explorer.forget("mine-1")
    explorer.forget("never known")
    with pytest.raises(InputError, match="no task 'mine-1'"):
        explorer.compare("mine-1", TEXT, ["hybrid"])
    assert explorer.compare("mine-3", TEXT, ["hybrid"])
    explorer.forget("mine-3")
    assert 0 == explorer._visitors.cache.bytes < kept

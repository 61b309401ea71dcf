"""Checkpoints trained further by others' means: whatever was learnt is there after a save."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

from qbert_demo.checkpoints.open import Trust, open_checkpoint
from qbert_demo.config import CHECKPOINTS
from qbert_demo.errors import CheckpointError
from qbert_demo.hub.files import WEIGHTS
from qbert_demo.model import QBertForSequenceClassification
from qbert_demo.model.loaded import LoadedModel
from qbert_demo.training.trained_head import fresh_classifier
from tests import models

IDS = torch.tensor([[101, 2023, 2003, 1037, 3231, 102]])
TEXTS = ["a film", "dull and long", "never again", "what a delight", "so so", "fine, really"]
Model = QBertForSequenceClassification


def trained(
    model: Model, source: Path, folder: Path, state: str | None = None, **settings: Any
) -> Trainer:
    """Three steps on labels that the shipped model would not give."""
    tokenizer = AutoTokenizer.from_pretrained(source)
    rows = tokenizer(TEXTS) | {"labels": [1, 1, 1, 0, 0, 0]}
    arguments = TrainingArguments(
        output_dir=str(folder / "run"),
        max_steps=3,
        learning_rate=1e-3,
        use_cpu=True,
        report_to="none",
        disable_tqdm=True,
        logging_steps=1,
        **settings,
    )
    data = Dataset.from_dict(dict(rows))
    collator = DataCollatorWithPadding(tokenizer)
    trainer = Trainer(model, arguments, train_dataset=data, data_collator=collator)
    trainer.train(resume_from_checkpoint=state)
    return trainer


@torch.no_grad()
def logits(model: Model) -> torch.Tensor:
    return model.eval()(IDS).logits


@pytest.mark.parametrize("name", ["sst2-classical", "sst2-hybrid", "ag_news-control"])
@pytest.mark.parametrize(
    "load", [Model.from_pretrained, AutoModelForSequenceClassification.from_pretrained]
)
def test_what_trainer_taught_a_shipped_model_is_saved(
    name: str, load: Callable[[Path], Model], tmp_path: Path
) -> None:
    model = load(CHECKPOINTS / name)
    before = logits(model)
    trained(model, CHECKPOINTS / name, tmp_path).save_model(str(tmp_path / "saved"))
    again = load(tmp_path / "saved")
    assert (logits(model) - before).abs().max() > 0.01
    assert torch.equal(logits(again), logits(model))
    opened = open_checkpoint(tmp_path / "saved", Trust.STRANGER)
    torch.testing.assert_close(logits(opened.model), logits(model), atol=1e-3, rtol=1e-3)
    again.save_pretrained(tmp_path / "again")
    assert torch.equal(logits(load(tmp_path / "again")), logits(model))


def test_an_interrupted_run_goes_on_with_what_it_knew(tmp_path: Path) -> None:
    source = CHECKPOINTS / "sst2-hybrid"
    whole = Model.from_pretrained(source)
    trained(whole, source, tmp_path, save_steps=2)
    state = str(tmp_path / "run" / "checkpoint-2")
    resumed = Model.from_pretrained(source)
    trained(resumed, source, tmp_path, state)
    torch.testing.assert_close(logits(resumed), logits(whole))


def only_the_head(model: Model) -> None:
    with torch.no_grad():
        model.classifier.output.weight.add_(0.1)


def one_layer_norm(model: Model) -> None:
    with torch.no_grad():
        model.bert.encoder.layer[2].output.LayerNorm.bias[3] += 1e-4


def one_embedding(model: Model) -> None:
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight[2023, 0] += 1e-4


@pytest.mark.parametrize(
    ("change", "is_whole"),
    [
        (lambda model: None, False),
        (only_the_head, False),
        (lambda model: torch.nn.Module.to(model, torch.bfloat16), False),
        (one_layer_norm, True),
        (one_embedding, True),
    ],
)
def test_the_encoder_is_written_where_it_changed(
    change: Callable[[Model], None], is_whole: bool, tmp_path: Path
) -> None:
    model = Model.from_pretrained(CHECKPOINTS / "sst2-hybrid")
    change(model)
    model.save_pretrained(tmp_path / "saved")
    names = load_file(tmp_path / "saved" / WEIGHTS)
    assert any(name.startswith("bert.") for name in names) == is_whole
    assert any(name.startswith("adapter.") for name in names) != is_whole
    model.float()
    again = Model.from_pretrained(tmp_path / "saved")
    torch.testing.assert_close(logits(again), logits(model), atol=0.05, rtol=0.05)


def test_layers_that_were_put_in_must_be_merged_first(tmp_path: Path) -> None:
    models.checkpoint(tmp_path / "saved", "circuit")
    model = Model.from_pretrained(tmp_path / "saved")
    wrapped = get_peft_model(model, LoraConfig(r=2, target_modules=["query"]))
    for name, parameter in wrapped.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.1)
    with pytest.raises(CheckpointError, match=r"other layers than .*MiniLM.*merge_and_unload"):
        model.save_pretrained(tmp_path / "merged")
    merged = wrapped.merge_and_unload()
    merged.save_pretrained(tmp_path / "merged")
    again = Model.from_pretrained(tmp_path / "merged")
    assert torch.equal(logits(again), logits(merged))


def test_an_encoder_of_its_own_is_not_shared(tmp_path: Path) -> None:
    models.checkpoint(tmp_path / "plain", "linear")
    base = fresh_classifier()
    changed = Model.from_pretrained(tmp_path / "plain")
    one_embedding(changed)
    changed.save_pretrained(tmp_path / "changed")
    before = logits(base.model)
    beside: LoadedModel = open_checkpoint(tmp_path / "changed", Trust.STRANGER, base=base)
    torch.testing.assert_close(logits(beside.model), logits(changed), atol=1e-3, rtol=1e-3)
    assert torch.equal(logits(base.model), before)
    path = tmp_path / "plain" / "config.json"
    path.write_text(path.read_text().replace('"has_encoder": false', '"has_encoder": true'))
    with pytest.raises(CheckpointError, match="lacks bert"):
        Model.from_pretrained(tmp_path / "plain")


def test_accumulated_batches_weigh_as_one(tmp_path: Path) -> None:
    norms = {}
    for parts in (1, 3):
        model = Model.from_pretrained(CHECKPOINTS / "sst2-classical")
        sizes = {"per_device_train_batch_size": 6 // parts, "gradient_accumulation_steps": parts}
        trainer = trained(model, CHECKPOINTS / "sst2-classical", tmp_path, **sizes)
        norms[parts] = trainer.state.log_history[0]["grad_norm"]
    assert norms[3] == pytest.approx(norms[1], rel=0.3)


@pytest.mark.parametrize("load", [Model, AutoModelForSequenceClassification])
def test_hidden_states_and_attentions_are_the_encoders(load: type[Model]) -> None:
    model = load.from_pretrained(CHECKPOINTS / "sst2-hybrid").eval()
    answer = model(IDS, output_hidden_states=True)
    expected = model.bert(IDS, output_hidden_states=True).hidden_states
    assert len(answer.hidden_states) == 7
    assert all(torch.equal(a, b) for a, b in zip(answer.hidden_states, expected, strict=True))
    assert model(IDS).hidden_states is None
    with pytest.raises(ValueError, match=r"'sdpa' keeps no weights.*set_attn_implementation"):
        model(IDS, output_attentions=True)
    model.set_attn_implementation("eager")
    attentions = model(IDS, output_attentions=True).attentions
    assert [tuple(a.shape) for a in attentions] == [(1, 12, 6, 6)] * 6
    assert isinstance(model(IDS, return_dict=False), tuple)


@pytest.mark.parametrize("load", [Model, AutoModelForSequenceClassification])
def test_they_can_be_asked_for_once_for_all(load: type[Model]) -> None:
    folder = CHECKPOINTS / "sst2-hybrid"
    asked = {"output_hidden_states": True, "output_attentions": True}
    answer = load.from_pretrained(folder, attn_implementation="eager", **asked)(IDS)
    assert len(answer.hidden_states) == 7
    assert len(answer.attentions) == 6
    answer = load.from_pretrained(folder, output_hidden_states=True)(IDS)
    assert len(answer.hidden_states) == 7

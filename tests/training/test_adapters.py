"""An encoder with low-rank updates, as it reads while it learns."""

from pathlib import Path

import pytest
import torch
from peft.tuners.lora import LoraLayer
from torch import nn
from transformers import AutoTokenizer

from qbert_demo.data.rows import Rows
from qbert_demo.model import QBertConfig, QBertForSequenceClassification, find_backbone
from qbert_demo.training.adapters import add_adapters, attend_fast
from qbert_demo.training.loop import make_trainer
from qbert_demo.training.recipe import Recipe

IDS = torch.randint(1000, 2000, (4, 16), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def learner() -> QBertForSequenceClassification:
    """Its updates are not zero, and attention's dropout is the only one."""
    model = QBertForSequenceClassification.build(QBertConfig(head="linear", adapter_rank=4))
    add_adapters(model)
    for name, parameter in model.named_parameters():
        if ".lora_B" in name:
            nn.init.normal_(parameter, std=0.02)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model.train()


@pytest.mark.parametrize(("dropout", "repeats"), [(0.0, True), (0.1, False)])
def test_attention_weights_are_dropped_as_the_recipe_says(
    learner: QBertForSequenceClassification, dropout: float, repeats: bool
) -> None:
    attend_fast(learner, "cpu", dropout)
    one, other = (learner.encode(IDS, torch.ones_like(IDS)) for _ in range(2))
    assert torch.equal(one, other) is repeats


def test_an_input_that_is_not_copied_to_float32_is_read_the_same(
    learner: QBertForSequenceClassification,
) -> None:
    attend_fast(learner, "cpu", 0.0)
    updates = [m for m in learner.bert.encoder.modules() if isinstance(m, LoraLayer)]
    said = []
    for copied in (False, True):
        for layer in updates:
            layer.cast_input_dtype_enabled = copied
        with torch.autocast("cpu", torch.bfloat16):
            said.append(learner.encode(IDS, torch.ones_like(IDS)))
    assert updates
    assert torch.equal(*said)


@pytest.mark.parametrize(
    ("max_length", "trained_length", "padded"),
    [(128, 0, 6), (256, 0, 16), (256, 5, 5), (5, 256, 5)],
)
def test_long_texts_are_cut_and_come_in_few_lengths(
    learner: QBertForSequenceClassification,
    tmp_path: Path,
    max_length: int,
    trained_length: int,
    padded: int,
) -> None:
    rows = Rows(("a fine film", "one very dull film"), (0, 1), "made-up rows", ("good", "bad"))
    read, recipe = (
        AutoTokenizer.from_pretrained(find_backbone().path),
        Recipe(max_length=max_length, trained_length=trained_length),
    )
    trainer = make_trainer(learner, read, rows, None, recipe, tmp_path, "cpu", bf16=False)
    (batch,) = trainer.get_train_dataloader()
    assert batch["input_ids"].shape == (2, padded)

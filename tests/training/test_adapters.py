"""An encoder with low-rank updates, as it reads while it learns."""

import pytest
import torch
from peft.tuners.lora import LoraLayer
from torch import nn

from qbert_demo.model import QBertConfig, QBertForSequenceClassification
from qbert_demo.training.adapters import add_adapters, attend_fast

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

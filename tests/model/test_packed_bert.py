import logging

import pytest
import torch
from torch import Tensor
from transformers import BertConfig, BertModel

from qbert_demo.model import packed_bert
from qbert_demo.model.packed_bert import last_hidden_state, pack

IDS = torch.tensor([[2, 5, 17, 9, 3], [2, 8, 3, 0, 0]])
MASK = (IDS > 0).long()


def encoder(activation: str = "gelu", heads: int = 4) -> BertModel:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=40,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=heads,
        intermediate_size=50,
        hidden_act=activation,
        max_position_embeddings=30,
    )
    bert = BertModel(config).eval()
    for parameter in bert.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return bert


@torch.no_grad()
def said(bert: BertModel, mask: Tensor | None) -> Tensor:
    hidden = last_hidden_state(bert, IDS, mask)
    return hidden if mask is None else hidden * mask[..., None]


@pytest.mark.parametrize("is_final", [False, True])
@pytest.mark.parametrize("heads", [1, 4])
@pytest.mark.parametrize("mask", [None, torch.ones_like(IDS), MASK], ids=["none", "ones", "padded"])
def test_a_packed_encoder_says_what_it_said(
    mask: Tensor | None, heads: int, is_final: bool
) -> None:
    bert = encoder(heads=heads)
    expected = said(bert, mask)
    assert pack(bert, is_final=is_final)
    torch.testing.assert_close(said(bert, mask), expected, atol=1e-5, rtol=1e-5)


def test_encoders_for_answers_alone_share_their_embeddings_and_keep_no_second_copy() -> None:
    first, second = encoder(), encoder()
    other = encoder()
    with torch.no_grad():
        other.embeddings.LayerNorm.bias += 1
    expected = said(other, None)
    assert all([pack(bert, is_final=True) for bert in (first, second, other)])
    assert second.embeddings is first.embeddings
    assert other.embeddings is not first.embeddings
    assert {parameter.device.type for parameter in second.encoder.parameters()} == {"meta"}
    torch.testing.assert_close(said(other, None), expected, atol=1e-5, rtol=1e-5)


def test_gradients_pass_through_the_modules() -> None:
    bert = encoder()
    assert pack(bert)
    last_hidden_state(bert, IDS).sum().backward()
    assert bert.encoder.layer[0].intermediate.dense.weight.grad is not None


@torch.no_grad()
def test_mixed_precision_is_left_to_the_modules() -> None:
    bert = encoder()
    assert pack(bert)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = last_hidden_state(bert, IDS)
        assert torch.equal(mixed, bert(input_ids=IDS).last_hidden_state)


def test_another_activation_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bert = encoder("relu")
    expected = said(bert, MASK)
    assert not pack(bert, is_final=True)
    assert torch.equal(said(bert, MASK), expected)
    assert "activation is relu" in caplog.text


@pytest.mark.parametrize("fault", ["wrong", "gone"])
def test_an_operator_that_changed_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    def changed(dense: packed_bert._Dense, x: Tensor, activation: str = "none") -> Tensor:
        if fault == "gone":
            raise AttributeError("no such operator")
        return dense.bias.expand(*x.shape[:-1], -1)

    monkeypatch.setattr(packed_bert._Dense, "__call__", changed)
    caplog.set_level(logging.INFO)
    bert = encoder()
    expected = said(bert, MASK)
    assert not pack(bert, is_final=True)
    assert torch.equal(said(bert, MASK), expected)
    assert ("something else" if fault == "wrong" else "no such operator") in caplog.text

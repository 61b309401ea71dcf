import pytest
import torch

from qbert_demo.model import QBertConfig, QBertForSequenceClassification


@pytest.fixture(scope="session")
def hybrid() -> QBertForSequenceClassification:
    """A hybrid model whose adapters and head are random, as after training."""
    torch.manual_seed(1)
    config = QBertConfig(
        head="circuit",
        adapter_rank=2,
        id2label={0: "no", 1: "yes", 2: "perhaps"},
        label2id={"no": 0, "yes": 1, "perhaps": 2},
    )
    model = QBertForSequenceClassification.build(config)
    tensors = {name: 0.05 * torch.randn(shape) for name, shape in model.tensor_shapes().items()}
    model.load_tensors({name: t.half().float() for name, t in tensors.items()})
    return model.eval()

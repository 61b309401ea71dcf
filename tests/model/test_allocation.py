"""Models made at the same time in several threads."""

import threading

import torch
from torch import nn

from qbert_demo.model import QBertConfig, QBertForSequenceClassification
from qbert_demo.model.allocation import Unfilled


def test_a_head_is_filled_while_another_thread_leaves_weights_out() -> None:
    entered, first, second = threading.Event(), threading.Event(), threading.Event()

    def hold(release: threading.Event) -> None:
        with Unfilled():
            entered.set()
            assert release.wait(20)

    threads = [threading.Thread(target=hold, args=(event,)) for event in (first, second)]
    for thread in threads:
        entered.clear()
        thread.start()
        assert entered.wait(20)
        torch.manual_seed(0)
        meanwhile = nn.Linear(8, 8).weight
        torch.manual_seed(0)
        assert torch.equal(meanwhile, nn.Linear(8, 8).weight)
        assert float(meanwhile.detach().std()) > 0.1
    first.set()
    second.set()
    for thread in threads:
        thread.join()
    assert float(nn.Linear(8, 8).weight.detach().std()) > 0.1


def test_a_fresh_head_is_the_seeds_and_nothing_else_is_drawn() -> None:
    weights = []
    for _ in range(2):
        torch.manual_seed(3)
        model = QBertForSequenceClassification.build(QBertConfig(head="linear"))
        weights.append(model.classifier.output.weight)
    torch.manual_seed(3)
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(weights[0], nn.Linear(384, 2).weight)

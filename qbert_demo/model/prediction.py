"""A classifier's answer to one text, as the results that pictures and tabs see."""

import numpy as np
from torch import Tensor

from qbert_demo.model.heads import HEADS, CircuitHead, SqueezeHead, angles_of
from qbert_demo.model.loaded import Answer, LoadedModel, Tokens
from qbert_demo.results import Array, CircuitReading, ModelCard, Prediction, Squeeze


def predict(classifier: LoadedModel, head: str, tokens: Tokens) -> Prediction:
    """Classify one text and describe the model beside its answer.

    Args:
        classifier: The model.
        head: Name of its head, or ``guest``, which stands beside the heads under its own name.
        tokens: What it reads.
    """
    answer = classifier.answer(tokens.ids)
    model = classifier.model
    layer = model.classifier
    title = HEADS[head].title if head in HEADS else classifier.name
    card = ModelCard(
        head,
        title.replace("{n_qubits}", str(model.config.n_qubits)),
        classifier.source,
        sum(p.numel() for p in model.parameters()),
        sum(t.numel() for t in model.tensors().values()),
        sum(p.numel() for p in layer.parameters()),
        *angles_of(layer),
    )
    return Prediction(
        card,
        classifier.labels,
        answer.logits,
        softmax(answer.logits[None])[0],
        answer.timing,
        answer.embedding,
        _squeeze(layer, answer) if isinstance(layer, SqueezeHead) else None,
    )


def _squeeze(head: SqueezeHead, answer: Answer) -> Squeeze:
    weight, bias = head.output.applied()
    output = _array(weight), _array(bias)
    if not isinstance(head, CircuitHead):
        return Squeeze(answer.angles, answer.values, *output)
    gates = head.middle.spec.read(answer.angles, _array(head.middle.weights))
    return CircuitReading(answer.angles, answer.values, *output, gates)


def _array(parameter: Tensor) -> Array:
    return parameter.detach().double().cpu().numpy()


def softmax(logits: Array) -> Array:
    """Probabilities of each row of logits, shape ``(n_texts, n_labels)``."""
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)

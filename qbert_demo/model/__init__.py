"""The classifier, its heads, and its checkpoints on disk and on the Hub."""

from qbert_demo.model.classifier import QBertForSequenceClassification
from qbert_demo.model.configuration import QBertConfig
from qbert_demo.model.encoder import find_backbone

__all__ = ["QBertConfig", "QBertForSequenceClassification", "find_backbone"]
